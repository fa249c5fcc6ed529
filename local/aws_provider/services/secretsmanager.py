"""AWS Secrets Manager."""

import base64
from typing import Any

from ..calls import Failed, Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import range_of, refused

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "", {"SecretId": "id"}, shape="list")
CURRENT = "AWSCURRENT"
"""Label of the version that a secret has; it moves, and cannot be removed."""

WINDOW = range(7, 31)
"""Days for which a deleted secret can be had back (DeleteSecret); 0 says: at once and for ever."""


def _describe(work: Work, id: str) -> dict[str, Any] | None:
    """The secret; None when it waits for its deletion."""
    found = work.call("describe_secret", SecretId=id)
    return None if found.get("DeletedDate") else found


def _read_secret(work: Work) -> State | None:
    answer = _describe(work, work.state["id"])
    if answer is None:
        return None
    found = work.properties(Call("describe_secret"), {key: value for key, value in answer.items() if key != "Tags"}) or {}
    return {
        **found,
        "kmsKeyId": found.get("kmsKeyId", ""),
        "tagsAll": {each["Key"]: each["Value"] for each in answer.get("Tags", [])},
    }


def _delete_secret(work: Work) -> None:
    id, days = work.state["id"], int(work.state.get("recoveryWindowInDays", 30))
    if _describe(work, id):
        way = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        work.call("delete_secret", SecretId=id, **way)


def _window(inputs: State) -> list[tuple[str, str]]:
    days = inputs.get("recoveryWindowInDays")
    if isinstance(days, int | float) and days and days not in WINDOW:
        return [("recoveryWindowInDays", f"recoveryWindowInDays={int(days)}: must be 0, or 7 to 30")]
    return []


def _new_version(work: Work) -> State:
    stages = {"VersionStages": work.state["versionStages"]} if work.state.get("versionStages") else {}
    text, data = work.state.get("secretString"), work.state.get("secretBinary")
    value = {"SecretBinary": base64.b64decode(data)} if text is None and data is not None else {"SecretString": text}
    first = not _has_value(work, work.state["secretId"])
    answer = work.call("put_secret_value", SecretId=work.state["secretId"], **value, **stages)
    if first and CURRENT not in answer.get("VersionStages", []):  # Secrets Manager does so by itself, the emulator does not
        _move_current(work, work.state["secretId"], answer["VersionId"])
    return {"versionId": answer["VersionId"], "arn": answer["ARN"], "secretArn": answer["ARN"]}


def _labels_held(work: Work, secret: str) -> dict[str, str]:
    """Label -> version."""
    held = (_describe(work, secret) or {}).get("VersionIdsToStages", {})
    return {label: version for version, labels in held.items() for label in labels}


def _has_value(work: Work, secret: str) -> bool:
    """Whether there is a current version with a value: the emulator makes one without, where Secrets Manager makes none."""
    if CURRENT not in _labels_held(work, secret):
        return False
    answer = work.call("get_secret_value", SecretId=secret)
    return "SecretString" in answer or "SecretBinary" in answer


def _move_current(work: Work, secret: str, version: str) -> None:
    holder = _labels_held(work, secret).get(CURRENT)
    if holder != version:
        away = {"RemoveFromVersionId": holder} if holder else {}
        work.call("update_secret_version_stage", SecretId=secret, VersionStage=CURRENT, MoveToVersionId=version, **away)


def _read_version(work: Work) -> State | None:
    secret, version = work.state["secretId"], work.state["versionId"]
    if _describe(work, secret) is None:
        return None
    answer = work.call("get_secret_value", SecretId=secret, VersionId=version)
    found = {"secretId": secret, "versionId": version, "arn": answer["ARN"], "secretArn": answer["ARN"]}
    if "SecretBinary" in answer:
        found["secretBinary"] = base64.b64encode(answer["SecretBinary"]).decode()
    return {**found, "secretString": answer.get("SecretString"), "versionStages": answer.get("VersionStages", [])}


def _labels(work: Work) -> None:
    """Labels of a version: a label is on one version at a time, so that giving it takes it from another."""
    version, secret = work.state["versionId"], work.state["secretId"]
    held = (_describe(work, secret) or {}).get("VersionIdsToStages", {})
    wanted, has = set(work.state.get("versionStages") or [CURRENT]), set(held.get(version, []))
    for label in sorted(wanted - has):
        holder = next((id for id, labels in held.items() if label in labels), None)
        away = {"RemoveFromVersionId": holder} if holder else {}
        work.call("update_secret_version_stage", SecretId=secret, VersionStage=label, MoveToVersionId=version, **away)
    _unlabel(work, has - wanted)


