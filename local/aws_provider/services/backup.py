"""AWS Backup."""

from collections.abc import Iterator
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging

ARN = "arn:{partition}:backup:{region}:{account}"
TAGS = {
    kind: Tagging(f"Backup{kind}Tags", "tag_resource", "untag_resource", "list_tags", {"ResourceArn": "arn"}, keys="TagKeyList")
    for kind in ("Vault", "Plan")
}
OF_A_RULE = {
    "RuleName": "ruleName", "TargetBackupVaultName": "targetVaultName", "ScheduleExpression": "schedule", "StartWindowMinutes": "startWindow",
    "CompletionWindowMinutes": "completionWindow", "MoveToColdStorageAfterDays": "coldStorageAfter", "DeleteAfterDays": "deleteAfter",
    "DestinationBackupVaultArn": "destinationVaultArn",
}  # fmt: skip
COLD_DAYS = 90
"""AWS Backup API reference, Lifecycle: what was moved to cold storage stays there at least."""
CONTINUOUS_DAYS = 35
"""AWS Backup developer guide, "Point-in-time recovery": longest retention of a continuous backup."""


def _rules(inputs: State) -> list[tuple[str, str]]:
    found = []
    given = inputs.get("rules")
    rules = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    for index, rule in enumerate(rules):
        found += [(f"rules[{index}].{name}", f"rules[{index}].{name}: {told}") for name, told in _rule(rule)]
    names = [each["ruleName"] for each in rules if isinstance(each.get("ruleName"), str)]
    if len(set(names)) < len(names):
        found.append(("rules", f"rules: names are unique in a plan; here: {', '.join(names)}"))
    return found


def _rule(rule: State) -> Iterator[tuple[str, str]]:
    life = rule.get("lifecycle")
    life = life if isinstance(life, dict) else {}
    cold, delete = life.get("coldStorageAfter"), life.get("deleteAfter")
    if isinstance(cold, (int, float)) and isinstance(delete, (int, float)) and delete < cold + COLD_DAYS:
        yield "lifecycle.deleteAfter", f"is at least {COLD_DAYS} days after coldStorageAfter={int(cold)}"
    if rule.get("enableContinuousBackup") is True:
        if cold is not None:
            yield "lifecycle.coldStorageAfter", "continuous backups are not moved to cold storage"
        if isinstance(delete, (int, float)) and delete > CONTINUOUS_DAYS:
            yield "lifecycle.deleteAfter", f"is at most {CONTINUOUS_DAYS} for continuous backups"
    schedule = rule.get("schedule")
    if isinstance(schedule, str) and not (
        schedule.startswith("cron(") and schedule.endswith(")") and len(schedule[5:-1].split()) == 6
    ):
        yield "schedule", "is cron(...) with six fields"
    start, end = rule.get("startWindow"), rule.get("completionWindow")
    if isinstance(start, (int, float)) and start < 60:
        yield "startWindow", "is at least 60 minutes"
    if isinstance(start, (int, float)) and isinstance(end, (int, float)) and end < start + 60:
        yield "completionWindow", "is at least an hour longer than startWindow"


def _read_plan(work: Work) -> State | None:
    answer = work.call("get_backup_plan", BackupPlanId=work.state["id"])
    found = work.properties(Call("get_backup_plan", take="BackupPlan"), answer) or {}
    return {**found, "arn": answer["BackupPlanArn"], "version": answer["VersionId"]}


CONDITIONS = {
    "StringEquals": "stringEquals",
    "StringLike": "stringLikes",
    "StringNotEquals": "stringNotEquals",
    "StringNotLike": "stringNotLikes",
}


def _conditions(work: Work) -> Any:
    """One block, whatever the type says: a list of key and value per comparison."""
    blocks = work.state.get("conditions") or []
    pairs = {
        member: [
            {"ConditionKey": each["key"], "ConditionValue": each["value"]} for block in blocks for each in block.get(name) or []
        ]
        for member, name in CONDITIONS.items()
    }
    return {member: given for member, given in pairs.items() if given}


def _create_selection(work: Work) -> State:
    state = work.state
    made: dict[str, Any] = {"SelectionName": state["name"], "IamRoleArn": state["iamRoleArn"]}
    made |= {
        member: state[name] for member, name in (("Resources", "resources"), ("NotResources", "notResources")) if state.get(name)
    }
    if tags := state.get("selectionTags"):
        made["ListOfTags"] = [
            {"ConditionType": each["type"], "ConditionKey": each["key"], "ConditionValue": each["value"]} for each in tags
        ]
    if conditions := _conditions(work):
        made["Conditions"] = conditions
    answer = work.call("create_backup_selection", BackupPlanId=state["planId"], BackupSelection=made)
    return {"id": answer["SelectionId"]}


