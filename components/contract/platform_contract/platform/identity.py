"""Where the keys are that sign the tokens of callers."""

from platform_contract.platform.settings import CONFIGURATION, Settings

KEY_SET = "/.well-known/jwks.json"
"""Where a user pool has its keys. Source: Cognito guide, "Verifying JSON web tokens"."""


def token_keys(settings: Settings) -> str:
    """Cognito's key set has an address of its own; of other issuers only that of the configuration is known, which says where the keys are.

    Source: OpenID Connect Discovery 1.0, section 4.1: a slash at the end of the issuer is left out before the path is added.
    """
    if settings.identity.issuer:
        return f"{settings.identity.issuer.rstrip('/')}{CONFIGURATION}"
    return f"{settings.endpoint_url}/{{pool}}{KEY_SET}" if settings.endpoint_url else f"{{issuer}}{KEY_SET}"
