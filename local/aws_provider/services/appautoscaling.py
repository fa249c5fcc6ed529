"""Application Auto Scaling: the emulator has none of it. The calls are named for their limits; nobody makes them."""

import re
from typing import Any

from platform_contract.languages.clocks import time_zones
from platform_contract.languages.schedules import wrong_expression

from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import UNKNOWN

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceARN": "arn"})
ARN = "arn:{partition}:application-autoscaling:{region}:{account}"
RESOURCE_IDS = {
    "dynamodb": {
        "dynamodb:table:ReadCapacityUnits": r"table/[\w.-]+", "dynamodb:table:WriteCapacityUnits": r"table/[\w.-]+",
        "dynamodb:index:ReadCapacityUnits": r"table/[\w.-]+/index/[\w.-]+", "dynamodb:index:WriteCapacityUnits": r"table/[\w.-]+/index/[\w.-]+",
    },
    "lambda": {"lambda:function:ProvisionedConcurrency": r"function:[\w-]+:(?!\$LATEST$)[\w-]+"},
}  # fmt: skip
"""Application Auto Scaling API reference, RegisterScalableTarget: service -> dimension -> form of the resource id."""
UTILIZATION = "LambdaProvisionedConcurrencyUtilization"
CONFIGURATIONS = {
    "PredictiveScaling": "predictiveScalingPolicyConfiguration", "StepScaling": "stepScalingPolicyConfiguration",
    "TargetTrackingScaling": "targetTrackingScalingPolicyConfiguration",
}  # fmt: skip


def _resource(inputs: State) -> list[tuple[str, str]]:
    service, dimension, resource = (inputs.get(name) for name in ("serviceNamespace", "scalableDimension", "resourceId"))
    known = RESOURCE_IDS.get(service) if isinstance(service, str) else None
    if known is None or not isinstance(dimension, str):
        return []
    if dimension not in known:
        return [("scalableDimension", f"scalableDimension='{dimension}': of {service} it is one of {', '.join(sorted(known))}")]
    if isinstance(resource, str) and not re.fullmatch(known[dimension], resource):
        return [("resourceId", f"resourceId='{resource}': must match {known[dimension]}")]
    return []


def _range(where: str) -> Any:
    """A check of the two capacities in an object, or in the inputs themselves."""

    def check(inputs: State) -> list[tuple[str, str]]:
        given = inputs.get(where) if where else inputs
        low, high = (given.get(name) for name in ("minCapacity", "maxCapacity")) if isinstance(given, dict) else (None, None)
        path = f"{where}.minCapacity" if where else "minCapacity"
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            return [(path, f"{path}={int(low)}: must be <= maxCapacity={int(high)}")]
        if isinstance(given, dict) and where and low is None and high is None:
            return [(where, f"{where}: one of minCapacity, maxCapacity has to be given")]
        return []

    return check


def _configuration(inputs: State) -> list[tuple[str, str]]:
    kind, found = inputs.get("policyType", "StepScaling"), []
    if kind is UNKNOWN:
        return []
    for each, name in CONFIGURATIONS.items():
        if (inputs.get(name) is not None) != (each == kind):
            told = (
                f"missing '{name}': policyType={kind} needs it"
                if each == kind
                else f"{name}: has no meaning where policyType is {kind}"
            )
            found.append((name, told))
    return found


def _tracking(inputs: State) -> list[tuple[str, str]]:
    where, block = CONFIGURATIONS["TargetTrackingScaling"], inputs.get(CONFIGURATIONS["TargetTrackingScaling"])
    if not isinstance(block, dict):
        return []
    given = [name for name in ("predefinedMetricSpecification", "customizedMetricSpecification") if block.get(name) is not None]
    if len(given) != 1:
        return [(where, f"{where}: exactly one of predefinedMetricSpecification, customizedMetricSpecification has to be given")]
    predefined, target = block.get("predefinedMetricSpecification"), block.get("targetValue")
    metric = predefined.get("predefinedMetricType") if isinstance(predefined, dict) else None
    if metric == UTILIZATION and isinstance(target, (int, float)) and not 0 < target <= 1:
        return [(f"{where}.targetValue", f"{where}.targetValue={target}: {UTILIZATION} is a share, more than 0 and at most 1")]
    return []


def _schedule(inputs: State) -> list[tuple[str, str]]:
    found = []
    text, zone = inputs.get("schedule"), inputs.get("timezone")
    if isinstance(text, str) and (wrong := wrong_expression(text)):
        found.append(("schedule", f"schedule='{text}': {wrong[0]}; {wrong[1]}"))
    if isinstance(zone, str) and zone not in time_zones():
        found.append(("timezone", f"timezone='{zone}': is no time zone; write it like Europe/Berlin"))
    return found


RESOURCES = [
    Resource(
        "aws:appautoscaling/target:Target", "application-autoscaling", id="{resourceId}", tags=TAGS, fakes={"arn": f"{ARN}:scalable-target/{{hex}}"},
        create=Call("register_scalable_target"), checks=(_resource, _range("")),
        aws_refuses=(
            Refusal("autoscaling-target-exists", "RegisterScalableTarget is refused unless the alias, table or index exists; an alias has to lead to a published version."),
            Refusal("autoscaling-owns-the-number", "What is scaled changes outside of the program: the capacity of the alias or table has to be ignored there, or the next update sets it back."),
            Refusal("autoscaling-needs-a-capacity", "A table that is charged per request has no capacity to scale; maximumOnDemand bounds it."),
            Refusal("autoscaling-linked-role", "The first registration of a service in an account makes a service-linked role, so whoever deploys needs iam:CreateServiceLinkedRole."),
        ),
    ),
    Resource(
        "aws:appautoscaling/policy:Policy", "application-autoscaling", id="{name}", named="name", name_limit=256, api={"PolicyName": "name"},
        fakes={"arn": "arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{hex}:resource/{serviceNamespace}/{resourceId}:policyName/{name}"},
        create=Call("put_scaling_policy"), checks=(_resource, _configuration, _tracking),
        aws_refuses=(
            Refusal("autoscaling-policy-after-its-target", "The target has to be registered.", needs="appautoscaling/target of resourceId"),
            Refusal("autoscaling-policy-makes-alarms", "Target tracking makes and deletes alarms of its own, which are in no program and may not be changed."),
            Refusal("autoscaling-policy-without-data", "A function that nobody invokes publishes no utilization, so its alarms have no data and nothing is scaled in: a schedule sets the minimum back."),
        ),
    ),
    Resource(
        "aws:appautoscaling/scheduledAction:ScheduledAction", "application-autoscaling", id="{name}-{serviceNamespace}-{resourceId}", named="name",
        name_limit=256, api={"ScheduledActionName": "name"},
        fakes={"arn": "arn:{partition}:autoscaling:{region}:{account}:scheduledAction:{hex}:resource/{serviceNamespace}/{resourceId}:scheduledActionName/{name}"},
        create=Call("put_scheduled_action"), checks=(_resource, _range("scalableTargetAction"), _schedule),
        aws_refuses=(
            Refusal("autoscaling-schedule-after-its-target", "The target has to be registered.", needs="appautoscaling/target of resourceId"),
            Refusal("autoscaling-one-change-at-a-time", "Settings of one target that change at once are refused (ConcurrentUpdateException); the official provider tries again."),
        ),
    ),
]  # fmt: skip
