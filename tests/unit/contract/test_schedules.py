"""Schedules: what is read, when it fires, and by which clocks."""

from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from platform_contract.languages import clocks
from platform_contract.languages.clocks import Gap, gaps, time_zones, wrong_schedule
from platform_contract.languages.schedules import FIELDS, Cron, wrong_expression

from .samples import TODAY, everything, problems_with, put

SCHEDULE = "functions.sweep.triggers.0.schedule"

READ = [
    "rate(1 minute)", "rate(2 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)", "rate(99999 days)", "at(2030-01-31T08:00:00)",
    "cron(0 0 * * ? *)", "cron(0/15 8-17 ? * MON-FRI *)", "cron(0 0 L * ? *)", "cron(0 0 LW * ? *)", "cron(0 0 15W * ? *)", "cron(5,35 * 1,L * ? 2027-2030)",
    "cron(0 3 ? * L *)", "cron(0 3 ? * 6L *)", "cron(0 3 ? * tue#2 *)", "cron(0 0 1 JAN,7 ? 2027/2)", "cron(*/5 * ? * * *)",
]  # fmt: skip
NOT_READ = [
    "", "every day", "rate(0 minutes)", "rate(1 minutes)", "rate(2 minute)", "rate(1 week)", "rate(1.5 hours)", "at(2030-01-31)", "at(2030-02-30T08:00:00)",
    "at(2030-01-31T24:00:01)", "cron(0 0 * * ?)", "cron(0 0 * * * *)", "cron(0 0 ? * ? *)", "cron(0 0 1 * MON *)", "cron(60 0 * * ? *)", "cron(0 24 * * ? *)",
    "cron(0 0 32 * ? *)", "cron(0 0 0 * ? *)", "cron(0 0 32W * ? *)", "cron(0 0 1 13 ? *)", "cron(0 0 1 JANUARY ? *)", "cron(0 0 ? * 0 *)", "cron(0 0 ? * 8 *)",
    "cron(0 0 ? * MON#6 *)", "cron(0 0 ? * MON#1,TUE#2 *)", "cron(0 0 1 1 ? 1969)", "cron(0 0 1 1 ? 2200)", "cron(0/0 0 * * ? *)", "cron(0/x 0 * * ? *)",
    "cron(10-5 0 * * ? *)", "cron(0 22-2 * * ? *)", "cron(0 0 ? * FRI-MON *)", "cron(0,, 0 * * ? *)", "cron(- 0 * * ? *)", "cron(L 0 * * ? *)", "cron(0 0 ? L * *)",
]  # fmt: skip


@pytest.mark.parametrize("expression", READ)
def test_what_the_scheduler_reads_is_read(expression):
    assert wrong_expression(expression) is None


@pytest.mark.parametrize("expression", NOT_READ)
def test_what_it_does_not_read_is_refused_with_a_fix(expression):
    rule, fix = wrong_expression(expression)
    assert len(rule) > 10 and len(fix) > 10


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_number_within_a_field_is_read_and_the_next_ones_are_not(field):
    def expression(value: int) -> str:
        day, weekday = ("?", "1") if field.name == "weekday" else ("1", "?")
        parts = {"minute": "0", "hour": "0", "day": day, "month": "1", "weekday": weekday, "year": "*", field.name: str(value)}
        return f"cron({' '.join(parts[each.name] for each in FIELDS)})"

    assert [value for value in range(field.least, field.most + 1) if wrong_expression(expression(value))] == []
    assert all(wrong_expression(expression(value)) for value in (field.least - 1, field.most + 1))


