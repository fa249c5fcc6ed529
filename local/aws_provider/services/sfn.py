"""AWS Step Functions: state machines. What AWS checks in a definition is in `sfn_definition`."""

from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import has_unknown
from .common import last
from .sfn_definition import problems

ARN = "arn:{partition}:states:{region}:{account}:stateMachine:{name}"
TAGS = Tagging(
    "tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"resourceArn": "arn"},
    member="tags", keys="tagKeys", answer="tags", shape="list", key="key", value="value",
)  # fmt: skip
OF_MACHINE = ("definition", "roleArn", "encryptionConfiguration", "loggingConfiguration", "tracingConfiguration", "publish")
"""What an update sends. A tag is no change of the machine, and makes no version."""


def _logging(work: Work) -> dict[str, Any] | None:
    """Pulumi has one destination, a log group; the API a list, which AWS limits to one element."""
    given = work.state.get("loggingConfiguration")
    if not given:
        return None
    found = {"level": given.get("level", "OFF"), "includeExecutionData": bool(given.get("includeExecutionData"))}
    if arn := given.get("logDestination"):
        found["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    return found


def _read(work: Work) -> State | None:
    arn = work.state["id"]
    answer = work.call("describe_state_machine", stateMachineArn=arn)
    if answer.get("status") == "DELETING":
        return None
    told = answer.pop("loggingConfiguration", None) or {}
    found = work.properties(Call("describe_state_machine"), {**answer, "arn": arn}) or {}
    to = [each["cloudWatchLogsLogGroup"]["logGroupArn"] for each in told.get("destinations") or []]
    if told.get("level", "OFF") != "OFF" or "loggingConfiguration" in work.state:
        found["loggingConfiguration"] = {
            "level": told.get("level", "OFF"),
            "includeExecutionData": told.get("includeExecutionData", False),
            **({"logDestination": to[0]} if to else {}),
        }
    if found.get("encryptionConfiguration", {}).get("type") == "AWS_OWNED_KEY" and "encryptionConfiguration" not in work.state:
        del found["encryptionConfiguration"]  # what AWS does without being asked
    versions = work.call("list_state_machine_versions", stateMachineArn=arn)["stateMachineVersions"]
    if work.state.get("publish") and versions:
        found["stateMachineVersionArn"] = versions[0]["stateMachineVersionArn"]  # the newest is the first
    return found


def _log_group(inputs: State) -> list[tuple[str, str]]:
    given = inputs.get("loggingConfiguration")
    if has_unknown(given) or not isinstance(given, dict):
        return []
    where, arn = "loggingConfiguration.logDestination", given.get("logDestination")
    if arn is None and given.get("level", "OFF") != "OFF":
        return [(where, f"missing '{where}': level={given['level']} needs the log group's ARN")]
    if isinstance(arn, str) and not arn.endswith(":*"):
        return [(where, f"{where}='{arn}': the ARN of a log group has to end with :*")]
    return []


def _own_key(inputs: State) -> list[tuple[str, str]]:
    given = inputs.get("encryptionConfiguration")
    if has_unknown(given) or not isinstance(given, dict):
        return []
    where, own = "encryptionConfiguration.kmsKeyId", given.get("type") == "CUSTOMER_MANAGED_KMS_KEY"
    if own and given.get("kmsKeyId") is None:
        return [(where, f"missing '{where}': type=CUSTOMER_MANAGED_KMS_KEY needs a key")]
    extra = [name for name in ("kmsKeyId", "kmsDataKeyReusePeriodSeconds") if given.get(name) is not None]
    if extra and not own:
        return [(where, f"encryptionConfiguration.{extra[0]}: only with type=CUSTOMER_MANAGED_KMS_KEY")]
    return []


def _definition(inputs: State) -> list[tuple[str, str]]:
    text, kind = inputs.get("definition"), inputs.get("type", "STANDARD")
    if not isinstance(text, str) or not isinstance(kind, str):
        return []
    return [("definition", f"definition: {each}") for each in problems(text, kind)]


def _named(id: str) -> State:
    return {"id": id, "arn": id, "name": last(id)}


RESOURCES = [
    Resource(
        "aws:sfn/stateMachine:StateMachine", "stepfunctions", id="{arn}", named="name", name_limit=80, identify=_named, tags=TAGS,
        api={"stateMachineArn": "arn", "tags": ""}, known={"arn": ARN},
        create=Call("create_state_machine", {"loggingConfiguration": _logging}), read=_read,
        update=(Call("update_state_machine", {"stateMachineArn": "id", "loggingConfiguration": _logging}, only=OF_MACHINE, when=OF_MACHINE, to_empty=False),),
        delete=(Call("delete_state_machine", {"stateMachineArn": "id"}),), json=frozenset({"definition"}),
        assigned=frozenset({"encryptionConfiguration", "loggingConfiguration", "tracingConfiguration"}),
        unread=frozenset({"publish", "tracingConfiguration"}),
        recomputed={"revisionId": OF_MACHINE, "stateMachineVersionArn": OF_MACHINE},
        limits={"name": {"pattern": r"[A-Za-z0-9_-]{1,80}"}, "definition": {"minLength": 1, "maxLength": 1_048_576}},  # API reference, CreateStateMachine
        checks=(_log_group, _own_key, _definition),
        aws_refuses=(
            Refusal("sfn-role-is-taken", "The role has to exist, and states.amazonaws.com has to be able to take it.", needs="iam/role of roleArn"),
            Refusal("sfn-role-may-log", "With logs, CreateStateMachine is refused unless the role may already make log deliveries: logs:CreateLogDelivery and its kind, on *. A policy holds some seconds after it is made: the official provider tries again for five minutes while access is denied (resourceStateMachineCreate).", needs="iam/rolePolicy"),
            Refusal("sfn-log-group-exists", "The log group has to exist; the emulator neither asks for it nor writes into it.", needs="cloudwatch/logGroup of loggingConfiguration"),
            Refusal("sfn-log-policy-has-5120-characters", "Log delivery adds the group to a resource policy of CloudWatch Logs, which is full after 5,120 characters; groups below /aws/vendedlogs/ need no entry of their own."),
            Refusal("sfn-key-admits-the-role", "With a customer managed key the role and whoever starts executions need kms:Decrypt and kms:GenerateDataKey of it; the emulator encrypts nothing.", needs="kms/key of encryptionConfiguration"),
            Refusal("sfn-role-may-call", "A state fails at run time where the role lacks its action; the emulator makes the call without asking the role."),
            Refusal("sfn-traces-and-metrics", "With tracingConfiguration the role needs four actions of X-Ray; the emulator drops the setting, and has no metrics of executions."),
            Refusal("sfn-express-five-minutes", "An express execution ends after five minutes and may run more than once; the emulator ends none."),
            Refusal("sfn-name-while-deleting", "A machine is DELETING until its executions have stopped, and its name is taken until then; the emulator deletes it with its executions at once."),
            Refusal("sfn-new-definition-for-new-executions", "A running execution keeps the definition that it began with, and one that begins within seconds of an update may still have the old one."),
            Refusal("sfn-variables-in-the-emulator", "The emulator drops Assign: variables are empty in later states."),
        ),
    ),
]  # fmt: skip
