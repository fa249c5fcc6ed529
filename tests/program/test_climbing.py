"""A workload climbs by one word: every reference workload, every step, up and back, on the graph. The real engine does it in
tests/end_to_end/test_climbing.py."""

import pytest

from platform_contract.platform.settings import PHASES
from reports.data_loss import STATES
from tests.program.breaking import broken, not_made, run_workloads, sound, with_
from tests.program.climbing import added, changed, in_phase, lost, replaced, steps
from tests.program.graph import ROOT, Graph

UP = [step for step in steps() if PHASES.index(step[0]) < PHASES.index(step[1])]

CHANGED = {
    ("pilot", "standardize"): {"kms/key": {"policy"}, "lambda/function": {"environment"}},
    ("standardize", "scale"): {"cloudwatch/dashboard": {"dashboardBody"}, "dynamodb/table": {"globalSecondaryIndexes", "onDemandThroughput"}, "kms/key": {"policy"}},
}
"""Step up -> type -> inputs that it changes in place: reviewed. A key admits the roles of what is added, a function is told where its flags are, a
dashboard shows alarms of what is added, a table and its indexes have the maximum of the manifest instead of the account's quota."""

ADDED = {
    ("pilot", "standardize"): [
        "BusinessMetrics", "ColdStarts", "Dashboards", "FeatureFlags", "Function", "Rollout", "SavedQueries", "Standardize",
        "appconfig/application", "appconfig/configurationProfile", "appconfig/deployment", "appconfig/deploymentStrategy", "appconfig/environment",
        "appconfig/hostedConfigurationVersion", "cloudwatch/dashboard", "cloudwatch/logDataProtectionPolicy", "cloudwatch/logGroup", "cloudwatch/logMetricFilter", "cloudwatch/metricAlarm",
        "cloudwatch/queryDefinition", "codedeploy/application", "codedeploy/deploymentGroup", "iam/role", "iam/rolePolicy", "lambda/alias", "lambda/function", "ssm/parameter",
    ],
    ("standardize", "scale"): [
        "Anomalies", "Backups", "Capacity", "Cdn", "Firewall", "Function", "Objectives", "Probe", "Scale", "Schedules", "Secret", "apigateway/apiKey",
        "apigateway/usagePlan", "apigateway/usagePlanKey", "appautoscaling/policy", "appautoscaling/scheduledAction", "appautoscaling/target",
        "backup/plan", "backup/selection", "backup/vault", "cloudfront/distribution", "cloudwatch/compositeAlarm",
        "cloudwatch/logDataProtectionPolicy", "cloudwatch/logGroup", "cloudwatch/metricAlarm", "iam/role", "iam/rolePolicy", "kms/alias", "kms/key",
        "lambda/alias", "lambda/function", "lambda/functionEventInvokeConfig", "lambda/provisionedConcurrencyConfig", "scheduler/schedule",
        "scheduler/scheduleGroup", "secretsmanager/secret", "sns/topic", "sns/topicPolicy", "sns/topicSubscription", "sqs/queue", "sqs/queuePolicy",
        "wafv2/webAcl", "wafv2/webAclAssociation", "wafv2/webAclLoggingConfiguration",
    ],
}  # fmt: skip
"""Step up -> types that it adds: reviewed."""


@pytest.mark.parametrize(("before", "after"), UP)
def test_a_step_up_loses_nothing(before: str, after: str):
    assert list(lost(in_phase(before), in_phase(after))) == []


@pytest.mark.parametrize(("before", "after"), steps())
def test_a_step_replaces_nothing(before: str, after: str):
    assert list(replaced(in_phase(before), in_phase(after))) == []


@pytest.mark.parametrize(("before", "after"), UP)
def test_a_step_changes_in_place_what_was_reviewed(before: str, after: str):
    assert changed(in_phase(before), in_phase(after)) == CHANGED[before, after]


@pytest.mark.parametrize(("before", "after"), UP)
def test_a_step_adds_what_was_reviewed_and_all_of_it_under_the_phase(before: str, after: str):
    first, second = in_phase(before), in_phase(after)
    assert added(first, second) == ADDED[before, after]
    for urn in set(second.by_urn) - set(first.by_urn):
        node = second.by_urn[urn]
        while node.kind not in ("Standardize", "Scale", "Foundation"):
            assert node.parent in second.by_urn, f"{urn} belongs to no phase"
            node = second.by_urn[node.parent]


def test_what_a_step_back_gives_up_that_is_protected_is_told_by_name():
    """And nothing else: a reviewer is told each as data that would be lost, with the page that says what to do (reports/data_loss.py)."""
    before, after = in_phase("scale", "prod"), in_phase("standardize", "prod")
    gone = [before.by_urn[urn] for urn in sorted(set(before.by_urn) - set(after.by_urn)) if before.by_urn[urn].protect]
    assert {node.kind for node in gone} == {"backup/vault", "sqs/queue"} and all(node.type in STATES for node in gone)
    workloads = {node.name for node in before.all("Workload")}
    suffixes = ("-backups", "-restore-check-failed", "-probe-failed")
    of_workloads = {f"{name}{suffix}" for name in workloads for suffix in suffixes}
    assert {node.name for node in gone} <= of_workloads and all(any(node.name.endswith(suffix) for node in gone) for suffix in suffixes), sorted(node.name for node in gone)
    page = (ROOT / "docs/how-to/climb.md").read_text()
    assert all(f"URN of {node.name}'" in page for node in gone if node.name.startswith("orders-"))


def test_what_runs_always_has_the_same_parent():
    """No parent, type or logical name depends on the phase: a workload's functions are its Pilot's, whatever phase it is in."""
    last = PHASES[-1]
    for node in in_phase(last).all("Function"):
        parent = in_phase(last).by_urn[node.parent]
        assert parent.kind == "Pilot" or node.name.endswith(("-release-checks", "-restore-check", "-probe"))


@pytest.mark.parametrize(("kind", "change", "check"), [
    ("dynamodb.Table", with_(hash_key="another"), replaced),
    ("sqs.Queue", with_(name="another"), replaced),
    ("budgets.Budget", not_made, lost),
])  # fmt: skip
def test_a_step_that_loses_something_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change, check):
    before: Graph = sound("receipts")
    broken(monkeypatch, kind, change)
    assert list(check(before, run_workloads("receipts")))