@pytest.mark.parametrize(("text", "first"), [
    ("0 0 L * ? *", ["2026-06-30", "2026-07-31", "2026-08-31"]),
    ("0 0 31 * ? *", ["2026-07-31", "2026-08-31", "2026-10-31"]),
    ("0 0 LW * ? *", ["2026-06-30", "2026-07-31", "2026-08-31"]),
    ("0 0 15W * ? *", ["2026-06-15", "2026-07-15", "2026-08-14"]),
    ("0 0 1W * ? *", ["2026-06-01", "2026-07-01", "2026-08-03"]),
    ("0 0 31W * ? *", ["2026-07-31", "2026-08-31", "2026-10-30"]),
    ("0 0 1,L * ? *", ["2026-06-01", "2026-06-30", "2026-07-01"]),
    ("0 0 ? * MON-WED *", ["2026-06-01", "2026-06-02", "2026-06-03"]),
    ("0 0 ? * 1 *", ["2026-06-07", "2026-06-14", "2026-06-21"]),
    ("0 0 ? * L *", ["2026-06-06", "2026-06-13", "2026-06-20"]),
    ("0 0 ? * 2L *", ["2026-06-29", "2026-07-27", "2026-08-31"]),
    ("0 0 ? * FRI#5 *", ["2026-07-31", "2026-10-30", "2027-01-29"]),
    ("0 0 ? 2 SUN#5 *", ["2032-02-29", "2060-02-29", "2088-02-29"]),
    ("0 0 29 2 ? *", ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ("0 0 1 1 ? 2150/7", ["2150-01-01", "2157-01-01", "2164-01-01"]),
    ("0 0 1/14 3 ? *", ["2027-03-01", "2027-03-15", "2027-03-29"]),
])  # fmt: skip
def test_the_days_on_which_it_fires(text, first):
    assert wrong_expression(f"cron({text})") is None
    assert [str(day) for day in islice(Cron(text).days(TODAY), 3)] == first


def test_the_times_at_which_it_fires():
    assert Cron("0/20 8,20-21 * * ? *").times == tuple(timedelta(hours=hour, minutes=minute) for hour in (8, 20, 21) for minute in (0, 20, 40))


BERLIN = "clocks in Europe/Berlin go from 02:00 to 03:00 then"
LEFT_OUT = [
    ("cron(30 2 * * ? *)", "Europe/Berlin", f"is left out on 2027-03-28: {BERLIN}, so 02:30 does not exist"),
    ("cron(0 2 ? * SUN *)", "Europe/Berlin", f"is left out on 2027-03-28: {BERLIN}, so 02:00 does not exist"),
    ("cron(59 2 29 3 ? *)", "Europe/Berlin", f"is left out on 2037-03-29: {BERLIN}, so 02:59 does not exist"),
    ("cron(30 1,2 * * ? *)", "Europe/Berlin", f"is left out on 2027-03-28: {BERLIN}, so 02:30 does not exist"),
    ("cron(0 0/2 * * ? *)", "Europe/Berlin", f"is left out on 2027-03-28: {BERLIN}, so 02:00 does not exist"),
    ("at(2027-03-28T02:30:00)", "Europe/Berlin", f"is left out on 2027-03-28: {BERLIN}, so 02:30 does not exist"),
    ("cron(0 0 * * ? *)", "Asia/Beirut", "is left out on 2027-03-28: clocks in Asia/Beirut go from 00:00 to 01:00 then, so 00:00 does not exist"),
    ("cron(30 23 * * ? *)", "America/Nuuk", "is left out on 2027-03-27: clocks in America/Nuuk go from 23:00 to 00:00 then, so 23:30 does not exist"),
    ("cron(15 2 * * ? *)", "Australia/Lord_Howe",
     "is left out on 2026-10-04: clocks in Australia/Lord_Howe go from 02:00 to 02:30 then, so 02:15 does not exist"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "zone", "told"), LEFT_OUT)
def test_a_run_that_clocks_leave_out_one_night_a_year_is_told(expression, zone, told):
    rule, fix = wrong_schedule(expression, zone, TODAY)
    assert rule == told
    assert "write `timezone: UTC`" in fix
    assert wrong_schedule(expression, "UTC", TODAY) is None


@pytest.mark.parametrize(("expression", "zone"), [
    ("cron(59 1 * * ? *)", "Europe/Berlin"), ("cron(0 3 * * ? *)", "Europe/Berlin"), ("cron(30 2 ? * MON-FRI *)", "Europe/Berlin"),
    ("cron(30 2 1-20 * ? *)", "Europe/Berlin"), ("cron(0 * * * ? *)", "Europe/Berlin"), ("cron(0/10 * * * ? *)", "Europe/Berlin"),
    ("cron(0/10 0-3 * * ? *)", "Europe/Berlin"), ("cron(30 1/2 * * ? *)", "Europe/Berlin"), ("cron(30 2 29 3 ? 2027)", "Europe/Berlin"),
    ("cron(45 2 * * ? *)", "Australia/Lord_Howe"), ("cron(30 2 * * ? *)", "Asia/Tokyo"), ("rate(1 hour)", "Europe/Berlin"),
    ("at(2027-03-28T03:00:00)", "Europe/Berlin"), ("at(2026-06-01T00:00:00)", "UTC"),
])  # fmt: skip
def test_a_run_that_clocks_leave_in_is_taken(expression, zone):
    assert wrong_schedule(expression, zone, TODAY) is None


@pytest.mark.parametrize(("expression", "rule"), [
    ("cron(0 0 30 2 ? *)", "never fires: no calendar has a date with day 30, month 2"),
    ("cron(0 0 31 4,6,SEP,11 ? *)", "never fires: no calendar has a date with day 31, month 4,6,SEP,11"),
    ("cron(0 0 29 2 ? 2027)", "never fires: no calendar has a date with day 29, month 2, year 2027"),
    ("cron(0 12 1 1 ? 2020)", "is over: its last year was 2020"),
    ("cron(0 12 1 1 ? 2026)", "is over: it fires in 2026 no more"),
    ("at(2020-01-01T00:00:00)", "is over, and EventBridge Scheduler takes no time of the past"),
    ("at(2026-05-31T23:59:59)", "is over, and EventBridge Scheduler takes no time of the past"),
])  # fmt: skip
def test_what_never_fires_is_told(expression, rule):
    assert wrong_expression(expression) is None
    told, fix = wrong_schedule(expression, "UTC", TODAY)
    assert told == rule and len(fix) > 10


def test_zones_and_their_clocks_are_those_of_the_lock_and_not_of_the_machine(monkeypatch, tmp_path):
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes((clocks.files("tzdata.zoneinfo") / "UTC").read_bytes())
    (tmp_path / "localtime").write_bytes((clocks.files("tzdata.zoneinfo") / "UTC").read_bytes())
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path),))
    assert {"Europe/Berlin", "UTC", "America/New_York"} <= time_zones()
    assert not {"localtime", "Factory", "posixrules", "europe/berlin", ""} & time_zones()
    assert gaps.__wrapped__("Europe/Berlin", TODAY)[0] == Gap(datetime(2027, 3, 28, 2), datetime(2027, 3, 28, 3))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"])