def _unlabel(work: Work, labels: set[str]) -> None:
    for label in sorted(labels - {CURRENT}):
        work.call(
            "update_secret_version_stage", SecretId=work.state["secretId"], VersionStage=label,
            RemoveFromVersionId=work.state["versionId"],
        )  # fmt: skip


def _delete_version(work: Work) -> None:
    """A version has no deletion: without labels it is forgotten some time. The current one stays as long as its secret."""
    held = (_describe(work, work.state["secretId"]) or {}).get("VersionIdsToStages", {})
    _unlabel(work, set(held.get(work.state["versionId"], [])))


def _one_value(inputs: State) -> list[tuple[str, str]]:
    given = [name for name in ("secretString", "secretBinary") if inputs.get(name) is not None]
    if len(given) != 1:
        return [
            ("secretString", f"exactly one of secretString, secretBinary has to be given; here: {', '.join(given) or 'none'}")
        ]
    return []


def _read_policy(work: Work) -> State | None:
    policy = work.call("get_resource_policy", SecretId=work.state["id"]).get("ResourcePolicy")
    return {"secretArn": work.state["id"], "policy": policy} if policy else None


def _rotate(work: Work) -> State:
    rules = work.state.get("rotationRules") or {}
    names = {
        "AutomaticallyAfterDays": "automaticallyAfterDays",
        "Duration": "duration",
        "ScheduleExpression": "scheduleExpression",
    }
    sent = {
        member: int(rules[name]) if member == "AutomaticallyAfterDays" else rules[name]
        for member, name in names.items()
        if rules.get(name)
    }
    more: dict[str, Any] = {"RotateImmediately": bool(work.state.get("rotateImmediately", True))}
    if work.state.get("rotationLambdaArn"):
        more["RotationLambdaARN"] = work.state["rotationLambdaArn"]
    secret = work.state["secretId"]
    current = _labels_held(work, secret).get(CURRENT)
    work.call("rotate_secret", SecretId=secret, RotationRules=sent, **more)
    if current and not more["RotateImmediately"]:  # the emulator has made a copy the current version; Secrets Manager leaves it where it is
        _move_current(work, secret, current)
    return {}


def _read_rotation(work: Work) -> State | None:
    answer = _describe(work, work.state["id"])
    if not answer or not answer.get("RotationEnabled"):
        return None
    found = work.properties(Call("describe_secret"), answer) or {}
    return {**found, "secretId": work.state["id"]}


def _stop_rotation(work: Work) -> None:
    try:
        work.call("cancel_rotate_secret", SecretId=work.state["id"])
    except Failed as error:
        if "Unknown action" not in str(error):  # the emulator has no CancelRotateSecret, and rotates nothing either
            raise


def _rotates_by_one_rule(inputs: State) -> list[tuple[str, str]]:
    rules = inputs.get("rotationRules")
    if not isinstance(rules, dict):
        return []
    given = [name for name in ("automaticallyAfterDays", "scheduleExpression") if rules.get(name) is not None]
    told = "exactly one of automaticallyAfterDays, scheduleExpression has to be given in rotationRules"
    return [("rotationRules", f"{told}; here: {', '.join(given) or 'none'}")] if len(given) != 1 else []


