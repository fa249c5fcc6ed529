"""An S3 bucket, and who is told of its new objects."""

import json
from typing import Any

import pulumi
from pulumi_aws import s3

from platform_contract.kinds.bucket.by_itself import ListenersSpec
from platform_contract.kinds.bucket.plan import plan_bucket
from platform_contract.kinds.bucket.spec import BucketSpec
from platform_contract.platform.documents import S3
from platform_contract.platform.scope import Connections

from ..args.bucket import BucketArgs, UploadTriggerArgs
from ..planned import planned
from .permission import permit


class Bucket(pulumi.ComponentResource):
    """A bucket that no one outside the account reaches."""

    physical_name: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Bucket", name, args, BucketArgs, BucketSpec, lambda scope, spec: plan_bucket(scope, name, spec, Connections()), s3.Bucket)
        super().__init__("serverless-platform:index:Bucket", name, {"physicalName": made.plan.physical_name}, opts)
        self._name, self._planned = name, made
        self._plan, self._shared = made.plan, made.shared
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_bucket()
        self._close_it()
        self._encrypt_it()
        self._keep_what_is_needed()
        self._let_pages_send()
        self.physical_name, self.arn = self._bucket.bucket, self._bucket.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})

    def _make_bucket(self) -> None:
        self._bucket = s3.Bucket(
            self._name,
            **self._planned.inputs(bucket=self._plan.physical_name, force_destroy=not self._plan.protect, tags=self._shared.tags),
            opts=pulumi.ResourceOptions(parent=self, protect=self._plan.protect),
        )  # fmt: skip

    def _close_it(self) -> None:
        block = s3.BucketPublicAccessBlock(
            f"{self._name}-public-access", bucket=self._bucket.bucket, block_public_acls=True, block_public_policy=True,
            ignore_public_acls=True, restrict_public_buckets=True, opts=self._child,
        )  # fmt: skip
        # One after the other: S3 answers 409 OperationAborted to a second change of a bucket's access under way.
        policy = s3.BucketPolicy(
            f"{self._name}-policy", bucket=self._bucket.bucket, policy=tls_only(self._plan.arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )  # fmt: skip
        s3.BucketOwnershipControls(
            f"{self._name}-ownership", bucket=self._bucket.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )  # fmt: skip

    def _encrypt_it(self) -> None:
        by_key = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=self._shared.key_arn
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
        rule = s3.BucketLifecycleConfigurationRuleArgs
        everything = s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")
        rules = [
            rule(
                id="remove-old-versions", status="Enabled", filter=everything,
                noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                    noncurrent_days=self._plan.noncurrent_days
                ),
                abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=7
                ),
            )
        ]  # fmt: skip
        if self._plan.expire_after_days:
            expiry = s3.BucketLifecycleConfigurationRuleExpirationArgs(days=self._plan.expire_after_days)
            rules.append(rule(id="expire", status="Enabled", filter=everything, expiration=expiry))
        for prefix, days in self._plan.expiring_prefixes.items():
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
        if self._plan.upload_origins:
            rule = s3.BucketCorsConfigurationCorsRuleArgs(
                allowed_methods=["POST", "PUT"], allowed_origins=list(self._plan.upload_origins), allowed_headers=list(self._plan.upload_headers),
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


class UploadTrigger(pulumi.ComponentResource):
    """The one list of a bucket's listeners, each allowed to be told before S3 is asked to tell it."""

    bucket_name: pulumi.Output[str]
    """Name of the bucket."""

    def __init__(self, name: str, args: UploadTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("UploadTrigger", name, args, UploadTriggerArgs, ListenersSpec, lambda scope, spec: spec)
        listeners = made.given["listeners"]
        for listener in listeners:
            if ("target" in listener) == ("topic_arn" in listener):
                raise ValueError(f"UploadTrigger '{name}': listeners: '{listener['key']}' must have either target or topic_arn")
        shown = {"listeners": [{"key": it["key"], "prefix": it.get("prefix", ""), "suffix": it.get("suffix", "")} for it in listeners]}
        super().__init__("serverless-platform:index:UploadTrigger", name, shown, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._permit()
        self._notify()
        self.bucket_name = self._notification.bucket
        self.register_outputs({"bucket_name": self.bucket_name})

    def _permit(self) -> None:
        self._permissions = [
            permit(f"{self._name}-{it['key']}-invoke", S3, it["target"], self._given["bucket_arn"], self._child, self._shared.account_id)
            for it in self._given["listeners"]
            if "target" in it
        ]

    def _notify(self) -> None:
        functions, topics = [], []
        for it in self._given["listeners"]:
            only: Any = {"events": [CREATED], "filter_prefix": it.get("prefix") or None, "filter_suffix": it.get("suffix") or None, "id": it["key"]}
            if "target" in it:
                functions.append(s3.BucketNotificationLambdaFunctionArgs(lambda_function_arn=it["target"]["alias_arn"], **only))
            else:
                topics.append(s3.BucketNotificationTopicArgs(topic_arn=it["topic_arn"], **only))
        self._notification = s3.BucketNotification(
            self._name, bucket=self._given["bucket_name"], lambda_functions=functions, topics=topics,
            # S3 sends a test to each, and refuses the list if one of them refuses.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._permissions),
        )  # fmt: skip