def test_gaps_are_the_times_that_no_moment_has(zone):
    """A local time that exists is the same again after a way through UTC."""
    rules, found = ZoneInfo(zone), gaps(zone, TODAY)
    for gap in found:
        for moment, exists in ((gap.begin - timedelta(minutes=1), True), (gap.begin, False), (gap.end - timedelta(minutes=1), False), (gap.end, True)):
            there = moment.replace(tzinfo=rules)
            assert (there.astimezone(ZoneInfo("UTC")).astimezone(rules).replace(tzinfo=None) == moment) == exists, moment
    assert len(found) == (0 if zone == "Asia/Tokyo" else clocks.YEARS_AHEAD)


@pytest.mark.parametrize(("breaks", "told"), [
    (put(SCHEDULE, {"expression": "cron(30 2 * * ? *)", "timezone": "Europe/Berlin"}),
     "functions.sweep.triggers[0].schedule.expression=cron(30 2 * * ? *): is left out on 2027-03-28: clocks in Europe/Berlin go from 02:00 to "
     "03:00 then, so 02:30 does not exist; choose a time outside of 02:00 to 03:00, or write `timezone: UTC`"),
    (put(SCHEDULE, {"expression": "cron(0 0 30 2 ? *)"}),
     "functions.sweep.triggers[0].schedule.expression=cron(0 0 30 2 ? *): never fires: no calendar has a date with day 30, month 2; correct "
     "the day or the month; `L` is the last day of any month"),
    (put(SCHEDULE, {"expression": "at(2026-05-31T00:00:00)"}),
     "functions.sweep.triggers[0].schedule.expression=at(2026-05-31T00:00:00): is over, and EventBridge Scheduler takes no time of the past; "
     "write a time to come, or remove the trigger"),
    (put(SCHEDULE, {"expression": "rate(1 day)", "timezone": "localtime"}),
     "functions.sweep.triggers[0].schedule.timezone=localtime: is no time zone; write it like Europe/Berlin"),
    (put(SCHEDULE, {"expression": "cron(0 22-2 * * ? *)"}),
     "functions.sweep.triggers[0].schedule.expression=cron(0 22-2 * * ? *): goes from 22 down to 2 for the hour; write 22-23,0-2"),
])  # fmt: skip
def test_a_schedule_that_does_not_do_what_it_says_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(breaks)) == [told]


def test_a_day_counts_from_today():
    assert wrong_schedule("cron(0 0 1 6 ? 2026)", "UTC", date(2026, 6, 1)) is None
    assert wrong_schedule("cron(0 0 1 6 ? 2026)", "UTC", date(2026, 6, 2)) is not None
