"""What components say to whoever uses them wrongly: component, field, value, rule; all at once, before anything is registered."""

from typing import Any

import pulumi
import pytest

from platform_contract.plan.platform import Platform
from serverless_platform.resources import bucket, function, queue, table
from serverless_platform.resources import http_api as http
from serverless_platform.resources.queue import Queue, QueueTrigger
from serverless_platform.resources.table import Table
from serverless_platform.workload import Workload
from tests.program.graph import ROOT, run
from tests.program.stacks import graph_of

QUEUE = {
    "physical_name": "dev-a-q", "dead_letter_name": "dev-a-q-dead", "arn": "arn:aws:sqs:eu-west-1:111111111111:dev-a-q",
    "dead_letter_arn": "arn:aws:sqs:eu-west-1:111111111111:dev-a-q-dead", "visibility_timeout_seconds": 60.0,
    "retention_seconds": 345600.0, "dead_letter_retention_seconds": 1209600.0, "max_receive_count": 5.0, "key_arn": "k",
    "key_reuse_seconds": 300, "protect": False, "alarm_topic_arn": "t", "alarms": [], "dead_letter_alarms": [{}], "tags": {},
}  # fmt: skip


def refused(component: Any, args: dict[str, Any]) -> list[str]:
    with pytest.raises(ValueError) as error:
        component("jobs", args)
    return str(error.value).splitlines()


def test_every_problem_is_told_with_component_field_value_and_rule():
    assert refused(Table, {"physical_name": "t", "partition_keys": "id", "recovery_days": 40, "protect": False}) == [
        "Table 'jobs': partition_keys: is no argument of Table; it takes alarm_topic_arn, alarms, expires_at, indexes, key_arn, "
        "maximum_read_units, maximum_write_units, partition_key, physical_name, protect, recovery_days, sort_key, stream_view, tags",
        "Table 'jobs': alarm_topic_arn: is required",
        "Table 'jobs': alarms: is required",
        "Table 'jobs': key_arn: is required",
        "Table 'jobs': partition_key: is required",
        "Table 'jobs': tags: is required",
        "Table 'jobs': physical_name: String should have at least 3 characters",
        "Table 'jobs': recovery_days=40: Input should be less than or equal to 35",
    ]


def test_a_dead_letter_queue_without_an_alarm_is_refused():
    (problem,) = refused(Queue, {**QUEUE, "dead_letter_alarms": []})
    assert problem.startswith("Queue 'jobs': dead_letter_alarms: List should have at least 1 item")


def test_a_failed_message_must_outlive_its_queue():
    (problem,) = refused(Queue, {**QUEUE, "dead_letter_retention_seconds": 345600})
    assert "dead_letter_retention_seconds=345600 must be more than retention_seconds=345600" in problem


def test_big_batches_need_a_window():
    (problem,) = refused(QueueTrigger, {
        "queue_arn": "q", "alias_arn": "a", "batch_size": 100, "batching_window_seconds": 0, "tags": {},
    })  # fmt: skip
    assert "batch_size=100 is more than 10: set batching_window_seconds to at least 1" in problem


def test_a_text_that_is_no_platform_is_refused():
    (problem,) = refused(Workload, {"manifest": "name: a", "code": {}, "platform": "{}"})
    assert problem.startswith(
        "Workload 'jobs': platform: settings: Field required; give it what `pulumi stack output platform` prints"
    )


def test_whole_numbers_that_arrive_as_floats_stay_whole():
    """Over the wire every number is a float; 5.0 receives must not become "5.0" in a redrive policy."""
    graph = run(lambda: Queue("jobs", {**QUEUE, "dead_letter_alarms": []} | {"dead_letter_alarms": [ALARM]}) and None)
    assert '"maxReceiveCount": 5}' in graph.one("sqs/queue", "jobs").inputs["redrivePolicy"]


ALARM = {
    "suffix": "messages", "physical_name": "a", "description": "d", "namespace": "AWS/SQS", "metric_name": "m", "dimensions": {},
    "statistic": "Sum", "comparison_operator": "GreaterThanThreshold", "threshold": 0.0, "period_seconds": 60.0,
    "evaluation_periods": 1.0, "datapoints_to_alarm": 1.0, "treat_missing_data": "notBreaching",
}  # fmt: skip

CHECKED = [
    (function._Knobs, function.FunctionArgs), (table._Knobs, table.TableArgs), (queue._Knobs, queue.QueueArgs),
    (bucket._Knobs, bucket.BucketArgs), (http._Knobs, http.HttpApiArgs), (queue._TriggerKnobs, queue.QueueTriggerArgs),
    (http._Route, http.HttpRouteArgs),
]  # fmt: skip


@pytest.mark.parametrize(("model", "declared"), CHECKED, ids=lambda each: each.__qualname__)
def test_what_is_checked_is_what_is_declared(model, declared):
    assert set(model.model_fields) <= set(declared.__annotations__)
    for name, field in model.model_fields.items():
        assert field.is_required() == (name in declared.__required_keys__), name


def test_a_workload_runs_alone_against_an_exported_platform(monkeypatch: pytest.MonkeyPatch):
    """A product team's own project: manifest, code and the text that the platform's stack exported; nothing else."""
    monkeypatch.setenv("SERVERLESS_PLATFORM_OFFLINE", "1")
    stack = graph_of("prod")
    exported = stack.exports["platform"]
    assert Platform.from_text(exported).layer_arn == "arn:aws:lambda:eu-west-1:222222222222:layer:prod-packages:1"
    manifest = (ROOT / "workloads" / "orders.yaml").read_text()

    def alone() -> None:
        code = {name: pulumi.AssetArchive({f"orders/{name}.py": pulumi.StringAsset("")}) for name in ("api", "gate")}
        workload = Workload("orders", {"manifest": manifest, "code": code, "platform": exported})
        pulumi.export("urls", workload.urls)
        pulumi.export("resources", workload.resources)

    graph = run(alone, account="222222222222")
    mine = [node for node in graph.nodes if node.custom]
    theirs = [node for node in stack.under(stack.one("Workload", "orders")) if node.custom]
    assert sorted((node.kind, node.name) for node in mine) == sorted((node.kind, node.name) for node in theirs)
    for node in mine:
        same = stack.one(node.kind, node.name).inputs
        assert {key: value for key, value in node.inputs.items() if key != "code"} == {
            key: value for key, value in same.items() if key != "code"
        }, node.name  # fmt: skip
    assert graph.exports["urls"] == {
        "http": "https://orders-http-id.execute-api.eu-west-1.amazonaws.com", "cdn": "https://orders.prod.api.example.com",
    }  # fmt: skip
    assert graph.exports["resources"]["functions"]["api"]["physical_name"] == "prod-orders-api"
