"""Stack files, Pulumi.STACK.yaml: where they are, what they hold for the platform. For tools; the program gets its settings from the engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platform_contract.platform.boundary import boundary_name
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices
from platform_contract.platform.settings import PREFIX, Settings, load_settings
from platform_contract.platform.yaml_files import read_yaml


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
    settings = load_settings(stack_values(root, stack), f"Pulumi.{stack}.yaml")
    if problems := list(check_stack(root, stack, settings)):
        raise ProblemsError(problems)
    return settings


def check_stack(root: Path, stack: str, settings: Settings) -> Iterator[Problem]:
    """That a stack is called like its environment, and that no other stack in `root` would have the same names in its account."""
    file = f"Pulumi.{stack}.yaml"
    if settings.environment not in (stack, stack.partition("-")[0]):
        yield Problem(
            file, "environment", settings.environment, f"does not agree with the stack's name, {stack}: names in AWS begin with the environment",
            f"write `environment: {stack.partition('-')[0]}`, or rename the file to Pulumi.{settings.environment}.yaml (or Pulumi.{settings.environment}-SOMETHING.yaml)",
        )  # fmt: skip
    for other in stack_names(root):
        if other == stack:
            continue
        try:
            its = load_settings(stack_values(root, other), f"Pulumi.{other}.yaml")
        except ProblemsError:
            continue  # told by whoever reads its settings
        yield from _same_names(file, settings, other, its)


def _same_names(file: str, settings: Settings, other: str, its: Settings) -> Iterator[Problem]:
    """Names carry environment and region. A boundary's is free, and IAM has no regions."""
    if settings.account_id != its.account_id:
        return
    if (settings.environment, settings.region) == (its.environment, its.region):
        yield Problem(
            file, "environment", settings.environment,
            f"is that of the stack {other} as well, in the same account and region: the two would have the same names in AWS, and overwrite each other's alarms and policies",
            "give one of them another environment, region or account",
        )  # fmt: skip
    elif settings.boundary_name == its.boundary_name:
        yield Problem(
            file, "boundary_policy_name", settings.boundary_name,
            f"is that of the stack {other} as well, in the same account: a boundary allows the data of one environment in one region, so the roles of "
            "one of the two could do nothing",
            f"write {boundary_name(settings.environment, settings.region)}, and let an administrator make it: bootstrap/README.md",
        )  # fmt: skip


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
