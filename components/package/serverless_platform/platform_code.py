"""The platform's own Lambda code, as archives that are the same on every machine and need no build."""

from functools import cache
from pathlib import Path

import pulumi

from .bundles import sources

FUNCTIONS = Path(__file__).parent / "platform_functions"


@cache
def platform_texts(handler: str) -> dict[str, str]:
    """Path in the bundle -> text of each module that entry point `handler` (MODULE.FUNCTION) imports."""
    return {name: file.read_text(encoding="utf-8") for name, file in sources(FUNCTIONS, handler).items()}


def platform_code(handler: str, **data: str) -> pulumi.Archive:
    """The bundle of a function of the platform. Texts and no paths: the state says the same wherever the package is installed.

    data: text of the file NAME.json beside the code, for each NAME.
    """
    texts = platform_texts(handler) | {f"{name}.json": text for name, text in data.items()}
    return pulumi.AssetArchive({name: pulumi.StringAsset(text) for name, text in texts.items()})
