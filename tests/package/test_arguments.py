"""What components say to whoever uses them wrongly: component, field, value, rule; all at once, before anything is registered."""

from typing import Any

import pulumi
import pytest

from platform_contract.plan.platform import Platform
from serverless_platform.published import PUBLISHED
from serverless_platform.resources.queue import Queue, QueueTrigger
from serverless_platform.resources.table import Table
from serverless_platform.workload import Workload
from tests.program.graph import ROOT, run
from tests.program.stacks import graph_of


@pytest.fixture(scope="module")
def scope() -> dict[str, str]:
    """Of the workload `jobs` in the platform that prod exports."""
    return {"platform": graph_of("prod").exports["platform"], "workload": "jobs", "owner": "commerce", "data_class": "internal"}


def refused(component: Any, args: dict[str, Any]) -> list[str]:
    """What it says, without the headline."""
    with pytest.raises(ValueError) as error:
        component("jobs", args)
    lines = [line for line in str(error.value).splitlines() if line]
    return lines[1:] if "so nothing was made" in lines[0] else lines


def test_every_problem_is_told_at_once_with_component_field_value_rule_and_fix(scope):
    assert refused(Table, {"partition_keys": "id", "generation": 120.0, "overrides": {"readCapacity": 5, "bilingMode": "PROVISIONED"}}) == [
        "Table 'jobs'",
        "  partition_keys",
        "    is not known here",
        "    fix: did you mean 'partition_key'?",
        "  key_arn",
        "    is required",
        "    fix: add `key_arn`",
        "  scope",
        "    is required",
        "    fix: add `scope`",
        "  partition_key",
        "    is required: attribute that an item is found by",
        "    fix: add `partition_key`",
        "  generation = 120",
        "    must be at most 99: count it up to replace the resource by a new, empty one on purpose; 1 at first",
        "    fix: lower it",
        "  overrides.biling_mode",
        "    is no input of Table",
        "    fix: did you mean 'billing_mode'?",
    ]


@pytest.mark.parametrize(("change", "said"), [
    ({"owner": "nobody"}, "scope.owner = nobody"), ({"workload": "My Jobs"}, "scope.workload = My Jobs"), ({"data_class": "secret"}, "scope.data_class = secret"),
    ({"platform": "{}"}, "scope.platform"),
])  # fmt: skip
def test_a_scope_that_is_none_is_refused(scope, change, said):
    assert refused(Table, {"partition_key": "id", "key_arn": "k", "scope": {**scope, **change}})[1].strip() == said


def test_a_name_that_aws_would_refuse_is_told(scope):
    with pytest.raises(ValueError, match=r"Queue 'q{80}'\n.*its queue name in AWS"):
        Queue("q" * 80, {"key_arn": "k", "scope": scope})


def test_a_name_that_no_manifest_would_take_is_refused(scope):
    with pytest.raises(ValueError, match=r"Table 'My Jobs'\n  its name must be lower-case letters .*\n    fix: write it like `my-jobs`"):
        Table("My Jobs", {"partition_key": "id", "key_arn": "k", "scope": scope})


def test_big_batches_need_a_window(scope):
    said = refused(QueueTrigger, {"queue_arn": "q", "target": {}, "batch_size": 100, "scope": scope})
    assert said[1:] == ["  batch_size = 100", "    must be at most 10 without a batching window, Lambda's rule", "    fix: set `batching_window_seconds` to at least 1"]


def test_whole_numbers_that_arrive_as_floats_stay_whole(scope):
    """Over the wire every number is a float; 5.0 receives must not become "5.0" in a redrive policy."""
    graph = run(lambda: Queue("jobs", {"max_receive_count": 5.0, "key_arn": "k", "scope": scope}) and None)
    assert '"maxReceiveCount": 5}' in graph.one("sqs/queue", "jobs").inputs["redrivePolicy"]


def test_inputs_of_the_main_resource_can_be_overridden(scope):
    graph = run(lambda: Table("jobs", {"partition_key": "id", "key_arn": "k", "scope": scope, "overrides": {"tableClass": "STANDARD_INFREQUENT_ACCESS"}}) and None)
    assert graph.one("dynamodb/table", "jobs").inputs["tableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_what_is_published_asks_for_little():
    """Whoever composes a component says what only they can know."""
    required = {component.__name__: sorted(component.__init__.__annotations__["args"].__required_keys__) for component in PUBLISHED}
    assert required["Table"] == ["key_arn", "partition_key", "scope"]
    assert required["Queue"] == ["key_arn", "scope"]


def test_a_text_that_is_no_platform_is_refused():
    (problem,) = refused(Workload, {"manifest": "name: a", "code": {}, "platform": "{}"})
    assert problem.startswith(
        "Workload 'jobs': platform: settings: Field required; give it what `pulumi stack output platform` prints"
    )


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
