"""The files of a GraphQL API: schema, resolvers, functions, and which functions a resolver runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ..problems import Problem, choices, did_you_mean
from ..standards import appsync


class GraphqlFiles(BaseModel):
    """What a GraphQL API is made of, as text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_text: str
    resolvers: dict[str, str]
    """TYPE.FIELD -> code."""
    functions: dict[str, str]
    """Name -> code."""
    pipelines: dict[str, list[str]]
    """TYPE.FIELD -> functions that its resolver runs, in order."""


class GraphqlFilesError(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_graphql(folder: Path) -> GraphqlFiles:
    """The files in `folder`. Raises GraphqlFilesError with everything that is missing or does not fit together."""
    shown = f"{folder.parent.name}/{folder.name}"
    files = {"schema.graphql": folder / "schema.graphql", "pipelines.yaml": folder / "pipelines.yaml"}
    missing = [Problem(f"{shown}/{name}", "", "", "does not exist", "write it: docs/patterns/graphql.md") for name, path in files.items() if not path.is_file()]
    if missing:
        raise GraphqlFilesError(missing)
    try:
        pipelines: Any = yaml.safe_load(files["pipelines.yaml"].read_text(encoding="utf-8")) or {}
        found = GraphqlFiles(
            schema_text=files["schema.graphql"].read_text(encoding="utf-8"), pipelines=pipelines,
            resolvers=_code(folder / "resolvers"), functions=_code(folder / "functions"),
        )  # fmt: skip
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError):
        rule = "must be YAML: TYPE.FIELD: [functions, in order]"
        raise GraphqlFilesError([Problem(f"{shown}/pipelines.yaml", "", "", rule, "write it like `Query.board: [board]`")]) from None
    if wrong := list(_wrong(found, shown)):
        raise GraphqlFilesError(wrong)
    return found


def _code(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}


def _wrong(files: GraphqlFiles, shown: str) -> Iterator[Problem]:
    fields = _fields(files.schema_text)
    for field in sorted(set(files.resolvers) | set(files.pipelines)):
        if field not in fields:
            yield Problem(f"{shown}/pipelines.yaml", field, "", "is no field of the schema", did_you_mean(field, fields) or "correct it")
        elif field not in files.resolvers:
            yield Problem(f"{shown}/resolvers/{field}.js", "", "", "does not exist", "write it, or remove the field from pipelines.yaml")
        elif field not in files.pipelines:
            yield Problem(f"{shown}/pipelines.yaml", field, "", "is missing", f"say which functions resolvers/{field}.js runs")
    for field, names in files.pipelines.items():
        if len(names) > appsync.MAXIMUM_FUNCTIONS:
            yield Problem(f"{shown}/pipelines.yaml", field, "", f"runs {len(names)} functions, and AppSync runs {appsync.MAXIMUM_FUNCTIONS}", "join some")
        for name in names:
            if name not in files.functions:
                hint = did_you_mean(name, files.functions) or f"write functions/{name}.js"
                yield Problem(f"{shown}/pipelines.yaml", field, name, f"is no function; there is {choices(files.functions)}", hint)
    for folder, codes in (("resolvers", files.resolvers), ("functions", files.functions)):
        for name, code in codes.items():
            size = len(code.encode())
            if size > appsync.MAXIMUM_CODE_BYTES:
                yield Problem(f"{shown}/{folder}/{name}.js", "", "", f"has {size} bytes, and AppSync takes {appsync.MAXIMUM_CODE_BYTES}", "split it")
            for part in ("request", "response"):
                if not re.search(rf"export\s+function\s+{part}\s*\(", code):
                    yield Problem(f"{shown}/{folder}/{name}.js", "", "", f"exports no function {part}", f"add `export function {part}(ctx) {{ ... }}`")
    run = {name for names in files.pipelines.values() for name in names}
    for name in sorted(set(files.functions) - run) if run <= set(files.functions) else ():  # a misspelt one may be meant
        yield Problem(f"{shown}/functions/{name}.js", "", "", "is run by no resolver", "name it in pipelines.yaml, or remove it")


def _fields(schema: str) -> set[str]:
    """TYPE.FIELD of every field in a schema; comments and arguments left out."""
    text = re.sub(r"#[^\n]*", "", schema)
    fields = set()
    for kind, body in re.findall(r"\btype\s+(\w+)[^{]*\{([^}]*)\}", text):
        without_arguments = re.sub(r"\([^)]*\)", "", body)
        fields |= {f"{kind}.{field}" for field in re.findall(r"(\w+)\s*:", without_arguments)}
    return fields
