"""Runs that are kept ready, in the graph: behind the alias and after it, left alone by updates once they are scaled, within what the function may have."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from platform_contract.kinds.function.provisioned import ProvisionedConcurrencySpec
from tests.program.breaking import Change, not_made, only, told_of, unordered, with_
from tests.program.graph import ROOT, Graph, Node, run_program

OF = {"serviceNamespace": "lambda", "scalableDimension": "lambda:function:ProvisionedConcurrency"}


def wanted(graph: Graph) -> Iterator[tuple[Node, ProvisionedConcurrencySpec]]:
    """(function, what its manifest keeps ready) of workloads in the phase scale."""
    for workload in graph.all("Workload"):
        if workload.inputs["phase"] != "scale":
            continue
        functions = yaml.safe_load((ROOT / "workloads" / f"{workload.name}.yaml").read_text())["functions"]
        for name, spec in functions.items():
            if given := spec.get("provisioned_concurrency"):
                yield graph.one("lambda/function", f"{workload.name}-{name}"), ProvisionedConcurrencySpec.model_validate(given)


def ready(graph: Graph) -> Iterator[str]:
    """As many as the manifest says, behind an alias that is there; and nothing else sets what scaling or a release owns."""
    configured = {node.inputs["functionName"]: node for node in graph.all("lambda/provisionedConcurrencyConfig")}
    for function, spec in wanted(graph):
        name = function.inputs["name"]
        node = configured.pop(name, None)
        if node is None:
            yield f"{function.name}: keeps nothing ready"
            continue
        [alias] = [each for each in graph.all("lambda/alias") if each.inputs["functionName"] == name]
        if node.inputs["qualifier"] != alias.inputs["name"] or not graph.comes_after(node, alias):
            yield f"{node.name}: is not behind the alias, or may be made before it"
        if "routingConfig" in alias.inputs or "routingConfig" not in alias.ignore_changes:
            yield f"{alias.name}: has weights of its own, with which nothing can be kept ready"
        if node.inputs["provisionedConcurrentExecutions"] != spec.minimum:
            yield f"{node.name}: keeps {node.inputs['provisionedConcurrentExecutions']} ready, not {spec.minimum}"
        if spec.scaled != ("provisionedConcurrentExecutions" in node.ignore_changes):
            yield f"{node.name}: an update {'sets back what scaling' if spec.scaled else 'ignores what the manifest'} says"
        if function.inputs.get("snapStart"):
            yield f"{function.name}: starts from a snapshot, which keeps nothing ready"
        reserved = function.inputs.get("reservedConcurrentExecutions")
        if reserved is not None and spec.most > reserved:
            yield f"{node.name}: may come to {spec.most}, and the function has {reserved}"
    yield from (f"{node.name}: nobody asked for it" for node in configured.values())


def scaled(graph: Graph) -> Iterator[str]:
    """What follows load and the clock does so between the bounds of the manifest, on the alias, once something is ready there."""
    targets = {node.inputs["resourceId"]: node for node in graph.all("appautoscaling/target")}
    for function, spec in wanted(graph):
        if not spec.scaled:
            continue
        target = targets.pop(f"function:{function.inputs['name']}:live", None)
        if target is None:
            yield f"{function.name}: nobody scales it"
            continue
        if (target.inputs["minCapacity"], target.inputs["maxCapacity"]) != (spec.minimum, spec.most):
            yield f"{target.name}: from {target.inputs['minCapacity']} to {target.inputs['maxCapacity']}, not from {spec.minimum} to {spec.most}"
        if bool(spec.schedules) != ({*target.ignore_changes} >= {"minCapacity", "maxCapacity"}):
            yield f"{target.name}: an update sets back what the last schedule has set"
        configs = [node for node in graph.all("lambda/provisionedConcurrencyConfig") if node.inputs["functionName"] == function.inputs["name"]]
        if not any(graph.comes_after(target, node) for node in configs):
            yield f"{target.name}: is registered before anything is ready"
        of = {**OF, "resourceId": target.inputs["resourceId"]}
        policies = [node.inputs for node in graph.all("appautoscaling/policy") if of.items() <= node.inputs.items()]
        if [each["policyType"] for each in policies] != ["TargetTrackingScaling"]:
            yield f"{target.name}: {len(policies)} policies follow its load"
        for each in policies:
            tracking = each["targetTrackingScalingPolicyConfiguration"]
            if tracking["targetValue"] != spec.utilization_percent / 100 or tracking["predefinedMetricSpecification"] != {
                "predefinedMetricType": "LambdaProvisionedConcurrencyUtilization"
            }:
                yield f"{target.name}: follows {tracking}"
        found = sorted((node.inputs["schedule"], node.inputs["timezone"], node.inputs["scalableTargetAction"]["minCapacity"], node.inputs["scalableTargetAction"]["maxCapacity"])
                       for node in graph.all("appautoscaling/scheduledAction") if of.items() <= node.inputs.items())  # fmt: skip
        if found != sorted((each.expression, each.timezone, each.minimum, spec.most) for each in spec.schedules):
            yield f"{target.name}: follows another clock: {found}"
    yield from (f"{node.name}: scales nothing that the manifest keeps ready" for node in targets.values())


@pytest.mark.parametrize("check", [ready, scaled], ids=lambda check: check.__name__)
def test_what_the_manifest_keeps_ready_is_ready(graph: Graph, check):
    assert any(spec.scaled and spec.schedules for _, spec in wanted(graph))
    assert list(check(graph)) == []


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("lambda_.ProvisionedConcurrencyConfig", with_(qualifier="1"), ready, "is not behind the alias"),
    ("lambda_.ProvisionedConcurrencyConfig", with_(provisioned_concurrent_executions=3), ready, "keeps 3.0 ready, not 1"),
    ("lambda_.ProvisionedConcurrencyConfig", unordered, ready, "an update sets back what scaling says"),
    ("lambda_.Function", only("-api", with_(reserved_concurrent_executions=10)), ready, "may come to 12, and the function has 10"),
    ("lambda_.Function", only("-api", with_(snap_start={"apply_on": "PublishedVersions"})), ready, "starts from a snapshot"),
    ("lambda_.Alias", with_(routing_config={"additional_version_weights": {"2": 0.5}}), ready, "has weights of its own"),
    ("appautoscaling.Target", with_(resource_id="function:dev-orders-api:1"), scaled, "orders-api: nobody scales it"),
    ("appautoscaling.Target", with_(max_capacity=100), scaled, "from 1.0 to 100.0, not from 1 to 12"),
    ("appautoscaling.Target", unordered, scaled, "is registered before anything is ready"),
    ("appautoscaling.Target", unordered, scaled, "sets back what the last schedule has set"),
    ("appautoscaling.Policy", not_made, scaled, "0 policies follow its load"),
    ("appautoscaling.ScheduledAction", only("-0", with_(timezone="UTC")), scaled, "follows another clock"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check, says: str):
    found = told_of(monkeypatch, ("orders",), kind, change, check)
    assert any(says in each for each in found), found


@pytest.mark.parametrize(("phase", "sent"), [("scale", {"applyOn": "PublishedVersions"}), ("standardize", None)])
def test_a_function_starts_from_a_snapshot_where_its_phase_has_that(tmp_path: Path, phase: str, sent):
    (tmp_path / "workloads").mkdir()
    manifest = yaml.safe_load((ROOT / "workloads" / "orders.yaml").read_text()) | {"phase": phase}
    manifest["functions"]["gate"]["snap_start"] = True
    (tmp_path / "workloads" / "orders.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    for name in ("handlers", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "__main__.py", tmp_path)
    graph = run_program("dev", program=tmp_path / "__main__.py")
    assert graph.one("lambda/function", "orders-gate").inputs.get("snapStart") == sent
    assert graph.one("lambda/function", "orders-api").inputs.get("snapStart") is None
