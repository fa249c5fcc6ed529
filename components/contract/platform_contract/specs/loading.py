"""Reads manifests. Syntax, shape, agreement with the stack's settings and physical names: everything wrong is told at once."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from platform_contract import naming
from platform_contract.problems import Problem, ProblemsError, problems_of
from platform_contract.settings import Settings
from platform_contract.specs.manifest import Manifest


class _UniqueKeys(yaml.SafeLoader):
    """YAML without its habit of letting the last of two equal keys win."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key!r} is there twice (line {seen[key]} too)", key_node.start_mark
            )
        seen[key] = key_node.start_mark.line + 1
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(text: str, file: str) -> dict[str, Any]:
    """The mapping in `text`. Raises ProblemsError with the line where it is not YAML."""
    try:
        content = yaml.load(text, _UniqueKeys)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else ""
        raise ProblemsError(
            [Problem(file=file, field=line, rule=f"is not YAML that can be used: {getattr(error, 'problem', error)}")]
        ) from None
    if not isinstance(content, dict):
        raise ProblemsError(
            [Problem(file=file, rule="must be a mapping of fields to values", fix="see docs/how-to/add-a-workload.md")]
        )
    return content


def load_manifest(text: str, file: str, settings: Settings) -> Manifest:
    """One manifest. Raises ProblemsError with everything that is wrong with it."""
    content = read_yaml(text, file)
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        problems = []
        for problem in problems_of(error, Manifest, file):
            rules = problem.rule.split(" | ") if not problem.field else [problem.rule]
            for rule in rules:
                head, _, fix = rule.partition("; ")
                problems.append(problem.model_copy(update={"rule": head, "fix": fix or problem.fix}))
        raise ProblemsError(problems) from None
    problems = [*_with_settings(manifest, settings, file), *_names(manifest, settings, file)]
    if problems:
        raise ProblemsError(problems)
    return manifest


def load_manifests(folder: Path, settings: Settings) -> dict[str, Manifest]:
    """Every `*.yaml` of `folder` by name, only the asked-for ones where settings name some. Raises ProblemsError for all files."""
    manifests: dict[str, Manifest] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        file = f"{folder.name}/{path.name}"
        try:
            manifest = load_manifest(path.read_text(encoding="utf-8"), file, settings)
        except ProblemsError as error:
            problems += error.problems
            continue
        if manifest.name != path.stem:
            problems.append(
                Problem(
                    file=file,
                    field="name",
                    value=manifest.name,
                    rule="must be the name of its file",
                    fix=f"rename the file to {manifest.name}.yaml or set `name: {path.stem}`",
                )
            )
        manifests[manifest.name] = manifest
    known = {path.stem for path in folder.glob("*.yaml")}
    for name in settings.workloads:
        if name not in known:
            problems.append(
                Problem(
                    file="settings",
                    field="workloads",
                    value=name,
                    rule=f"there is no {folder.name}/{name}.yaml",
                    fix=f"there is {', '.join(sorted(known))}",
                )
            )
    if problems:
        raise ProblemsError(problems)
    return {name: manifest for name, manifest in manifests.items() if not settings.workloads or name in settings.workloads}


def check_handlers(manifests: dict[str, Manifest], handlers: Path, folder: str = "workloads") -> None:
    """Every function's module is there. Raises ProblemsError with those that are not."""
    problems = []
    for name, manifest in manifests.items():
        for function, spec in manifest.functions.items():
            module = handlers.joinpath(*spec.handler.split(".")[:-1])
            if not module.with_suffix(".py").is_file() and not (module / "__init__.py").is_file():
                wanted = module.with_suffix(".py").relative_to(handlers.parent)
                problems.append(
                    Problem(
                        file=f"{folder}/{name}.yaml",
                        field=f"functions.{function}.handler",
                        value=spec.handler,
                        rule=f"there is no {wanted}",
                        fix="make it, or correct the name",
                    )
                )
    if problems:
        raise ProblemsError(problems)


def _with_settings(manifest: Manifest, settings: Settings, file: str) -> list[Problem]:
    problems = []
    if manifest.owner not in settings.teams:
        problems.append(
            Problem(
                file=file,
                field="owner",
                value=manifest.owner,
                rule="is no team of this stack",
                fix=f"known are {', '.join(sorted(settings.teams))}",
            )
        )
    if manifest.phase != "pilot":
        problems.append(
            Problem(file=file, field="phase", value=manifest.phase, rule="is not built yet", fix="use `phase: pilot`")
        )
    return problems


def _names(manifest: Manifest, settings: Settings, file: str) -> list[Problem]:
    wanted = [("key_alias", "name", (manifest.name,), 1)]
    for function in manifest.functions:
        wanted += [(kind, f"functions.{function}", (manifest.name, function), 1) for kind in ("function", "role")]
    wanted += [("table", f"tables.{name}", (manifest.name, name), spec.generation) for name, spec in manifest.tables.items()]
    for name, queue in manifest.queues.items():
        wanted += [(kind, f"queues.{name}", (manifest.name, name), queue.generation) for kind in ("queue", "dead_letter_queue")]
    wanted += [
        ("bucket", f"buckets.{name}", (manifest.name, name), bucket.generation) for name, bucket in manifest.buckets.items()
    ]
    problems = []
    for kind, field, parts, generation in wanted:
        try:
            naming.physical_name(kind, settings, *parts, generation=generation)
        except naming.NameTooLong as error:
            rule, _, fix = str(error).partition("; ")
            problems.append(Problem(file=file, field=field, rule=rule, fix=fix))
    return problems
