"""What AWS refuses, replaces or orders and the emulator does not: each entry of the provider's lists is asserted, or says why not.

An entry with `needs` is an order that the graph shows: proven here for every resource of the program. The others are proven by the
tests named in PROVEN, or are in TIME: they depend on what happens in an account and no graph can show them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from aws_provider.refusals import REFUSALS
from tests.program.climbing import in_phase
from tests.program.graph import ROOT, Graph, Node
from tests.program.stacks import graph_of

ALL = {refusal.id: (token.split(":")[1], refusal) for token, refusals in REFUSALS.items() for refusal in refusals}
ORDERS = {id_: (kind, refusal.needs) for id_, (kind, refusal) in ALL.items() if refusal.needs}

PROVEN = {
    "budgets-notifications-5": "here::test_a_budget_has_no_more_notices_than_aws_takes",
    "logs-protection-before-what-logs": "tests/program/data_class.py::masks",
    "logs-protection-two-statements": "tests/program/data_class.py::masks",
    "logs-protection-class-standard": "tests/program/data_class.py::masks",
    "logs-filter-takes-json": "tests/program/test_cold_starts.py::filtered",
    "logs-query-names-repeat": "tests/program/checks.py::names",
    "logs-name-taken-by-lambda": "tests/program/checks.py::edges",
    "cloudwatch-alarm-overwrites": "tests/unit/contract/test_together.py::test_two_alarms_with_one_name",
    "cloudwatch-dashboard-overwrites": "tests/program/checks.py::names",
    "cloudwatch-dashboard-draws-what-exists": "tests/program/test_dashboards.py::exists",
    "autoscaling-target-exists": "tests/program/test_provisioned.py::scaled",
    "autoscaling-owns-the-number": "tests/program/test_provisioned.py::ready",
    "lambda-provisioned-or-snapstart": "tests/unit/contract/test_kept_ready.py::test_snapshots_and_runs_that_are_kept_ready_exclude_each_other",
    "lambda-provisioned-without-weights": "tests/program/test_provisioned.py::ready",
    "lambda-provisioned-within-reserved": "tests/program/test_provisioned.py::ready",
    "lambda-snapstart-runtime": "tests/unit/contract/test_kept_ready.py::test_snapshots_want_a_runtime_that_has_them",
    "cloudwatch-alarm-of-math": "tests/program/test_slo.py::can_fire",
    "cloudwatch-composite-overwrites": "tests/program/test_slo.py::told",
    "cloudwatch-composite-suppressor-exists": "tests/program/test_slo.py::told",
    "cloudwatch-composite-acts-on-topics": "tests/program/test_slo.py::told",
    "cloudwatch-metric-has-these-dimensions": "tests/program/checks.py::alarms",
    "iam-managed-policy-6144": "tests/program/test_on_aws.py::test_every_document_is_one_that_iam_takes",
    "iam-inline-policies-10240": "tests/program/test_on_aws.py::test_every_document_is_one_that_iam_takes",
    "iam-boundary-exists": "tests/program/test_bootstrap.py::test_it_makes_the_boundary_that_roles_name",
    "iam-role-has-no-policies-left": "here::test_policies_of_a_role_go_before_the_role",
    "kms-policy-lockout": "tests/program/test_access.py::test_keys_admit_services_and_the_account_but_name_no_role",
    "kms-policy-principals-exist": "tests/program/test_access.py::test_keys_admit_services_and_the_account_but_name_no_role",
    "lambda-mapping-visibility": "tests/program/timings.py::timings",
    "lambda-mapping-once": "here::test_a_queue_has_one_mapping",
    "lambda-concurrency-leaves-100": "tests/program/test_on_aws.py::test_functions_reserve_no_more_than_the_account_has",
    "lambda-environment-4096": "here::test_variables_of_a_function_have_room",
    "lambda-layer-architecture": "here::test_layer_and_functions_are_of_one_architecture",
    "lambda-runtime-is-the-emulators": "tests/package/test_bundles.py",
    "apigateway-stage-logs-need-the-accounts-role": "tests/program/test_bootstrap.py::test_it_lets_api_gateway_write_access_logs",
    "apigateway-one-path-parameter-per-place": "tests/unit/contract/test_broken_triggers.py",
    "apigateway-model-is-draft-4": "tests/unit/contract/test_json_schemas.py",
    "apigateway-deployment-is-a-snapshot": "tests/program/test_rest_api.py::test_whatever_a_deployment_holds_makes_a_new_one",
    "apigateway-settings-of-all-overwrite": "tests/program/test_rest_api.py::test_settings_of_one_method_come_after_those_of_all",
    "apigateway-key-in-one-plan-of-a-stage": "tests/program/test_rest_api.py::test_every_client_has_one_key_in_one_plan",
    "s3-name-is-the-worlds": "tests/unit/contract/test_naming.py::test_names_are_what_everybody_expects",
    "sqs-key-admits-the-sender": "tests/program/test_access.py::test_keys_admit_services_and_the_account_but_name_no_role",
    "xray-group-name-is-unique": "tests/program/checks.py::names",
    "xray-five-policies": "tests/program/test_tracing.py::test_topics_may_send_what_they_know_of_a_trace",
    "xray-topics-are-admitted": "tests/program/test_tracing.py::test_topics_may_send_what_they_know_of_a_trace",
    "apigateway-account-role-writes-logs": "tests/program/test_bootstrap.py::test_it_lets_api_gateway_write_access_logs",
    "apigatewayv2-authorizer-may-invoke": "tests/program/test_websocket_api.py::admission",
    "apigatewayv2-socket-authorizes-at-connect": "tests/program/test_websocket_api.py::admission",
    "apigatewayv2-socket-logs-need-the-accounts-role": "tests/program/test_bootstrap.py::test_it_lets_api_gateway_write_access_logs",
    "appsync-code-is-evaluated": "tests/handlers/test_boards_schema.py::test_the_code_is_what_appsync_takes",
    "appsync-dynamodb-does-what-is-asked": "tests/handlers/test_boards.py::test_what_is_written_is_conditional_and_what_decides_is_read_consistently",
    "appsync-directives-of-callers": "tests/program/test_graphql.py::callers",
    "appsync-log-group-is-taken": "tests/program/test_graphql.py::logs",
    "appsync-one-resolver-for-a-field": "tests/program/test_graphql.py::answers",
    "appsync-scalars-are-its-own": "tests/unit/contract/test_resolvers.py::test_a_wrong_schema_is_told",
    "appsync-schema-is-compiled": "tests/unit/contract/test_resolvers.py::test_a_wrong_schema_is_told",
    "appsync-subscriptions": "tests/handlers/test_boards_schema.py::test_a_subscription_names_mutations_of_its_own_type",
    "appsync-tokens-are-verified": "tests/program/test_graphql.py::callers",
    "athena-not-empty": "tests/program/test_datasets.py::test_history_of_queries_goes_with_the_workgroup_where_state_is_not_protected",
    "athena-results-bucket-exists": "tests/program/test_datasets.py::queryable",
    "events-rule-5-targets": "tests/program/test_refused_settings.py::rules",
    "events-rule-may-not-trigger-itself": "tests/program/test_refused_settings.py::rules",
    "events-target-encrypted-queue": "tests/program/test_event_bus.py::undelivered",
    "kinesis-failed-records-are-tried-again": "tests/program/test_ordered_sources.py::bounds",
    "kinesis-key-admits-both-ends": "tests/program/test_refused_settings.py::streams",
    "lambda-async-destination-is-standard": "tests/program/test_event_bus.py::given_up",
    "lambda-async-from-eventbridge": "tests/program/test_event_bus.py::given_up",
    "lambda-async-of-an-alias": "tests/program/test_event_bus.py::given_up",
    "lambda-mapping-of-a-stream": "tests/program/test_ordered_sources.py::bounds",
    "s3-notification-comes-twice": "tests/handlers/test_media.py::test_a_good_file_is_moved_once_however_often_s3_tells",
    "s3-notification-key-admits-s3": "tests/program/test_fan_out.py::untold",
    "s3-notification-no-fifo": "tests/program/test_refused_settings.py::notifications",
    "scheduler-dead-letters": "tests/program/test_schedules.py::undelivered",
    "schemas-draft-4": "tests/program/test_event_bus.py::test_contracts_are_published_as_aws_reads_them",
    "schemas-registry-is-not-awss": "tests/program/test_refused_settings.py::values",
    "secretsmanager-first-version-is-current": "tests/program/test_rotation.py::test_the_first_version_holds_nothing_and_takes_no_value_away",
    "secretsmanager-rotation-is-called": "tests/end_to_end/test_rotation.py",
    "secretsmanager-name-without-six": "tests/program/test_refused_settings.py::secrets",
    "sfn-log-policy-has-5120-characters": "tests/program/test_refused_settings.py::workflows",
    "sfn-role-may-call": "tests/program/test_refused_settings.py::workflows",
    "sfn-variables-in-the-emulator": "tests/program/test_refused_settings.py::workflows",
    "sns-subscription-queue-admits-the-topic": "tests/program/test_fan_out.py::unfed",
    "sns-subscription-undelivered": "tests/program/test_fan_out.py::unfed",
    "appconfig-20-strategies": "tests/program/test_limits.py::test_what_is_counted_is_what_is_registered",
    "appconfig-monitor-role": "tests/program/test_feature_flags.py::monitors",
    "appconfig-monitor-without-data": "tests/program/test_feature_flags.py::monitors",
    "appconfig-validator-may-be-invoked": "tests/program/test_feature_flags.py::configurations",
    "appconfig-version-of-flags": "tests/program/test_feature_flags.py::configurations",
    "appconfig-deployment-is-validated": "tests/program/test_feature_flags.py::configurations",
    "appconfig-deployment-one-at-a-time": "tests/operations/test_flags.py::test_one_change_at_a_time",
    "appconfig-deployment-goes-on": "tests/operations/test_flags.py::test_a_change_that_is_rolled_back_is_told",
    "appconfig-profile-has-no-versions": "tests/operations/test_flags.py::test_clear_leaves_the_programs_version_alone",
    "codedeploy-group-keeps-its-application": "tests/program/test_rollout.py::groups",
    "codedeploy-group-config-exists": "tests/program/test_rollout.py::groups",
    "codedeploy-group-role-is-taken": "tests/program/test_bootstrap.py::test_it_makes_the_role_with_which_codedeploy_releases",
    "codedeploy-group-role-may": "tests/program/test_bootstrap.py::test_it_makes_the_role_with_which_codedeploy_releases",
    "codedeploy-group-of-functions": "tests/program/test_rollout.py::groups",
    "codedeploy-target-is-a-version": "tests/operations/test_release.py::test_what_is_live_already_is_not_released",
    "codedeploy-one-at-a-time": "tests/operations/test_release_on_aws.py::test_a_running_deployment_is_told",
    "costexplorer-one-monitor-of-services": "tests/program/test_bootstrap.py::test_a_monitor_of_costs_is_made_where_it_is_asked_for",
    "costexplorer-custom-is-of-the-management-account": "tests/program/test_bootstrap.py::test_a_monitor_of_costs_is_made_where_it_is_asked_for",
    "costexplorer-subscription-of-its-own-account": "tests/program/test_cost_anomalies.py::told",
    "costexplorer-topic-admits-alerts": "tests/program/test_cost_anomalies.py::told",
    "codedeploy-application-name-is-taken": "tests/program/checks.py::names",
    "cloudwatch-alarm-of-a-band": "tests/program/test_anomalies.py::can_fire",
    "dynamodb-maximum-stays": "tests/program/test_table_maxima.py::test_a_maximum_that_is_left_behind_is_noticed",
    "backup-vault-is-empty": "tests/program/test_backups.py::vaults",
    "backup-lifecycle-of-dynamodb": "tests/program/test_backups.py::vaults",
    "backup-opt-in": "tests/program/test_backups.py::alarms",
    "backup-role-may-restore": "tests/program/test_backups.py::roles",
    "ssm-advanced-costs": "tests/program/test_refused_settings.py::values",
    "ssm-not-before-its-pattern": "tests/program/test_refused_settings.py::values",
}
"""Refusal -> the test (or the check of the graph) that would notice."""

TIME = {
    "autoscaling-needs-a-capacity": "tables are on demand, and nothing scales them",
    "autoscaling-linked-role": "of the account, once; docs/how-to/keep-runs-ready.md says it to whoever deploys",
    "autoscaling-policy-makes-alarms": "behaviour of a running policy; no alarm of the program has such a name",
    "autoscaling-policy-without-data": "behaviour of a running policy; docs/how-to/keep-runs-ready.md says what a schedule is for",
    "autoscaling-one-change-at-a-time": "of an update; the official provider tries again",
    "lambda-provisioned-takes-minutes": "of an update or a release; the official provider and CodeDeploy wait",
    "lambda-provisioned-does-nothing": "of the emulator; what is kept ready is in the graph",
    "apigatewayv2-throttles": "behaviour of a running API; the settings are in the graph",
    "apigateway-deletes-one-api-in-30-seconds": "of a deletion; the official provider waits",
    "apigateway-policy-needs-a-deployment": "the program sets no policy on an API; models and responses are in the deployment's trigger",
    "apigateway-cognito-wants-id-tokens": "no reference workload has a REST route with tokens of the user pool; the manifest's reference says it",
    "apigateway-authorizer-may-invoke": "the program makes no Lambda authorizer of a REST API",
    "apigateway-deployment-outlives-its-stage": "the engine makes the new one first; deployments have no name that would clash",
    "apigateway-validation-text": "the template names it; what callers read of it is AWS's to fill in",
    "apigateway-stage-writes-and-traces": "behaviour of a running stage; the settings are in the graph",
    "apigateway-settings-logs-need-the-accounts-role": "execution logs are off, which test_rest_api.py asserts",
    "apigateway-caching-needs-a-cluster": "behaviour of a running stage; test_rest_api.py asserts both settings",
    "apigateway-plan-is-best-effort": "behaviour of a running API",
    "apigateway-key-value-once": "API Gateway makes the values",
    "apigateway-account-is-shared": "made by bootstrap/, once for account and region, and left when that is destroyed",
    "apigatewayv2-socket-connection-ends": "behaviour of a running API",
    "cloudwatch-composite-holds-its-children": "of a deletion; a composite alarm comes after those that it names, so it goes before them, and none of them changes its name",
    "cognito-schema-is-for-ever": "the program declares no custom attributes",
    "cognito-deletion-protection": "of a deletion; protection is asserted in test_graph.py",
    "cognito-client-is-updated-whole": "of the update call, which the official provider makes whole",
    "dynamodb-one-index-at-a-time": "the provider waits for each index before it makes the next",
    "dynamodb-billing-mode-once-a-day": "of two updates on one day; tables are on demand from the first day",
    "dynamodb-ttl-once-an-hour": "of two updates in an hour",
    "iam-managed-policy-is-attached-nowhere": "of a deletion, by an administrator",
    "iam-role-takes-seconds": "the official provider waits and tries again",
    "kms-deletion-waits": "of a deletion; the window is in the plan",
    "lambda-concurrency-behind-an-alias": "of the emulator; what is reserved is in the graph, and test_on_aws.py holds it against the account",
    "lambda-alias-weights": "CodeDeploy sets them while it releases; the program's alias has none and ignores them, which test_rollout.py asserts",
    "appconfig-application-is-empty": "of a deletion; environment and profile come after their application, so they go before it",
    "appconfig-environment-is-protected": "of a deletion, while functions still read; the engine tells what AWS says",
    "appconfig-profile-is-protected": "of a deletion, while functions still read; the engine tells what AWS says",
    "appconfig-deployment-is-not-deleted": "of a deletion: what was deployed goes with its environment",
    "costexplorer-tags-are-activated": "the program has no monitor by tag; bootstrap/README.md says it for budgets",
    "costexplorer-subscription-after-its-monitor": "the monitor is the account's, and the settings name it",
    "costexplorer-learns-ten-days": "of a running monitor; bootstrap/README.md says it to whoever makes one",
    "codedeploy-alarm-already-on": "of a release; `operations release --ignore-alarms` is the way out",
    "codedeploy-hook-in-an-hour": "of a running deployment; the function that checks has five minutes",
    "lambda-sizes": "own code is kilobytes; the layer is 13 MB zipped",
    "s3-bucket-is-empty": "of a deletion; the program never sets forceDestroy",
    "sns-email-is-confirmed-by-a-person": "a person confirms it",
    "sqs-name-again-after-a-minute": "of a deletion; the official provider waits",
    "apigatewayv2-socket-answers-need-a-route-response": "the program makes no route response: nothing is answered, messages are sent",
    "appsync-one-change-at-a-time": "of an update; the official provider tries again",
    "appsync-traces-by-a-linked-role": "of the account, once; docs/patterns/graphql.md says it to whoever deploys",
    "athena-cutoff-cancels": "of a query; the bound is asserted in test_datasets.py",
    "events-archive-keeps-its-own-rule": "a quota of the account",
    "events-bus-has-no-rules-left": "of a deletion; rules come after their bus, so they go before it",
    "events-rule-has-no-targets-left": "of a deletion; targets come after their rule, so they go before it",
    "glue-athena-reads-the-location": "of who queries, for whom the program makes no role; docs/patterns/stream-pipeline.md says what it needs",
    "logs-filter-100": "a quota of a log group; the program makes one filter for each",
    "logs-filter-from-now-on": "behaviour of a running filter",
    "logs-1000-queries": "a quota of the account; the program makes six for a workload",
    "logs-protection-shown-to-unmask": "of who reads logs, for whom the program makes no role; docs/decisions/0007-data-class.md says it",
    "glue-lake-formation": "a setting of the account",
    "kinesis-limits-of-a-shard": "behaviour of a running stream; the alarm on its throttles is in the graph",
    "kinesis-mode-twice-a-day": "of two updates in a day; streams are on demand from the first day",
    "kinesis-records-survive-resharding": "behaviour of a running stream",
    "scheduler-500-groups": "a quota of the account",
    "scheduler-group-deletes-slowly": "of a deletion; the official provider waits",
    "scheduler-past-runs-at-once": "behaviour of a running schedule; the program makes recurring ones",
    "secretsmanager-current-version-stays": "of a deletion; a secret that is no longer rotated keeps its value",
    "secretsmanager-version-every-ten-minutes": "of rotations; they are a day apart at least",
    "secretsmanager-name-waits-for-deletion": "of a deletion; the window is in the plan",
    "sfn-express-five-minutes": "behaviour of a running execution; the contract refuses longer express workflows",
    "sfn-name-while-deleting": "of a deletion; the official provider waits",
    "sfn-new-definition-for-new-executions": "of an update while executions run",
    "sfn-traces-and-metrics": "behaviour of a running machine; the setting and the role's four actions are in the graph",
    "backup-nothing-runs": "of the emulator; the restore check runs, which tests/local_cloud/test_restoring.py shows",
    "backup-plan-has-no-selections": "of a deletion; selections come after their plan, so they go before it",
    "ssm-tier-does-not-go-back": "of an update; parameters are standard ones, which test_refused_settings.py asserts",
}
"""Refusal -> why no graph can show it."""

COMING = (
    "cloudfront/cachePolicy",
    "cloudfront/distribution",
    "wafv2/webAcl",
    "wafv2/webAclAssociation",
    "wafv2/webAclLoggingConfiguration",
)
"""Types of Standardize and Scale that our provider knows and the program does not make yet: their refusals are open. The feature that
makes one takes it out of here, and then each of its refusals has to be proven."""

UNUSED: dict[str, str] = {}
"""Refusal of an input that our provider takes and no resource of the program gives yet -> the input. Open in the same way."""

NOT_MADE = {
    **dict.fromkeys(COMING, "a feature of a later phase makes it"),
    "codedeploy/deploymentConfig": "groups use CodeDeploy's own configurations: one of ours could not be changed while it is used",
    "apigateway/authorizer": "no reference workload has a REST route with tokens of the user pool",
    "costexplorer/anomalyMonitor": "made by bootstrap/, where the account has none",
    "apigateway/account": "made by bootstrap/, and its order is asserted there",
    "appsync/apiKey": "callers of a GraphQL API have tokens of the user pool; nobody gets in with a key",
    "cloudwatch/eventBusPolicy": "no other account sends to a bus",
    "secretsmanager/secretPolicy": "who may read a secret is in the roles of its functions; no other account does",
    "apigateway-method-after-its-authorizer": "no reference workload has a REST route with tokens of the user pool",
    "appsync-resolver-after-its-source": "resolvers are pipelines; their functions have the data source",
    "events-target-role-is-taken": "targets are functions, which EventBridge invokes by permission",
    "s3-notification-after-queue-policy": "a bucket tells functions and topics; queues follow a topic",
}  # fmt: skip
"""Type, or order of a property, that no reference workload makes -> why. One that is made after all has to be proven."""


def missing_order(graph: Graph, kind: str, needs: str) -> Iterator[str]:
    """Resources of `kind` that may be made before what AWS wants to be there."""
    wanted, _, property_ = needs.partition(" of ")
    for node in graph.all(kind):
        if property_ and node.inputs.get(property_) in (None, [], {}):
            continue
        candidates = [other for other in graph.all(wanted) if other.urn != node.urn and _belongs(graph, node, other, property_)]
        if not any(graph.comes_after(node, other) for other in candidates):
            yield f"{node.urn} may be made before its {wanted}"


def _belongs(graph: Graph, node: Node, other: Node, property_: str) -> bool:
    """Whether `other` is what the property leads to, or is attached to that (a permission to an alias, a policy to a queue)."""
    if not property_:
        return True
    direct = node.property_dependencies.get(property_, [])
    if other.urn in direct or any(graph.comes_after(graph.by_urn[urn], other) for urn in direct if urn in graph.by_urn):
        return True
    if any({*direct} & {*urns} for urns in other.property_dependencies.values()):
        return True
    name = other.inputs.get("name")
    return bool(name) and re.search(rf'[:/]{re.escape(name)}("|$)', str(node.inputs[property_])) is not None


@pytest.mark.parametrize("id_", sorted(ORDERS))
def test_the_order_that_aws_wants_is_in_the_graph(graph: Graph, id_: str):
    kind, needs = ORDERS[id_]
    graph = graph if graph.all(kind) else in_phase("scale")
    if not graph.all(kind):
        assert kind in NOT_MADE or id_ in NOT_MADE, f"the program makes no {kind}: where is this order shown?"
        return
    assert list(missing_order(graph, kind, needs)) == []


@pytest.mark.parametrize("id_", sorted(ORDERS))
def test_a_dropped_edge_is_noticed(id_: str):
    """Without its dependencies, at least one resource of the type may be made too early."""
    kind, needs = ORDERS[id_]
    graph = graph_of("prod") if graph_of("prod").all(kind) else in_phase("scale")
    if not any(property_ in ("", None) or property_ in node.inputs for node in graph.all(kind) for property_ in [needs.partition(" of ")[2]]):
        assert {id_, kind} & set(NOT_MADE)
        return
    cut = [replace(node, dependencies=[], property_dependencies={}) if node.kind == kind else node for node in graph.nodes]
    assert list(missing_order(Graph(cut, graph.exports, graph.log), kind, needs)) != []


def test_every_refusal_is_shown_somewhere_or_says_why_not():
    never = [id_ for id_, (kind, _) in ALL.items() if kind in NOT_MADE]
    assert not {*PROVEN} & {*TIME}
    assert sorted({*ORDERS, *PROVEN, *TIME, *UNUSED, *never}) == sorted(ALL)


@pytest.mark.parametrize("what", sorted(NOT_MADE))
def test_what_is_not_made_is_not_made(graph: Graph, what: str):
    kind, needs = (what, "") if what in {kind for kind, _ in ALL.values()} else ORDERS[what]
    property_ = needs.partition(" of ")[2]
    made = [node.name for node in graph.all(kind) if not property_ or node.inputs.get(property_) not in (None, [], {})]
    assert made == [], f"{what}: says that it is not made; {NOT_MADE[what]}"


@pytest.mark.parametrize(("id_", "property_"), sorted(UNUSED.items()))
def test_what_is_unused_is_unused(graph: Graph, id_: str, property_: str):
    made = [node.name for node in graph.all(ALL[id_][0]) if node.inputs.get(property_) not in (None, [], {})]
    assert made == [], f"{id_}: {property_} is given, so what AWS refuses of it has to be proven"


@pytest.mark.parametrize(("id_", "proof"), sorted(PROVEN.items()))
def test_the_named_proof_is_there(id_: str, proof: str):
    file, _, name = proof.partition("::")
    path = ROOT / file if file != "here" else ROOT / "tests" / "program" / "test_refused_by_aws.py"
    assert path.is_file(), f"{id_}: {proof}"
    assert not name or re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE), f"{id_}: {proof}"


def test_a_budget_has_no_more_notices_than_aws_takes(graph: Graph):
    for budget in graph.all("budgets/budget"):
        assert len(budget.inputs["notifications"]) <= 5
        for notice in budget.inputs["notifications"]:
            assert len(notice.get("subscriberEmailAddresses", [])) <= 10
            assert len(notice.get("subscriberSnsTopicArns", [])) <= 1


def test_policies_of_a_role_go_before_the_role(graph: Graph):
    for policy in graph.all("iam/rolePolicy"):
        roles = [role for role in graph.all("iam/role") if role.inputs["name"] == policy.inputs["role"]]
        assert len(roles) == 1
        assert graph.comes_after(policy, roles[0]), "deleted in the opposite order"


def test_a_queue_has_one_mapping(graph: Graph):
    pairs = [(node.inputs["eventSourceArn"], node.inputs["functionName"]) for node in graph.all("lambda/eventSourceMapping")]
    assert len(pairs) == len(set(pairs)) > 0


def test_variables_of_a_function_have_room(graph: Graph):
    for function in graph.all("lambda/function"):
        variables = function.inputs["environment"]["variables"]
        assert sum(len(key) + len(str(value)) for key, value in variables.items()) < 4096
        assert not [key for key in variables if key.startswith(("AWS_", "LAMBDA_", "_"))]


def test_layer_and_functions_are_of_one_architecture(graph: Graph):
    (layer,) = graph.all("lambda/layerVersion")
    for function in graph.all("lambda/function"):
        assert function.inputs["architectures"] == layer.inputs["compatibleArchitectures"]
        assert [function.inputs["runtime"]] == layer.inputs["compatibleRuntimes"]
