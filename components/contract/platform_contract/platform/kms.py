"""KMS: the key of a workload, what each service needs on it, and who may use it.

No role is ever a principal of a key policy: AWS stores it by its unique id, so one that is made again loses access without a diff, and a
policy that names a role which is not there yet is refused. Where roles are named, the principal is the account and a condition on
`aws:PrincipalArn` names them: text, compared at each request. A request that a service makes for a caller carries the caller's ARN.
"""

from collections.abc import Iterable
from typing import Any

DELETION_WINDOW_DAYS_PROTECTED, DELETION_WINDOW_DAYS = 30, 7
"""Days for which a deleted key can be brought back (KMS: 7 to 30): with and without protected state."""

SERVICES: dict[str, dict[str, Any]] = {
    "logs": {
        "principal": "logs.{region}.amazonaws.com",
        "actions": ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"),
        "condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:{partition}:logs:{region}:{account_id}:log-group:{log_groups}"}},
        "why": "encrypts log groups (CloudWatch Logs guide, \"Encrypt log data using AWS KMS\")",
    },
    "cloudwatch": {
        "principal": "cloudwatch.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes alarms to an encrypted topic; without it they are lost without a trace (SNS guide, key management)",
    },
    "budgets": {
        "principal": "budgets.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes budget notices to an encrypted topic (Cost Management guide)",
    },
    "cost_anomalies": {
        "principal": "costalerts.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes cost anomalies to an encrypted topic (Cost Management guide, \"Creating an Amazon SNS topic for anomaly notifications\")",
    },
    "sns": {
        "principal": "sns.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "delivers messages of a topic to an encrypted queue (SNS guide, key management)",
    },
    "events": {
        "principal": "events.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        # None: EventBridge does not tell KMS for whom it publishes to a topic, so a condition on the source drops every event
        # (SNS guide, "Enable compatibility between event sources from AWS services and encrypted topics").
        "condition": {},
        "why": "delivers events to an encrypted queue or topic (EventBridge guide)",
    },
    "bus": {
        "principal": "events.amazonaws.com",
        # No condition on the source: both policies of the guide have the context in common, and the archive's has nothing else. The context
        # is the ARN of a bus, so it names the account as well.
        "actions": ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncrypt*"),
        "condition": {"StringLike": {"kms:EncryptionContext:aws:events:event-bus:arn": "arn:{partition}:events:{region}:{account_id}:event-bus/*"}},
        "why": "encrypts the events of a bus (EventBridge guide, \"Encrypting event buses\"), and again those that an archive takes from it (\"Encrypting archives\")",
    },
    "bus_lookup": {
        "principal": "events.amazonaws.com",
        # None, as in the guide's policies: the call carries no context, it shows no data, and refused it is a bus that cannot be made.
        "actions": ("kms:DescribeKey",),
        "condition": {},
        "why": "looks the key of a bus or an archive up (EventBridge guide, same pages)",
    },
    "log_delivery": {
        "principal": "delivery.logs.amazonaws.com",
        "actions": ("kms:Decrypt",),
        # The context with which the workflow's role encrypted: KMS decrypts with no other.
        "condition": {"StringEquals": {"kms:EncryptionContext:SourceArn": "arn:{partition}:logs:{region}:{account_id}:*"}},
        "why": "takes the log of a workflow that is encrypted with the key (Step Functions guide, \"Data at rest encryption\")",
    },
    "s3": {
        "principal": "s3.amazonaws.com",
        "actions": ("kms:Decrypt", "kms:GenerateDataKey*"),
        "condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}},
        "why": "publishes notices of new objects to an encrypted topic (S3 guide, event notifications)",
    },
}  # fmt: skip
"""Service -> principal, least actions and condition in a key policy; no condition where the service sends nothing to test."""

WORKLOAD_SERVICES = ("logs",)
"""What the key of every workload admits: its log groups are encrypted with it. Further services only where the workload has what they
deliver: see `plan.access.services_of`; all else comes through its roles."""

