"""Arguments that several components have in common, and what one component hands another."""

from typing import NotRequired, TypedDict

import pulumi


class ScopeArgs(TypedDict):
    """For whom a component is made, and in which stack. Names in AWS follow from it, so it is plain and known before the update."""

    platform: str
    """What a platform stack exports as `platform`: its settings, and the ids of what all workloads share; as text."""
    workload: str
    """Name of the workload: part of every name in AWS."""
    owner: str
    """Team of the settings that answers for it."""
    data_class: str
    """public, internal, confidential or restricted."""
    summary: NotRequired[str]
    """What the workload does, in a sentence."""


class FunctionTargetArgs(TypedDict):
    """A function as everything that invokes it needs it: the output `target` of a Function."""

    function_name: pulumi.Input[str]
    """Name of the function in AWS."""
    alias_name: pulumi.Input[str]
    """Name of its alias."""
    alias_arn: pulumi.Input[str]
    """ARN of the alias."""
    invoke_arn: pulumi.Input[str]
    """The alias as API Gateway wants it in an integration."""
    failures_arn: pulumi.Input[str]
    """ARN of its queue of failures, once the queue's policy is in force; empty text where it has none."""


class ListenerArgs(TypedDict):
    """Who is notified of new objects in a bucket: a function or a topic."""

    key: str
    """End of its logical name: letters, digits and dashes, unique for the bucket."""
    prefix: NotRequired[str]
    """Begin of the keys that count; without it all."""
    suffix: NotRequired[str]
    """End of the keys that count; without it all."""
    target: NotRequired[FunctionTargetArgs]
    """The output `target` of a Function; for a function."""
    topic_arn: NotRequired[pulumi.Input[str]]
    """The output `arn` of a Topic, so that its policy is in force; for a topic."""
