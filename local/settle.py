"""An update of the local stack after which its state tells the truth, as small as what was edited.

Where nothing at all has changed since the last one, the engine is not asked. Where nothing but the code of handlers has, only those
functions and their aliases are updated (`--target`), and the program registers their workloads alone: still the engine, still under
the guardrails, in a third of the time. Anything else, a doubt included, is an update of everything.
"""

import contextlib
import json
import os
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from local import pushed
from local.events import Summary
from local.steps import Step
from local.update import PROJECT, Stack, UpdateFailed
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.naming import function_name
from platform_contract.platform.settings import Settings, load_settings
from serverless_platform.bundles import BundleError, Modules, digest, sources

FILE = "complete.json"
"""In a stack's folder, while its last update is one of everything that ended well: what it was made of."""
MOST_WORKLOADS = 3
"""Where more workloads are edited, as by a change in `handlers/shared`, an update of everything is quicker."""
DECIDING = ("Pulumi.yaml", "__main__.py", "requirements.txt", "workloads", "components", "policies", "local", "handlers")
"""What decides what is registered, besides the stack's settings; of `handlers` all but the code."""


@dataclass(frozen=True)
class Picture:
    """What an update is made of."""

    rest: str
    """Digest of everything but the code of functions and the state."""
    state: str
    """Digest of the stack's state: another command of the engine, as `pulumi refresh`, may find that it was not true."""
    code: dict[str, str]
    """Physical name of a function -> digest of its bundle's content."""

    @classmethod
    def take(cls, stack: Stack, settings: Settings, manifests: dict[str, Manifest]) -> "Picture":
        """Raises BundleError."""
        files = sorted([*_deciding(stack.program), *(stack.program / ".build").glob("layer-*.zip")])
        names = [str(file.relative_to(stack.program)) for file in files]
        life = (stack.folder / "built-on").read_text()
        rest = digest([*files, stack.config_file], life, *names, *_surroundings(stack))
        modules, code = Modules(stack.program / "handlers"), {}
        for workload, manifest in manifests.items():
            for function, spec in manifest.functions.items():
                held = sources(modules.root, spec.handler, modules)
                code[function_name(settings, workload, function)] = digest(held.values(), *held)
        return cls(rest, digest([_state_file(stack)]), code)


def _deciding(root: Path) -> Iterator[Path]:
    for name in DECIDING:
        for file in [root / name] if (root / name).is_file() else (root / name).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts and not (name == "handlers" and file.suffix == ".py"):
                yield file


