"""AWS Cost Anomaly Detection: the emulator has none of it. The calls are named for their limits; nobody makes them."""

import json
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging

TAGS = Tagging("ResourceTags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceArn": "arn"}, shape="list",
               member="ResourceTags", keys="ResourceTagKeys", answer="ResourceTags")  # fmt: skip
ARN = "arn:{partition}:ce::{account}"
FREQUENCY = {"IMMEDIATE": "SNS", "DAILY": "EMAIL", "WEEKLY": "EMAIL"}
"""Cost Management user guide, "Creating your alert subscriptions": how often -> who may be told."""
IMPACTS = ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "ANOMALY_TOTAL_IMPACT_PERCENTAGE")


def _monitored(inputs: State) -> list[tuple[str, str]]:
    kind, found = inputs.get("monitorType"), []
    for name, of in (("monitorDimension", "DIMENSIONAL"), ("monitorSpecification", "CUSTOM")):
        given = inputs.get(name)
        if isinstance(kind, str) and (given is not None) != (kind == of):
            told = (
                f"missing '{name}': monitorType={kind} needs it"
                if kind == of
                else f"{name}: has no meaning where monitorType is {kind}"
            )
            found.append((name, told))
    specification = inputs.get("monitorSpecification")
    if isinstance(specification, str):
        try:
            json.loads(specification)
        except ValueError as error:
            found.append(("monitorSpecification", f"monitorSpecification: is no JSON document: {error}"))
    return found


def _subscribers(inputs: State) -> list[tuple[str, str]]:
    """Immediate alerts go to a topic, daily and weekly ones to addresses."""
    frequency, found = inputs.get("frequency"), []
    given = inputs.get("subscribers")
    for index, each in enumerate(given if isinstance(given, list) else []):
        kind = each.get("type") if isinstance(each, dict) else None
        wanted = FREQUENCY.get(frequency) if isinstance(frequency, str) else None
        if wanted and isinstance(kind, str) and kind in FREQUENCY.values() and kind != wanted:
            path = f"subscribers[{index}].type"
            found.append((path, f"{path}='{kind}': frequency={frequency} tells {wanted} only"))
    return found


def _threshold(inputs: State) -> list[tuple[str, str]]:
    found, where = [], "thresholdExpression"
    for block in _dimensions(inputs.get(where)):
        if block.get("key") not in IMPACTS:
            found.append((where, f"{where}: key='{block.get('key')}': must be one of {', '.join(IMPACTS)}"))
        if block.get("matchOptions") != ["GREATER_THAN_OR_EQUAL"]:
            found.append((where, f"{where}: matchOptions of {block.get('key')} is [GREATER_THAN_OR_EQUAL]"))
    return found


def _dimensions(expression: Any) -> list[State]:
    if not isinstance(expression, dict):
        return []
    inner = [each for name in ("ands", "ors") for each in expression.get(name) or [] if isinstance(each, dict)]
    return [each["dimension"] for each in (expression, *inner) if isinstance(each.get("dimension"), dict)]


def _specification(work: Work) -> Any:
    """The monitor, whose specification is JSON in the program and a structure in the request."""
    names = {"MonitorName": "name", "MonitorType": "monitorType", "MonitorDimension": "monitorDimension"}
    made = {member: work.state[name] for member, name in names.items() if work.state.get(name)}
    text = work.state.get("monitorSpecification")
    return {**made, "MonitorSpecification": json.loads(text)} if text else made


RESOURCES = [
    Resource(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor", "ce", id="{arn}", named="name", name_limit=1024, tags=TAGS,
        fakes={"arn": f"{ARN}:anomalymonitor/{{hex}}"}, create=Call("create_anomaly_monitor", {"AnomalyMonitor": _specification}),
        json=frozenset({"monitorSpecification"}), checks=(_monitored,),
        limits={"monitorType": {"enum": ["CUSTOM", "DIMENSIONAL"]}, "monitorDimension": {"enum": ["COST_CATEGORY", "LINKED_ACCOUNT", "SERVICE", "TAG"]},
                "name": {"maxLength": 1024}},  # Cost Explorer API reference, AnomalyMonitor
        aws_refuses=(
            Refusal("costexplorer-one-monitor-of-services", "An account has one monitor of the dimension SERVICE; newer accounts are given one, and a second is refused."),
            Refusal("costexplorer-custom-is-of-the-management-account", "Monitors of accounts, tags and cost categories can be created in the management account of an organisation only."),
            Refusal("costexplorer-tags-are-activated", "A monitor by tag sees nothing until the tag is activated as a cost allocation tag, a day before at least."),
        ),
    ),
    Resource(
        "aws:costexplorer/anomalySubscription:AnomalySubscription", "ce", id="{arn}", named="name", name_limit=1024, tags=TAGS,
        api={"MonitorArnList": "monitorArnLists", "SubscriptionName": "name"}, assigned=frozenset({"accountId"}),
        fakes={"arn": f"{ARN}:anomalysubscription/{{hex}}", "accountId": "{account}"},
        create=Call("create_anomaly_subscription", wrap="AnomalySubscription"), checks=(_subscribers, _threshold),
        limits={"subscribers.type": {"enum": ["EMAIL", "SNS"]}},  # Cost Explorer API reference, Subscriber
        aws_refuses=(
            Refusal("costexplorer-subscription-of-its-own-account", "A subscription names monitors of the account that makes it."),
            Refusal("costexplorer-subscription-after-its-monitor", "The monitors have to exist."),
            Refusal("costexplorer-topic-admits-alerts", "A topic that is told has to admit costalerts.amazonaws.com, and its key too, or CreateAnomalySubscription is refused.", needs="sns/topicPolicy of subscribers"),
            Refusal("costexplorer-learns-ten-days", "A monitor needs ten days of costs before it finds anything, and looks about three times a day."),
        ),
    ),
]  # fmt: skip
