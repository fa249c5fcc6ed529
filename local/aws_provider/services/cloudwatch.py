"""Amazon CloudWatch."""

from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..names import match

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceARN": "arn"}, shape="list")


def _dimensions(values: dict[str, str] | None) -> list[dict[str, str]] | None:
    return [{"Name": key, "Value": value} for key, value in values.items()] if values else None


def _metrics(work: Work) -> list[dict[str, Any]] | None:
    """Queries of a metric-math alarm: `metric` holds what the API has in `MetricStat`."""
    made = []
    for query in work.state.get("metricQueries") or []:
        metric = query.get("metric")
        each = {"Id": query["id"], "Expression": query.get("expression"), "Label": query.get("label"),
                "ReturnData": query.get("returnData", False), "AccountId": query.get("accountId"),
                "Period": int(query["period"]) if query.get("period") else None}  # fmt: skip
        if metric:
            named = {
                "Namespace": metric.get("namespace"),
                "MetricName": metric["metricName"],
                "Dimensions": _dimensions(metric.get("dimensions")),
            }
            stat = {"Metric": _given(named), "Period": int(metric["period"]), "Stat": metric["stat"], "Unit": metric.get("unit")}
            each["MetricStat"] = _given(stat)
        made.append(_given(each))
    return made or None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _read(work: Work) -> State | None:
    """What an answer leaves out keeps its value (reconcile); an alarm that is gone is gone."""
    answer = work.call("describe_alarms", AlarmNames=[work.state["name"]])
    alarm = next(iter(answer.get("MetricAlarms", [])), None)
    if alarm is None:
        return None
    told = {member: value for member, value in alarm.items() if value not in (None, [], "")}
    if told.get("ExtendedStatistic"):
        told.pop("Statistic", None)  # the emulator answers Average beside a percentile
    properties = match(told, work.fields.all, work.entry.api)
    scalars = {
        member: value for member, value in told.items() if member in properties and member not in ("Dimensions", "Metrics")
    }
    found = work.properties(Call("describe_alarms"), scalars) or {}
    if alarm.get("Dimensions"):
        found["dimensions"] = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    return found


def _what_is_watched(inputs: State) -> list[tuple[str, str]]:
    found = []
    if not inputs.get("metricQueries"):
        found += [(name, f"missing '{name}': an alarm has either metricQueries, or metricName, namespace, period and a statistic")
                  for name in ("metricName", "namespace", "period") if inputs.get(name) is None]  # fmt: skip
        if (inputs.get("statistic") is None) == (inputs.get("extendedStatistic") is None):
            found.append(("statistic", "exactly one of statistic and extendedStatistic has to be given"))
    points, periods = inputs.get("datapointsToAlarm"), inputs.get("evaluationPeriods")
    if isinstance(points, (int, float)) and isinstance(periods, (int, float)) and points > periods:
        found.append(("datapointsToAlarm", f"datapointsToAlarm={int(points)}: must be <= evaluationPeriods={int(periods)}"))
    return found


RESOURCES = [
    Resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm", "cloudwatch", id="{name}", named="name", name_limit=255, tags=TAGS,
        api={"AlarmName": "name", "AlarmArn": "arn", "EvaluateLowSampleCountPercentile": "evaluateLowSampleCountPercentiles"},
        known={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"},
        create=Call("put_metric_alarm", {"Dimensions": lambda work: _dimensions(work.state.get("dimensions")), "Metrics": _metrics}),
        update=(Call("put_metric_alarm", {"Dimensions": lambda work: _dimensions(work.state.get("dimensions")), "Metrics": _metrics, "Tags": lambda _: None}),),
        read=_read, delete=(Call("delete_alarms", {"AlarmNames": lambda work: [work.state["id"]]}),),
        assigned=frozenset({"treatMissingData"}), checks=(_what_is_watched,),
        limits={"treatMissingData": {"enum": ["breaching", "ignore", "missing", "notBreaching"]}},
        aws_refuses=(
            Refusal("cloudwatch-alarm-overwrites", "PutMetricAlarm overwrites an alarm of the same name, whoever made it."),
            Refusal("cloudwatch-alarm-action-can-publish", "An alarm of an encrypted topic tells nobody unless the key's policy admits cloudwatch.amazonaws.com.", needs="sns/topic of alarmActions"),
            Refusal("cloudwatch-metric-has-these-dimensions", "An alarm whose dimensions name no metric stays in INSUFFICIENT_DATA for ever; the emulator ignores dimensions altogether."),
        ),
    ),
]  # fmt: skip
