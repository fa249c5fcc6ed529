"""The shape of the whole repository: who may import whom, how long a file may be, and what no file may name.

Inside the component package the arrows are in tests/package/test_arrows.py.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "components/contract/platform_contract/"

LONGEST = 350
"""Lines of a file that somebody writes."""

GENERATED = re.compile(
    r"(requirements.*\.txt|docs/reference/[a-z]+\.md|docs/reference/rules/[A-Za-z0-9-]+\.md|docs/runbooks/[a-z-]+\.md|go\.(mod|sum)|\.schema\.json|tests/package/schema\.json|checksums\.json|aws_provider/data/.*)$"
)

STANDARD = set(sys.stdlib_module_names)

CONTRACT_MAY_IMPORT: dict[str, set[str]] = {
    "platform": set(),
    "languages": {"platform"},
    "kinds": {"platform", "languages"},
    "registry": {"platform", "kinds"},
    "fit": {"platform"},
    "manifest": {"platform", "languages", "kinds", "registry", "fit"},
    "plan": {"platform", "kinds", "registry", "manifest"},
    "features": {"platform", "kinds", "registry", "fit", "manifest", "plan"},
    "phases": {"platform", "registry", "manifest", "plan", "features"},
    "gates": {"platform", "manifest", "plan", "features"},
    "planning": {"platform", "kinds", "registry", "manifest", "plan", "phases", "gates"},
    "economics": {"platform", "kinds", "registry", "fit", "manifest", "plan", "features", "phases", "planning"},
    "climb": {"platform", "manifest", "gates", "planning", "economics"},
    "inventory": set(),
    "pages": {"platform", "kinds", "registry", "fit", "manifest", "plan", "gates", "phases", "planning", "economics"},
    "__main__": {"platform", "fit", "manifest", "plan", "planning", "economics", "climb", "pages"},
    "__init__": set(),
}
"""Part of the contract -> parts that it may import."""

WORKLOADS = {file.parent.name for file in (ROOT / "handlers").glob("*/__init__.py")}
"""Packages of handlers, `shared` among them."""

OUTSIDE: dict[str, set[str]] = {
    "components/contract/": {"pydantic", "pydantic_core", "yaml", "graphql", "platform_contract"},
    "components/package/": {"pulumi", "pulumi_aws", "pydantic", "yaml", "platform_contract", "serverless_platform"},
    "components/package/serverless_platform/platform_functions/": {"boto3", "botocore"},
    "handlers/": {"aws_lambda_powertools", "boto3", "botocore", "jwt", "pydantic", "tenacity", *WORKLOADS},
    "policies/": {"google", "pulumi", "pulumi_policy", "pydantic", "yaml", "platform_contract", "guardrails"},
    "reports/": {"platform_contract", "reports"},
    "operations/": {"boto3", "botocore", "pydantic", "yaml", "rich", "platform_contract", "operations"},
    "bootstrap/": {"pulumi", "pulumi_aws", "platform_contract"},
}
"""Folder -> packages that it may import beside the standard library; for a folder within another, its own row holds."""

NEVER_IN_LOCAL = {"serverless_platform", "pulumi_aws", "guardrails", "operations"}
"""`local/` runs the program and the pack; it never imports them."""
BUNDLES_CODE = {
    "local/watch.py": {"serverless_platform.bundles", "serverless_platform.program.check_imports", "serverless_platform.program.reading"},
    "local/settle.py": {"serverless_platform.bundles"},
}
"""But for the two that must know what a function's bundle holds, as the program makes it: no component among these."""

MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(?:home|Users|root|work|mnt)/\w+")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|proxy\.golang\.org|sum\.golang\.org|registry\.npmjs|(?:--|_)(?:extra-)?index-url", re.IGNORECASE
)


