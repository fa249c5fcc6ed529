"""Amazon S3."""

from collections.abc import Callable

from ..calls import Work
from ..entry import Call, Refusal, Resource, State
from ..observe import hidden
from .common import refused

NEEDS_BUCKET = "s3/bucket of bucket"


def _location(work: Work) -> dict[str, str] | None:
    # us-east-1 is the one region that must not be named.
    region = work.cloud.words(work.state)["region"]
    return None if region == "us-east-1" else {"LocationConstraint": region}


def _read_bucket(work: Work) -> State:
    work.call("head_bucket", Bucket=work.state["id"])
    name = work.state["id"]
    seen = {"bucket": name, "arn": work.format(f"arn:{{partition}}:s3:::{name}"), "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": work.format(f"{name}.s3.{{region}}.amazonaws.com"), "region": work.format("{region}")}  # fmt: skip
    answer = work.call("get_bucket_tagging", Bucket=name, ignore=("NoSuchTagSet",))
    tags = {each["Key"]: each["Value"] for each in answer.get("TagSet", []) if not hidden(each["Key"])}
    return {**seen, "tagsAll": tags}


def _tag(work: Work) -> None:
    """S3 takes all tags of a bucket at once."""
    if work.old is not None and not work.changed & {"tags", "tagsAll"}:
        return
    tags = work.state.get("tagsAll") or {}
    if tags:
        work.call(
            "put_bucket_tagging",
            Bucket=work.state["bucket"],
            Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]},
        )
    elif work.old is not None:
        work.call("delete_bucket_tagging", Bucket=work.state["bucket"])


def _empty(work: Work) -> None:
    """With forceDestroy, the bucket's objects go with it, in all their versions."""
    if not work.state.get("forceDestroy"):
        return
    name = work.state["id"]
    while True:
        answer = work.call("list_object_versions", Bucket=name)
        versions = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
        if not versions:
            break
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
        work.call("delete_objects", Bucket=name, Delete={"Objects": objects, "Quiet": True})
    while keys := [{"Key": each["Key"]} for each in work.call("list_objects_v2", Bucket=name).get("Contents", [])]:
        work.call("delete_objects", Bucket=name, Delete={"Objects": keys, "Quiet": True})


def _read_versioning(work: Work) -> State | None:
    status = work.call("get_bucket_versioning", Bucket=work.state["bucket"]).get("Status")
    # Versioning that was once on can only be suspended: what was enabled and is suspended was deleted.
    if not status or (status == "Suspended" and (work.state.get("versioningConfiguration") or {}).get("status") == "Enabled"):
        return None
    return {"bucket": work.state["bucket"], "versioningConfiguration": {"status": status}}


def _suspend(work: Work) -> None:
    work.call("put_bucket_versioning", Bucket=work.state["bucket"], VersioningConfiguration={"Status": "Suspended"})


def _read_encryption(work: Work) -> State | None:
    answer = work.call("get_bucket_encryption", Bucket=work.state["bucket"])
    found = work.properties(Call("", take="ServerSideEncryptionConfiguration"), answer) or {}
    rules = found.get("rules", [])
    # Every bucket is encrypted by S3's own key where nobody says otherwise: then what was there was deleted.
    if not rules or (_by_s3(rules) and not _by_s3(work.state.get("rules") or rules)):
        return None
    return {**found, "bucket": work.state["bucket"]}


def _by_s3(rules: list[State]) -> bool:
    return all(each.get("applyServerSideEncryptionByDefault", {}).get("sseAlgorithm") == "AES256" for each in rules)


def _read_policy(work: Work) -> State | None:
    policy = work.call("get_bucket_policy", Bucket=work.state["bucket"]).get("Policy")
    return {"bucket": work.state["bucket"], "policy": policy} if policy else None


def _with_bucket(operation: str, take: str) -> Callable[[Work], State | None]:
    def read(work: Work) -> State | None:
        found = work.properties(Call(operation, take=take), work.call(operation, Bucket=work.state["bucket"]))
        return {**found, "bucket": work.state["bucket"]} if found else None

    return read


def _after_bucket(id: str) -> Refusal:
    return Refusal(
        id,
        "The bucket has to exist; S3 answers 409 OperationAborted to a second change of its access at the same time.",
        needs=NEEDS_BUCKET,
    )


def _at_most_100_rules(inputs: State) -> list[tuple[str, str]]:
    rules = inputs.get("corsRules")
    found = len(rules) if isinstance(rules, list) else 0
    return [("corsRules", f"corsRules: has {found} rules, must have at most 100")] if found > 100 else []


ELSEWHERE = {
    "acl": "use s3.BucketOwnershipControls and policies", "accelerationStatus": "it is not emulated",
    "corsRules": "use s3.BucketCorsConfiguration", "grants": "use policies",
    "lifecycleRules": "use s3.BucketLifecycleConfiguration", "loggings": "use s3.BucketLogging", "logging": "use s3.BucketLogging",
    "objectLockConfiguration": "use s3.BucketObjectLockConfiguration", "policy": "use s3.BucketPolicy",
    "replicationConfiguration": "use s3.BucketReplicationConfig", "requestPayer": "it is not emulated",
    "serverSideEncryptionConfiguration": "use s3.BucketServerSideEncryptionConfiguration",
    "versioning": "use s3.BucketVersioning", "website": "use s3.BucketWebsiteConfiguration",
}  # fmt: skip

