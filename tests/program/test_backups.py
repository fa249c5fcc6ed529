"""Backups in the graph: what is backed up, with which role, for how long; and who tries to restore it, with the least that this takes."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest

from platform_contract.platform.boundary import boundary_document
from tests.program import checks
from tests.program.breaking import not_made, only, unordered, with_, without
from tests.program.climbing import in_phase, told_in_phase
from tests.program.graph import Graph, Node
from tests.program.stacks import graph_of

STACKS = ("dev", "prod")


def kept(graph: Graph) -> list[Node]:
    """Tables that are worth a backup."""
    return [node for node in graph.all("dynamodb/table") if not node.inputs["name"].endswith("-idempotency")]


def key_of(graph: Graph, workload: str) -> Node:
    return next(node for node in graph.all("kms/key") if node.inputs["tags"]["workload"] == workload)


def vaults(graph: Graph) -> Iterator[str]:
    """Every table is selected once, into a vault under its workload's key, for as long as its class asks; nothing is moved to cold storage."""
    selected = [(arn, node) for node in graph.all("backup/selection") for arn in node.inputs["resources"]]
    for table in kept(graph):
        found = [node for arn, node in selected if arn == table.outputs["arn"]]
        if len(found) != 1:
            yield f"{table.urn}: is in {len(found)} selections"
    for arn, node in selected:
        if arn not in {table.outputs["arn"] for table in kept(graph)}:
            yield f"{node.urn}: selects {arn}, which is no table worth a backup"
        if "*" in arn:
            yield f"{node.urn}: selects more than it names"
    for vault in graph.all("backup/vault"):
        tags = vault.inputs["tags"]
        if vault.inputs.get("kmsKeyArn") != key_of(graph, tags["workload"]).outputs["arn"]:
            yield f"{vault.urn}: is not under the workload's key"
        protected = any(table.protect for table in kept(graph))
        if vault.protect != protected or vault.inputs.get("forceDestroy") == protected:
            yield f"{vault.urn}: protect is {vault.protect}, force_destroy {vault.inputs.get('forceDestroy')}"
        [plan] = [node for node in graph.all("backup/plan") if node.inputs["rules"][0]["targetVaultName"] == vault.inputs["name"]]
        wanted = [7, {"public": 35, "internal": 35, "confidential": 90, "restricted": 365}[tags["data_class"]]] if protected else [7]
        kept_for = [rule["lifecycle"].get("deleteAfter") for rule in plan.inputs["rules"]]
        if kept_for != wanted:
            yield f"{plan.urn}: keeps backups for {kept_for} days, and {tags['data_class']} data wants {wanted}"
        for rule in plan.inputs["rules"]:
            if rule["lifecycle"].get("coldStorageAfter"):
                yield f"{plan.urn}: cold storage takes tables only with a setting of the account"


def statements(graph: Graph, role: str) -> list[dict[str, Any]]:
    policies = [node for node in graph.all("iam/rolePolicy") if node.inputs["role"] == role]
    return [each for node in policies for each in json.loads(node.inputs["policy"])["Statement"]]


def granted(graph: Graph, role: str, action: str) -> set[str]:
    return {resource for each in statements(graph, role) if action in each["Action"] for resource in each["Resource"]}


def roles(graph: Graph) -> Iterator[str]:
    """AWS Backup may back up what is selected, and bring it back under another name only; it alone takes the role, after its policies."""
    for node in graph.all("backup/selection"):
        [role] = [each for each in graph.all("iam/role") if each.outputs["arn"] == node.inputs["iamRoleArn"]]
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        if trust["Principal"] != {"Service": "backup.amazonaws.com"} or "aws:SourceAccount" not in trust["Condition"]["StringEquals"]:
            yield f"{role.urn}: is taken by {trust['Principal']}"
        name, arns = role.inputs["name"], set(node.inputs["resources"])
        wanted = {
            "dynamodb:CreateBackup": arns, "dynamodb:StartAwsBackupJob": arns, "dynamodb:DeleteBackup": {f"{arn}/backup/*" for arn in arns},
            "dynamodb:RestoreTableFromAwsBackup": {f"{arn}-restored" for arn in arns}, "dynamodb:PutItem": {f"{arn}-restored" for arn in arns},
            "dynamodb:DeleteTable": set(),
        }  # fmt: skip
        for action, resources in wanted.items():
            if granted(graph, name, action) != resources:
                yield f"{role.urn}: may {action} on {sorted(granted(graph, name, action))}, and needs it on {sorted(resources)}"
        if not granted(graph, name, "kms:CreateGrant"):
            yield f"{role.urn}: may not restore under the key"
        policies = [each for each in graph.all("iam/rolePolicy") if each.inputs["role"] == name]
        if not all(graph.comes_after(node, each) for each in policies):
            yield f"{node.urn}: may be made before its role may back up"


