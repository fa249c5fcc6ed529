"""Flags that functions name have to be there, and those that are there have to be read."""

from collections.abc import Iterator

from platform_contract.manifest.model import Manifest
from platform_contract.platform.diagnostics import choices, did_you_mean

Broken = tuple[str, object, str, str]
"""Field path, value, rule, fix."""


def check_flags(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with its feature flags. Silent on unread ones while a function names one that is not there: that may be it."""
    read = [flag for function in manifest.functions.values() for flag in function.flags]
    for name, function in manifest.functions.items():
        for index, flag in enumerate(function.flags):
            path = f"functions.{name}.flags[{index}]"
            if flag not in manifest.flags:
                hint = did_you_mean(flag, manifest.flags)
                yield (path, flag, f"is no flag of this workload; there is {choices(manifest.flags)}", hint or "add it under `flags`, or correct it")
            elif flag in function.flags[:index]:
                yield path, flag, "is named twice", "remove one of them"
    if set(read) <= set(manifest.flags):
        for flag in manifest.flags:
            if flag not in read:
                yield (f"flags.{flag}", None, "is read by nobody: switching it would change nothing",
                       f"add `flags: [{flag}]` to a function, or remove it")  # fmt: skip
