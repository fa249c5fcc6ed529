"""Amazon CloudWatch Logs."""

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging


def _arn(work: Work) -> str:
    return work.state.get("arn") or work.format("arn:{partition}:logs:{region}:{account}:log-group:{name}")


TAGS = Tagging(
    "tags",
    "tag_resource",
    "untag_resource",
    "list_tags_for_resource",
    {"resourceArn": _arn},
    member="tags",
    keys="tagKeys",
    answer="tags",
)


def _retention(work: Work) -> None:
    days = work.state.get("retentionInDays")
    if days:
        work.call("put_retention_policy", logGroupName=work.state["name"], retentionInDays=int(days))
    elif work.old and work.old.get("retentionInDays"):
        work.call("delete_retention_policy", logGroupName=work.state["name"])


def _key(work: Work) -> None:
    if work.old is None or "kmsKeyId" not in work.changed:
        return
    if key := work.state.get("kmsKeyId"):
        work.call("associate_kms_key", logGroupName=work.state["name"], kmsKeyId=key)
    elif work.old.get("kmsKeyId"):  # a repair makes every call again: what was never there is not taken away
        work.call("disassociate_kms_key", logGroupName=work.state["name"])


def _read(work: Work) -> State | None:
    call = Call("describe_log_groups", {"logGroupNamePrefix": "name"}, take="logGroups", pick=("logGroupName", "name"))
    found = work.do(call)
    if found is None:
        return None
    # The service's ARN ends in ":*", which means its streams; Pulumi's is that of the group.
    return {**found, "arn": found.get("arn", "").removesuffix(":*"), "retentionInDays": found.get("retentionInDays")}


def _delete(work: Work) -> None:
    if not work.state.get("skipDestroy"):
        work.call("delete_log_group", logGroupName=work.state["name"])


RESOURCES = [
    Resource(
        "aws:cloudwatch/logGroup:LogGroup", "logs", id="{name}", named="name", name_limit=512, tags=TAGS, api={"logGroupName": "name"},
        known={"arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}"},
        create=Call("create_log_group"), steps=(_retention, _key), read=_read, delete=(_delete,),
        unread=frozenset({"skipDestroy"}), assigned=frozenset({"logGroupClass"}),
        limits={"retentionInDays": {"enum": [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,
                                             2557, 2922, 3288, 3653]}},  # CloudWatch Logs API reference, PutRetentionPolicy
        aws_refuses=(
            Refusal("logs-key-admits-logs", "CreateLogGroup with a key is refused unless the key's policy admits logs.REGION.amazonaws.com for this group.", needs="kms/key of kmsKeyId"),
            Refusal("logs-name-taken-by-lambda", "A function that runs before its log group exists makes it itself, without key or retention; then CreateLogGroup is refused."),
        ),
    ),
]  # fmt: skip
