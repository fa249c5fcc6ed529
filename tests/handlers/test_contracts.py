"""Published contracts: every model has its schema file, and no change of a model breaks what others rely on."""

import ast
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from shared import schemas
from shared.compatibility import breaks
from shared.schemas import HANDLERS, check, contracts, main

FILES = sorted(HANDLERS.glob("*/contracts.py"))
PUBLISHED = {contract.label: contract for contract in contracts()}
FINDINGS = list(check())


def test_every_contract_is_looked_at():
    assert {contract.workload for contract in PUBLISHED.values()} == {file.parent.name for file in FILES}
    assert "notifications/schemas/NotificationRequested.json" in PUBLISHED


@pytest.mark.parametrize("label", sorted(PUBLISHED))
def test_a_contract_is_what_is_published(label):
    """A producer or an API that changes its model without publishing fails here, and is told what it would break."""
    assert [str(finding) for finding in FINDINGS if finding.label == label] == []


def test_no_published_schema_has_lost_its_model():
    assert [str(finding) for finding in FINDINGS if finding.label not in PUBLISHED] == []


@pytest.mark.parametrize("label", sorted(PUBLISHED))
def test_a_published_schema_is_one(label):
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED[label].path.read_text()))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_contracts_import_pydantic_and_nothing_else_of_others(file):
    """Who takes a contract over into another project takes one file."""
    imported = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").split(".")[0])
    assert "pydantic" in imported and imported <= {"pydantic", *sys.stdlib_module_names}


# The tool

MODEL = """
from pydantic import BaseModel, Field
class _Hidden(BaseModel):
    pass
class OrderPaid(_Hidden):
    order_id: str = Field(max_length={length})
    note: str | None = None
    {more}
"""


@pytest.fixture
def tree(tmp_path):
    """A tree of handlers with one workload; its model is written by calling the fixture."""

    def write(length: int = 20, more: str = "") -> Path:
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        (folder / "contracts.py").write_text(MODEL.format(length=length, more=more))
        return tmp_path

    write()
    return write


def published(root: Path) -> dict[str, str]:
    return {file.relative_to(root).as_posix(): file.read_text() for file in root.glob("*/schemas/*")}


def test_writing_twice_gives_the_same_bytes_and_then_there_is_nothing_to_find(tree, capsys):
    root = tree()
    assert main([], root) == 0
    assert capsys.readouterr().out == "written: shop/schemas/OrderPaid.json\n"
    [first] = published(root).values()
    assert json.loads(first)["properties"]["order_id"] == {"maxLength": 20, "title": "Order Id", "type": "string"}
    assert (main([], root), main(["--check"], root)) == (0, 0)
    assert list(published(root).values()) == [first] and capsys.readouterr().out == ""


def test_checking_writes_nothing_and_tells_what_is_missing(tree, capsys):
    root = tree()
    assert main(["--check"], root) == 1
    assert published(root) == {}
    assert capsys.readouterr().err == (
        "shop/schemas/OrderPaid.json: there is no such file; run `make docs` and commit it\n"
    )


def test_a_compatible_change_is_found_and_published_when_asked(tree, capsys):
    root = tree()
    main([], root)
    tree(length=30, more="extra: int = 0")
    assert main(["--check"], root) == 1
    assert "the model says something else, compatibly" in capsys.readouterr().err
    assert main([], root) == 0
    assert json.loads(published(root)["shop/schemas/OrderPaid.json"])["properties"]["order_id"]["maxLength"] == 30


def test_a_breaking_change_is_not_published_and_each_break_is_told(tree, capsys):
    root = tree()
    main([], root)
    before = published(root)
    tree(length=10, more="currency: str")
    capsys.readouterr()
    assert main([], root) == 1
    assert published(root) == before
    assert capsys.readouterr().err == (
        "shop/schemas/OrderPaid.json: the model breaks what is published; take the change back, or give the model that has it"
        " a new name\n  - order_id: maxLength is 10, was 20\n  - currency: new and required\n"
    )


def test_a_model_that_is_gone_is_told_and_its_file_stays(tree, capsys):
    root = tree()
    main([], root)
    (root / "shop" / "contracts.py").write_text("")
    assert main([], root) == 1
    assert list(published(root)) == ["shop/schemas/OrderPaid.json"]
    assert "its model is gone" in capsys.readouterr().err


def test_a_new_version_stands_beside_the_old_one(tree):
    root = tree()
    main([], root)
    file = root / "shop" / "contracts.py"
    file.write_text(file.read_text() + "\nclass OrderPaid2(BaseModel):\n    order_id: int\n")
    assert main([], root) == 0
    assert sorted(published(root)) == ["shop/schemas/OrderPaid.json", "shop/schemas/OrderPaid2.json"]


