"""Manifests from files and text: YAML, form, and what they say about each other. All problems of all files at once."""

import ast
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from platform_contract.kinds.graphql_api.resolvers import GraphqlFilesError, read_graphql
from platform_contract.manifest.capacity_checks import check_environments, told_at
from platform_contract.manifest.checks import Broken, check_alone
from platform_contract.manifest.counted import counted
from platform_contract.manifest.metric import metric_name
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.references import check_clashes, check_shares, check_uses
from platform_contract.manifest.rest_checks import check_cache
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices, did_you_mean, from_validation, shown
from platform_contract.platform.json_schemas import SchemaError, draft4
from platform_contract.platform.settings import Settings
from platform_contract.platform.yaml_files import read_yaml

FOLDER = "workloads"


@lru_cache(maxsize=256)
def parse_manifest(text: str, file: str) -> Manifest:
    """A manifest whose form is right; nothing is checked yet that needs settings or other manifests. Raises ProblemsError.

    The same text is read once: what checks all stacks reads each manifest for each of them.
    """
    return shape_manifest(read_yaml(text, file), file)


def shape_manifest(content: dict[str, Any], file: str) -> Manifest:
    """What YAML holds as a manifest. Raises ProblemsError with everything that is wrong with its form."""
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        raise ProblemsError(from_validation(error, Manifest, file)) from None


def read_manifest(text: str, file: str, settings: Settings, today: date | None = None) -> Manifest:
    """One manifest by itself as it is in the environment of `settings`, fully checked: it can use no other workload's resources.

    Raises ProblemsError.
    """
    return check_manifest(parse_manifest(text, file), file, settings, today or date.today())


def check_manifest(written: Manifest, file: str, settings: Settings, today: date) -> Manifest:
    """One manifest by itself as it is in the environment of `settings`. Raises ProblemsError with what is wrong beyond its form."""
    manifest, wrong = _alone(written, written.name, settings, today)
    wrong += check_uses(manifest, {}, frozenset())
    wrong += check_shares(manifest, frozenset(consumer for consumers in manifest.shares.values() for consumer in consumers))
    wrong += [broken for _, broken in check_clashes({manifest.name: manifest}, settings)]
    if wrong:
        raise ProblemsError(_problem(file, each) for each in wrong)
    return manifest


def _alone(written: Manifest, file_stem: str, settings: Settings | None, today: date) -> tuple[Manifest, list[Broken]]:
    """A manifest as it is in the environment of the settings, and what is wrong with it alone."""
    wrong = [*check_environments(written), *check_cache(written)]
    if settings is None:
        return written, [*wrong, *check_alone(written, file_stem, None, today)]
    here = written.in_environment(settings.environment)
    for path, value, rule, fix in check_alone(here, file_stem, settings, today):
        wrong.append((told_at(written, settings.environment, path), value, rule, fix))
    return here, wrong


def load_manifests(folder: Path, settings: Settings | None, today: date | None = None) -> dict[str, Manifest]:
    """Workload -> manifest for every file in `folder`, or those that `settings.workloads` names; by name, as they are in the environment
    of the settings.

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
        manifest, wrong = _alone(manifest, path.stem, settings, today or date.today())
        problems += [_problem(file, each) for each in wrong]
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
        problems += _check_metrics(name, manifest, handlers)
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


def _check_metrics(name: str, manifest: Manifest, handlers: Path) -> Iterable[Problem]:
    if not manifest.metrics:
        return
    found = counted(handlers, (function.handler.rpartition(".")[0] for function in manifest.functions.values()))
    for metric in manifest.metrics:
        if (wanted := metric_name(metric)) not in found:
            hint = did_you_mean(wanted, sorted(found)) or f'count("{wanted}") where it happens, with `count` of shared.observability'
            yield Problem(f"{FOLDER}/{name}.yaml", f"metrics.{metric}", "", f"is counted nowhere: no code of its functions counts {wanted}", hint)


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