def checkers(graph: Graph) -> Iterator[str]:
    """One function for each workload with tables: it may restore and read these, write and delete their copies, and is started and looked after."""
    for workload in {table.inputs["tags"]["workload"] for table in kept(graph)}:
        found = [node for node in graph.all("lambda/function") if node.name == f"{workload}-restore-check"]
        if not found:
            yield f"{workload}: nobody tries to restore its tables"
            continue
        [function] = found
        arns = {table.outputs["arn"] for table in kept(graph) if table.inputs["tags"]["workload"] == workload}
        copies = {f"{arn}-restore-check" for arn in arns}
        role = next(each.inputs["name"] for each in graph.all("iam/role") if each.outputs["arn"] == function.inputs["role"])
        for action, resources in {
            "dynamodb:DeleteTable": copies, "dynamodb:PutItem": copies, "dynamodb:DeleteItem": copies, "dynamodb:GetItem": copies,
            "dynamodb:Scan": arns | copies, "dynamodb:RestoreTableToPointInTime": arns | copies,
        }.items():  # fmt: skip
            if granted(graph, role, action) != resources:
                yield f"{function.urn}: may {action} on {sorted(granted(graph, role, action))}, and needs it on {sorted(resources)}"
        for each in statements(graph, role):
            if "kms:CreateGrant" in each["Action"] and each["Condition"]["StringEquals"]["kms:ViaService"] != "dynamodb.eu-west-1.amazonaws.com":
                yield f"{function.urn}: makes grants for others than DynamoDB"
        told = json.loads(function.inputs["code"].assets["tables.json"].text)
        if {(f"{arn}", f"{arn}-restore-check") for arn in arns} != {tuple(arn_of(function, name) for name in pair) for pair in told.items()}:
            yield f"{function.urn}: checks {told}"
        steps = {json.loads(node.inputs["target"]["input"]).get("step") for node in graph.all("scheduler/schedule")
                 if node.inputs["target"]["arn"] == f"{function.outputs['arn']}:live"}  # fmt: skip
        if steps != {"start", "finish"}:
            yield f"{function.urn}: is scheduled for {sorted(map(str, steps))}"


def arn_of(function: Node, table: str) -> str:
    return ":".join(["arn:aws:dynamodb", *function.outputs["arn"].split(":")[3:5], f"table/{table}"])


def alarms(graph: Graph) -> Iterator[str]:
    """Silence is what they look for: backups that nobody made, restores that nobody saw succeed."""
    by_metric: dict[str, list[Node]] = {}
    for node in graph.all("cloudwatch/metricAlarm"):
        by_metric.setdefault(node.inputs.get("metricName", ""), []).append(node)
    for table in kept(graph):
        wanted = {"service": table.inputs["tags"]["workload"], "table": table.inputs["name"]}
        found = [node for node in by_metric.get("RestoreCheckSucceeded", []) if node.inputs["dimensions"] == wanted]
        if len(found) != 1:
            yield f"{table.urn}: {len(found)} alarms tell that no restore succeeds"
    for vault in graph.all("backup/vault"):
        for metric in ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed"):
            if not any(node.inputs["dimensions"] == {"BackupVaultName": vault.inputs["name"]} for node in by_metric.get(metric, [])):
                yield f"{vault.urn}: no alarm on {metric}"
    for node in (*by_metric.get("RestoreCheckSucceeded", []), *by_metric.get("NumberOfBackupJobsCompleted", [])):
        inputs = node.inputs
        if inputs["treatMissingData"] != "breaching" or inputs["comparisonOperator"] != "LessThanThreshold" or inputs["statistic"] != "Sum":
            yield f"{node.urn}: says nothing when nothing happens"
        if inputs["period"] * inputs["evaluationPeriods"] > 7 * 86_400:
            yield f"{node.urn}: CloudWatch looks back for seven days at most"


