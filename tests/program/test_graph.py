"""The whole program, for every stack: what it sends to the engine."""

import json
import shutil
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from platform_contract.manifest import load_manifests
from serverless_platform.program.await_resources import Settling
from tests.program import checks, reviewed
from tests.program.breaking import program_of, run_workloads, sound
from tests.program.graph import POLICIES, ROOT, Graph, Node, run_program, stack_config
from tests.program.shown import in_stacks, shown
from tests.program.stacks import STACKS, graph_of

WORKLOADS = load_manifests(ROOT / "workloads", None)


@pytest.mark.parametrize("check", checks.EVERYWHERE, ids=lambda check: check.__name__)
def test_holds_for_every_resource(graph: Graph, check):
    assert list(check(graph)) == []


def test_nothing_is_warned_of(graph: Graph):
    assert graph.log == []


def test_each_workload_is_made_of_what_was_reviewed():
    """Every resource of every stack by name, with what it is like; what not every stack has says which ones do."""
    made: dict[str, dict[str, dict[str, list[str]]]] = {}
    for stack in STACKS:
        graph = graph_of(stack)
        custom = [node for node in graph.nodes if node.custom]
        names = Counter((node.kind, node.name) for node in custom)
        seen = set()
        for node in custom:
            name = f"{node.kind} {node.name}{_part_of(graph, node, names[node.kind, node.name])}"
            assert name not in seen, name
            seen.add(name)
            made.setdefault(reviewed.owner(graph, node), {}).setdefault(name, {})[stack] = shown(node, stack)
    assert set(made) == {*WORKLOADS, reviewed.PLATFORM}
    found = {owner: reviewed.blocks(dict(in_stacks(name, told) for name, told in resources.items())) for owner, resources in made.items()}
    assert reviewed.differences("resources", found) == []


def _part_of(graph: Graph, node: Node, same: int) -> str:
    """What tells it from others of its name: a function and a workflow may be called alike."""
    return f" ({graph.by_urn[node.parent].kind})" if same > 1 else ""


def test_the_alarm_topic_tells_every_receiver_of_the_stack(graph: Graph):
    receivers = stack_config(_stack(graph))["serverless-platform:alarm_receivers"]
    told = [node for node in graph.all("sns/topicSubscription") if node.inputs["topic"].endswith("-alarms")]
    assert sorted(node.inputs["endpoint"] for node in told) == sorted(receivers)


def test_the_handshake_comes_before_everything_else(graph: Graph):
    first = graph.nodes[0]
    assert (first.kind, first.name) == ("Stash", "guardrails")
    assert json.loads(graph.exports["platform"])["guardrails"] == POLICIES


def test_state_is_protected_in_prod_alone(dev: Graph, prod: Graph):
    assert list(checks.state_is_protected(prod, True)) == []
    assert list(checks.state_is_protected(dev, False)) == []


def test_environments_differ_in_data_only(dev: Graph, prod: Graph):
    """The same resources with the same parents, but for the receivers of alarms."""

    def made(graph: Graph) -> set[tuple[str, str]]:
        return {(node.kind, node.name) for node in graph.nodes if node.kind != "sns/topicSubscription"}

    assert made(dev) == made(prod)


