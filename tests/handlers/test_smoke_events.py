"""The smoke events of every manifest, sent to the handlers as a release does: a sound version answers them, and nothing is left behind.

The embedded cloud holds what the plan names; permissions are not asked here, but by the function that checks versions where it runs.
"""

import importlib
import io
import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.client
import pytest
from handler_support import ACCOUNT, REGION, Context, items

from local.up import read_settings
from platform_contract.features.rollout import plan_rollout
from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.plan.model import WorkloadPlan
from platform_contract.planning import plan_workload
from platform_contract.platform.settings import Settings
from serverless_platform.platform_functions.release.checks import Checks, Version

MANIFESTS = load_manifests(Path(__file__).parents[2] / "workloads", read_settings("local", {}))
FUNCTIONS = {f"{name}/{function}": (manifest, function) for name, manifest in MANIFESTS.items() for function in manifest.functions}

REFUSED = {
    "housekeeping/sweep", "loans/ask", "loans/record", "loans/rotate-key", "loans/score", "notifications/deliver", "notifications/escalate",
}  # fmt: skip
"""Functions whose every accepted event writes, asks or tells somebody: their smoke events are refused, which counts as a failed run."""

READS = re.compile(r"(Get|BatchGet|Query|List|Describe|Head)\w*")
HARMLESS = {"UpdateItem", "DeleteItem", "TransactWriteItems", "PostToConnection"}
"""Calls that write only what is there already, under the conditions that the handlers give; that nothing changed is looked at."""


def settings(cloud) -> Settings:
    return read_settings("local", {}).model_copy(update={"endpoint_url": cloud.endpoint})


class World:
    """What the plan of a workload names, in the embedded cloud, and the code of its functions."""

    def __init__(self, cloud, manifest: Manifest, plan: WorkloadPlan, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud, self.manifest, self.plan, self.monkeypatch = cloud, manifest, plan, monkeypatch
        self.called: list[str] = []
        self.names: dict[tuple[str, str], str] = {}
        for name, table in plan.tables.items():
            self._table(table)
            self.names["table", name] = table.physical_name
        for name, bucket in plan.buckets.items():
            cloud.client("s3").create_bucket(Bucket=bucket.physical_name, CreateBucketConfiguration={"LocationConstraint": REGION})
            self.names["bucket", name] = bucket.physical_name
        for name, queue in plan.queues.items():
            attributes = {"FifoQueue": "true"} if queue.fifo else {}
            self.names["queue", name] = cloud.client("sqs").create_queue(QueueName=queue.physical_name, Attributes=attributes)["QueueUrl"]
        for name, parameter in plan.parameters.items():
            cloud.client("ssm").put_parameter(Name=parameter.physical_name, Value=parameter.value, Type="String", Overwrite=True)
            self.names["parameter", name] = parameter.physical_name
        for kind, section in (("topic", plan.topics), ("workflow", plan.workflows)):
            self.names |= {(kind, name): made.arn for name, made in section.items()}
        for kind, section in (("bus", plan.buses), ("stream", plan.streams), ("secret", plan.secrets)):
            self.names |= {(kind, name): made.physical_name for name, made in section.items()}
        self.names["socket", "socket"] = f"{cloud.endpoint}/_aws/execute-api/none/live"
        for variable, value in (("TOKEN_ISSUER", "https://issuer.example.com"), ("TOKEN_AUDIENCES", "shop"), ("JWKS_URL", "https://issuer.example.com/keys")):
            self.names["identity", variable] = value

    def _table(self, table) -> None:
        keys = {table.partition_key: "HASH"} | ({table.sort_key: "RANGE"} if table.sort_key else {})
        indexes = [
            {"IndexName": name, "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
                {"AttributeName": key, "KeyType": kind} for key, kind in ((index.partition_key, "HASH"), (index.sort_key, "RANGE")) if key]}
            for name, index in table.indexes.items()
        ]  # fmt: skip
        used = set(keys) | {key["AttributeName"] for index in indexes for key in index["KeySchema"]}
        self.cloud.client("dynamodb").create_table(
            TableName=table.physical_name, BillingMode="PAY_PER_REQUEST", **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in sorted(used)],
        )  # fmt: skip

    def invoke(self, FunctionName: str, Payload: bytes, LogType: str) -> dict[str, Any]:
        """As boto3 is called and Lambda does: the handler of the function, in its environment."""
        [name] = [each for each, plan in self.plan.functions.items() if plan.physical_name == FunctionName.partition(":")[0]]
        function = self.plan.functions[name]
        for variable, value in function.environment.items():
            self.monkeypatch.setenv(variable, value)
        for variable, reference in function.references.items():
            self.monkeypatch.setenv(variable, self.names[reference.kind, reference.name])
        module, _, entry = function.handler.rpartition(".")
        self._forget()
        handler = getattr(importlib.import_module(module), entry)
        try:
            answer, failed = handler(json.loads(Payload), Context(function_name=function.physical_name)), {}
        except Exception as error:
            answer, failed = {"errorType": type(error).__name__, "errorMessage": str(error)}, {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}

    def _forget(self) -> None:
        """What the modules of the workload keep between two runs: it is of another function's environment."""
        package = self.manifest.name.replace("-", "_")
        for module in [each for name, each in sys.modules.items() if name.partition(".")[0] == package]:
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()

    def checks(self) -> Checks:
        """The platform's own, with the data that the plan gives them."""
        return Checks(self, None, None, json.loads(self.checks_data()), time.time)

    def checks_data(self) -> str:
        """As on AWS, which calls errors by their types."""
        rollout = plan_rollout(settings(self.cloud).model_copy(update={"endpoint_url": None}), self.manifest, self.plan)
        assert rollout is not None
        return rollout.checks_data

    def contents(self) -> dict[str, Any]:
        s3, sqs = self.cloud.client("s3"), self.cloud.client("sqs")
        waiting = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return {
            **{f"table {name}": items(self.cloud, table.physical_name) for name, table in self.plan.tables.items()},
            **{f"bucket {name}": s3.list_objects_v2(Bucket=bucket.physical_name).get("Contents", []) for name, bucket in self.plan.buckets.items()},
            **{f"queue {name}": sqs.get_queue_attributes(QueueUrl=self.names["queue", name], AttributeNames=waiting)["Attributes"] for name in self.plan.queues},
        }  # fmt: skip