@cache
def tracked() -> tuple[str, ...]:
    """Files of the repository that are there, as git knows them; new ones that git does not ignore included."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    assert listed, "no files: is this a git checkout?"
    return tuple(sorted(name for name in set(listed) if (ROOT / name).is_file()))


def python_files(folder: str) -> list[str]:
    return [name for name in tracked() if name.startswith(folder) and name.endswith(".py")]


def imports(name: str) -> Iterator[tuple[int, str]]:
    """(level, module) of every import that is made when the program runs: not those for type checkers."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level and not node.module:
            yield from ((node.level, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


@pytest.mark.parametrize("folder", OUTSIDE)
def test_a_folder_imports_what_it_may(folder):
    wrong = [
        f"{name} imports {module}"
        for name in python_files(folder)
        for level, module in imports(name)
        if max((each for each in OUTSIDE if name.startswith(each)), key=len) == folder
        and not level
        and module.partition(".")[0] not in STANDARD | OUTSIDE[folder]
    ]
    assert wrong == []


def test_local_tools_import_neither_the_components_nor_the_pack():
    wrong = [
        f"{name} imports {module}"
        for name in python_files("local/")
        for _, module in imports(name)
        if module.partition(".")[0] in NEVER_IN_LOCAL and module not in BUNDLES_CODE.get(name, ())
    ]
    assert wrong == []


def test_nothing_that_ships_imports_tests():
    wrong = [
        name
        for name in tracked()
        if name.endswith(".py") and not name.startswith("tests/")
        for _, module in imports(name)
        if module.partition(".")[0] == "tests"
    ]
    assert wrong == []


def contract_parts(name: str) -> Iterator[str]:
    """Parts of the contract that a file of it imports, its own left out."""
    inside = name.removeprefix(CONTRACT).removesuffix(".py").split("/")
    for level, module in imports(name):
        if level:
            target = [*inside[: len(inside) - level], *module.split(".")]
        elif module.startswith("platform_contract."):
            target = module.split(".")[1:]
        else:
            continue
        if target[0] != inside[0]:
            yield target[0]


@pytest.mark.parametrize("part", CONTRACT_MAY_IMPORT)
def test_the_contract_is_in_layers(part):
    files = [name for name in python_files(CONTRACT) if name.removeprefix(CONTRACT).split("/")[0].removesuffix(".py") == part]
    assert files, f"there is no {part} any more"
    assert {target for name in files for target in contract_parts(name)} <= CONTRACT_MAY_IMPORT[part]


def test_every_part_of_the_contract_has_its_layer():
    parts = {name.removeprefix(CONTRACT).split("/")[0].removesuffix(".py") for name in python_files(CONTRACT)}
    assert parts == set(CONTRACT_MAY_IMPORT)


def test_the_layers_have_no_circle():
    seen: list[str] = []
    while left := [part for part in CONTRACT_MAY_IMPORT if part not in seen]:
        free = [part for part in left if CONTRACT_MAY_IMPORT[part] <= set(seen)]
        assert free, f"a circle among {left}"
        seen += free


GENERATED_BLOCK = re.compile(r"<!-- generated: .*?<!-- end -->", re.DOTALL)
"""Parts of a page that nobody writes: the manifest, which is a file of its own, and tables."""


def test_no_file_is_too_long_to_read():
    long = {
        name: lines
        for name in tracked()
        if name.endswith((".py", ".md", ".yaml", ".yml", ".toml")) and not GENERATED.search(name)
        if (lines := len(GENERATED_BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8")).splitlines())) > LONGEST
    }
    assert long == {}


@pytest.mark.parametrize(("what", "pattern"), [("a path of one machine", MACHINE_PATH), ("a registry", REGISTRY)])
def test_no_file_names(what, pattern):
    wrong = []
    for name in tracked():
        if ROOT / name == Path(__file__):
            continue
        try:
            content = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [
            f"{name}:{number}: {line.strip()[:120]}"
            for number, line in enumerate(content.splitlines(), 1)
            if pattern.search(line)
        ]
    assert wrong == [], f"names {what}"


def test_the_program_is_short_and_the_same_for_every_environment():
    source = (ROOT / "__main__.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 60
    tested = [ast.unparse(node.test) for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.If, ast.IfExp))]
    assert [test for test in tested if "environment" in test or "stack" in test or "embedded" in test] == []
