"""Rotations of secrets: a function that is named there has to be able to do its part."""

from collections.abc import Iterator

from platform_contract.kinds.secret import limits as secrets
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform.diagnostics import choices, did_you_mean

READ = "read"
"""Verb by which a function gets the value to hand over."""


def check_rotations(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with the functions that secrets name for their rotation."""
    longest = secrets.MAXIMUM_HOOK_SECONDS
    for secret, spec in manifest.secrets.items():
        named = spec.rotation.function if spec.rotation else None
        if named is None:
            continue
        path = f"secrets.{secret}.rotation.function"
        function = manifest.functions.get(named)
        if function is None:
            yield (path, named, f"is no function of this workload; there is {choices(manifest.functions)}",
                   did_you_mean(named, manifest.functions) or "add it under `functions`, or correct it")  # fmt: skip
            continue
        if READ not in function.uses.get(secret, []):
            yield (path, named, "may not read the secret, whose new value it has to hand over",
                   f"add `{secret}: [{READ}]` to functions.{named}.uses")  # fmt: skip
        if function.triggers or named in manifest.authorizer_functions | manifest.steps:
            yield (path, named, "is invoked by something else too, and could not tell its events from the steps of a rotation",
                   "give the rotation a function of its own")  # fmt: skip
        if function.timeout_seconds > longest:
            yield (f"functions.{named}.timeout_seconds", function.timeout_seconds,
                   f"must be at most {longest} s for a function that rotates a secret: the platform's function waits for it, and ends after 900 s",
                   "lower it")  # fmt: skip
