"""Manifests from files and text: YAML, form, and what they say about each other. All problems of all files at once."""

import ast
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ..json_schemas import SchemaError, draft4
from ..problems import Problem, ProblemsError, choices, did_you_mean, from_validation, shown
from ..settings import Settings
from .checks import Broken, check_alone
from .manifest import Manifest
from .references import check_clashes, check_reserved, check_shares, check_uses
from .resolvers import GraphqlFilesError, read_graphql

FOLDER = "workloads"

MERGE = "tag:yaml.org,2002:merge"
"""Tag of the key `<<`."""


class _Loader(yaml.SafeLoader):
    """YAML as manifests are written: a key that comes twice is a mistake, not the last one's win."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == MERGE:
            continue
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            rule = "a key must be text, and YAML reads this one as something else"
            raise _Unreadable(f"line {line}", shown(key), rule, "write it in quotes")
        if key in seen:
            raise _Unreadable(f"line {line}", key, f"comes twice; first on line {seen[key]}", "merge the two, or rename one")
        seen[key] = line
    loader.flatten_mapping(node)
    return {loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Unreadable(Exception):
    def __init__(self, field: str, value: str, rule: str, fix: str) -> None:
        self.field, self.value, self.rule, self.fix = field, value, rule, fix


def read_yaml(text: str, file: str) -> dict[str, Any]:
    """The mapping in `text`. Raises ProblemsError with the line of what cannot be read."""
    try:
        loader = _Loader(text)
        try:
            content = loader.get_single_data()
        finally:
            loader.dispose()
    except _Unreadable as wrong:
        raise ProblemsError([Problem(file, wrong.field, wrong.value, wrong.rule, wrong.fix)]) from None
    except RecursionError:
        raise ProblemsError([Problem(file, "", "", "has brackets within brackets without end", "close them")]) from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        rule = f"is not readable as YAML: {wrong.problem or wrong.context or 'syntax error'}"
        fix = _yaml_advice(f"{wrong.problem} {wrong.context}")
        raise ProblemsError([Problem(file, line, "", rule, fix)]) from None
    except yaml.YAMLError as wrong:
        raise ProblemsError(
            [Problem(file, "", "", f"is not readable as YAML: {wrong}", "save it as plain text in UTF-8")]
        ) from None
    if content is None:
        raise ProblemsError([Problem(file, "", "", "is empty", "write a manifest, or remove the file")])
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "a single value"
        raise ProblemsError([Problem(file, "", "", f"is {kind}, not a mapping", "begin with `name: ...`")])
    return content


def _yaml_advice(problem: str) -> str:
    if "tab" in problem or "\\t" in problem:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return "put text that holds `: ` in quotes"
    if "could not determine a constructor" in problem:
        return "remove the tag that begins with `!`: manifests are plain data"
    if "alias" in problem or "got '?'" in problem:
        return "put text that holds `*`, `&` or `?` in quotes, such as a cron expression"
    return "look at this line and the one before: indentation, brackets, quotes"


def parse_manifest(text: str, file: str) -> Manifest:
    """A manifest whose form is right; nothing is checked yet that needs settings or other manifests. Raises ProblemsError."""
    return shape_manifest(read_yaml(text, file), file)


def shape_manifest(content: dict[str, Any], file: str) -> Manifest:
    """What YAML holds as a manifest. Raises ProblemsError with everything that is wrong with its form."""
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        raise ProblemsError(from_validation(error, Manifest, file)) from None


def read_manifest(text: str, file: str, settings: Settings, today: date | None = None) -> Manifest:
    """One manifest by itself, fully checked: it can use no other workload's resources. Raises ProblemsError."""
    manifest = parse_manifest(text, file)
    check_manifest(manifest, file, settings, today or date.today())
    return manifest


def check_manifest(manifest: Manifest, file: str, settings: Settings, today: date) -> None:
    """What is wrong with one manifest by itself beyond its form. Raises ProblemsError."""
    wrong = [*check_alone(manifest, manifest.name, settings, today), *check_uses(manifest, {}, frozenset())]
    wrong += check_shares(manifest, frozenset(consumer for consumers in manifest.shares.values() for consumer in consumers))
    wrong += [broken for _, broken in check_clashes({manifest.name: manifest}, settings)]
    if wrong:
        raise ProblemsError(_problem(file, each) for each in wrong)


def load_manifests(folder: Path, settings: Settings | None, today: date | None = None) -> dict[str, Manifest]:
    """Workload -> manifest for every file in `folder`, or those that `settings.workloads` names; by name.

    Without settings (broken themselves), what they decide is not checked. Raises ProblemsError with all problems of all files.
    """
    problems: list[Problem] = []
    manifests: dict[str, Manifest] = {}
    files: dict[str, str] = {}
    unreadable: set[str] = set()
    for path in sorted(folder.glob("*.y*ml")):
        file = f"{folder.name}/{path.name}"
        if path.suffix != ".yaml":
            problems.append(Problem(file, "", "", "has another ending than .yaml", f"rename it to {path.stem}.yaml"))
            continue
        try:
            manifest = parse_manifest(_text(path, file), file)
        except ProblemsError as error:
            problems += error.problems
            unreadable.add(path.stem)
            continue
        problems += [_problem(file, each) for each in check_alone(manifest, path.stem, settings, today or date.today())]
        manifests[path.stem], files[manifest.name] = manifest, file
    if not files and not problems:
        problems.append(Problem(f"{folder.name}/", "", "", "holds no manifest", "add one: docs/how-to/add-a-workload.md"))
    named = {manifest.name: manifest for manifest in manifests.values()}
    problems += _together(named, files, frozenset(unreadable), settings)
    chosen, missing = _chosen(named, frozenset(unreadable), settings)
    problems += missing
    if problems:
        raise ProblemsError(problems)
    return chosen


