"""The registry of owners as the stack is now: who answers for each workload, what was released last, and whether it keeps what it promises."""

import re
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.clients import Client, clients_in, is_embedded
from operations.errors import OperationError
from operations.releases.record import Records
from platform_contract.inventory import Inventory, ObjectiveEntry, WorkloadEntry

COLUMNS = ("workload", "owner", "on call", "phase", "expected / budget a month", "last release", "by", "objectives", "error budget left", "alarms on")
NONE = "-"
UNKNOWN = "unknown"
KEPT = "kept"

ALARMS_OF_A_CALL = 100
"""Names in one DescribeAlarms, and what it answers with at most (CloudWatch API reference)."""
DAY = 86_400
"""Seconds: the longest period of a metric whose parts add up to the days of an objective, whatever the hour."""


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """The table, for a terminal; as a page of Markdown where one is asked for. Raises OperationError where it cannot be written."""
    registry = Registry(inventory, clients_in(inventory.region))
    rows = registry.rows()
    if options.page:
        file = Path(options.page)
        try:
            file.write_text(page(inventory, rows, registry.notes, datetime.now(UTC)))
        except OSError as error:
            raise OperationError(f"cannot write {file}: {error.strerror}") from None
        yield f"{file}: {len(rows)} workloads of {inventory.environment}"
        return
    yield from aligned([COLUMNS, *rows])
    yield from (f"  {note}" for note in registry.notes)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def page(inventory: Inventory, rows: Iterable[Sequence[str]], notes: Iterable[str], at: datetime) -> str:
    """The same as Markdown. Text of the stack is text there, too: no bar ends a cell, and nothing in it is a tag."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *([_cell(text) for text in row] for row in rows)]
    return "\n".join([
        f"# Workloads of {inventory.environment}, and their owners", "",
        f"As of {at:%Y-%m-%d %H:%M} UTC, from account {inventory.account_id} in {inventory.region}: `python -m operations owners --stack {inventory.environment} --page FILE`.",
        "What is decided offline, such as the runbooks: docs/reference/workloads.md.", "",
        *(f"| {' | '.join(row)} |" for row in table), "", *(f"- {_cell(note)}" for note in notes), "",
    ])  # fmt: skip


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", r"\|").replace("<", "&lt;"))


@dataclass(frozen=True)
class Alarm:
    """What CloudWatch says of one."""

    state: str
    since: datetime | None


class Registry:
    """What a stack's services say of its workloads. What one of them does not say is unknown, and told once."""

    def __init__(
        self, inventory: Inventory, clients: Client, now: Callable[[], datetime] = lambda: datetime.now(UTC), elsewhere: Callable[[str], Client] = clients_in
    ) -> None:
        """clients: in the stack's region. elsewhere: region -> clients in it."""
        self._inventory, self._clients, self._now, self._elsewhere = inventory, clients, now, elsewhere
        self.notes: list[str] = []

    def rows(self) -> list[tuple[str, ...]]:
        """One for each workload, in the order of COLUMNS."""
        alarms = self._asked("alarms", self._alarms)
        return [self._row(name, each, alarms) for name, each in self._inventory.workloads.items()]

    def _row(self, name: str, workload: WorkloadEntry, alarms: Mapping[str, Alarm] | None) -> tuple[str, ...]:
        known = workload.registry
        released = self._asked(f"releases of {name}", lambda: self._release(workload))
        return (
            name, workload.owner, known.on_call if known else NONE, workload.phase,
            f"{known.expected_usd:,.2f} / {known.budget_usd:,.2f} USD" if known else NONE, *(released or (UNKNOWN, UNKNOWN)),
            UNKNOWN if alarms is None else self._promises(workload, alarms), self._left(name, workload),
            UNKNOWN if alarms is None else _on(workload, alarms),
        )  # fmt: skip

    def _asked(self, what: str, ask: Callable[[], Any]) -> Any:
        """The answer, or None where a service refuses one."""
        try:
            return ask()
        except (BotoCoreError, ClientError) as error:
            self.notes.append(f"{what}: {error}")
            return None

    def _alarms(self) -> dict[str, Alarm]:
        """Name -> state. One that is not there is not in it."""
        by_region: dict[str, list[str]] = {}
        for workload in self._inventory.workloads.values():
            for name in workload.alarms:
                by_region.setdefault(workload.alarm_regions.get(name, ""), []).append(name)
        found: dict[str, Alarm] = {}
        for region, names in by_region.items():
            found |= _states((self._elsewhere(region) if region else self._clients)("cloudwatch"), names)
        return found

    def _release(self, workload: WorkloadEntry) -> tuple[str, str]:
        """(when, what came of it and what moved; who). Before the phase standardize each update is live at once: when the newest was."""
        if workload.release:
            all_of_them = Records(self._clients("ssm"), workload.release.record_name).all()
            if not all_of_them:
                return "none since the first update", NONE
            last = all_of_them[-1]
            moved = ", ".join(f"{function} {move.before}->{move.after}" for function, move in last.functions.items())
            return f"{last.at:%Y-%m-%d %H:%M} {last.result.replace('_', ' ')} {moved}", last.who
        if not workload.functions:
            return "with each update", NONE
        lambdas = self._clients("lambda")
        versions = [lambdas.get_function_configuration(FunctionName=it.physical_name, Qualifier="live") for it in workload.functions.values()]
        return f"{max(_moment(each['LastModified']) for each in versions):%Y-%m-%d %H:%M} with an update", NONE

    def _promises(self, workload: WorkloadEntry, alarms: Mapping[str, Alarm]) -> str:
        """On the embedded cloud no news is no good news: it evaluates no alarm of metric math."""
        told = _promises(workload, alarms)
        return "not evaluated" if told == KEPT and is_embedded(self._clients("cloudwatch")) else told

    def _left(self, name: str, workload: WorkloadEntry) -> str:
        if not workload.objectives:
            return NONE
        if is_embedded(self._clients("cloudwatch")):
            note = "objectives: the embedded cloud computes no metrics, its APIs publish none, and its alarms of metric math are never evaluated"
            if note not in self.notes:
                self.notes.append(note)
            return UNKNOWN
        shares = []
        for it in workload.objectives:
            left = self._asked(f"error budget of {name}", lambda it=it: self._share_left(it))  # type: ignore[misc]
            shares.append(f"{it.api} {it.indicator} {UNKNOWN if left is None else left}")
        return ", ".join(shares)

    def _share_left(self, objective: ObjectiveEntry) -> str:
        """Percent of the error budget that is left, from the bad requests and all requests of each of its days; below 0 where more is gone than there was."""
        end = self._now().replace(second=0, microsecond=0)
        counted = objective.bad if objective.bad in objective.metrics else "bad"  # a metric that counts them, or what is computed
        queries: list[dict[str, Any]] = [
            {"Id": name, "ReturnData": name in ("total", counted), "MetricStat": {
                "Metric": {"Namespace": it.namespace, "MetricName": it.metric_name, "Dimensions": [{"Name": key, "Value": value} for key, value in it.dimensions.items()]},
                "Period": DAY, "Stat": it.statistic}}
            for name, it in objective.metrics.items()
        ]  # fmt: skip
        if counted not in objective.metrics:
            queries.append({"Id": counted, "Expression": objective.bad, "ReturnData": True})
        pages = self._clients("cloudwatch").get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=end - timedelta(days=objective.days), EndTime=end
        )  # fmt: skip
        sums = {counted: 0.0, "total": 0.0}
        for answer in pages:
            for result in answer["MetricDataResults"]:
                sums[result["Id"]] += sum(result["Values"])
        if not sums["total"]:
            return "no requests"
        return f"{100 * (1 - sums[counted] / sums['total'] / objective.budget):.0f} %"


