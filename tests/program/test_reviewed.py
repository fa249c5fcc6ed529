"""The reviewed lists themselves: a property that differs is told with its resource, and writing them again is no failure."""

from pathlib import Path

import pytest

from tests.program import reviewed
from tests.program.shown import in_stacks

ALARM = "cloudwatch/metricAlarm orders-api-errors"
LINES = reviewed.blocks(dict([
    in_stacks(ALARM, {stack: (["actionsEnabled true"], ["Average of AWS/Lambda Errors > 0.05"]) for stack in ("local", "dev", "prod")}),
    in_stacks("cloudwatch/logGroup logs", {"local": (["retentionInDays 1"], []), "dev": (["retentionInDays 14"], []), "prod": (["retentionInDays 14"], [])}),
]))  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reviewed, "FOLDER", tmp_path)
    monkeypatch.setenv("UPDATE_GOLDEN", "1")
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "gone.txt").write_text("of a workload that is gone\n")
    assert reviewed.differences("resources", {"orders": LINES}) == [], "what was written is as reviewed"
    monkeypatch.delenv("UPDATE_GOLDEN")
    return tmp_path / "resources"


def test_a_list_can_be_read(folder: Path):
    assert [file.name for file in folder.iterdir()] == ["orders.txt"]
    assert (folder / "orders.txt").read_text().splitlines() == [
        "cloudwatch/logGroup logs", "    retentionInDays 1 [local]", "    retentionInDays 14 [dev, prod]",
        ALARM, "    actionsEnabled true", "    Average of AWS/Lambda Errors > 0.05",
    ]  # fmt: skip


def test_what_differs_is_told_with_its_resource(folder: Path):
    assert reviewed.differences("resources", {"orders": LINES}) == []
    changed = [line.replace("0.05", "0.5") for line in LINES]
    assert reviewed.differences("resources", {"orders": changed}) == [
        f"resources/orders.txt: + {ALARM}: Average of AWS/Lambda Errors > 0.5",
        f"resources/orders.txt: - {ALARM}: Average of AWS/Lambda Errors > 0.05",
    ]  # fmt: skip
    assert reviewed.differences("resources", {"orders": LINES[:3]}) == [
        f"resources/orders.txt: - {ALARM}", f"resources/orders.txt: - {ALARM}: actionsEnabled true",
        f"resources/orders.txt: - {ALARM}: Average of AWS/Lambda Errors > 0.05",
    ]  # fmt: skip


def test_a_list_that_is_missing_is_told(folder: Path):
    assert reviewed.differences("resources", {"orders": LINES, "chat": []}) == [
        "resources/: there are lists of ['orders'], and resources of ['chat', 'orders']"
    ]
