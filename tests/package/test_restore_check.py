"""The function that tries a restore: what it asks DynamoDB for, what it makes of a copy, and that it never leaves one behind or takes what is none."""

import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from platform_contract.features import backups
from platform_contract.platform import backup, environment
from serverless_platform import platform_code
from serverless_platform.platform_functions.restore_check import check as module
from serverless_platform.platform_functions.restore_check import handler as entry
from serverless_platform.platform_functions.restore_check.check import LONGEST_SECONDS, SAMPLE, Check, Outcome, metric

NOW = 1_800_000_000.0
TABLE, COPY = "dev-shop-orders", "dev-shop-orders-restore-check"
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]


class NotFound(Exception):
    pass


class Tables:
    """DynamoDB, as far as the check calls it. Restores take as long as the test says."""

    class exceptions:
        ResourceNotFoundException = NotFound

    def __init__(self, items: int = 30) -> None:
        self.called: list[str] = []
        self.tables: dict[str, dict[str, Any]] = {}
        self.items: dict[str, dict[str, dict[str, Any]]] = {}
        self.make(TABLE, {f"o{number}": {"id": {"S": f"o{number}"}, "raw": {"B": b"\x00"}} for number in range(items)})

    def make(self, name: str, items: dict[str, dict[str, Any]], **more: Any) -> None:
        definitions = [{"AttributeName": "id", "AttributeType": "S"}]
        self.tables[name] = {
            "TableName": name, "TableArn": f"arn:aws:dynamodb:eu-west-1:000000000000:table/{name}", "KeySchema": KEY, "TableStatus": "ACTIVE",
            "AttributeDefinitions": definitions, "CreationDateTime": datetime.fromtimestamp(NOW - 600, UTC), **more,
        }  # fmt: skip
        self.items[name] = dict(items)

    def describe_table(self, TableName: str) -> dict[str, Any]:
        self.called.append("DescribeTable")
        if TableName not in self.tables:
            raise NotFound
        return {"Table": self.tables[TableName]}

    def restore_table_to_point_in_time(self, SourceTableName: str, TargetTableName: str, UseLatestRestorableTime: bool) -> None:
        assert UseLatestRestorableTime
        self.called.append("RestoreTableToPointInTime")
        summary = {"SourceTableArn": self.tables[SourceTableName]["TableArn"], "RestoreInProgress": True}
        self.make(TargetTableName, self.items[SourceTableName], TableStatus="CREATING", RestoreSummary=summary)

    def restored(self) -> None:
        self.tables[COPY]["TableStatus"] = "ACTIVE"

    def delete_table(self, TableName: str) -> None:
        self.called.append("DeleteTable")
        del self.tables[TableName]

    def scan(self, TableName: str, Limit: int, Select: str = "", Segment: int = 0, TotalSegments: int = 1) -> dict[str, Any]:
        self.called.append("Scan")
        items = list(self.items[TableName].values())[Segment::TotalSegments]
        page = {"Count": min(len(items), Limit), "Items": items[:Limit]} if not Select else {"Count": min(len(items), Limit)}
        return page | ({"LastEvaluatedKey": {"id": {"S": "x"}}} if len(items) > Limit else {})

    def get_item(self, TableName: str, Key: dict[str, Any]) -> dict[str, Any]:
        self.called.append("GetItem")
        found = self.items[TableName].get(Key["id"]["S"])
        return {"Item": found} if found else {}


@pytest.fixture
def tables() -> Tables:
    return Tables()


def check(tables: Tables, now: float = NOW) -> Check:
    return Check(tables, {TABLE: COPY}, lambda: now, random.Random(7))


def finished(tables: Tables) -> Outcome:
    [outcome] = check(tables).finish()
    return outcome


def test_a_check_is_started_in_one_run_and_finished_in_a_later_one(tables: Tables):
    assert check(tables).start() == [Outcome(TABLE, "started")]
    assert finished(tables).state == "waiting", "the restore goes on"
    assert COPY in tables.tables
    tables.restored()
    assert finished(tables) == Outcome(TABLE, "finished", (), 600)
    assert COPY not in tables.tables and finished(tables).state == "nothing to do"


def test_starting_twice_is_starting_once(tables: Tables):
    check(tables).start()
    assert [each.state for each in check(tables).start()] == ["waiting"]
    assert tables.called.count("RestoreTableToPointInTime") == 1


def test_what_is_left_of_a_check_before_is_finished_first(tables: Tables):
    check(tables).start()
    tables.restored()
    assert [each.state for each in check(tables).start()] == ["finished"]
    assert COPY not in tables.tables
    assert [each.state for each in check(tables).start()] == ["started"]


@pytest.mark.parametrize(("items", "says"), [
    ({}, "it has no items, and the table less than 100"),
    ({f"x{number}": {"id": {"S": f"x{number}"}} for number in range(30)}, f"it lacks {SAMPLE} of {SAMPLE} items that were looked for"),
    ({f"o{number}": {"id": {"S": f"o{number}"}} for number in range(9)}, "items that were looked for"),
])  # fmt: skip
def test_a_copy_that_is_not_the_table_is_noticed_and_deleted(tables: Tables, items, says: str):
    check(tables).start()
    tables.restored()
    tables.items[COPY] = items
    outcome = finished(tables)
    assert outcome.state == "failed" and any(says in each for each in outcome.problems), outcome.problems
    assert COPY not in tables.tables


