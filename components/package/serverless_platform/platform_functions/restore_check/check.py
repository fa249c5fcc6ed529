"""One restore check: a restore takes minutes, so one run starts it and a later one finishes it. What is there says how far it is: no state is kept."""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SEGMENTS = 8
"""Parts of a table in which a sample is looked for, beginning with any of them."""
SAMPLE = 25
"""Items of a sample: as many reads of the copy."""
LEAST_SHARE = 0.5
"""Of the sampled items that the copy has to have. Not all: what was written or deleted since the moment that it was restored to differs."""
COUNTED = 1000
"""Items of the page by which tables are compared in size; a page has 1 MB at most, so it may be fewer."""
LONGEST_SECONDS = 6 * 3600
"""Longer than this a restore has not succeeded. Most take less than an hour (DynamoDB guide, "Restoring a table to a point in time")."""


@dataclass(frozen=True)
class Outcome:
    """What was found of one table."""

    table: str
    state: str
    """started, waiting, nothing to do, finished, failed."""
    problems: tuple[str, ...] = ()
    seconds: float | None = None
    """How long the restore took at most: until it was looked at."""

    @property
    def ended(self) -> bool:
        return self.state in ("finished", "failed")


class Check:
    """copies: physical name of a table -> name of its copy."""

    def __init__(self, tables: Any, copies: Mapping[str, str], now: Callable[[], float], choose: random.Random) -> None:
        """tables: client of DynamoDB. now: seconds since 1970. choose: where a sample begins."""
        self._tables, self._copies, self._now, self._choose = tables, copies, now, choose

    def start(self) -> list[Outcome]:
        """Begins a restore of each table; what is left of a check before is finished first, and the next start begins a new one."""
        return [self._alone(table, self._begin) for table in self._copies]

    def finish(self) -> list[Outcome]:
        """Compares and deletes the copies that are there whole."""
        return [self._alone(table, self._end) for table in self._copies]

    def _alone(self, table: str, step: Callable[[str], Outcome]) -> Outcome:
        """A table that fails keeps no other from its check."""
        try:
            return step(table)
        except Exception as error:
            return Outcome(table, "failed", (f"the check itself failed: {type(error).__name__}: {error}",))

    def _begin(self, table: str) -> Outcome:
        if self._described(self._copies[table]) is not None:
            return self._end(table)
        self._tables.restore_table_to_point_in_time(
            SourceTableName=table, TargetTableName=self._copies[table], UseLatestRestorableTime=True
        )
        return Outcome(table, "started")

    def _end(self, table: str) -> Outcome:
        name = self._copies[table]
        copy = self._described(name)
        if copy is None:
            return Outcome(table, "nothing to do")
        source = self._tables.describe_table(TableName=table)["Table"]
        # Whatever its name says: what was not restored from this table is somebody's data.
        if copy.get("RestoreSummary", {}).get("SourceTableArn") != source["TableArn"]:
            return Outcome(table, "failed", (f"{name} was not restored from {table}, so it is left alone",))
        seconds = self._now() - copy["CreationDateTime"].timestamp()
        if copy["TableStatus"] == "DELETING":
            return Outcome(table, "waiting")
        if copy["TableStatus"] != "ACTIVE":
            late = seconds > LONGEST_SECONDS
            told = (f"after {seconds / 3600:.0f} hours the copy is still {copy['TableStatus']}",) if late else ()
            return Outcome(table, "failed" if late else "waiting", told)
        try:
            problems = tuple(self._differences(source, copy))
        finally:
            self._tables.delete_table(TableName=name)
        return Outcome(table, "failed" if problems else "finished", problems, seconds)

    def _described(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._tables.describe_table(TableName=name)["Table"]
        except self._tables.exceptions.ResourceNotFoundException:
            return None
        return found

    def _differences(self, source: Mapping[str, Any], copy: Mapping[str, Any]) -> Iterator[str]:
        """Why the copy is not what the table is. Keys of items are told as digests: nothing of the data gets into the log."""
        keys = [each["AttributeName"] for each in source["KeySchema"]]
        if _schema(source) != _schema(copy):
            yield f"its key is {_schema(copy)}, and the table's is {_schema(source)}"
            return
        of_source, of_copy = (self._size(each["TableName"]) for each in (source, copy))
        if abs(of_source - of_copy) > 1:
            yield f"it has {_class(of_copy)} items, and the table {_class(of_source)}"
        sample = self._sample(source["TableName"])
        missing = [key for key in ({name: item[name] for name in keys} for item in sample) if not self._has(copy["TableName"], key)]
        if sample and len(sample) - len(missing) < LEAST_SHARE * len(sample):
            digests = ", ".join(digest(key)[:12] for key in missing[:3])
            yield f"it lacks {len(missing)} of {len(sample)} items that were looked for, such as those with the digests {digests} of their keys"

    def _has(self, table: str, key: Mapping[str, Any]) -> bool:
        found = self._tables.get_item(TableName=table, Key=key).get("Item")
        return found is not None and digest({name: found.get(name) for name in key}) == digest(key)

    def _size(self, table: str) -> int:
        """Class of the size of a table: 0 for none, 1 below ten items, 2 below a hundred, 3 below a thousand, 4 for more."""
        page = self._tables.scan(TableName=table, Limit=COUNTED, Select="COUNT")
        return 4 if page.get("LastEvaluatedKey") else min(len(str(page["Count"])), 4) if page["Count"] else 0

    def _sample(self, table: str) -> list[dict[str, Any]]:
        """Some items from anywhere in the table; all of a small one."""
        found: list[dict[str, Any]] = []
        first = self._choose.randrange(SEGMENTS)
        for number in range(SEGMENTS):
            if len(found) < SAMPLE:
                segment = (first + number) % SEGMENTS
                found += self._tables.scan(TableName=table, TotalSegments=SEGMENTS, Segment=segment, Limit=SAMPLE - len(found))["Items"]
        return found


def digest(item: Mapping[str, Any]) -> str:
    """The same for the same attributes, in whatever order; of binary values too."""
    text = json.dumps(item, sort_keys=True, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))
    return hashlib.sha256(text.encode()).hexdigest()


def _schema(table: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    return [(each["KeyType"], each["AttributeName"], types[each["AttributeName"]]) for each in table["KeySchema"]]


def _class(size: int) -> str:
    return ("no", "less than 10", "less than 100", "less than 1000", "1000 or more")[size]


def metric(outcome: Outcome, namespace: str, service: str, now: float) -> str:
    """One line in CloudWatch's embedded metric format: no permission and no call is needed to count."""
    values = {"RestoreCheckSucceeded": 0 if outcome.problems else 1}
    units = {"RestoreCheckSucceeded": "Count", "RestoreCheckSeconds": "Seconds"}
    if outcome.seconds is not None:
        values["RestoreCheckSeconds"] = round(outcome.seconds)
    described = {"Namespace": namespace, "Dimensions": [["service", "table"]], "Metrics": [{"Name": each, "Unit": units[each]} for each in values]}
    aws = {"Timestamp": int(now * 1000), "CloudWatchMetrics": [described]}
    at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    return json.dumps({"_aws": aws, "service": service, "table": outcome.table, "at": at, **values})
