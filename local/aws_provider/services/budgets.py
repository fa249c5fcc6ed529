"""AWS Budgets."""

from datetime import datetime
from typing import Any

from ..calls import Work
from ..entry import Refusal, Resource, State, Tagging
from .common import refused

TAGS = Tagging("", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceARN": "arn"}, shape="list",
               member="ResourceTags", keys="ResourceTagKeys", answer="ResourceTags")  # fmt: skip
TIME = "%Y-%m-%d_%H:%M"


def _account(work: Work) -> str:
    return str(work.state.get("accountId") or work.cloud.account)


def _budget(work: Work) -> dict[str, Any]:
    state = work.state
    made: dict[str, Any] = {"BudgetName": state["name"], "BudgetType": state["budgetType"], "TimeUnit": state["timeUnit"]}
    if state.get("limitAmount"):
        made["BudgetLimit"] = {"Amount": str(state["limitAmount"]), "Unit": state.get("limitUnit", "USD")}
    if filters := state.get("costFilters"):
        made["CostFilters"] = {each["name"]: each["values"] for each in filters}
    period = {
        member: datetime.strptime(state[name], TIME)
        for member, name in (("Start", "timePeriodStart"), ("End", "timePeriodEnd"))
        if state.get(name)
    }
    return {**made, "TimePeriod": period} if period else made


def _notice(each: State) -> dict[str, Any]:
    return {
        "NotificationType": each["notificationType"], "ComparisonOperator": each["comparisonOperator"],
        "Threshold": float(each["threshold"]), "ThresholdType": each["thresholdType"],
    }  # fmt: skip


def _receivers(each: State) -> list[dict[str, str]]:
    kinds = (("EMAIL", "subscriberEmailAddresses"), ("SNS", "subscriberSnsTopicArns"))
    return [{"SubscriptionType": kind, "Address": address} for kind, name in kinds for address in each.get(name, [])]


def _create(work: Work) -> State:
    work.call("create_budget", AccountId=_account(work), Budget=_budget(work))
    return {}


def _notify(work: Work) -> None:
    """Notifications have no id: those that were there go, those of the program come."""
    if work.old is not None and "notifications" not in work.changed:
        return
    named = {"AccountId": _account(work), "BudgetName": work.state["name"]}
    for each in _seen(work) if work.old is not None else []:
        work.call("delete_notification", **named, Notification=_notice(each))
    for each in work.state.get("notifications", []):
        work.call("create_notification", **named, Notification=_notice(each), Subscribers=_receivers(each))


def _seen(work: Work) -> list[State]:
    return (work.old or {}).get("notifications") or []


def _update(work: Work) -> None:
    if work.changed - {"notifications", "tags", "tagsAll"}:
        work.call("update_budget", AccountId=_account(work), NewBudget=_budget(work))


def _read(work: Work) -> State | None:
    budget = work.call("describe_budget", AccountId=_account(work), BudgetName=work.state["name"])["Budget"]
    limit = budget.get("BudgetLimit", {})
    amount, before = limit.get("Amount"), work.state.get("limitAmount")
    if amount is not None and before is not None and float(amount) == float(before):
        amount = before  # the service writes 50 as 50.0
    period = budget.get("TimePeriod", {})
    times = {
        name: period[member].strftime(TIME)
        for member, name in (("Start", "timePeriodStart"), ("End", "timePeriodEnd"))
        if period.get(member)
    }
    return {
        **times, "name": budget["BudgetName"], "budgetType": budget["BudgetType"], "timeUnit": budget["TimeUnit"], "limitAmount": amount,
        "limitUnit": limit.get("Unit"), "accountId": _account(work),
        "arn": work.format("arn:{partition}:budgets::{account}:budget/" + budget["BudgetName"]),
        "costFilters": [{"name": key, "values": values} for key, values in budget.get("CostFilters", {}).items()] or None,
    }  # fmt: skip


def _delete(work: Work) -> None:
    work.call("delete_budget", AccountId=_account(work), BudgetName=work.state["name"])


RESOURCES = [
    Resource(
        "aws:budgets/budget:Budget", "budgets", id="{owner}:{name}", named="name", name_limit=100, tags=TAGS,
        words=lambda state: {"owner": state["accountId"]} if state.get("accountId") else {},
        identify=lambda id: {"id": id, "accountId": id.partition(":")[0], "name": id.partition(":")[2]},
        known={"arn": "arn:{partition}:budgets::{account}:budget/{name}", "accountId": "{account}", "owner": "{account}"},
        create=_create, update=(_update,), steps=(_notify,), read=_read, delete=(_delete,),
        assigned=frozenset({"accountId", "costTypes", "timePeriodStart", "timePeriodEnd"}),
        limits={
            "budgetType": {"enum": ["COST", "RI_COVERAGE", "RI_UTILIZATION", "SAVINGS_PLANS_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "USAGE"]},
            "timeUnit": {"enum": ["ANNUALLY", "CUSTOM", "DAILY", "MONTHLY", "QUARTERLY"]},
            "limitAmount": {"pattern": r"([0-9]*\.)?[0-9]+"},
            "notifications.notificationType": {"enum": ["ACTUAL", "FORECASTED"]},
            "notifications.comparisonOperator": {"enum": ["EQUAL_TO", "GREATER_THAN", "LESS_THAN"]},
            "notifications.thresholdType": {"enum": ["ABSOLUTE_VALUE", "PERCENTAGE"]},
        },  # Budgets API reference
        checks=(refused(dict.fromkeys(("autoAdjustData", "plannedLimits", "filterExpression", "billingViewArn", "metrics", "costTypes"), "only fixed limits are sent")),),
        aws_refuses=(
            Refusal("budgets-notifications-5", "A budget has at most five notifications, each with at most eleven receivers."),
            Refusal("budgets-topic-admits-budgets", "A topic that receives notifications has to admit budgets.amazonaws.com.", needs="sns/topic of notifications"),
        ),
    ),
]  # fmt: skip