def test_a_key_of_another_form_is_noticed(tables: Tables):
    check(tables).start()
    tables.restored()
    tables.tables[COPY]["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "N"}]
    assert "its key is [('HASH', 'id', 'N')]" in finished(tables).problems[0]


@pytest.mark.parametrize("items", [0, 1, 9, 10, 999, 1000, 1001])
def test_tables_of_every_size_are_found_sound(items: int):
    tables = Tables(items)
    check(tables).start()
    tables.restored()
    assert finished(tables).problems == ()


def test_the_only_item_of_a_table_is_missed():
    tables = Tables(1)
    check(tables).start()
    tables.restored()
    tables.items[COPY] = {}
    assert "it lacks 1 of 1" in finished(tables).problems[0]


def test_what_was_written_and_deleted_meanwhile_is_no_fault(tables: Tables):
    check(tables).start()
    tables.restored()
    for number in range(10):
        tables.items[TABLE].pop(f"o{number}")
        tables.items[TABLE][f"new{number}"] = {"id": {"S": f"new{number}"}}
    assert finished(tables).problems == ()


def test_nothing_of_the_data_is_told(tables: Tables):
    check(tables).start()
    tables.restored()
    tables.items[COPY] = {}
    told = " ".join(finished(tables).problems)
    assert not re.search(r"\bo\d+\b", told)


def test_a_table_that_was_not_restored_from_this_one_is_left_alone(tables: Tables):
    """Whatever it is called: somebody's data."""
    tables.make(COPY, {})
    assert "left alone" in finished(tables).problems[0]
    tables.tables[COPY]["RestoreSummary"] = {"SourceTableArn": "arn:aws:dynamodb:eu-west-1:000000000000:table/dev-shop-others"}
    assert [each.state for each in check(tables).start()] == ["failed"]
    assert "DeleteTable" not in tables.called


def test_a_restore_that_does_not_end_is_told(tables: Tables):
    check(tables).start()
    [outcome] = check(tables, NOW + LONGEST_SECONDS).finish()
    assert outcome.state == "failed" and "still CREATING" in outcome.problems[0]


def test_a_copy_is_deleted_though_the_comparison_breaks(tables: Tables, monkeypatch):
    check(tables).start()
    tables.restored()
    monkeypatch.setattr(tables, "scan", lambda **asked: 1 / 0)
    assert "ZeroDivisionError" in finished(tables).problems[0]
    assert COPY not in tables.tables


def test_one_table_keeps_no_other_from_its_check(tables: Tables):
    outcomes = Check(tables, {"dev-shop-gone": "dev-shop-gone-restore-check", TABLE: COPY}, lambda: NOW, random.Random(7)).start()
    assert [each.state for each in outcomes] == ["failed", "started"]


def test_it_calls_what_its_role_may_and_nothing_else(tables: Tables):
    """The permissions that it does not use itself are DynamoDB's, which writes the copy with the role."""
    check(tables).start()
    tables.restored()
    finished(tables)
    source = "".join(path.read_text() for path in Path(module.__file__).parent.glob("*.py"))
    named = {action for action in (*backup.SOURCE_ACTIONS, *backup.COPY_ACTIONS) if f".{xform_name(action.partition(':')[2])}(" in source}
    assert named == {f"dynamodb:{each}" for each in tables.called}
    assert named - set(backup.SOURCE_ACTIONS) == {"dynamodb:DeleteTable", "dynamodb:GetItem"}, "of the copy alone"


def test_its_metric_is_the_one_that_the_alarm_watches():
    [alarm] = backups.ALARMS["restore"]
    for outcome, value in ((Outcome(TABLE, "finished", (), 600), 1), (Outcome(TABLE, "failed", ("it",)), 0)):
        line = json.loads(metric(outcome, environment.METRICS_NAMESPACE_VALUE, "shop", NOW))
        [described] = line["_aws"]["CloudWatchMetrics"]
        assert described["Namespace"] == alarm.namespace and set(described["Dimensions"][0]) == set(alarm.dimensions)
        assert alarm.metric_name in [each["Name"] for each in described["Metrics"]]
        assert (line["service"], line["table"], line[alarm.metric_name]) == ("shop", TABLE, value)
    assert backups.SECONDS in metric(Outcome(TABLE, "finished", (), 600), "n", "shop", NOW)


def test_the_entry_counts_what_ended(monkeypatch, capsys, tables: Tables):
    monkeypatch.setattr(entry, "check", lambda: check(tables))
    assert entry.handler({"step": "start"}, None) == {TABLE: {"state": "started", "problems": []}}
    assert capsys.readouterr().out == ""
    tables.restored()
    entry.handler({"step": "finish"}, None)
    assert json.loads(capsys.readouterr().out)["RestoreCheckSucceeded"] == 1
    with pytest.raises(KeyError):
        entry.handler({"step": "another"}, None)


def test_its_bundle_has_what_it_imports():
    assert set(platform_code.platform_texts(backups.HANDLER)) == {f"restore_check/{name}.py" for name in ("__init__", "check", "handler")}
