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


OF_A_BAND = ("GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold")
METRICS = 10
"""CloudWatch user guide, "Service quotas": metrics that an alarm of metric math may use."""


def _band(inputs: State) -> list[tuple[str, str]]:
    """What goes with a fixed threshold, and what with a band of expected values."""
    operator, band = inputs.get("comparisonOperator"), inputs.get("thresholdMetricId")
    if band is None:
        found = [] if inputs.get("threshold") is not None or inputs.get("evaluationCriteria") else [
            ("threshold", "missing 'threshold': an alarm has either threshold, or thresholdMetricId of a band")]  # fmt: skip
        if operator in OF_A_BAND:
            found.append(("comparisonOperator", f"comparisonOperator='{operator}': goes with thresholdMetricId of a band"))
        return found
    found = []
    if inputs.get("threshold") is not None:
        found.append(("threshold", "threshold: not together with thresholdMetricId"))
    if isinstance(operator, str) and operator not in OF_A_BAND:
        found.append(
            ("comparisonOperator", f"comparisonOperator='{operator}': with thresholdMetricId it is one of {', '.join(OF_A_BAND)}")
        )
    bands = [each.get("id") for each in _queries(inputs) if "ANOMALY_DETECTION_BAND" in str(each.get("expression") or "")]
    if isinstance(inputs.get("metricQueries", []), list) and isinstance(band, str) and band not in bands:
        found.append(("thresholdMetricId", f"thresholdMetricId='{band}': is the id of no query with ANOMALY_DETECTION_BAND"))
    return found


def _queries(inputs: State) -> list[State]:
    given = inputs.get("metricQueries")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _math(inputs: State) -> list[tuple[str, str]]:
    """PutMetricAlarm, `Metrics`: what one query has, and what all have together."""
    queries, found = _queries(inputs), []
    for index, query in enumerate(queries):
        if (query.get("expression") is None) == (query.get("metric") is None):
            found.append(
                (f"metricQueries[{index}]", f"metricQueries[{index}]: exactly one of expression and metric has to be given")
            )
    ids = [str(each.get("id")) for each in queries]
    if len(set(ids)) < len(ids):
        found.append(("metricQueries", f"metricQueries: ids are unique; here: {', '.join(ids)}"))
    if sum(each.get("metric") is not None for each in queries) > METRICS:
        found.append(("metricQueries", f"metricQueries: more than {METRICS} metrics"))
    answered, wanted = [each for each in queries if each.get("returnData")], 2 if inputs.get("thresholdMetricId") else 1
    if queries and len(answered) != wanted:
        told = "the metric and its band" if wanted == 2 else "what the threshold is for"
        found.append(
            ("metricQueries", f"metricQueries: returnData is true for {len(answered)} queries, and has to be for {told} only")
        )
    extra = [
        name
        for name in ("metricName", "namespace", "period", "statistic", "extendedStatistic", "dimensions", "unit")
        if inputs.get(name)
    ]
    return found + [(name, f"{name}: not together with metricQueries") for name in extra if queries]


def _what_is_watched(inputs: State) -> list[tuple[str, str]]:
    found = []
    if not inputs.get("metricQueries") and not inputs.get("evaluationCriteria"):
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
        assigned=frozenset({"treatMissingData"}), checks=(_what_is_watched, _band, _math),
        limits={"metricQueries.id": {"pattern": "[a-z][A-Za-z0-9_]{0,254}"}, "treatMissingData": {"enum": ["breaching", "ignore", "missing", "notBreaching"]}},
        aws_refuses=(
            Refusal("cloudwatch-alarm-overwrites", "PutMetricAlarm overwrites an alarm of the same name, whoever made it."),
            Refusal("cloudwatch-alarm-action-can-publish", "An alarm of an encrypted topic tells nobody unless the key's policy admits cloudwatch.amazonaws.com.", needs="sns/topic of alarmActions"),
            Refusal("cloudwatch-alarm-tells-its-region", "An alarm tells topics of its own region only, and watches metrics of no other."),
            Refusal("cloudwatch-metric-has-these-dimensions", "An alarm whose dimensions name no metric stays in INSUFFICIENT_DATA for ever; the emulator ignores dimensions altogether."),
            Refusal("cloudwatch-alarm-of-math", "The emulator keeps the alarm without its queries and never evaluates it; AWS refuses an expression that it cannot read, or that yields more than one series."),
            Refusal("cloudwatch-alarm-of-a-band", "A band is learnt from up to two weeks of data, and until then the alarm is in INSUFFICIENT_DATA; it is charged as three alarms, and the emulator keeps no thresholdMetricId."),
        ),
    ),
]  # fmt: skip
