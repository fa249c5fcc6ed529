"""Stack files, Pulumi.STACK.yaml: where they are, what they hold for the platform. For tools; the program gets its settings from the engine."""

from pathlib import Path
from typing import Any

from .problems import Problem, ProblemsError, choices
from .settings import PREFIX, Settings, load_settings
from .specs.yaml_files import read_yaml


def stack_names(root: Path) -> list[str]:
    """Stacks that have a file in `root`."""
    return sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))


def stack_values(root: Path, stack: str) -> dict[str, Any]:
    """The platform's keys of a stack file, without their prefix. Raises ProblemsError."""
    path = root / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        raise ProblemsError(
            [Problem(path.name, "", "", "does not exist", f"choose one of the stacks {choices(stack_names(root))}")]
        )
    config = read_yaml(path.read_text(encoding="utf-8"), path.name).get("config")
    if not isinstance(config, dict):
        raise ProblemsError(
            [
                Problem(
                    path.name,
                    "config",
                    "",
                    "must be a mapping (name: value)",
                    f"write `{PREFIX}environment: ...` and the rest below it",
                )
            ]
        )
    return {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}


def stack_settings(root: Path, stack: str) -> Settings:
    """The settings of a stack. Raises ProblemsError with all that is wrong with its file."""
    return load_settings(stack_values(root, stack), f"Pulumi.{stack}.yaml")


def same_keys(root: Path) -> list[Problem]:
    """Every stack file has the same keys, so that what differs between two environments is seen by comparing two files."""
    found: dict[str, set[str]] = {}
    for stack in stack_names(root):
        try:
            found[stack] = set(stack_values(root, stack))
        except ProblemsError:
            continue  # told by whoever reads its settings
    every = set().union(*found.values())
    return [
        Problem(
            f"Pulumi.{stack}.yaml", key, "", f"is not set here, but in {', '.join(other for other in found if key in found[other])}",
            "set it, if only to its default: environments differ by data only",
        )
        for stack, keys in found.items()
        for key in sorted(every - keys)
    ]  # fmt: skip