def test_logs_are_kept_as_long_as_the_stack_and_the_data_ask(dev: Graph, prod: Graph):
    """What is confidential stays a month where the stack alone would keep it for two weeks, what is restricted three."""
    assert (WORKLOADS["orders"].data_class, WORKLOADS["receipts"].data_class) == ("internal", "confidential")
    in_dev = {"public": 14, "internal": 14, "confidential": 30, "restricted": 90}
    for graph, days in ((dev, in_dev), (prod, dict.fromkeys(in_dev, 365))):
        kept = {(group.inputs["tags"]["workload"], group.inputs["retentionInDays"]) for group in graph.all("cloudwatch/logGroup")}
        assert kept == {(name, days[WORKLOADS[name].data_class]) for name, _ in kept}
        assert {name for name, _ in kept} >= {"orders", "receipts"}
        for group in graph.all("cloudwatch/logGroup"):
            key = next(each for each in graph.all("kms/key") if each.outputs["arn"] == group.inputs["kmsKeyId"])
            logs = next(each for each in json.loads(key.inputs["policy"])["Statement"] if each["Sid"] == "ServiceLogs")
            assert fnmatch(group.outputs["arn"], logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"])
            region = group.inputs.get("region", "eu-west-1")  # what stands before a distribution logs beside it
            assert logs["Principal"] == {"Service": f"logs.{region}.amazonaws.com"} and key.inputs.get("region", "eu-west-1") == region


def test_the_provider_refuses_other_accounts(graph: Graph):
    provider = graph.one("aws", "aws")
    config = stack_config(_stack(graph))
    assert json.loads(provider.inputs["allowedAccountIds"]) == [config["serverless-platform:account_id"]]
    assert provider.inputs["region"] == config["serverless-platform:region"]
    assert ("endpoints" in provider.inputs) == (_stack(graph) == "local")
    assert config["pulumi:disable-default-providers"] == ["aws"]


def test_functions_run_as_the_platform_wants(graph: Graph):
    for function in graph.all("lambda/function"):
        inputs = function.inputs
        assert inputs["tracingConfig"] == {"mode": "Active"}
        assert inputs["publish"] is True
        assert inputs["loggingConfig"]["logFormat"] == "JSON"
        assert inputs["loggingConfig"]["logGroup"] == f"/aws/lambda/{inputs['name']}"
        assert inputs["kmsKeyArn"].startswith("arn:aws:kms:")
        own = any(name.startswith(("rotation/", "release/", "restore_check/", "probe/")) for name in getattr(inputs["code"], "assets", {}))  # the platform's own code needs no packages
        assert len(inputs.get("layers") or []) == (0 if own else 1)


def test_a_dead_letter_queue_takes_from_its_queue_alone(dev: Graph):
    allow = dev.one("sqs/redriveAllowPolicy", "receipts-paid-orders-dead")
    assert json.loads(allow.inputs["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:eu-west-1:111111111111:dev-receipts-paid-orders"],
    }  # fmt: skip


def test_every_alarm_leads_to_a_runbook_that_is_there(dev: Graph):
    for alarm in [*dev.all("cloudwatch/metricAlarm"), *dev.all("cloudwatch/compositeAlarm")]:
        description = alarm.inputs["alarmDescription"]
        page, _, section = description.partition("Runbook: ")[2].partition("#")
        assert f"\n## {section}\n" in (ROOT / page).read_text(), description
        assert description.split(":")[0] in WORKLOADS and page == f"docs/runbooks/{description.split(':')[0]}.md", description


def test_every_stack_file_has_the_same_keys():
    assert len({frozenset(stack_config(stack)) for stack in STACKS}) == 1


def _stack(graph: Graph) -> str:
    return graph.nodes[0].urn.split(":")[2]


def test_the_program_awaits_every_resource_itself(monkeypatch: pytest.MonkeyPatch):
    """What it left would be awaited by the SDK, in a time that grows with the square of its number."""
    awaited = []
    finish = Settling.finish

    async def counted(self: Settling) -> int:
        awaited.append(await finish(self))
        return awaited[0]

    monkeypatch.setattr(Settling, "finish", counted)
    graph = run_workloads("orders", "receipts")
    assert awaited == [len(graph.nodes) - 1]  # all but the handshake, which it awaits before


def test_a_line_of_the_manifest_all_the_way(tmp_path: Path):
    """timeout_seconds of the worker: YAML -> plan -> function, queue, alarms, inventory; nothing else changes."""
    before = sound("orders", "receipts")
    shutil.copytree(program_of("orders", "receipts").parent / "workloads", tmp_path / "workloads")
    for name in ("handlers", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("__main__.py", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    manifest = tmp_path / "workloads" / "receipts.yaml"
    manifest.write_text(manifest.read_text().replace("timeout_seconds: 30", "timeout_seconds: 45", 1))
    after = run_program("dev", program=tmp_path / "__main__.py")
    changed = {
        f"{old.name} {key}": (old.inputs[key], new.inputs[key])
        for old, new in zip(sorted_nodes(before), sorted_nodes(after), strict=True)
        for key in new.inputs
        if key not in ("code", "dashboardBody") and old.custom and old.inputs[key] != new.inputs[key]
    }
    assert changed == {
        "receipts-worker timeout": (30, 45),
        "receipts-worker-duration threshold": (24_000, 36_000),
        "receipts-paid-orders visibilityTimeoutSeconds": (181, 271),
        "receipts-paid-orders-backlog threshold": (1810, 2710),
    }
    assert after.exports["inventory"]["workloads"]["receipts"]["functions"]["worker"]["timeout_seconds"] == 45


def sorted_nodes(graph: Graph) -> list[Node]:
    return sorted(graph.nodes, key=lambda node: node.urn)
