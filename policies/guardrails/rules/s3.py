"""S3: buckets are encrypted with a key of ours, and no one outside reaches them."""

from collections.abc import Iterator

from guardrails.joins import meant
from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Unknown, each

BUCKET = "aws:s3/bucket:Bucket"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACL = "aws:s3/bucketAcl:BucketAcl"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
CLOSED_ACLS = ("private", "bucket-owner-full-control", "bucket-owner-read", "log-delivery-write", "aws-exec-read")


def bucket_is_encrypted(resource: Resource, _: Memory) -> Iterator[Outcome]:
    rules = each(resource.get("rules"))
    if not rules:
        yield Finding("rules", None, "the configuration asks for no encryption")
    for position, rule in enumerate(rules):
        if isinstance(rule, Unknown):
            yield NotKnown(rule.path)
            continue
        path = f"rules.{position}.applyServerSideEncryptionByDefault"
        algorithm, key = (rule.get(f"applyServerSideEncryptionByDefault.{name}") for name in ("sseAlgorithm", "kmsMasterKeyId"))
        if isinstance(algorithm, Unknown):
            yield NotKnown(algorithm.path)
        elif algorithm not in ("aws:kms", "aws:kms:dsse"):
            yield Finding(f"{path}.sseAlgorithm", algorithm, "objects would be encrypted with a key that AWS owns")
        elif isinstance(key, Unknown):
            yield NotKnown(key.path)
        elif not key or "alias/aws/" in key:
            yield Finding(f"{path}.kmsMasterKeyId", key, "objects would be encrypted with the key that AWS manages")


def bucket_has_encryption(bucket: Resource, stack: Stack) -> Iterator[Outcome]:
    yield from _lacking(bucket, stack, ENCRYPTION, "the bucket has no encryption configuration in this program")


def bucket_is_private(resource: Resource, _: Memory) -> Iterator[Outcome]:
    if resource.type == ACCESS_BLOCK:
        for flag in FLAGS:
            value = resource.get(flag)
            if isinstance(value, Unknown):
                yield NotKnown(flag)
            elif value is not True:
                yield Finding(flag, value, "must be true, or the bucket can be opened to the internet")
    else:
        acl = resource.get("acl")
        if isinstance(acl, Unknown):
            yield NotKnown("acl")
        elif acl and acl not in CLOSED_ACLS:
            yield Finding("acl", acl, "lets everybody, or every AWS account, in")


def bucket_has_access_block(bucket: Resource, stack: Stack) -> Iterator[Outcome]:
    yield from _lacking(bucket, stack, ACCESS_BLOCK, "the bucket has no public access block in this program")


def _lacking(bucket: Resource, stack: Stack, type_: str, problem: str) -> Iterator[Outcome]:
    """A finding where no resource of `type_` refers to the bucket."""
    if not any(bucket.urn == other.urn for holder in stack.of(type_) for other in meant(stack, holder, "bucket", BUCKET)):
        yield Finding("bucket", bucket.get("bucket"), problem)


def _encrypted(**changes: object) -> Given:
    return Given(ENCRYPTION, {"bucket": "b", "rules": [{"applyServerSideEncryptionByDefault":
                 {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY} | changes}]}, "other")  # fmt: skip


def _block(**changes: object) -> Given:
    return Given(ACCESS_BLOCK, {"bucket": "b"} | dict.fromkeys(FLAGS, True) | changes, "other")


OURS = Given(BUCKET, {"bucket": "b"})
REFERS = {"bucket": "subject"}

