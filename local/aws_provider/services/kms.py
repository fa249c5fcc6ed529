"""AWS KMS."""

from typing import Any

from ..calls import Failed, Work
from ..entry import Call, Const, Refusal, Resource, State, Tagging
from .common import range_of

TAGS = Tagging(
    "Tags",
    "tag_resource",
    "untag_resource",
    "list_resource_tags",
    {"KeyId": "keyId"},
    shape="list",
    key="TagKey",
    value="TagValue",
)


def _read_key(work: Work) -> State | None:
    """A key that waits for its deletion is gone: it encrypts nothing, and nothing can be done with it but to wait."""
    answer = work.call("describe_key", KeyId=work.state["id"])
    if answer["KeyMetadata"].get("KeyState") in ("PendingDeletion", "PendingReplicaDeletion"):
        return None
    return work.properties(Call("describe_key", take="KeyMetadata"), answer)


def _rotation(work: Work) -> None:
    if not work.state.get("enableKeyRotation"):
        if work.old and work.old.get("enableKeyRotation"):
            work.call("disable_key_rotation", KeyId=work.state["keyId"])
        return
    days = work.state.get("rotationPeriodInDays")
    period: dict[str, Any] = {"RotationPeriodInDays": int(days)} if days else {}
    work.call("enable_key_rotation", KeyId=work.state["keyId"], **period)


def _enabled(work: Work) -> None:
    on = work.state.get("isEnabled", True)
    if work.old is None and on:
        return
    work.call("enable_key" if on else "disable_key", KeyId=work.state["keyId"])


def _read_rotation(work: Work) -> State:
    answer = work.call("get_key_rotation_status", KeyId=work.state["id"])
    return {
        "enableKeyRotation": answer.get("KeyRotationEnabled", False),
        "rotationPeriodInDays": answer.get("RotationPeriodInDays"),
    }


def _alias_target(state: State) -> State:
    target = state.get("targetKeyId")
    return {"key": target.rsplit("/", 1)[-1]} if isinstance(target, str) else {}


def _alias_read(work: Work) -> State | None:
    marker: dict[str, Any] = {}
    while True:
        answer = work.call("list_aliases", **marker)
        for each in answer["Aliases"]:
            if each["AliasName"] == work.state["name"]:
                target = each.get("TargetKeyId", "")
                return {"name": each["AliasName"], "arn": each["AliasArn"], "targetKeyId": _as_given(work, target)}
        if not answer.get("Truncated"):
            return None
        marker = {"Marker": answer["NextMarker"]}


def _as_given(work: Work, target: str) -> str:
    """The key's id, or its ARN where the program gave that."""
    given = work.state.get("targetKeyId", "")
    return given if given.rsplit("/", 1)[-1] == target.rsplit("/", 1)[-1] else target


def _schedule_deletion(work: Work) -> None:
    days = work.state.get("deletionWindowInDays") or 30  # KMS's default, days
    try:
        work.call("schedule_key_deletion", KeyId=work.state["id"], PendingWindowInDays=int(days))
    except Failed as error:
        if error.code != "KMSInvalidStateException":  # it waits for its deletion already
            raise


RESOURCES = [
    Resource(
        "aws:kms/key:Key", "kms", id="{keyId}", tags=TAGS, api={"KeySpec": "customerMasterKeySpec", "Enabled": "isEnabled", "KeyId": "keyId"},
        known={"arn": "arn:{partition}:kms:{region}:{account}:key/{keyId}"}, fakes={"keyId": "uuid"},
        identify=lambda id: {"id": id, "keyId": id},
        create=Call("create_key", take="KeyMetadata"),
        steps=(_rotation, _enabled),
        update=(
            Call("update_key_description", {"Description": lambda work: work.state.get("description", "")}, when=("description",)),
            Call("put_key_policy", {"PolicyName": Const("default")}, when=("policy",)),
        ),
        read=_read_key,
        more=(Call("get_key_policy", {"PolicyName": Const("default"), "KeyId": "id"}), _read_rotation),
        delete=(_schedule_deletion,),
        json=frozenset({"policy"}), unread=frozenset({"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"}),
        assigned=frozenset({"policy", "rotationPeriodInDays", "deletionWindowInDays", "description"}),
        limits={"deletionWindowInDays": range_of(7, 30), "rotationPeriodInDays": range_of(90, 2560)},  # KMS API reference
        aws_refuses=(
            Refusal("kms-policy-lockout", "A key policy by which the caller could not change it any more is refused."),
            Refusal("kms-policy-principals-exist", "A role that is a principal of a key policy has to exist, and is kept by its unique id: made again, it has no access. Principals are services and the account; conditions name roles, as text."),
            Refusal("kms-deletion-waits", "A key is deleted 7 to 30 days later; its alias is free at once."),
        ),
    ),
    Resource(
        "aws:kms/alias:Alias", "kms", id="{name}", named="name", name_limit=256, name_stem="alias/",
        api={"AliasName": "name", "AliasArn": "arn"}, words=_alias_target,
        known={"arn": "arn:{partition}:kms:{region}:{account}:{name}", "targetKeyArn": "arn:{partition}:kms:{region}:{account}:key/{key}"},
        create=Call("create_alias"), update=(Call("update_alias"),), read=_alias_read, delete=(Call("delete_alias"),),
        limits={"name": {"pattern": r"alias/(?!aws/)[a-zA-Z0-9/_-]+"}},
        aws_refuses=(
            Refusal("kms-alias-after-its-key", "The key has to exist; alias/aws/ is AWS's own.", needs="kms/key of targetKeyId"),
        ),
    ),
]  # fmt: skip
