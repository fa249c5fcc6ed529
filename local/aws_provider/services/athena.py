"""Amazon Athena."""

from typing import Any

from ..calls import Failed, Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import range_of

ARN = "arn:{partition}:athena:{region}:{account}:workgroup/{name}"
TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceARN": "arn"}, shape="list")
SIMPLE = {
    "enforceWorkgroupConfiguration": "EnforceWorkGroupConfiguration", "publishCloudwatchMetricsEnabled": "PublishCloudWatchMetricsEnabled",
    "bytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery", "requesterPaysEnabled": "RequesterPaysEnabled",
}  # fmt: skip


def _results(of: State) -> dict[str, Any]:
    """Where results go, as the API has it."""
    results = (of.get("configuration") or {}).get("resultConfiguration") or {}
    made: dict[str, Any] = {"OutputLocation": results["outputLocation"]} if results.get("outputLocation") else {}
    if results.get("expectedBucketOwner"):
        made["ExpectedBucketOwner"] = results["expectedBucketOwner"]
    if encryption := results.get("encryptionConfiguration"):
        key = {"KmsKey": encryption["kmsKeyArn"]} if encryption.get("kmsKeyArn") else {}
        made["EncryptionConfiguration"] = {"EncryptionOption": encryption["encryptionOption"], **key}
    return made


def _simple(of: State) -> dict[str, Any]:
    """Settings of one value. True is the official provider's default of two of them."""
    given = {"enforceWorkgroupConfiguration": True, "publishCloudwatchMetricsEnabled": True, **(of.get("configuration") or {})}
    made = {member: given[name] for name, member in SIMPLE.items() if given.get(name) is not None}
    if "BytesScannedCutoffPerQuery" in made:
        made["BytesScannedCutoffPerQuery"] = int(made["BytesScannedCutoffPerQuery"])
    if version := (given.get("engineVersion") or {}).get("selectedEngineVersion"):
        made["EngineVersion"] = {"SelectedEngineVersion": version}
    return made


def _configuration(work: Work) -> dict[str, Any]:
    return {**_simple(work.state), "ResultConfiguration": _results(work.state)}


def _disabled(work: Work) -> None:
    """A workgroup is made enabled."""
    if work.old is None and work.state.get("state") == "DISABLED":
        work.call("update_work_group", WorkGroup=work.state["name"], State="DISABLED")


def _update(work: Work) -> None:
    results, before = _results(work.state), _results(work.old or {})
    results |= {f"Remove{member}": True for member in before if member not in results}
    changes = {**_simple(work.state), "ResultConfigurationUpdates": results}
    if "BytesScannedCutoffPerQuery" in _simple(work.old or {}) and "BytesScannedCutoffPerQuery" not in changes:
        changes["RemoveBytesScannedCutoffPerQuery"] = True
    work.call(
        "update_work_group", WorkGroup=work.state["name"], Description=work.state.get("description", ""),
        ConfigurationUpdates=changes, State=work.state.get("state", "ENABLED"),
    )  # fmt: skip


def _read(work: Work) -> State | None:
    call = Call("get_work_group", {"WorkGroup": "name"}, take="WorkGroup")
    try:
        found = work.do(call)
    except Failed as error:
        if error.code == "InvalidRequestException" and "not found" in str(error):  # Athena has no code of its own for it
            return None
        raise
    return found and {**found, "arn": work.format(ARN)}


def _encrypted(inputs: State) -> list[tuple[str, str]]:
    results = (
        (inputs.get("configuration") or {}).get("resultConfiguration") if isinstance(inputs.get("configuration"), dict) else None
    )
    encryption = (results or {}).get("encryptionConfiguration") or {}
    if encryption.get("encryptionOption") in ("CSE_KMS", "SSE_KMS") and encryption.get("kmsKeyArn") is None:
        path = "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn"
        return [(path, f"missing '{path}': encryptionOption={encryption['encryptionOption']} needs a key")]
    return []


def _sent(inputs: State) -> list[tuple[str, str]]:
    """Settings that this provider does not send."""
    configuration = inputs.get("configuration")
    given = {*configuration} if isinstance(configuration, dict) else set()
    return [
        (
            f"configuration.{name}",
            f"configuration.{name}: the embedded cloud's provider does not send it; the emulator does not have it",
        )
        for name in sorted(given - {*SIMPLE, "resultConfiguration", "engineVersion"})
    ]


RESULTS = "configuration.resultConfiguration"

RESOURCES = [
    Resource(
        "aws:athena/workgroup:Workgroup", "athena", id="{name}", named="name", name_limit=128, tags=TAGS, known={"arn": ARN}, api={"KmsKey": "kmsKeyArn", "WorkGroup": "name"},
        create=Call("create_work_group", {"Configuration": _configuration}), steps=(_disabled,), update=(_update,), read=_read,
        delete=(Call("delete_work_group", {"WorkGroup": "name", "RecursiveDeleteOption": "forceDestroy"}),), unread=frozenset({"forceDestroy"}), assigned=frozenset({"configuration"}),
        checks=(_encrypted, _sent),
        limits={
            "configuration.bytesScannedCutoffPerQuery": range_of(10_485_760, 2**63 - 1),  # API reference, WorkGroupConfiguration: at least 10 MB
            f"{RESULTS}.encryptionConfiguration.encryptionOption": {"enum": ["CSE_KMS", "SSE_KMS", "SSE_S3"]}, f"{RESULTS}.outputLocation": {"pattern": r"s3://[^/]+/?.*"}, "state": {"enum": ["DISABLED", "ENABLED"]},
        },
        aws_refuses=(
            Refusal("athena-results-bucket-exists", "A query fails without the bucket of its results, and without s3:PutObject there and kms:GenerateDataKey of its key."),
            Refusal("athena-key-exists", "The key of the results has to exist.", needs="kms/key of configuration"),
            Refusal("athena-cutoff-cancels", "AWS cancels a query that has scanned bytesScannedCutoffPerQuery; the emulator scans without a limit, and answers few queries at all."),
            Refusal("athena-not-empty", "A workgroup with named queries or executions is deleted with forceDestroy only."),
        ),
    ),
]  # fmt: skip