def _text(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ProblemsError([Problem(file, "", "", "is not text in UTF-8", "save it in UTF-8")]) from None


def _together(
    manifests: Mapping[str, Manifest], files: Mapping[str, str], unreadable: frozenset[str], settings: Settings | None
) -> Iterable[Problem]:
    known = frozenset(manifests) | unreadable
    for name, manifest in manifests.items():
        for broken in (*check_uses(manifest, manifests, unreadable), *check_shares(manifest, known)):
            yield _problem(files[name], broken)
    if settings is not None:
        for name, broken in check_clashes(manifests, settings):
            yield _problem(files[name], broken)
        for broken in check_reserved(manifests, settings):
            yield _problem("settings", broken)


def _chosen(
    manifests: dict[str, Manifest], unreadable: frozenset[str], settings: Settings | None
) -> tuple[dict[str, Manifest], list[Problem]]:
    """The manifests that the settings choose, and what is wrong with the choice."""
    if settings is None or not settings.workloads:
        return manifests, []
    wrong = []
    for name in settings.workloads:
        if name not in manifests and name not in unreadable:
            hint = did_you_mean(name, manifests)
            wrong.append(
                Problem(
                    "settings", "workloads", name, f"is no workload; there is {choices(sorted(manifests))}", hint or "correct it"
                )
            )
    chosen = {name: manifest for name, manifest in manifests.items() if name in settings.workloads}
    for name, manifest in chosen.items():
        owners = {used.partition(".")[0] for function in manifest.functions.values() for used in function.uses if "." in used}
        for owner in sorted(owners - set(chosen)):
            wrong.append(
                Problem("settings", "workloads", name, f"uses resources of '{owner}', which is left out", f"add {owner}")
            )
    return chosen, wrong


def check_handlers(manifests: Mapping[str, Manifest], handlers: Path) -> None:
    """Every function has its code under `handlers`, every event its schema. Raises ProblemsError with all that lack it."""
    problems: list[Problem] = []
    for name, manifest in manifests.items():
        problems += _check_schemas(name, manifest, handlers)
        if manifest.graphql is not None:
            try:
                read_graphql(workload_folder(handlers, name))
            except GraphqlFilesError as wrong:
                problems += wrong.problems
        for function_name, function in manifest.functions.items():
            *modules, entry = function.handler.split(".")
            path = handlers.joinpath(*modules).with_suffix(".py")
            shown_path = f"{handlers.name}/{'/'.join(modules)}.py"
            broken = None
            try:
                if not path.is_file():
                    broken = (f"there is no file {shown_path}", "write it, or correct the handler")
                elif entry not in (defined := _defined(path)):
                    hint = did_you_mean(entry, defined) or f"define `{entry}(event, context)` there"
                    broken = (f"{shown_path} defines no `{entry}`", hint)
            except SyntaxError as error:
                broken = (f"{shown_path} is not Python: line {error.lineno}: {error.msg}", "correct it there")
            except UnicodeDecodeError:
                broken = (f"{shown_path} is not text in UTF-8", "save it in UTF-8")
            if broken:
                problems.append(Problem(f"{FOLDER}/{name}.yaml", f"functions.{function_name}.handler", function.handler, *broken))
    if problems:
        raise ProblemsError(problems)


def workload_folder(handlers: Path, workload: str) -> Path:
    """Where the code of a workload is: Python knows no dashes."""
    return handlers / workload.replace("-", "_")


def schema_path(handlers: Path, workload: str, model: str) -> Path:
    """Where the JSON schema of a model is published: made from the model in contracts.py of the workload."""
    return workload_folder(handlers, workload) / "schemas" / f"{model}.json"


def _check_schemas(name: str, manifest: Manifest, handlers: Path) -> Iterable[Problem]:
    for field, model in manifest.models.items():
        path = schema_path(handlers, name, model)
        shown_path = f"{handlers.name}/{path.relative_to(handlers)}"
        if not path.is_file():
            yield Problem(f"{FOLDER}/{name}.yaml", field, model, f"there is no file {shown_path}",
                          f"define the model {model} in contracts.py of the workload and run `make docs`")  # fmt: skip
            continue
        try:
            draft4(path.read_text(encoding="utf-8"))
        except SchemaError as wrong:
            yield Problem(f"{FOLDER}/{name}.yaml", field, model, f"is a schema that AWS cannot read: {wrong}", f"change the model {model}")
        except ValueError:
            yield Problem(f"{FOLDER}/{name}.yaml", field, model, f"{shown_path} is not JSON", "run `make docs` to write it again")


def _defined(path: Path) -> list[str]:
    """Names that a module binds at its top level. Raises SyntaxError or UnicodeDecodeError if it is no Python."""
    names: list[str] = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [alias.asname or alias.name for alias in node.names]
    return names


def _problem(file: str, broken: Broken) -> Problem:
    path, value, rule, fix = broken
    return Problem(file, path, shown(value, path), rule, fix)
