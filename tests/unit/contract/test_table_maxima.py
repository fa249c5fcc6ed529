"""Maxima of tables: what may be asked, that the peak passes, and that no step of a phase leaves one behind."""

import pytest

from platform_contract.kinds.table.limits import IDEMPOTENCY_TABLE, MAXIMUM_UNITS_PER_SECOND
from platform_contract.manifest import Manifest
from platform_contract.planning import draft
from platform_contract.platform.settings import PHASES

from .samples import SCALED, manifest, problems_with, put, settings

READS, WRITES = "tables.orders.maximum_read_units_per_second", "tables.orders.maximum_write_units_per_second"


def maxima(phase: str, *changes) -> tuple[int | None, int | None]:
    content = Manifest.model_validate(manifest(*SCALED, *changes)).in_environment("dev")
    table = draft(content, settings(), phase).tables["orders"]  # type: ignore[arg-type]
    return table.maximum_read_units, table.maximum_write_units


@pytest.mark.parametrize("phase", PHASES)
def test_before_scale_it_is_the_accounts_quota_so_that_a_step_back_takes_it_away(phase):
    """DynamoDB keeps the maximum of a table that names none any more."""
    asked = (put(READS, 1000), put(WRITES, 500))
    quota = (MAXIMUM_UNITS_PER_SECOND, MAXIMUM_UNITS_PER_SECOND)
    assert maxima(phase, *asked) == ((1000, 500) if phase == "scale" else quota)
    assert maxima(phase, put(WRITES, 500)) == ((None, 500) if phase == "scale" else (None, quota[1]))
    assert maxima(phase) == (None, None)


def test_the_table_of_idempotency_has_none():
    plan = draft(Manifest.model_validate(manifest(*SCALED, put(READS, 1000), put("functions.worker.idempotency", {}))), settings(), "scale")
    assert plan.tables[IDEMPOTENCY_TABLE].maximum_read_units is None


def test_it_differs_by_environment():
    environments = {"dev": {"tables": {"orders": {"maximum_read_units_per_second": 200}}}}
    assert maxima("scale", put(READS, 1000), put(WRITES, 500), put("environments", environments)) == (200, 500)


@pytest.mark.parametrize(("changes", "told"), [
    ([put(READS, 119)],
     "tables.orders.maximum_read_units_per_second=119: throttles the expected: at the peak of the profile 120 events a second come, and each takes one unit at least; "
     "raise it to 240, twice the peak, or correct the profile"),
    ([put(WRITES, 1)],
     "tables.orders.maximum_write_units_per_second=1: throttles the expected: at the peak of the profile 120 events a second come, and each takes one unit at least; "
     "raise it to 240, twice the peak, or correct the profile"),
    ([put(READS, 0)], "tables.orders.maximum_read_units_per_second=0: must be at least 1; raise it"),
    ([put(WRITES, 40_001)], "tables.orders.maximum_write_units_per_second=40001: must be at most 40000; lower it"),
    ([put("environments", {"dev": {"tables": {"orders": {"maximum_read_units_per_second": 100}}}})],
     "environments.dev.tables.orders.maximum_read_units_per_second=100: throttles the expected: at the peak"),
    ([put("environments", {"dev": {"tables": {"orders": {"maximum_read_units_per_second": None}}}})],
     "environments.dev.tables.orders.maximum_read_units_per_second: must be a whole number"),  # it would stay at what the table has
    ([put("environments", {"dev": {"tables": {"order": {"maximum_read_units_per_second": 200}}}})],
     "environments.dev.tables.order: is none of the tables of this workload; there is orders; did you mean 'orders'?"),
], ids=["reads", "writes", "none", "too many", "in an environment", "null", "no such table"])  # fmt: skip
def test_a_mistake_is_told(tmp_path, changes, told):
    found = problems_with(tmp_path, manifest(*changes))
    assert len(found) == 1 and found[0].startswith(told), found


def test_what_nobody_reads_or_writes_is_not_compared_with_the_peak(tmp_path):
    only_read = put("functions.api.uses", {"orders": ["read"], "paid": ["send"]})
    assert problems_with(tmp_path, manifest(only_read, put(WRITES, 1), put(READS, 120))) == []


def test_a_peak_beyond_the_quota_has_no_maximum(tmp_path):
    queued = (put("profile.trigger", "queue"), put("profile.duration_ms_p95", 1), put("profile.peak_per_second", 50_000))
    told = [each for each in problems_with(tmp_path, manifest(*queued, put(WRITES, 40_000))) if each.startswith(WRITES)]
    assert [each.partition("; ")[2] for each in told] == ["remove it, and let AWS raise the account's quota for a table, or correct the profile"]
