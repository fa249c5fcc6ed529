"""The files of a GraphQL API: schema, resolvers, functions, and which functions a resolver runs."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from platform_contract.kinds.graphql_api import javascript as appsync_js
from platform_contract.kinds.graphql_api import limits
from platform_contract.kinds.graphql_api.schema import SUBSCRIPTION, Schema, SchemaError
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices, did_you_mean
from platform_contract.platform.yaml_files import read_yaml


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
        text = _text(files["pipelines.yaml"], f"{shown}/pipelines.yaml")
        pipelines = read_yaml(text, f"{shown}/pipelines.yaml", "which functions answer a field", "Query.FIELD: [FUNCTION]")
        found = GraphqlFiles.model_validate({
            "schema_text": _text(files["schema.graphql"], f"{shown}/schema.graphql"), "pipelines": pipelines,
            "resolvers": _code(folder / "resolvers", shown), "functions": _code(folder / "functions", shown),
        })  # fmt: skip
    except ProblemsError as wrong:
        raise GraphqlFilesError([*wrong.problems]) from None
    except ValidationError:
        rule = "must be YAML: TYPE.FIELD: [functions, in order]"
        raise GraphqlFilesError([Problem(f"{shown}/pipelines.yaml", "", "", rule, "write it like `Query.board: [board]`")]) from None
    if told := list(_wrong(found, shown)):
        raise GraphqlFilesError(told)
    return found


def _code(folder: Path, shown: str) -> dict[str, str]:
    return {path.stem: _text(path, f"{shown}/{folder.name}/{path.name}") for path in sorted(folder.glob("*.js"))}


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise GraphqlFilesError([Problem(shown, "", "", "is not text in UTF-8", "save it in UTF-8")]) from None


def _wrong(files: GraphqlFiles, shown: str) -> Iterator[Problem]:
    schema = Schema(files.schema_text)
    try:
        told = list(schema.problems())
    except SchemaError as wrong:
        told = wrong.told
        yield from (Problem(f"{shown}/schema.graphql", *each) for each in told)
        return
    yield from (Problem(f"{shown}/schema.graphql", *each) for each in told)
    yield from _wiring(files, schema, shown)
    for folder, codes in (("resolvers", files.resolvers), ("functions", files.functions)):
        for name, code in codes.items():
            yield from _code_problems(code, f"{shown}/{folder}/{name}.js")


def _wiring(files: GraphqlFiles, schema: Schema, shown: str) -> Iterator[Problem]:
    """That schema, pipelines and files name the same."""
    fields, pipelines = schema.fields, f"{shown}/pipelines.yaml"
    wired = set(files.resolvers) | set(files.pipelines)
    for field in sorted(wired):
        if field not in fields:
            yield Problem(pipelines, field, "", "is no field of the schema", did_you_mean(field, fields) or "correct it")
        elif field not in files.resolvers:
            yield Problem(f"{shown}/resolvers/{field}.js", "", "", "does not exist", "write it, or remove the field from pipelines.yaml")
        elif field not in files.pipelines:
            yield Problem(pipelines, field, "", "is missing", f"say which functions resolvers/{field}.js runs")
    # A misspelt one is told already.
    for field in schema.answered if wired <= set(fields) else ():
        if field not in wired:
            what = "everybody with a token could subscribe" if field.startswith(f"{SUBSCRIPTION}.") else "callers would always get null"
            yield Problem(f"{shown}/schema.graphql", field, "", f"has no resolver: {what}", f"write resolvers/{field}.js, and name it in pipelines.yaml")
    for field, names in files.pipelines.items():
        if not names:
            yield Problem(pipelines, field, "", "runs no function, and a pipeline needs one", "name it, or remove the field")
        if len(names) > limits.MAXIMUM_FUNCTIONS:
            yield Problem(pipelines, field, "", f"runs {len(names)} functions, and AppSync runs {limits.MAXIMUM_FUNCTIONS}", "join some")
        for name in names:
            if name not in files.functions:
                hint = did_you_mean(name, files.functions) or f"write functions/{name}.js"
                yield Problem(pipelines, field, name, f"is no function; there is {choices(files.functions)}", hint)
    run = {name for names in files.pipelines.values() for name in names}
    for name in sorted(set(files.functions) - run) if run <= set(files.functions) else ():  # a misspelt one may be meant
        yield Problem(f"{shown}/functions/{name}.js", "", "", "is run by no resolver", "name it in pipelines.yaml, or remove it")
    for name in sorted(files.functions):
        if not re.fullmatch(limits.NAME, name):
            yield Problem(f"{shown}/functions/{name}.js", "", "", "is called what AppSync refuses", "use letters, digits and _, and begin with no digit")


def _code_problems(code: str, file: str) -> Iterator[Problem]:
    size = len(code.encode())
    if size > limits.MAXIMUM_CODE_BYTES:
        yield Problem(file, "", "", f"has {size} bytes, and AppSync takes {limits.MAXIMUM_CODE_BYTES}", "split it")
    for part in appsync_js.HANDLERS:
        if not re.search(rf"export\s+function\s+{part}\s*\(", code):
            yield Problem(file, "", "", f"exports no function {part}", f"add `export function {part}(ctx) {{ ... }}`")
    for line, told in appsync_js.found(code):
        if line:
            yield Problem(file, "", "", f"line {line}: {told}", "AppSync refuses it: docs/patterns/graphql.md")