RESOURCES = [
    Resource(
        "aws:s3/bucket:Bucket", "s3", id="{bucket}", named="bucket", name_limit=63,
        known={"arn": "arn:{partition}:s3:::{bucket}", "bucketDomainName": "{bucket}.s3.amazonaws.com",
               "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com"},
        api={"ObjectLockEnabledForBucket": "objectLockEnabled"},
        create=Call("create_bucket", {"CreateBucketConfiguration": _location}), steps=(_tag,), read=_read_bucket,
        delete=(_empty, Call("delete_bucket", {"Bucket": "id"})),
        unread=frozenset({"forceDestroy", "bucketNamespace"}), checks=(refused(ELSEWHERE),),
        limits={"bucket": {"pattern": r"(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)"}},  # S3 user guide, bucket naming rules
        aws_refuses=(
            Refusal("s3-name-is-the-worlds", "Bucket names are unique in the world, and a deleted one is not free at once."),
            Refusal("s3-bucket-is-empty", "DeleteBucket is refused while there are objects or versions, unless forceDestroy."),
        ),
    ),
    Resource(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "s3", id="{bucket}",
        create=Call("put_public_access_block", wrap="PublicAccessBlockConfiguration"),
        update=(Call("put_public_access_block", wrap="PublicAccessBlockConfiguration"),),
        read=_with_bucket("get_public_access_block", "PublicAccessBlockConfiguration"), delete=(Call("delete_public_access_block"),),
        unread=frozenset({"skipDestroy"}), aws_refuses=(_after_bucket("s3-access-block-after-its-bucket"),),
    ),
    Resource(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "s3", id="{bucket}",
        api={"SSEAlgorithm": "sseAlgorithm", "KMSMasterKeyID": "kmsMasterKeyId"},
        create=Call("put_bucket_encryption", wrap="ServerSideEncryptionConfiguration"),
        update=(Call("put_bucket_encryption", wrap="ServerSideEncryptionConfiguration"),),
        read=_read_encryption, delete=(Call("delete_bucket_encryption"),),
        aws_refuses=(
            Refusal("s3-encryption-key-exists", "The key has to exist and be in the bucket's region.", needs="kms/key of rules"),
            _after_bucket("s3-encryption-after-its-bucket"),
        ),
    ),
    Resource(
        "aws:s3/bucketVersioning:BucketVersioning", "s3", id="{bucket}", api={"MFADelete": "mfaDelete"},
        create=Call("put_bucket_versioning"), update=(Call("put_bucket_versioning"),), read=_read_versioning, delete=(_suspend,),
        unread=frozenset({"mfa"}), aws_refuses=(_after_bucket("s3-versioning-after-its-bucket"),),
    ),
    Resource(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "s3", id="{bucket}", api={"Rules": "rule"},
        create=Call("put_bucket_ownership_controls", wrap="OwnershipControls"),
        update=(Call("put_bucket_ownership_controls", wrap="OwnershipControls"),),
        read=_with_bucket("get_bucket_ownership_controls", "OwnershipControls"), delete=(Call("delete_bucket_ownership_controls"),),
        aws_refuses=(_after_bucket("s3-ownership-after-its-bucket"),),
    ),
    Resource(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "s3", id="{bucket}", ordered=frozenset({"rules"}),
        create=Call("put_bucket_lifecycle_configuration", wrap="LifecycleConfiguration"),
        update=(Call("put_bucket_lifecycle_configuration", wrap="LifecycleConfiguration"),),
        read=_with_bucket("get_bucket_lifecycle_configuration", ""), delete=(Call("delete_bucket_lifecycle"),),
        assigned=frozenset({"transitionDefaultMinimumObjectSize"}),
        aws_refuses=(
            Refusal("s3-lifecycle-after-versioning", "Rules on noncurrent versions mean nothing before versioning is on.", needs="s3/bucketVersioning"),
            _after_bucket("s3-lifecycle-after-its-bucket"),
        ),
    ),
    Resource(
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "s3", id="{bucket}", api={"ID": "id"},
        create=Call("put_bucket_cors", wrap="CORSConfiguration"), update=(Call("put_bucket_cors", wrap="CORSConfiguration"),),
        read=_with_bucket("get_bucket_cors", ""), delete=(Call("delete_bucket_cors"),), ordered=frozenset({"corsRules"}),
        limits={"corsRules.allowedMethods": {"enum": ["DELETE", "GET", "HEAD", "POST", "PUT"]}},  # S3 API reference, CORSRule
        checks=(_at_most_100_rules,), aws_refuses=(_after_bucket("s3-cors-after-its-bucket"),),
    ),
    Resource(
        "aws:s3/bucketPolicy:BucketPolicy", "s3", id="{bucket}", json=frozenset({"policy"}),
        create=Call("put_bucket_policy"), update=(Call("put_bucket_policy"),), read=_read_policy, delete=(Call("delete_bucket_policy"),),
        aws_refuses=(
            Refusal("s3-policy-after-access-block", "A bucket's access block and policy are changed one after the other (409 OperationAborted).", needs="s3/bucketPublicAccessBlock"),
            _after_bucket("s3-policy-after-its-bucket"),
        ),
    ),
]  # fmt: skip