ALARM_TOPIC_SERVICES = ("cloudwatch", "budgets", "cost_anomalies")
"""What the alarm topic and its key admit."""


ADMINISTRATION = (
    "kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Enable*", "kms:Disable*", "kms:Revoke*", "kms:RotateKeyOnDemand",
    "kms:RetireGrant", "kms:CreateAlias", "kms:DeleteAlias", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
)  # fmt: skip
"""What manages a key and shows no data. Without kms:CreateGrant, by which an administrator could allow themselves the rest."""

USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""What reads and writes data under a key."""

CALLER, FOR_A_SERVICE, VIA = "aws:PrincipalArn", "kms:GrantIsForAWSResource", "kms:ViaService"
"""Keys of conditions: who calls, whether a grant is one that a service makes for itself, and which service calls for somebody."""


def key_policy(
    services: Iterable[str], *, partition: str, account_id: str, region: str, log_groups: str = "*", key_users: str = "account",
    own_roles: Iterable[str] = (), restoring_roles: Iterable[str] = (), deploying_roles: Iterable[str] = (), break_glass_roles: Iterable[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Policy document of a key: `key_users` says who may use it; `services` do what they must and no more.

    log_groups: names of the log groups that CloudWatch Logs may encrypt with it, `*` for any part.
    restoring_roles: those of the own roles that let DynamoDB use the key for a restored table.
    key_users: account, services or named, see `data_class.KEY_USERS`; own_roles and the others: names of roles, with their path.
    """
    known = {"partition": partition, "account_id": account_id, "region": region, "log_groups": log_groups}
    account = f"arn:{partition}:iam::{account_id}:root"

    def arns(names: Iterable[str]) -> list[str]:
        return sorted({f"arn:{partition}:iam::{account_id}:role/{name}" for name in names})

    def allow(sid: str, actions: Iterable[str], condition: dict[str, Any] | None = None) -> dict[str, Any]:
        """What IAM of the account may allow, under `condition`; the account may not hand out what is not here."""
        given = list(actions)
        statement = {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": account}, "Action": given[0] if len(given) == 1 else given, "Resource": "*"}
        return statement | ({"Condition": condition} if condition else {})

    for_a_service = {"Bool": {FOR_A_SERVICE: "true"}}
    if key_users == "account":
        statements = [allow("AccountThroughIam", ["kms:*"])]
    else:
        statements = [allow("Administration", ADMINISTRATION)]
        if own := arns(own_roles):
            statements.append(allow("OwnRoles", USE, {"ArnEquals": {CALLER: own}}))
    if key_users == "services":
        statements += [
            allow("AccountThroughServices", USE, {"StringLike": {VIA: f"*.{region}.amazonaws.com"}}),
            allow("GrantsToServices", ["kms:CreateGrant"], for_a_service),
        ]
    if key_users == "named":
        deploying, break_glass = {"ArnEquals": {CALLER: arns(deploying_roles)}}, {"ArnEquals": {CALLER: arns(break_glass_roles)}}
        statements += [
            allow("DeployingRoles", USE, deploying),
            allow("DeployingRolesGrantToServices", ["kms:CreateGrant"], deploying | for_a_service),
            allow("BreakGlassRoles", USE, break_glass),
        ]
        if restoring := arns(restoring_roles):
            statements.append(allow("RestoringRolesGrantToServices", ["kms:CreateGrant"], {"ArnEquals": {CALLER: restoring}} | for_a_service))
    return {"Version": "2012-10-17", "Statement": statements + [_of_service(SERVICES[name], name, known) for name in services]}


def _of_service(service: dict[str, Any], name: str, known: dict[str, str]) -> dict[str, Any]:
    condition = {operator: {key: value.format(**known) for key, value in test.items()} for operator, test in service["condition"].items()}
    return {
        "Sid": f"Service{name.title().replace('_', '')}",
        "Effect": "Allow",
        "Principal": {"Service": service["principal"].format(**known)},
        "Action": list(service["actions"]),
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
