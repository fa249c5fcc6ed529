"""Imports point one way: contract <- iam, monitoring <- resources <- features <- phases <- workload <- program."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).parents[2] / "components"
PACKAGE = COMPONENTS / "package" / "serverless_platform"
CONTRACT = COMPONENTS / "contract" / "platform_contract"

MAY_IMPORT = {
    "args": set(),
    "planned": set(),
    "iam": set(),
    "monitoring": set(),
    "resources": {"args", "planned", "iam", "monitoring"},
    "bundles": set(),
    "platform_code": {"bundles"},
    "platform_functions": set(),
    "features": {"iam", "monitoring", "resources", "planned", "platform_code"},
    "phases": {"iam", "monitoring", "resources", "planned", "platform_code", "features"},
    "inventory": set(),
    "workload": {"inventory", "phases", "features", "planned"},
    "foundation": {"planned", "iam", "monitoring"},
    "workload_scope": {"args", "planned", "iam", "monitoring"},
    "program": {"__init__", "args", "planned", "bundles", "foundation", "workload", "published"},
    "published": {"__init__"},
    "__init__": {"resources", "foundation", "workload", "workload_scope"},
}
COMPONENT_PARTS = ("args", "iam", "monitoring", "resources", "planned", "features", "phases", "workload", "foundation")


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """(level, module) of every import; `from ..resources.table import Table` is (2, "resources.table")."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def part_of(file: Path, root: Path) -> str:
    return file.relative_to(root).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_what_lies_before_it(file: Path):
    own = part_of(file, PACKAGE)
    for level, module in imported(file):
        if not level and not module.startswith("serverless_platform"):
            continue
        target = "__init__" if module == "serverless_platform" else module.removeprefix("serverless_platform.").split(".")[0]
        if level:
            above = file.relative_to(PACKAGE).parts[:-1]
            target = (*above[: len(above) - level + 1], *module.split("."))[0]
        assert target == own or target in MAY_IMPORT[own], f"{own} imports {target}"


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_components_read_no_configuration_and_no_machine(file: Path):
    if part_of(file, PACKAGE) not in COMPONENT_PARTS:
        return
    assert not {module.split(".")[0] for _, module in imported(file)} & {"os", "boto3", "botocore", "subprocess", "requests"}
    text = file.read_text()
    for forbidden in ("pulumi.Config", "get_stack(", "open(", "read_text(", "print(", "from __future__ import annotations"):
        assert forbidden not in text, forbidden


def test_the_contract_knows_no_resources():
    for file in CONTRACT.rglob("*.py"):
        roots = {module.split(".")[0] for level, module in imported(file) if not level}
        assert not roots & {"pulumi", "pulumi_aws", "serverless_platform", "boto3"}, file


def test_no_file_is_long():
    for root in (PACKAGE, CONTRACT / "plan"):
        for file in root.rglob("*.py"):
            assert len(file.read_text().splitlines()) <= 300, file
