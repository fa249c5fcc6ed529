"""OpenAPI descriptions of the HTTP and REST APIs: `python -m local.openapi` writes docs/reference/openapi/WORKLOAD.json.

Routes and who may call them come from the manifest, what they take and answer from `handlers/WORKLOAD/description.py`, what they do from the
operation's docstring. Part of `make docs`; no function imports any of it.
"""

import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from pydantic.json_schema import models_json_schema

from local.paths import ROOT
from local.steps import Refusal, console, run_command
from local.up import read_settings
from platform_contract.manifest import load_manifests
from platform_contract.planning import plan_workload

FOLDER = ROOT / "docs" / "reference" / "openapi"
STACK = "dev"
"""Whose settings are read; routes and models are the same everywhere."""
SCHEMAS = "#/components/schemas/{model}"
SECURITY: dict[str, dict[str, Any]] = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of the stack's issuer."},
    "iam": {
        "type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4",
        "description": "The request is signed with AWS Signature Version 4.",
    },
    "lambda": {"type": "http", "scheme": "bearer", "description": "A token, by whose groups a function of the workload decides."},
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The key of one client; it has a tier with limits."},
}  # fmt: skip
"""Authorizer of a route, as the plan names it -> OpenAPI's security scheme."""


class Route(NamedTuple):
    """A route of a manifest."""

    route: str
    module: str
    """Of the function's handler."""
    authorizer: str


def routes() -> dict[str, tuple[str, list[Route]]]:
    """Workload -> what it is for, and its routes; only workloads with an HTTP or REST API."""
    settings, found = read_settings(STACK, {}), {}
    for name, manifest in load_manifests(ROOT / "workloads", settings).items():
        plan = plan_workload(manifest, settings)
        modules = {function: each.handler.rpartition(".")[0] for function, each in plan.functions.items()}
        its = [Route(each.route, modules[each.function], each.authorizer) for api in plan.apis.values() for each in api.routes]
        its += [
            Route(f"{each.method} {each.path}", modules[each.function], each.authorizer)
            for rest in plan.rest_apis.values() for each in rest.methods
        ]  # fmt: skip
        if its:
            found[name] = (manifest.summary, its)
    return found


def described(module: str) -> Mapping[str, Any]:
    """Route -> what its workload says of it. Raises Refusal where it says nothing at all."""
    package = module.partition(".")[0]
    path = ROOT / "handlers" / package / "description.py"
    if not path.is_file():
        raise Refusal(f"{path.relative_to(ROOT)} is missing: it says what the routes of {package} take and answer; copy another workload's")
    found: Mapping[str, Any] = importlib.import_module(f"{package}.description").ROUTES
    return found


def documents() -> dict[str, str]:
    """Workload -> its description as JSON text. Raises Refusal for a route that is not described, or not served, or not in the manifest."""
    sys.path[:0] = [] if str(ROOT / "handlers") in sys.path else [str(ROOT / "handlers")]
    for name in ("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"):  # read when handlers are imported
        os.environ.setdefault(name, "docs")
    return {name: json.dumps(document(name, *what), indent=2, ensure_ascii=False) + "\n" for name, what in routes().items()}


def document(name: str, summary: str, its: list[Route]) -> dict[str, Any]:
    from shared.openapi import Problem

    says: dict[str, Any] = {each.route: described(each.module).get(each.route) for each in its}
    serve = {each.route: importlib.import_module(each.module).app.operations.get(each.route) for each in its}
    known = {route for each in its for route in described(each.module)}
    _refuse(name, "not described in description.py", (route for route, said in says.items() if said is None))
    _refuse(name, "not served by its function", (route for route, operation in serve.items() if operation is None))
    _refuse(name, "described, but not in the manifest", known - set(says))
    models = {(Problem, "serialization")}
    for said in says.values():
        models |= {(each, "validation") for each in (said.body, said.query) if each} | {(each, "serialization") for each in said.answers.values()}
    ordered = sorted(models, key=lambda each: (each[0].__name__, each[1]))
    refs, definitions = models_json_schema(ordered, ref_template=SCHEMAS)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for each in its:
        method, _, path = each.route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(each, serve[each.route], says[each.route], refs, definitions["$defs"])
    used = sorted({each.authorizer for each in its} & set(SECURITY))
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": summary},
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "responses": {"Problem": _content(refs[(Problem, "serialization")], "The request cannot be served.")},
            "securitySchemes": {scheme: SECURITY[scheme] for scheme in used},
        },
    }  # fmt: skip


def _operation(route: Route, operation: Any, said: Any, refs: Mapping[Any, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    path = route.route.partition(" ")[2]
    names = re.findall(r"\{(\w+)\+?\}", path)
    parameters = [{"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names]
    if said.query:
        schema = schemas[refs[(said.query, "validation")]["$ref"].rpartition("/")[2]]
        needed = schema.get("required", [])
        parameters += [{"name": each, "in": "query", "required": each in needed, "schema": what} for each, what in schema["properties"].items()]
    parameters += [
        {"name": each, "in": "header", "required": needed, "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"}}
        for each, needed in said.headers.items()
    ]  # fmt: skip
    made: dict[str, Any] = {"operationId": f"{route.module}.{operation.__name__}"}
    if operation.__doc__:
        made["description"] = " ".join(operation.__doc__.split())
    if parameters:
        made["parameters"] = parameters
    if said.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[(said.body, "validation")]}}}
    made["responses"] = {
        str(status): _content(refs[(model, "serialization")], HTTPStatus(status).phrase) for status, model in sorted(said.answers.items())
    } | {"default": {"$ref": "#/components/responses/Problem"}}
    made["security"] = [{route.authorizer: []}] if route.authorizer in SECURITY else []
    return made


def _content(schema: Mapping[str, Any], what: str) -> dict[str, Any]:
    return {"description": what, "content": {"application/json": {"schema": schema}}}


def _refuse(name: str, why: str, which: Iterator[str] | set[str]) -> None:
    if wrong := sorted(which):
        raise Refusal(f"{name}: {why}: {', '.join(wrong)}")


def write(folder: Path = FOLDER) -> list[str]:
    """Writes every description and removes those of APIs that are gone. Returns the names of the files."""
    made = documents()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        if old.stem not in made:
            old.unlink()
    for name, text in made.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return sorted(f"{name}.json" for name in made)


def main() -> None:
    console.print(f"wrote {', '.join(write())} to {FOLDER.relative_to(ROOT)}/", markup=False)


if __name__ == "__main__":
    sys.exit(run_command(main))