RULES = (
    Rule(
        id="s3-bucket-is-encrypted",
        title="Buckets are encrypted with the workload's key.",
        why="Objects outlive everything else. With a key of ours, reading them needs a second permission that we grant and audit.",
        fix="use the platform's Bucket, or add a bucketServerSideEncryptionConfiguration with aws:kms and the workload's key",
        severity=Severity.HIGH,
        reads={ENCRYPTION: ("bucket", "rules.applyServerSideEncryptionByDefault.sseAlgorithm",
                            "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId"), BUCKET: ("bucket",)},
        judges=(ENCRYPTION,),
        check=bucket_is_encrypted,
        joins=(BUCKET,),
        check_stack=bucket_has_encryption,
        sources=("Security Hub S3.17", "checkov CKV_AWS_145", "cdk-nag HIPAA.Security-S3DefaultEncryptionKMS"),
        cases=(
            Case("workload's key", _encrypted()),
            Case("S3's own keys", _encrypted(sseAlgorithm="AES256"), finds=("sseAlgorithm=AES256: objects would be encrypted with a key that AWS owns",)),
            Case("KMS without a key of ours", _encrypted(kmsMasterKeyId=None), finds=("kmsMasterKeyId=not set",)),
            Case("KMS with the key that AWS manages", _encrypted(kmsMasterKeyId="alias/aws/s3"), finds=("kmsMasterKeyId=alias/aws/s3",)),
            Case("no rule", Given(ENCRYPTION, {"rules": []}), finds=("rules=not set: the configuration asks for no encryption",)),
            Case("key not known yet", _encrypted(kmsMasterKeyId=UNKNOWN), waits=("rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",)),
            Case("rules not known yet", Given(ENCRYPTION, {"rules": UNKNOWN}), waits=("rules",)),
            Case("configuration by reference", OURS, given=(Given(ENCRYPTION, {"bucket": UNKNOWN}, "other", REFERS),), scope=Scope.STACK),
            Case("configuration by name", OURS, given=(_encrypted(),), scope=Scope.STACK),
            Case("a bucket of the deprecated type", Given("aws:s3/bucketV2:BucketV2", {"bucket": "b"}), scope=Scope.STACK,
                 finds=("Bucket 'subject': bucket=b: the bucket has no encryption configuration",)),
            Case("a configuration of the deprecated type", scope=Scope.RESOURCE, finds=("sseAlgorithm=AES256",), subject=Given(
                 "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
                 {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]})),
            Case("no configuration", OURS, scope=Scope.STACK, finds=("bucket=b: the bucket has no encryption configuration",)),
            Case("configuration of another bucket", OURS, scope=Scope.STACK, finds=("no encryption configuration",),
                 given=(Given(BUCKET, {"bucket": "another"}, "second"), Given(ENCRYPTION, {"bucket": UNKNOWN}, "other", {"bucket": "second"}))),
        ),
    ),
    Rule(
        id="s3-bucket-is-private",
        title="No bucket can be read or written from outside.",
        why="Public buckets are how data leaks. The public access block holds even when a policy or an ACL is changed by hand.",
        fix="use the platform's Bucket, or set all four flags of a bucketPublicAccessBlock",
        severity=Severity.CRITICAL,
        reads={ACCESS_BLOCK: ("bucket", *FLAGS), ACL: ("acl",), BUCKET: ("acl", "bucket")},
        check=bucket_is_private,
        joins=(BUCKET,),
        check_stack=bucket_has_access_block,
        sources=("Security Hub S3.8", "cdk-nag AwsSolutions-S2", "checkov CKV_AWS_53 to 56"),
        cases=(
            Case("all four flags", _block()),
            *(Case(f"{flag} missing", _block(**{flag: False}), finds=(f"{flag}=false: must be true",)) for flag in FLAGS),
            Case("flag not set", Given(ACCESS_BLOCK, {"bucket": "b"}), finds=tuple(f"{flag}=not set" for flag in FLAGS)),
            Case("flag not known yet", _block(blockPublicAcls=UNKNOWN), waits=("blockPublicAcls",)),
            Case("public ACL", Given(ACL, {"acl": "public-read"}), finds=("acl=public-read: lets everybody",)),
            Case("private ACL", Given(ACL, {"acl": "private"})),
            Case("public ACL of the bucket itself", Given(BUCKET, {"acl": "authenticated-read"}), finds=("acl=authenticated-read",)),
            Case("ACL not known yet", Given(ACL, {"acl": UNKNOWN}), waits=("acl",)),
            Case("access block by reference", OURS, given=(Given(ACCESS_BLOCK, {"bucket": UNKNOWN}, "other", REFERS),), scope=Scope.STACK),
            Case("access block of another bucket", OURS, scope=Scope.STACK, finds=("no public access block",),
                 given=(Given(BUCKET, {"bucket": "another"}, "second"), Given(ACCESS_BLOCK, {"bucket": "another"}, "other"))),
            Case("no access block", OURS, scope=Scope.STACK, finds=("bucket=b: the bucket has no public access block",)),
        ),
    ),
)  # fmt: skip