def _read_selection(work: Work) -> State | None:
    answer = work.call("get_backup_selection", BackupPlanId=work.state["planId"], SelectionId=work.state["id"])["BackupSelection"]
    conditions = {
        name: [
            {"key": each["ConditionKey"], "value": each["ConditionValue"]}
            for each in answer.get("Conditions", {}).get(member) or []
        ]
        for member, name in CONDITIONS.items()
    }
    tags = [
        {"type": each["ConditionType"], "key": each["ConditionKey"], "value": each["ConditionValue"]}
        for each in answer.get("ListOfTags", [])
    ]
    given = {name: pairs for name, pairs in conditions.items() if pairs}
    return {
        "planId": work.state["planId"], "name": answer["SelectionName"], "iamRoleArn": answer["IamRoleArn"], "selectionTags": tags,
        "resources": answer.get("Resources", []), "notResources": answer.get("NotResources", []), "conditions": [given] if given else [],
    }  # fmt: skip


def _delete_selection(work: Work) -> None:
    work.call("delete_backup_selection", BackupPlanId=work.state["planId"], SelectionId=work.state["id"])


def _selected(inputs: State) -> list[tuple[str, str]]:
    if all(inputs.get(name) in (None, []) for name in ("resources", "selectionTags", "conditions")):
        return [("resources", "one of resources, selectionTags, conditions has to be given: a selection of nothing is refused")]
    return []


RESOURCES = [
    Resource(
        "aws:backup/vault:Vault", "backup", id="{name}", named="name", name_limit=50, tags=TAGS["Vault"],
        api={"BackupVaultName": "name", "EncryptionKeyArn": "kmsKeyArn", "BackupVaultArn": "arn", "NumberOfRecoveryPoints": "recoveryPoints"},
        known={"arn": f"{ARN}:backup-vault:{{name}}"}, fakes={"recoveryPoints": "0"},
        create=Call("create_backup_vault"), read=Call("describe_backup_vault"), delete=(Call("delete_backup_vault", {"BackupVaultName": "id"}),),
        unread=frozenset({"forceDestroy"}), assigned=frozenset({"kmsKeyArn"}),
        aws_refuses=(
            Refusal("backup-vault-is-empty", "DeleteBackupVault is refused while recovery points are in the vault; forceDestroy deletes them first."),
            Refusal("backup-vault-key-admits-backup", "The key's policy admits whoever makes the vault for kms:CreateGrant, kms:GenerateDataKey, kms:Decrypt, kms:RetireGrant and kms:DescribeKey, or CreateBackupVault is refused.", needs="kms/key of kmsKeyArn"),
        ),
    ),
    Resource(
        "aws:backup/plan:Plan", "backup", named="name", name_limit=50, tags=TAGS["Plan"],
        api={"BackupPlanName": "name", "BackupPlanId": "id", "BackupPlanArn": "arn", "VersionId": "version", **OF_A_RULE},
        known={"arn": f"{ARN}:backup-plan:{{id}}"}, fakes={"id": "uuid", "version": "{hex}"}, recomputed={"version": ("rules", "name", "advancedBackupSettings")},
        create=Call("create_backup_plan", wrap="BackupPlan"), update=(Call("update_backup_plan", {"BackupPlanId": "id"}, wrap="BackupPlan"),),
        read=_read_plan, delete=(Call("delete_backup_plan", {"BackupPlanId": "id"}),), checks=(_rules,),
        aws_refuses=(
            Refusal("backup-plan-after-its-vault", "The vault of each rule has to exist.", needs="backup/vault of rules"),
            Refusal("backup-plan-has-no-selections", "DeleteBackupPlan is refused while selections are in the plan."),
            Refusal("backup-lifecycle-of-dynamodb", "Cold storage and tags of recovery points of tables work with advanced DynamoDB backup only, which is switched on per account and region."),
            Refusal("backup-opt-in", "A plan backs up what the region's settings opt in for; the rest is passed over in silence."),
            Refusal("backup-nothing-runs", "The emulator runs no plan: no recovery point is made on schedule."),
        ),
    ),
    Resource(
        "aws:backup/selection:Selection", "backup", named="name", name_limit=50, fakes={"id": "uuid"},
        identify=lambda id: {"id": id.rpartition("|")[2], "planId": id.rpartition("|")[0]},
        create=_create_selection, read=_read_selection, delete=(_delete_selection,), checks=(_selected,),
        limits={"name": {"pattern": r"[a-zA-Z0-9\-\_\.]{1,50}"}, "selectionTags.type": {"enum": ["STRINGEQUALS"]}},  # AWS Backup API reference
        aws_refuses=(
            Refusal("backup-selection-after-its-plan", "The plan has to exist.", needs="backup/plan of planId"),
            Refusal("backup-selection-role-is-taken", "CreateBackupSelection is refused unless backup.amazonaws.com may take the role; the emulator asks no role.", needs="iam/role of iamRoleArn"),
            Refusal("backup-role-may-restore", "Backups fail, and restores too, without the permissions of AWSBackupServiceRolePolicyForBackup and ...ForRestores; nothing looks when the selection is made."),
        ),
    ),
]  # fmt: skip
