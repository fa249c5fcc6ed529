"""The OpenAPI descriptions under docs/reference: what is committed is what the code says today."""

import inspect
import json
import re
from importlib import import_module
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local import openapi
from local.steps import Refusal


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return openapi.documents()


def test_what_is_committed_is_what_the_code_says(made):
    committed = {path.stem: path.read_text() for path in openapi.FOLDER.glob("*.json")}
    assert sorted(committed) == sorted(made)
    assert [name for name in made if committed[name] != made[name]] == [], "run `make docs` and commit what it writes"


def test_every_route_of_the_manifests_is_described(made):
    told = {name: {f"{method.upper()} {path}" for path, each in json.loads(text)["paths"].items() for method in each} for name, text in made.items()}
    assert told == {name: {each.route for each in its} for name, (_, its) in openapi.routes().items()}
    assert sum(map(len, told.values())) > 20


def test_descriptions_hold_together(made):
    """References lead somewhere, schemas are schemas, operations have names of their own, security is one that is defined."""
    for name, text in made.items():
        document = json.loads(text)
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', text):
            place: Any = document
            for key in reference.split("/"):
                place = place[key]
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)
        operations = [(path, each) for path, methods in document["paths"].items() for each in methods.values()]
        assert len({each["operationId"] for _, each in operations}) == len(operations), name
        for path, each in operations:
            named = {one["name"] for one in each.get("parameters", []) if one["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
            assert {scheme for one in each["security"] for scheme in one} <= set(document["components"]["securitySchemes"])


def test_who_may_call_is_told_as_in_the_manifest(made):
    paths = json.loads(made["orders"])["paths"]
    assert paths["/orders"]["post"]["security"] == [{"jwt": []}]
    assert paths["/internal/orders/{order_id}"]["get"]["security"] == [{"iam": []}]
    assert paths["/support/orders/{order_id}"]["get"]["security"] == [{"lambda": []}]
    assert json.loads(made["clickstream"])["paths"]["/clicks"]["post"]["security"] == []
    assert json.loads(made["partners"])["paths"]["/quotes"]["post"]["security"] == [{"key": []}]


EVERY = [(name, each) for name, (_, its) in openapi.routes().items() for each in its]


@pytest.mark.parametrize(("name", "route"), EVERY, ids=[f"{name} {each.route}" for name, each in EVERY])
def test_an_operation_reads_what_its_description_says_and_takes_the_path_s_parameters(made, name, route):
    """What it answers is compared in every test of a handler (`tests/handlers/conftest.py`)."""
    operation = import_module(route.module).app.operations[route.route]
    said, source = openapi.described(route.module)[route.route], inspect.getsource(operation)
    assert set(inspect.signature(operation).parameters) == set(re.findall(r"\{(\w+)\}", route.route))
    assert re.findall(r"read_body\([^,]+, (\w+)\)", source) == ([said.body.__name__] if said.body else [])
    assert ("query" in source) is (said.query is not None)
    read = next((needed for name, needed in (("= optional_key(", False), ("idempotency_key(", True)) if name in source), None)
    assert said.headers.get("Idempotency-Key") is read


def test_a_route_that_is_not_described_or_not_in_the_manifest_is_refused_by_name(monkeypatch):
    import orders.description

    routes = dict(orders.description.ROUTES)
    monkeypatch.setattr(orders.description, "ROUTES", {route: said for route, said in routes.items() if route != "GET /orders"})
    with pytest.raises(Refusal, match=r"orders: not described in description\.py: GET /orders"):
        openapi.documents()
    monkeypatch.setattr(orders.description, "ROUTES", {**routes, "GET /old": routes["GET /orders"]})
    with pytest.raises(Refusal, match="orders: described, but not in the manifest: GET /old"):
        openapi.documents()


def test_no_function_imports_a_description():
    importing = [
        path.relative_to(openapi.ROOT).as_posix()
        for path in (openapi.ROOT / "handlers").rglob("*.py")
        if path.name not in ("description.py",) and re.search(r"import .*\bdescription\b|shared\.openapi import", path.read_text())
    ]
    assert importing == []