def _surroundings(stack: Stack) -> list[str]:
    """What decides and is in no file of the project: the day, because waivers expire and schedules pass; the engine; installed packages;
    environment variables that the program, the guardrails or the provider read."""
    packages = sorted(found.name for found in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    variables = sorted(f"{key}={value}" for key, value in os.environ.items() if key.startswith("SERVERLESS_PLATFORM_") or key == "PYTHONPATH")
    return [date.today().isoformat(), repr(stack.engine), sys.version, *packages, *variables]


def _state_file(stack: Stack) -> Path:
    return stack.state / ".pulumi" / "stacks" / PROJECT / f"{stack.name}.json"


def settle(stack: Stack, step: Step, force: bool = False) -> Summary:
    """Updates the stack; with `force` all of it, whatever was edited. Raises UpdateFailed with everything that was wrong."""
    before, urns = None if force else _last(stack.folder), pushed.pushed(stack.folder)
    now: Picture | None = None
    summary: Summary | None = None
    with contextlib.suppress(ProblemsError, BundleError):  # the program tells them better
        settings = _settings(stack)
        manifests = load_manifests(stack.program / "workloads", settings)
        now = Picture.take(stack, settings, manifests)
    if now and now == before and not urns:
        at = datetime.fromtimestamp((stack.folder / FILE).stat().st_mtime)
        step.say(f"nothing was edited since the last update, at {at:%H:%M}; make up FORCE=1 runs it all the same")
        return Summary()
    (stack.folder / FILE).unlink(missing_ok=True)
    if urns:  # or an edit that was taken back would pass for unchanged
        stack.run("refresh", step, "--skip-preview", *_targets(urns))
    if now and before and (before.rest, before.state, before.code.keys()) == (now.rest, now.state, now.code.keys()):
        edited = [name for name in now.code if now.code[name] != before.code[name]]
        with contextlib.suppress(ProblemsError):  # one of their workloads cannot be without another
            summary = _update_functions(stack, step, settings, manifests, edited)
    if summary is None:
        if log := stack.variables.get("SERVERLESS_PLATFORM_NOT_EMULATED_LOG"):
            Path(log).unlink(missing_ok=True)
        summary = stack.update(step)
    pushed.forget(stack.folder)
    if now:
        (stack.folder / FILE).write_text(json.dumps(asdict(replace(now, state=digest([_state_file(stack)])))))
    return summary


def _last(folder: Path) -> Picture | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Picture(**json.loads((folder / FILE).read_text()))
    return None


def _settings(stack: Stack) -> Settings:
    config = yaml.safe_load(stack.config_file.read_text())["config"]
    values = {key.removeprefix(f"{PROJECT}:"): value for key, value in config.items() if key.startswith(f"{PROJECT}:")}
    return load_settings({key: value for key, value in values.items() if value not in ("", None)}, stack.config_file.name)


def _update_functions(
    stack: Stack, step: Step, settings: Settings, manifests: dict[str, Manifest], edited: list[str]
) -> Summary | None:
    """None where only an update of everything will do. Raises ProblemsError where one workload cannot be without another."""
    of = {function_name(settings, workload, each): workload for workload, it in manifests.items() for each in it.functions}
    workloads = sorted({of[name] for name in edited})
    if not 0 < len(workloads) <= min(MOST_WORKLOADS, len(manifests) - 1):
        return None
    load_manifests(stack.program / "workloads", settings.model_copy(update={"workloads": tuple(workloads)}))
    state = _state_file(stack)
    before = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    urns = function_urns(before)
    if any(name not in urns for name in edited):
        return None
    step.say(f"only the code of {', '.join(edited)} was edited")
    config = yaml.safe_load(stack.config_file.read_text())
    config["config"][f"{PROJECT}:workloads"] = workloads
    narrow = stack.folder / f"narrow.{stack.config_file.name}"
    narrow.write_text(yaml.safe_dump(config, sort_keys=False))
    targets = [urn for name in edited for urn in urns[name]]
    targets += watching(before, set(targets))
    try:
        summary = stack.run("up", step, "--skip-preview", "--config-file", str(narrow), *_targets(targets))
    except UpdateFailed:
        step.say("that did not work by itself: everything is updated")
        return None
    _keep_the_rest(state, before, set(targets))
    return summary


def _keep_the_rest(state: Path, before: list[dict[str, Any]], targets: set[str]) -> None:
    """The state as it was, but for the targets: the program has exported the edited workloads alone."""
    content = json.loads(state.read_text())
    after = {resource["urn"]: resource for resource in content["checkpoint"]["latest"]["resources"]}
    content["checkpoint"]["latest"]["resources"] = [
        after[resource["urn"]] if resource["urn"] in targets else resource for resource in before
    ]
    draft = state.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(state)


def function_urns(resources: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Physical name of a function -> URNs of the function and its alias, from the resources of a state."""
    urns: dict[str, list[str]] = defaultdict(list)
    for resource in resources:
        if resource["type"].startswith(("aws:lambda/function:", "aws:lambda/alias:")) and (made := resource.get("outputs")):
            urns[made.get("functionName") or made.get("name")].append(resource["urn"])
    return urns


def watching(resources: list[dict[str, Any]], functions: set[str]) -> list[str]:
    """URNs of the alarms and dashboards that are about the newest version of `functions`: they change with it."""
    return [
        resource["urn"] for resource in resources if resource["type"].startswith("aws:cloudwatch/")
        and any(functions & set(urns or ()) for urns in resource.get("propertyDependencies", {}).values())
    ]  # fmt: skip


def _targets(urns: list[str]) -> list[str]:
    return [flag for urn in urns for flag in ("--target", urn)]
