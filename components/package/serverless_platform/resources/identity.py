"""What a function that decides who may call knows of tokens."""

import pulumi

from platform_contract.platform import environment


def identity(
    variable: str, *, issuer: pulumi.Input[str], audiences: pulumi.Input[list[str]], token_keys: str
) -> pulumi.Output[str]:
    """The value of TOKEN_ISSUER, TOKEN_AUDIENCES or JWKS_URL. token_keys: as of platform_contract.platform.identity.token_keys."""
    known = pulumi.Output.from_input(issuer)
    if variable == environment.TOKEN_ISSUER:
        return known
    if variable == environment.TOKEN_AUDIENCES:
        return pulumi.Output.from_input(audiences).apply(",".join)
    return known.apply(lambda url: token_keys.format(issuer=url, pool=url.rpartition("/")[2]))
