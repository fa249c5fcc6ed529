"""An S3 bucket, and who is told of its new objects."""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_, s3

from ..arguments import PlainArguments, checked


class BucketArgs(TypedDict):
    """Arguments of a Bucket."""

    physical_name: str
    """Name of the bucket, 3 to 63 characters, unique in the whole world: it carries account and region."""
    arn: str
    """ARN that the bucket will have: for its policy, which then is known before the update."""
    expire_after_days: NotRequired[int]
    """Days after which objects are deleted; without it they are kept."""
    expiring_prefixes: NotRequired[dict[str, int]]
    """Folder -> days after which its objects are deleted."""
    noncurrent_days: int
    """Days for which a replaced or deleted object can be brought back."""
    upload_origins: NotRequired[list[str]]
    """Web origins whose pages may send objects here with a signed request."""
    upload_headers: NotRequired[list[str]]
    """Headers that such a page may send."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    protect: bool
    """Refuse deletion by Pulumi; without it, the bucket is deleted with its objects."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
    expire_after_days: int | None = pydantic.Field(default=None, ge=1)
    expiring_prefixes: dict[str, int] = {}
    noncurrent_days: int = pydantic.Field(ge=1)
    upload_origins: list[str] = []
    upload_headers: list[str] = []
    protect: bool


class Bucket(pulumi.ComponentResource):
    """A bucket that no one outside the account reaches."""

    physical_name: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Bucket", name, _Knobs, BucketArgs, args)
        super().__init__("serverless-platform:index:Bucket", name, {"physicalName": knobs.physical_name}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_bucket()
        self._close_it()
        self._encrypt_it()
        self._keep_what_is_needed()
        self._let_pages_send()
        self.physical_name, self.arn = self._bucket.bucket, self._bucket.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})

    def _make_bucket(self) -> None:
        knobs = self._knobs
        self._bucket = s3.Bucket(
            self._name, bucket=knobs.physical_name, force_destroy=not knobs.protect, tags=self._args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=knobs.protect),
        )  # fmt: skip

    def _close_it(self) -> None:
        block = s3.BucketPublicAccessBlock(
            f"{self._name}-public-access", bucket=self._bucket.bucket, block_public_acls=True, block_public_policy=True,
            ignore_public_acls=True, restrict_public_buckets=True, opts=self._child,
        )  # fmt: skip
        # One after the other: S3 answers 409 OperationAborted to a second change of a bucket's access under way.
        policy = s3.BucketPolicy(
            f"{self._name}-policy", bucket=self._bucket.bucket, policy=tls_only(self._args["arn"]),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )  # fmt: skip
        s3.BucketOwnershipControls(
            f"{self._name}-ownership", bucket=self._bucket.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )  # fmt: skip

    def _encrypt_it(self) -> None:
        by_key = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=self._args["key_arn"]
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{self._name}-encryption", bucket=self._bucket.bucket, opts=self._child,
            rules=[s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=by_key,
                bucket_key_enabled=True,  # one call to KMS per bucket key instead of one per object
            )],
        )  # fmt: skip

    def _keep_what_is_needed(self) -> None:
        versioning = s3.BucketVersioning(
            f"{self._name}-versioning", bucket=self._bucket.bucket, opts=self._child,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        )  # fmt: skip
        rule, knobs = s3.BucketLifecycleConfigurationRuleArgs, self._knobs
        everything = s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")
        rules = [
            rule(
                id="remove-old-versions", status="Enabled", filter=everything,
                noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                    noncurrent_days=knobs.noncurrent_days
                ),
                abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=7
                ),
            )
        ]  # fmt: skip
        if knobs.expire_after_days:
            expiry = s3.BucketLifecycleConfigurationRuleExpirationArgs(days=knobs.expire_after_days)
            rules.append(rule(id="expire", status="Enabled", filter=everything, expiration=expiry))
        for prefix, days in knobs.expiring_prefixes.items():
            rules.append(rule(
                id=f"expire-{prefix.strip('/').replace('/', '-')}", status="Enabled",
                filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
                expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
            ))  # fmt: skip
        # Rules on noncurrent versions mean nothing before versioning is on.
        s3.BucketLifecycleConfiguration(
            f"{self._name}-lifecycle", bucket=self._bucket.bucket, rules=rules,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )  # fmt: skip


    def _let_pages_send(self) -> None:
        """Pages may send and nothing else: who may send what is in the signature of their request."""
        knobs = self._knobs
        if knobs.upload_origins:
            rule = s3.BucketCorsConfigurationCorsRuleArgs(
                allowed_methods=["POST", "PUT"], allowed_origins=knobs.upload_origins, allowed_headers=knobs.upload_headers,
                expose_headers=["etag"], max_age_seconds=3000,
            )  # fmt: skip
            s3.BucketCorsConfiguration(f"{self._name}-cors", bucket=self._bucket.bucket, cors_rules=[rule], opts=self._child)


