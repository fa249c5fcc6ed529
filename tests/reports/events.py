"""Events of a preview, as the engine writes them, from a few words."""

from typing import Any

ROOT = "urn:pulumi:prod::serverless-platform::"
PILOT = "serverless-platform:index:Workload$serverless-platform:index:Pilot"
ACCOUNT = "222222222222"


def urn(type_: str, name: str, workload: str | None = "orders") -> str:
    """Of a resource within the phase of a workload; or of the platform."""
    return f"{ROOT}{PILOT}${type_}::{name}" if workload else f"{ROOT}serverless-platform:index:Foundation${type_}::{name}"


def parents_of(workload: str | None) -> dict[str, str]:
    """Components around a resource, from within outwards."""
    if workload is None:
        return {}
    outer, inner = f"{ROOT}serverless-platform:index:Workload::{workload}", f"{ROOT}{PILOT}::{workload}-pilot"
    return {inner: outer, outer: f"{ROOT}pulumi:pulumi:Stack::serverless-platform-prod"}


def event(op: str, type_: str, name: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None, *,
          workload: str | None = "orders", replaced_by: tuple[str, ...] = ()) -> list[dict[str, Any]]:  # fmt: skip
    """What the engine tells of one resource, with the components around it."""
    parents = parents_of(workload)
    parent = next(iter(parents), "")

    def state(inputs: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if inputs is None else {"type": type_, "custom": True, "inputs": inputs, "parent": parent}

    detailed = {path: {"diffKind": "update-replace" if path in replaced_by else "update"} for path in _differing(old or {}, new or {})}
    metadata = {"op": op, "urn": urn(type_, name, workload), "old": state(old), "new": state(new), "detailedDiff": detailed}
    components = [
        {"resourcePreEvent": {"metadata": {"op": "same", "urn": each, "new": {"custom": False, "parent": around}}}} for each, around in parents.items()
    ]
    return [*components, {"resourcePreEvent": {"metadata": metadata}}]


def _differing(old: Any, new: Any, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [each for key in sorted({*old, *new}) for each in _differing(old.get(key), new.get(key), f"{path}.{key}" if path else key)]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [each for index, (a, b) in enumerate(zip(old, new, strict=True)) for each in _differing(a, b, f"{path}[{index}]")]
    return [path] if old != new else []