def test_loading_contracts_leaves_no_module_behind(tree):
    contracts(tree())
    assert not [name for name in sys.modules if name.startswith("contracts_of_")]


# What breaks


class Inner(BaseModel):
    size: int = Field(ge=1, le=10)


class Tree(BaseModel):
    name: str
    children: list["Tree"] = []


def model(**fields: Any) -> dict:
    return create_model("M", **{name: field if isinstance(field, tuple) else (field, ...) for name, field in fields.items()}).model_json_schema()


def config(**options: Any) -> dict:
    return create_model("M", __config__=ConfigDict(**options), a=(str, ...)).model_json_schema()


Short = Annotated[str, Field(max_length=5)]
Shape = Annotated[str, Field(pattern="^a$")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (model(a=str, b=int), model(a=str), ["b: removed"]),
        (model(a=(str, "x")), model(a=str), ["a: made required"]),
        (model(a=str), model(a=str, b=int), ["b: new and required"]),
        (model(a=str), model(a=Short), ["a: maxLength is 5, was not given"]),
        (model(a=Annotated[int, Field(ge=1)]), model(a=Annotated[int, Field(ge=2)]), ["a: minimum is 2, was 1"]),
        (model(a=Annotated[int, Field(lt=9)]), model(a=Annotated[int, Field(lt=8)]), ["a: exclusiveMaximum is 8, was 9"]),
        (model(a=str), model(a=Shape), ["a: pattern is '^a$', was 'not given'"]),
        (model(a=str), model(a=AwareDatetime), ["a: format is 'date-time', was 'not given'"]),
        (model(a=int), model(a=str), ["a: integer is no longer accepted"]),
        (model(a=float), model(a=int), ["a: number is no longer accepted"]),
        (model(a=Any), model(a=int), ["a: must be integer, was anything"]),
        (model(a=Literal["x", "y"]), model(a=Literal["y", "z"]), ["a: ['x'] is no longer accepted"]),
        (model(a=Literal["x", "y"]), model(a=Literal["x"]), ["a: ['y'] is no longer accepted"]),
        (model(a=str), model(a=Literal["x"]), ["a: only ['x'] are accepted, was any value"]),
        (model(a=int | None), model(a=int), ["a: alternative 2 (null) is no longer accepted"]),
        (model(a=int | str), model(a=int | Short), ["a: alternative 2 (string) is no longer accepted"]),
        (model(a=list[str]), model(a=list[int]), ["a[]: string is no longer accepted"]),
        (model(a=dict[str, str]), model(a=dict[str, Short]), ["a{}: maxLength is 5, was not given"]),
        (model(a=list[Inner]), model(a=list[create_model("Inner", size=(Annotated[int, Field(ge=1, le=9)], ...))]),
         ["a[].size: maximum is 9, was 10"]),
        (model(a=Inner), model(a=create_model("Inner", other=(int, 1))), ["a.size: removed"]),
        (config(), config(extra="forbid"), ["the whole: further fields are no longer accepted"]),
        (model(t=Tree), model(t=create_model("Tree", name=(str, ...))), ["t.children: removed"]),
        (model(a=str), {**model(a=str), "dependentRequired": {"a": ["b"]}},
         ["the whole: dependentRequired is {'a': ['b']}, was 'not given'"]),
    ],
)  # fmt: skip
def test_what_breaks(old, new, told):
    assert list(breaks(old, new)) == told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (model(a=str), model(a=str, b=(int, 0))),
        (model(a=str), model(a=(str, "x"))),
        (model(a=Short), model(a=str)),
        (model(a=Annotated[int, Field(ge=2)]), model(a=Annotated[int, Field(ge=1)])),
        (model(a=int), model(a=float)),
        (model(a=int), model(a=Any)),
        (model(a=int), model(a=int | None)),
        (model(a=Literal["x"]), model(a=Literal["x", "y"])),
        (model(a=Literal["x", "y"]), model(a=Literal["y", "x"])),
        (model(a=Shape), model(a=str)),
        (config(extra="forbid"), config()),
        (model(t=Tree), model(t=Tree)),
        (model(a=int | str), model(a=str | int | bool)),
        ({**model(a=str), "description": "before"}, {**model(a=str), "title": "after"}),
    ],
)
def test_what_does_not_break(old, new):
    assert list(breaks(old, new)) == []


def test_the_command_is_run_on_the_tree_of_handlers_by_default():
    assert Path(schemas.__file__).parents[1] == HANDLERS
    assert main(["--check"]) == 0
