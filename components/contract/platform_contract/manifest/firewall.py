"""What a manifest may say of the firewall that the phase scale puts before its APIs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.platform import waf
from platform_contract.platform.diagnostics import broken, choices, did_you_mean
from platform_contract.platform.text_types import Strict, once

RULES = {rule: name for name, group in waf.GROUPS.items() for rule in group.rules}
"""Rule -> the group that it is in, as manifests call it."""


def _known(name: str) -> str:
    if name not in waf.GROUPS and name not in RULES:
        hint = did_you_mean(name, [*waf.GROUPS, *RULES]) or f"take one of {choices(waf.GROUPS)}, or a rule of one of them, such as SizeRestrictions_BODY"
        raise broken("is no group or rule of the firewall, and WAF would pass over it without a word", hint)
    return name


def _once_each(given: list[str]) -> list[str]:
    for name in given:
        if RULES.get(name) in given:
            raise broken(f"holds '{name}' and its whole group '{RULES[name]}'", "keep one of the two")
    return given


class FirewallSpec(Strict):
    """What the firewall before its REST API, GraphQL API and distribution lets in. From the phase scale on."""

    requests_per_address: int | None = Field(
        default=None, ge=waf.LEAST_RATE, le=waf.MOST_RATE,
        description=f"Requests of one address within {waf.WINDOW_SECONDS // 60} minutes, beyond which it is answered {waf.TOO_MANY}. Left out: {waf.DEFAULT_RATE:,}, or what "
        "the fastest tier of its REST API may send if that is more.",
    )  # fmt: skip
    count_only: Annotated[list[Annotated[str, AfterValidator(_known)]], AfterValidator(once), AfterValidator(_once_each)] = Field(
        default=[], max_length=20,
        description="Groups (ip-reputation, known-bad-inputs, common), or single rules of them such as SizeRestrictions_BODY, that are only counted and logged "
        "and refuse nobody: for rules that callers break in good faith.",
    )  # fmt: skip
