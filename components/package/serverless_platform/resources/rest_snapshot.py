"""When a REST API has to be deployed again: a deployment is a snapshot, and a change that it does not hold never reaches callers."""

import asyncio
import hashlib
import inspect
import sys
from collections.abc import Sequence
from typing import Any

import pulumi

UNFROZEN = ("tags",)
"""Inputs that callers never notice."""


def digest_of(resources: Sequence[pulumi.CustomResource]) -> pulumi.Output[str]:
    """A text that differs when any input of any of `resources` does, whoever changed it: component, override or transform.

    Of all inputs that their types have, as the provider took them; so it also comes after all of them.
    """
    held = [{name: _as_known(getattr(resource, name)) for name in _inputs(type(resource))} for resource in resources]
    return pulumi.Output.json_dumps(held, sort_keys=True).apply(lambda text: hashlib.sha256(text.encode()).hexdigest())


def _as_known(value: pulumi.Output[Any]) -> pulumi.Output[Any]:
    """The value, or None where it is not known. In a preview the SDK does not know what a resource has not been given, though it never
    will have it: every preview would tell of a deployment that no update makes."""

    async def known() -> bool:
        return True

    return pulumi.Output(value.resources(), asyncio.ensure_future(value.future()), asyncio.ensure_future(known()), value.is_secret())


def _inputs(kind: type[pulumi.CustomResource]) -> tuple[str, ...]:
    """Names of the inputs of a type of resource: those of its class of arguments."""
    arguments = getattr(sys.modules[kind.__module__], f"{kind.__name__}Args")
    return tuple(name for name in inspect.signature(arguments).parameters if name not in UNFROZEN)
