"""What tells functions and topics of new objects in a bucket."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_, s3

from ..arguments import PlainArguments, checked

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


class _Knobs(PlainArguments):
    account_id: str = pydantic.Field(pattern=r"^\d{12}$")
    listeners: list[_Listener] = pydantic.Field(min_length=1)


class UploadTrigger(pulumi.ComponentResource):
    """The one list of a bucket's listeners, each allowed to be told before S3 is asked to tell it."""

    bucket_name: pulumi.Output[str]
    """Name of the bucket."""

    def __init__(self, name: str, args: UploadTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("UploadTrigger", name, _Knobs, UploadTriggerArgs, args)
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
