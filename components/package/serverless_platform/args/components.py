"""What each component asks for besides the plain values of its kind: what AWS assigns, and the resources that it connects."""

from collections.abc import Mapping
from typing import NamedTuple

import pydantic

from platform_contract.kinds.bucket.by_itself import ListenersSpec
from platform_contract.kinds.bucket.spec import BucketSpec
from platform_contract.kinds.bus.by_itself import BusSpecByItself, EventTriggerByItself
from platform_contract.kinds.http_api.by_itself import HttpApiSpecByItself
from platform_contract.kinds.parameter.spec import ParameterSpec
from platform_contract.kinds.queue.by_itself import QueueBatchesByItself, QueueSpecByItself
from platform_contract.kinds.secret.by_itself import SecretSpecByItself
from platform_contract.kinds.stream.spec import StreamSpec
from platform_contract.kinds.stream.trigger import OrderedTrigger
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.kinds.topic.by_itself import TopicSpecByItself
from platform_contract.plan.function_by_itself import FunctionSpecByItself
from platform_contract.plan.workload_scope import WorkloadScopeSpec

_SCOPE = {"scope": ("ScopeArgs", "For whom it is made, and in which stack: the same for all components of a workload.")}
_KEY = {"key_arn": ("pulumi.Input[str]", "ARN of the workload's key: the output `key_arn` of a WorkloadScope.")}
_TOPIC = {"alarm_topic_arn": ("NotRequired[pulumi.Input[str]]", "ARN of the topic that alarms notify, instead of the one that the platform exports.")}
_OVERRIDES = {
    "overrides": ("NotRequired[dict[str, Any]]", "Inputs of the main AWS resource that are to differ from the platform's; the guardrails judge them like any other.")
}
_ENCRYPTED = {**_SCOPE, **_KEY, **_OVERRIDES}
_STATE = {**_SCOPE, **_KEY, **_TOPIC, **_OVERRIDES}
_TARGET = {"target": ("FunctionTargetArgs", "The function: the output `target` of a Function.")}


class Component(NamedTuple):
    """A component that can be used by itself."""

    name: str
    kind: str
    """Room of the contract, and file of its arguments."""
    asked: type[pydantic.BaseModel]
    """Its plain values: meaning, defaults and limits."""
    inputs: Mapping[str, tuple[str, str]]
    """Further arguments -> type, meaning."""

    @property
    def article(self) -> str:
        return "an" if self.name[0] in "AEIOU" else "a"


COMPONENTS = (
    Component("WorkloadScope", "workload_scope", WorkloadScopeSpec, {**_SCOPE, **_TOPIC}),
    Component("Table", "table", TableSpec, _STATE),
    Component("Queue", "queue", QueueSpecByItself, _STATE),
    Component("QueueTrigger", "queue", QueueBatchesByItself, {
        **_SCOPE, "queue_arn": ("pulumi.Input[str]", "ARN of the queue: the output `arn` of a Queue."), **_TARGET, **_OVERRIDES,
    }),
    Component("Bucket", "bucket", BucketSpec, _ENCRYPTED),
    Component("UploadTrigger", "bucket", ListenersSpec, {
        **_SCOPE, "bucket_name": ("pulumi.Input[str]", "Name of the bucket: the output `physical_name` of a Bucket."),
        "bucket_arn": ("pulumi.Input[str]", "ARN of the bucket: the output `arn` of a Bucket."),
        "listeners": ("list[ListenerArgs]", "Who is notified; S3 keeps one list for each bucket, so this is all of them."),
    }),
    Component("Topic", "topic", TopicSpecByItself, _STATE),
    Component("EventBus", "bus", BusSpecByItself, {
        **_STATE, "schemas": ("NotRequired[dict[str, str]]", "Event that is published here -> JSON schema of its data, as text, for the schema registry."),
    }),
    Component("EventTrigger", "bus", EventTriggerByItself, {
        **_SCOPE, "bus_name": ("pulumi.Input[str]", "Name of the bus: the output `physical_name` of an EventBus."), **_TARGET, **_TOPIC, **_OVERRIDES,
    }),
    Component("Stream", "stream", StreamSpec, _STATE),
    Component("StreamSubscription", "stream", OrderedTrigger, {
        **_SCOPE, "source_arn": ("pulumi.Input[str]", "What it reads: the output `arn` of a Stream, or `stream_arn` of a Table."), **_TARGET, **_OVERRIDES,
    }),
    Component("Function", "function", FunctionSpecByItself, {
        **_STATE, "code": ("pulumi.Archive", "Its own code, without third-party packages."),
        "layer_arn": ("NotRequired[pulumi.Input[str]]", "ARN of the layer version with the third-party packages, instead of the one that the platform exports."),
        "resources": ("NotRequired[dict[str, pulumi.Input[str]]]", "Resource in `uses` -> what the function knows of it, from the resource itself, so that the function comes after it: `url` of a Queue, `arn` of a Topic, `physical_name` of all others; and `idempotency`, the table for that."),
        "token_issuer": ("NotRequired[pulumi.Input[str]]", "Issuer of the tokens of callers, instead of the one that the platform exports; for a function that decides."),
        "token_audiences": ("NotRequired[pulumi.Input[list[str]]]", "Audiences of those tokens, instead of those that the platform exports."),
    }),
    Component("HttpApi", "http_api", HttpApiSpecByItself, {
        **_STATE, "targets": ("dict[str, FunctionTargetArgs]", "Function that a route names -> the output `target` of the Function."),
        "token_issuer": ("NotRequired[pulumi.Input[str]]", "Issuer of the tokens that jwt routes accept, instead of the one that the platform exports."),
        "token_audiences": ("NotRequired[pulumi.Input[list[str]]]", "Audiences that jwt routes accept, instead of those that the platform exports."),
    }),
    Component("Secret", "secret", SecretSpecByItself, _ENCRYPTED),
    Component("Parameter", "parameter", ParameterSpec, {**_SCOPE, **_OVERRIDES}),
)  # fmt: skip
"""All of them, in the order in which readers meet them."""
