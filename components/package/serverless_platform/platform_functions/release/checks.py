"""What a new version has to show: before a shift it answers the workload's smoke events, after it few of its runs fail and none is slow."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ALIAS = "live"
PERIOD_SECONDS = 60
"""Of the data points that Lambda publishes."""
LOG_LINES = 5
"""Of a failed run, told with it."""
LINE_CHARACTERS = 300
TAIL_CHARACTERS = 4000
"""Of a log's tail that Lambda sends along, 4 KB at most, so that its first line is a part of one (Lambda API reference, Invoke)."""


@dataclass(frozen=True)
class Version:
    """One version of a function, and since when callers may reach it (seconds since 1970; 0: not yet)."""

    function: str
    number: str
    since: float = 0

    def dimensions(self) -> list[dict[str, str]]:
        """Under which Lambda counts what this version does behind the alias."""
        values = {"FunctionName": self.function, "Resource": f"{self.function}:{ALIAS}", "ExecutedVersion": self.number}
        return [{"Name": name, "Value": value} for name, value in values.items()]


class Checks:
    """data: physical name of a function -> log_group, failing_share, slow_ms, events (platform_contract.features.rollout)."""

    def __init__(self, functions: Any, metrics: Any, logs: Any, data: Mapping[str, Any], now: Callable[[], float]) -> None:
        """functions, metrics, logs: clients of Lambda, CloudWatch and CloudWatch Logs. now: seconds since 1970."""
        self._functions, self._metrics, self._logs, self._data, self._now = functions, metrics, logs, data, now

    def before(self, version: Version) -> list[str]:
        """Why the version must not get traffic; empty if it may."""
        return list(self._answers(version.function, version.number))

    def after(self, version: Version) -> list[str]:
        """Why the version must not keep its traffic; empty if it may. Without a run since the shift the smoke events speak for it."""
        counted = self._counted(version)
        runs, errors, slowest = counted["Invocations"], counted["Errors"], counted["Duration"]
        # Behind the alias a refused event would count as a failure that a caller saw, and could alone be what an alarm waits for.
        data, wrong = self._data[version.function], list(self._answers(version.function, ALIAS, refused=False))
        if runs and errors / runs > data["failing_share"]:
            wrong.append(f"{errors:.0f} of {runs:.0f} invocations of version {version.number} failed, and {data['failing_share']:.0%} may")
            wrong += self._log_of(version)
        if runs and slowest > data["slow_ms"]:
            wrong.append(f"one in a hundred runs of version {version.number} took {slowest:.0f} ms or more, and {data['slow_ms']:.0f} is the most")
        return wrong

    def _answers(self, function: str, qualifier: str, refused: bool = True) -> Iterator[str]:
        """What is not as the smoke events want it; `refused`: also send those that a sound version fails with."""
        for smoke in self._data[function]["events"]:
            if smoke.get("error") and not refused:
                continue
            reply = self._functions.invoke(
                FunctionName=f"{function}:{qualifier}", Payload=json.dumps(smoke["event"]).encode(), LogType="Tail"
            )
            payload = reply["Payload"].read().decode()
            if wrong := _wrong(smoke, payload, reply.get("FunctionError")):
                yield f"{smoke['name']}: {wrong}"
                log = base64.b64decode(reply.get("LogResult", "")).decode(errors="replace")
                lines = log.splitlines()[1 if len(log) >= TAIL_CHARACTERS else 0 :]
                yield from (f"  {line[:LINE_CHARACTERS]}" for line in _telling(lines))

    def _counted(self, version: Version) -> dict[str, float]:
        end = datetime.fromtimestamp(self._now(), UTC) + timedelta(seconds=PERIOD_SECONDS)
        wanted = {"Invocations": "Sum", "Errors": "Sum", "Duration": "p99"}
        queries = [
            {"Id": name.lower(), "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": version.dimensions()},
                "Period": PERIOD_SECONDS, "Stat": statistic}}
            for name, statistic in wanted.items()
        ]  # fmt: skip
        answer = self._metrics.get_metric_data(
            MetricDataQueries=queries, StartTime=datetime.fromtimestamp(version.since // PERIOD_SECONDS * PERIOD_SECONDS, UTC), EndTime=end
        )
        values = {each["Id"]: each["Values"] for each in answer["MetricDataResults"]}
        summed = {name: sum(values.get(name.lower(), [])) for name, statistic in wanted.items() if statistic == "Sum"}
        return {**summed, "Duration": max(values.get("duration", []), default=0.0)}

    def _log_of(self, version: Version) -> Iterator[str]:
        """What the version itself logged of its failures: streams carry the version's number."""
        found = self._logs.filter_log_events(
            logGroupName=self._data[version.function]["log_group"], startTime=int(version.since * 1000), filterPattern='"ERROR"', limit=100
        )
        lines = [each["message"] for each in found["events"] if f"[{version.number}]" in each.get("logStreamName", "")]
        yield from (f"  {line.strip()[:LINE_CHARACTERS]}" for line in lines[:LOG_LINES])


def _telling(lines: list[str]) -> list[str]:
    """The lines that say what went wrong; of a log without any, its last ones."""
    bad = [line for line in lines if "ERROR" in line or "Traceback" in line or "Error:" in line]
    return (bad or lines)[-LOG_LINES:]


def _wrong(smoke: Mapping[str, Any], payload: str, failed: str | None) -> str:
    """What is not as the smoke event wants it; empty if everything is."""
    try:
        answer = json.loads(payload)
    except ValueError:
        answer = payload
    if failed:
        told = answer if isinstance(answer, dict) else {}
        kind = str(told.get("errorType", failed))
        return "" if smoke.get("error") == kind else f"failed with {kind}: {str(told.get('errorMessage', payload))[:LINE_CHARACTERS]}"
    if smoke.get("error"):
        return f"was accepted, and should fail with {smoke['error']}"
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    if smoke.get("status") and status != smoke["status"]:
        body = answer.get("body") if isinstance(answer, dict) else answer
        return f"was answered with {status}, not {smoke['status']}: {str(body)[:LINE_CHARACTERS]}"
    if "answer" in smoke and not _holds(answer, smoke["answer"]):
        return f"was answered with {payload[:LINE_CHARACTERS]}, which lacks {json.dumps(smoke['answer'])[:LINE_CHARACTERS]}"
    return ""


def _holds(answer: Any, wanted: Any) -> bool:
    """Whether everything wanted is there; of an object, fields that are not wanted do not matter."""
    if isinstance(wanted, dict):
        return isinstance(answer, dict) and all(key in answer and _holds(answer[key], value) for key, value in wanted.items())
    return bool(answer == wanted)
