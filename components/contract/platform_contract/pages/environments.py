"""What environments differ in, as a page: each setting with its value in every stack, and what of the plans it changes.

Derived, not kept: the plans of all workloads are made again with one setting of the other stack more at a time. What then still differs belongs
to none of the settings; there is nothing of that kind, and a test keeps it so.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.reading import FOLDER as WORKLOADS
from platform_contract.manifest.stack_files import stack_names, stack_settings
from platform_contract.plan.foundation import plan_foundation
from platform_contract.planning import plan_workload
from platform_contract.platform.settings import Settings

FILE = "environments.md"
BASE = "dev"
"""The stack that the others are compared with."""
EMBEDDED = ("endpoint_url", "account_id")
"""Belong together: both mean the embedded cloud, or neither does."""
IDENTITY = ("environment", "account_id", "region", "endpoint_url", "boundary_policy_name", "workloads")
"""Settings that say which stack it is; they are in names and ARNs everywhere."""
MANIFESTS = "environments: and values: in manifests"
MOST_PATHS = 12
"""Of a setting that are listed; the others are counted."""

Paths = dict[str, list[tuple[str, str]]]
"""Path in a plan, without the names of workloads and resources -> its values, as they are and without what names the stack."""


def differences(root: Path, one: str, other: str) -> tuple[dict[str, list[str]], list[str]]:
    """(setting -> paths of the plans that it changes between two stacks, paths that differ and that no setting explains). Raises ProblemsError."""
    now, wanted = stack_settings(root, one), stack_settings(root, other)
    manifests = load_manifests(root / WORKLOADS, now)
    before, explained = _plans(manifests, now), dict[str, list[str]]()
    for name in (EMBEDDED[0], *(name for name in Settings.model_fields if name not in IDENTITY)):
        together = EMBEDDED if name in EMBEDDED else (name,)
        if all(getattr(now, each) == getattr(wanted, each) for each in together):
            continue
        now = now.model_copy(update={each: getattr(wanted, each) for each in together})
        after = _plans(manifests, now)
        if name not in EMBEDDED or now.endpoint_url:  # another account alone is another name
            explained[name] = _changed(before, after)
        before = after
    manifests = {name: _written_for(each, wanted.environment) for name, each in load_manifests(root / WORKLOADS, None).items()}
    after = _plans(manifests, now)
    explained[MANIFESTS] = _changed(before, after)
    return explained, _changed(after, _plans(load_manifests(root / WORKLOADS, wanted), wanted))


def _written_for(manifest: Manifest, environment: str) -> Manifest:
    """The manifest with what it says of that environment: capacity, and values of parameters."""
    parameters = {name: spec.model_copy(update={"value": spec.value_in(environment), "values": {}}) for name, spec in manifest.parameters.items()}
    return manifest.in_environment(environment).model_copy(update={"parameters": parameters})


def _plans(manifests: Mapping[str, Manifest], settings: Settings) -> Paths:
    """Every plain value of the plans, with what names the stack taken out of texts."""
    found: Paths = defaultdict(list)
    content: dict[str, Any] = {"foundation": plan_foundation(settings).model_dump(mode="json")}
    for name, manifest in manifests.items():
        content[name] = plan_workload(manifest, settings).model_dump(mode="json")
        content[name].pop("limits")  # measures of the rest
    for path, value in _values(content):
        text = json.dumps(value)
        found[path].append((text, _unnamed(text, settings)))
    return found


def _values(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """(path, value); what is called by somebody, such as a workload or a function, is `*`."""
    if isinstance(part, dict) and part:
        for name, each in part.items():
            fixed = re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name) and (len(path) != 0 or name == "foundation")
            yield from _values(each, (*path, name if fixed and not _is_named(path) else "*"))
    elif isinstance(part, list) and part:
        for each in part:
            yield from _values(each, (*path, "[]"))
    else:
        yield ".".join(path[1:] if path[:1] == ("*",) else path), part


NAMED = {
    "functions", "tables", "queues", "buckets", "apis", "rest_apis", "sockets", "graphql", "workflows", "secrets", "parameters", "rotations", "queue_triggers",
    "topics", "buses", "rules", "streams", "ordered_triggers", "groups", "schedules", "indexes", "environment", "references", "routes", "dimensions",
}  # fmt: skip
"""Parts of a plan whose keys somebody has chosen."""


def _is_named(path: tuple[str, ...]) -> bool:
    return bool(path) and path[-1] in NAMED


def _unnamed(text: str, settings: Settings) -> str:
    for own, instead in ((settings.account_id, "ACCOUNT"), (settings.region, "REGION")):
        text = text.replace(own, instead)
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(settings.environment)}(?![A-Za-z0-9])", "ENVIRONMENT", text)


def _changed(before: Paths, after: Paths) -> list[str]:
    return sorted(path for path in {*before, *after} if _differ(before.get(path, []), after.get(path, [])))


def _differ(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> bool:
    """A value that is the same text in both does not name the stack, whatever it is like."""
    return len(before) != len(after) or any(one[0] != other[0] and one[1] != other[1] for one, other in zip(before, after, strict=True))


def page(root: Path) -> str:
    """docs/reference/environments.md. Raises ProblemsError."""
    stacks = [BASE, *(stack for stack in stack_names(root) if stack != BASE)]
    settings = {stack: stack_settings(root, stack) for stack in stacks}
    lines = [
        "# What environments differ in", "",
        "Every stack is made by the same program of the same manifests. What differs is data: `Pulumi.STACK.yaml`, and capacity under `environments:` of a manifest. A further",
        "environment is one such file more (docs/how-to/add-an-environment.md).", "",
        f"| setting | {' | '.join(stacks)} |", f"|---|{'---|' * len(stacks)}",
    ]  # fmt: skip
    for name in Settings.model_fields:
        values = [_shown(getattr(settings[stack], name)) for stack in stacks]
        if len(set(values)) > 1:
            lines.append(f"| `{name}` | {' | '.join(values)} |")
    for stack in stacks[1:]:
        explained, left = differences(root, BASE, stack)
        lines += ["", f"## {BASE} and {stack}", "", "| because of | differs in the plan |", "|---|---|"]
        for name, paths in explained.items():
            listed = ", ".join(f"`{path}`" for path in paths[:MOST_PATHS]) + (f" and {len(paths) - MOST_PATHS} more" if len(paths) > MOST_PATHS else "")
            lines.append(f"| `{name}` | {listed or 'nothing of a plan: the program or a tool reads it'} |")
        lines += [f"| **nothing that is written down** | {', '.join(f'`{path}`' for path in left)} |"] if left else []
    return "\n".join(lines) + "\n"


def _shown(value: Any) -> str:
    plain = value.model_dump(mode="json", exclude_defaults=True) if hasattr(value, "model_dump") else value
    if isinstance(plain, dict):
        plain = {key: each.model_dump(mode="json") if hasattr(each, "model_dump") else each for key, each in plain.items()}
    return json.dumps(plain, default=str).replace("|", "\\|")
