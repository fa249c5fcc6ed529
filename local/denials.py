"""Permissions that a run showed to be missing, in words that name the verb and the line of the manifest.

The embedded cloud asks IAM for every call of a function and writes the answers down (`local/ministack_entry.py`).
"""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from local.access_grants import Call, granted, recorded
from local.cloud import Cloud, access_log
from platform_contract.kinds.secret import ARN_SUFFIX
from platform_contract.plan.model import WorkloadPlan
from platform_contract.registry import SECTIONS, VERBS

_BELOW = re.compile(r"(/index/.*|/stream/.*)$")


def marked(cloud_folder: Path) -> int:
    """Where the record of answers ends now: what comes later belongs to the next look."""
    return len(recorded(access_log(cloud_folder)))


def denials(cloud: Cloud, cloud_folder: Path, plans: Iterable[WorkloadPlan], manifests: Path, since: int = 0) -> list[str]:
    """A sentence for each permission that a function was denied since `since`, and still has not. `manifests`: their folder."""
    calls = {call for call in recorded(access_log(cloud_folder))[since:] if call.decision != "Allow"}
    if not calls:
        return []
    grants = granted(cloud)
    missing = [call for call in sorted(calls) if call.decision == "Deny" or not any(grant.covers(call) for grant in grants)]
    by_role = {function.role_name: (plan, name) for plan in plans for name, function in plan.functions.items()}
    return list(dict.fromkeys(_told(call, *by_role[call.role], manifests) for call in missing if call.role in by_role))


def _told(call: Call, plan: WorkloadPlan, function: str, manifests: Path) -> str:
    who = f"{plan.name}/{function} was denied {call.action}"
    resource = _resource(call, plan)
    if resource is None:
        return f"{who} on {call.resource}: the manifest of {plan.name} has nothing of that name; a function reaches what its workload has, by `uses`"
    kind, name = resource
    verbs = least_verbs(kind, call.action)
    file = manifests / f"{plan.name}.yaml"
    place = f"functions.{function}.uses.{name}"
    where = f"{manifests.name}/{file.name}:{_line(file, function, name)}"
    if not verbs:
        return f"{who} on the {kind} {name} ({where}): no verb of a {kind} allows it; known are {', '.join(VERBS[kind])}"
    return f"{who} on the {kind} {name}: add {' or '.join(f'`{verb}`' for verb in verbs)} to {place} ({where})"


def least_verbs(kind: str, action: str) -> list[str]:
    """The verbs with the fewest actions of those that allow `action` on a resource of this kind."""
    sizes = {
        name: sum(len(permission.actions) for permission in verb.permissions)
        for name, verb in VERBS[kind].items() if any(action in permission.actions for permission in verb.permissions)
    }  # fmt: skip
    return [name for name, size in sizes.items() if size == min(sizes.values())]


def _resource(call: Call, plan: WorkloadPlan) -> tuple[str, str] | None:
    """(kind, name in the manifest) of what the call was about."""
    asked = _BELOW.sub("", call.resource)
    for section, kind in SECTIONS.items():
        for name, part in getattr(plan, section).items():
            arn = part.arn.removesuffix(ARN_SUFFIX)
            if asked == arn or (kind == "bucket" and asked.startswith(f"{arn}/")) or (kind == "secret" and asked.startswith(f"{arn}-")):
                return kind, name
    return None


def _line(file: Path, function: str, resource: str) -> int:
    """Line of the resource under `uses` of the function, else of the function, else 1."""
    line = 1
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    for wanted in ("functions", function, "uses", resource):
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((key, value) for key, value in node.value if key.value == wanted), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
