"""When a REST API has to be deployed again: a deployment is a snapshot, and a change that it does not hold never reaches callers."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import pulumi

from ...planned import inputs_of

UNFROZEN = ("tags",)
"""Inputs that callers never notice."""


def digest_of(resources: Sequence[pulumi.CustomResource]) -> pulumi.Output[str]:
    """A text that differs when any input of any of `resources` does, whoever changed it: component, override or transform.

    Of all inputs that their types have, as the provider took them; so it also comes after all of them.
    """
    held = [{name: _as_known(getattr(resource, name)) for name in inputs_of(type(resource)) if name not in UNFROZEN} for resource in resources]
    return pulumi.Output.json_dumps(held, sort_keys=True).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())


def _as_known(value: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """The value, or None where it is not known. In a preview the SDK does not know what a resource has not been given, though it never
    will have it: every preview would tell of a deployment that no update makes."""

    async def known() -> bool:
        return True

    return pulumi.Output(value.resources(), asyncio.ensure_future(value.future()), asyncio.ensure_future(known()), value.is_secret())