CHECKS = (vaults, roles, checkers, alarms)
ALL = (checks.parents, checks.tokens, checks.edges, checks.alarms, checks.roles, checks.alias_only, checks.names, checks.grants)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_tables_are_backed_up_and_restores_are_tried(check, stack: str):
    graph = in_phase("scale", stack)
    assert kept(graph) and graph.all("backup/vault")
    assert list(check(graph)) == []


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_what_holds_for_every_resource_holds_in_the_last_phase(check):
    assert list(check(in_phase("scale"))) == []


def test_a_workload_without_tables_has_no_vault_and_pilots_have_none_either():
    graph = in_phase("scale")
    with_tables = {table.inputs["tags"]["workload"] for table in kept(graph)}
    assert {vault.inputs["tags"]["workload"] for vault in graph.all("backup/vault")} == with_tables
    assert not graph_of("dev").all("backup/vault") or any(node.inputs["phase"] == "scale" for node in graph_of("dev").all("Workload"))


@pytest.mark.parametrize(("kind", "change", "check", "says"), [
    ("backup.Selection", not_made, vaults, "is in 0 selections"),
    ("backup.Selection", with_(resources=["arn:aws:dynamodb:*:*:table/*"]), vaults, "selects more than it names"),
    ("backup.Selection", unordered, roles, "may be made before its role may back up"),
    ("backup.Vault", without("kms_key_arn"), vaults, "is not under the workload's key"),
    ("iam.RolePolicy", only("-restore-check-access", with_(policy=json.dumps({"Version": "2012-10-17", "Statement": []}))), checkers, "may dynamodb:DeleteTable on []"),
    ("cloudwatch.MetricAlarm", only("-unproven", not_made), alarms, "0 alarms tell that no restore succeeds"),
    ("cloudwatch.MetricAlarm", only("-unproven", with_(treat_missing_data="notBreaching")), alarms, "says nothing when nothing happens"),
    ("cloudwatch.MetricAlarm", only("-backups-missing", not_made), alarms, "no alarm on NumberOfBackupJobsCompleted"),
    ("scheduler.Schedule", only("-finish", not_made), checkers, "is scheduled for ['start']"),
])  # fmt: skip
@pytest.mark.thorough
def test_a_break_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change, check, says: str):
    found = told_in_phase(monkeypatch, "scale", "orders", kind, change, check)
    assert any(says in each for each in found), found


def allows(action: str, resource: str, context: dict[str, str] | None = None) -> bool:
    """What the permissions boundary of dev says, statement by statement, as IAM reads it."""
    decisions = set()
    for each in boundary_document("111111111111", "eu-west-1", "dev")["Statement"]:
        actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        named = each.get("Resource", each.get("NotResource"))
        matched = any(fnmatch(resource, one) for one in ([named] if isinstance(named, str) else named)) != ("NotResource" in each)
        conditions = each.get("Condition", {}).get("StringEquals", {})
        if any(fnmatch(action, one) for one in actions) and matched and all((context or {}).get(key) == value for key, value in conditions.items()):
            decisions.add(each["Effect"])
    return decisions == {"Allow"}


def test_the_boundary_lets_nobody_delete_a_table_but_a_copy():
    table = "arn:aws:dynamodb:eu-west-1:111111111111:table/dev-orders-orders"
    assert not allows("dynamodb:DeleteTable", table)
    assert allows("dynamodb:DeleteTable", f"{table}-restore-check")
    assert not allows("dynamodb:DeleteTable", "arn:aws:dynamodb:eu-west-1:111111111111:table/prod-orders-orders-restore-check")
    assert allows("dynamodb:RestoreTableToPointInTime", table) and not allows("dynamodb:UpdateContinuousBackups", table)


def test_the_boundary_lets_grants_be_made_through_dynamodb_alone():
    key = "arn:aws:kms:eu-west-1:111111111111:key/one"
    assert allows("kms:CreateGrant", key, {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"})
    assert not allows("kms:CreateGrant", key) and not allows("kms:CreateGrant", key, {"kms:ViaService": "s3.eu-west-1.amazonaws.com"})


def test_restricted_keys_let_the_roles_that_restore_make_grants_for_services():
    restricted = [node for node in in_phase("scale").all("kms/key") if node.inputs["tags"]["data_class"] == "restricted"]
    for key in restricted:
        said = {each["Sid"]: each for each in json.loads(key.inputs["policy"])["Statement"]}
        workload = key.inputs["tags"]["workload"]
        if any(table.inputs["tags"]["workload"] == workload for table in kept(in_phase("scale"))):
            statement = said["RestoringRolesGrantToServices"]
            assert len(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]) == 2
            assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert restricted