@pytest.fixture(scope="module", params=[name for name, manifest in MANIFESTS.items() if manifest.functions])
def workload(request) -> Manifest:
    return MANIFESTS[request.param]


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {}


@pytest.fixture
def world(aws, monkeypatch, workload, worlds) -> World:
    if workload.name not in worlds:
        worlds[workload.name] = World(aws, workload, plan_workload(workload, settings(aws)), monkeypatch)
    made = worlds[workload.name]
    made.monkeypatch, made.called, made.manifest = monkeypatch, [], workload
    send = botocore.client.BaseClient._make_api_call

    def told(client, operation, parameters):
        made.called.append(operation)
        return send(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", told)
    return made


def test_a_sound_version_answers_and_nothing_is_left_behind(world, workload):
    before = world.contents()
    world.called.clear()
    problems = {name: world.checks().before(Version(plan.physical_name, "1")) for name, plan in world.plan.functions.items()}
    called = set(world.called)
    assert {name: wrong for name, wrong in problems.items() if wrong} == {}
    assert world.contents() == before
    assert {each for each in called if not READS.fullmatch(each)} <= HARMLESS, "a call that nothing here would see the effect of"


def test_a_broken_version_is_noticed(world, workload):
    """Without its code every function is broken, and each of its events says so."""
    for name, plan in world.plan.functions.items():
        module, _, entry = plan.handler.rpartition(".")
        with world.monkeypatch.context() as patched:
            patched.setattr(importlib.import_module(module), entry, lambda event, context: 1 / 0)
            told = [each for each in world.checks().before(Version(plan.physical_name, "1")) if not each.startswith("  ")]
        assert len(told) == len(workload.functions[name].smoke), name
        assert all("failed with ZeroDivisionError" in each for each in told)


def test_the_embedded_cloud_is_asked_for_the_one_name_that_it_has_for_errors(aws):
    sweep, its = MANIFESTS["housekeeping"], settings(aws)
    rollout = plan_rollout(its, sweep, plan_workload(sweep, its))
    assert rollout and [event["error"] for each in json.loads(rollout.checks_data).values() for event in each["events"]] == ["Runtime.HandlerError"]


@pytest.mark.parametrize("workload", [MANIFESTS["search-index"]], ids=["search-index"])
def test_an_event_that_leaves_something_is_noticed(world, workload):
    before = world.contents()
    writes = SmokeSpec(request="PUT /products/tea", body={"name": "Green tea", "price_cents": 500}, status=201)
    api = workload.functions["api"].model_copy(update={"smoke": [writes]})
    world.manifest = workload.model_copy(update={"functions": {**workload.functions, "api": api}})
    assert world.checks().before(Version(world.plan.functions["api"].physical_name, "1")) == []
    assert world.contents() != before


@pytest.mark.parametrize("workload", [MANIFESTS["loans"]], ids=["loans"])
def test_what_is_refused_is_not_sent_behind_the_alias(world):
    """There it would count as a failure that callers saw, in the minutes after a shift in which alarms roll back."""
    ran = []
    send, nothing = world.invoke, SimpleNamespace(get_metric_data=lambda **_: {"MetricDataResults": []})

    def invoke(**call):
        ran.append(call["FunctionName"])
        return send(**call)

    world.monkeypatch.setattr(world, "invoke", invoke)
    checks = Checks(world, nothing, None, json.loads(world.checks_data()), time.time)
    physical = {name: plan.physical_name for name, plan in world.plan.functions.items()}
    assert [problem for name in ("api", "score") for problem in checks.after(Version(physical[name], "2", 1.0))] == []
    assert set(ran) == {f"{physical['api']}:live"}
    assert checks.before(Version(physical["score"], "2")) == [] and ran[-1] == f"{physical['score']}:2"


def test_every_function_has_some():
    assert [name for name, (manifest, function) in FUNCTIONS.items() if not manifest.functions[function].smoke] == []


def test_functions_that_only_refuse_are_those_that_cannot_do_otherwise():
    assert {name for name, (manifest, function) in FUNCTIONS.items() if any(each.error for each in manifest.functions[function].smoke)} == REFUSED


def test_account_of_the_events_is_nobodys():
    """ARNs in smoke events name an account that is none: what they were built from must not be reached by accident."""
    written = "".join((Path(__file__).parents[2] / "workloads" / f"{name}.yaml").read_text() for name in MANIFESTS)
    assert set(re.findall(r"arn:aws:[\w-]+:[\w-]*:(\d+)", written)) <= {ACCOUNT}