RESOURCES = [
    Resource(
        "aws:secretsmanager/secret:Secret", "secretsmanager", id="{arn}", named="name", name_limit=505, tags=TAGS,
        api={"ARN": "arn"}, fakes={"arn": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{hex6}"},
        identify=lambda id: {"id": id, "arn": id},
        create=Call("create_secret"), read=_read_secret, delete=(_delete_secret,),
        update=(Call("update_secret", {"SecretId": "id"}, when=("description", "kmsKeyId")),),
        unread=frozenset({"recoveryWindowInDays", "forceOverwriteReplicaSecret", "namePrefix"}),
        limits={"name": {"pattern": r"[A-Za-z0-9/_+=.@-]+", "maxLength": 512}},  # Secrets Manager API reference, CreateSecret
        checks=(_window, refused({"policy": "use secretsmanager.SecretPolicy", "replicas": "it has one region", "type": "it has no managed external secrets"})),
        aws_refuses=(
            Refusal("secretsmanager-name-waits-for-deletion", "The name of a deleted secret is taken until its recovery window has passed."),
            Refusal("secretsmanager-name-without-six", "A name that ends with a hyphen and six characters is taken for an ARN's suffix when the secret is asked for by a part of its ARN."),
            Refusal("secretsmanager-key-admits-readers", "Who reads a secret with a customer managed key needs kms:Decrypt on it, who writes kms:GenerateDataKey too; the key has to exist.", needs="kms/key of kmsKeyId"),
        ),
    ),
    Resource(
        "aws:secretsmanager/secretVersion:SecretVersion", "secretsmanager", id="{secretId}|{versionId}",
        create=_new_version, update=(_labels,), read=_read_version, delete=(_delete_version,), fakes={"versionId": "uuid"},
        known={"arn": "{secretId}", "secretArn": "{secretId}"}, assigned=frozenset({"versionStages"}),
        limits={"secretString": {"maxLength": 65_536}},  # Secrets Manager quotas: 65,536 bytes
        checks=(_one_value, refused({"secretStringWo": "use secretString with a Pulumi secret"})),
        aws_refuses=(
            Refusal("secretsmanager-version-after-its-secret", "The secret has to exist.", needs="secretsmanager/secret of secretId"),
            Refusal("secretsmanager-current-version-stays", "The version that is labelled AWSCURRENT is not deleted with its resource, only with its secret."),
            Refusal("secretsmanager-first-version-is-current", "The first version becomes AWSCURRENT whatever its labels are; the emulator leaves it without, and this provider gives it the label."),
            Refusal("secretsmanager-version-every-ten-minutes", "New versions oftener than once in 10 minutes run into the limit of versions, which are forgotten after a day."),
        ),
    ),
    Resource(
        "aws:secretsmanager/secretPolicy:SecretPolicy", "secretsmanager", id="{secretArn}", json=frozenset({"policy"}),
        api={"SecretId": "secretArn", "ResourcePolicy": "policy"},
        create=Call("put_resource_policy"), update=(Call("put_resource_policy"),), read=_read_policy,
        delete=(Call("delete_resource_policy", {"SecretId": "id"}),), unread=frozenset({"blockPublicPolicy"}),
        aws_refuses=(
            Refusal("secretsmanager-policy-after-its-secret", "The secret has to exist, and the policy's principals too.", needs="secretsmanager/secret of secretArn"),
            Refusal("secretsmanager-policy-is-not-public", "A policy that gives broad access is refused where blockPublicPolicy is set."),
        ),
    ),
    Resource(
        "aws:secretsmanager/secretRotation:SecretRotation", "secretsmanager", id="{secretId}", api={"RotationLambdaARN": "rotationLambdaArn"},
        create=_rotate, update=(_rotate,), read=_read_rotation, delete=(_stop_rotation,),
        unread=frozenset({"rotateImmediately"}), assigned=frozenset({"rotationEnabled"}),
        limits={"rotationRules.automaticallyAfterDays": range_of(1, 1000), "rotationRules.duration": {"pattern": r"[1-9]h|1\dh|2[0-4]h"},
                "rotationRules.scheduleExpression": {"pattern": r"rate\(\S+ (hours?|days?)\)|cron\(\S+ \S+ \S+ \S+ \S+ \S+\)"}},  # API reference, RotationRulesType
        checks=(_rotates_by_one_rule, refused({"externalSecretRotationMetadatas": "it has no managed external secrets", "externalSecretRotationRoleArn": "it has no managed external secrets"})),
        aws_refuses=(
            Refusal("secretsmanager-rotation-after-a-version", "A secret without a value cannot be rotated.", needs="secretsmanager/secretVersion of secretId"),
            Refusal("secretsmanager-rotation-function-admits", "RotateSecret is refused unless the function gives secretsmanager.amazonaws.com permission to call it.", needs="lambda/permission of rotationLambdaArn"),
            Refusal("secretsmanager-rotation-reads-with-the-functions-role", "The function is called at once, for a rotation or for the test of one: its role must be able to read the secret by then.", needs="iam/rolePolicy of rotationLambdaArn"),
            Refusal("secretsmanager-rotation-is-called", "The emulator never calls the function: it copies the value into a new version, which this provider undoes unless the rotation is to begin at once. It cannot stop a rotation, which goes with its secret."),
        ),
    ),
]  # fmt: skip