def tls_only(arn: str) -> str:
    """Resource policy of a bucket: every call without TLS is denied."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
    )


CREATED = "s3:ObjectCreated:*"


class ListenerArgs(TypedDict):
    """Who is told of new objects: a function or a topic."""

    key: str
    """End of its logical name: letters, digits and dashes, unique for the bucket."""
    prefix: str
    """Begin of the keys that count; empty: all."""
    suffix: str
    """End of the keys that count; empty: all."""
    function_name: NotRequired[pulumi.Input[str]]
    """Name of the function in AWS; for a function."""
    alias_name: NotRequired[pulumi.Input[str]]
    """Name of its alias: the output of a Function; for a function."""
    alias_arn: NotRequired[pulumi.Input[str]]
    """ARN of its alias: the output of a Function; for a function."""
    topic_arn: NotRequired[pulumi.Input[str]]
    """ARN of the topic: the output of a Topic, so that its policy is in force; for a topic."""


class UploadTriggerArgs(TypedDict):
    """Arguments of an UploadTrigger."""

    bucket_name: pulumi.Input[str]
    """Name of the bucket: the output of a Bucket."""
    bucket_arn: pulumi.Input[str]
    """ARN of the bucket."""
    account_id: str
    """Account of the bucket: its name could be another account's one day."""
    listeners: list[ListenerArgs]
    """Who is told; S3 keeps one list for each bucket, so this is all of them."""


class _Listener(PlainArguments):
    key: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    prefix: str
    suffix: str


class _TriggerKnobs(PlainArguments):
    account_id: str = pydantic.Field(pattern=r"^\d{12}$")
    listeners: list[_Listener] = pydantic.Field(min_length=1)


class UploadTrigger(pulumi.ComponentResource):
    """The one list of a bucket's listeners, each allowed to be told before S3 is asked to tell it."""

    bucket_name: pulumi.Output[str]
    """Name of the bucket."""

    def __init__(self, name: str, args: UploadTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("UploadTrigger", name, _TriggerKnobs, UploadTriggerArgs, args)
        for listener in args["listeners"]:
            if ("alias_arn" in listener) == ("topic_arn" in listener):
                raise ValueError(f"UploadTrigger '{name}': listeners: '{listener['key']}' must have either alias_arn or topic_arn")
        told = {"listeners": [listener.model_dump() for listener in knobs.listeners]}
        super().__init__("serverless-platform:index:UploadTrigger", name, told, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._permit()
        self._notify()
        self.bucket_name = self._notification.bucket
        self.register_outputs({"bucket_name": self.bucket_name})

    def _permit(self) -> None:
        self._permissions = [
            lambda_.Permission(
                f"{self._name}-{listener['key']}-invoke", action="lambda:InvokeFunction", principal="s3.amazonaws.com",
                function=listener["function_name"], qualifier=listener["alias_name"], source_arn=self._args["bucket_arn"],
                source_account=self._args["account_id"], opts=self._child,
            )
            for listener in self._args["listeners"]
            if "alias_arn" in listener
        ]  # fmt: skip

    def _notify(self) -> None:
        functions, topics = [], []
        for it in self._args["listeners"]:
            only: Any = {"events": [CREATED], "filter_prefix": it["prefix"] or None, "filter_suffix": it["suffix"] or None, "id": it["key"]}
            if "alias_arn" in it:
                functions.append(s3.BucketNotificationLambdaFunctionArgs(lambda_function_arn=it["alias_arn"], **only))
            else:
                topics.append(s3.BucketNotificationTopicArgs(topic_arn=it["topic_arn"], **only))
        self._notification = s3.BucketNotification(
            self._name, bucket=self._args["bucket_name"], lambda_functions=functions, topics=topics,
            # S3 sends a test to each, and refuses the list if one of them refuses.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._permissions),
        )  # fmt: skip