def _states(cloudwatch: Any, names: Sequence[str]) -> dict[str, Alarm]:
    """Name -> state, of the alarms of one region that are there."""
    found = {}
    for start in range(0, len(names), ALARMS_OF_A_CALL):
        asked = {"AlarmNames": list(names[start : start + ALARMS_OF_A_CALL]), "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        for answer in cloudwatch.get_paginator("describe_alarms").paginate(**asked):
            for each in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
                found[each["AlarmName"]] = Alarm(each["StateValue"], each.get("StateUpdatedTimestamp"))
    return found


def _promises(workload: WorkloadEntry, alarms: Mapping[str, Alarm]) -> str:
    """Whether it keeps what it promises: no alarm on an error budget lasts."""
    if not workload.objectives:
        return "none"
    names = [name for it in workload.objectives for name in it.alarms]
    if missing := [name for name in names if name not in alarms]:
        return f"{UNKNOWN}: no alarm {', '.join(missing)}"
    burning = [f"{it.api} {it.indicator} since {_time(alarms[name].since)} ({name.rpartition('-')[2]})"
               for it in workload.objectives for name in it.alarms if alarms[name].state == "ALARM"]  # fmt: skip
    if burning:
        return f"at risk: {', '.join(burning)}"
    return KEPT if all(alarms[name].state == "OK" for name in names) else "no data yet"


def _on(workload: WorkloadEntry, alarms: Mapping[str, Alarm]) -> str:
    """How many alarms last, of how many; and how many of them are not there."""
    lasting = sum(name in alarms and alarms[name].state == "ALARM" for name in workload.alarms)
    missing = sum(name not in alarms for name in workload.alarms)
    return f"{lasting} of {len(workload.alarms)}" + (f", {missing} missing" if missing else "")


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else UNKNOWN


def _moment(text: str) -> datetime:
    """As Lambda writes it: 2026-11-29T19:47:28.000+0000."""
    return datetime.fromisoformat(text.replace("+0000", "+00:00").replace("Z", "+00:00"))
