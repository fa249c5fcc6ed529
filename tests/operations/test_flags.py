"""`operations flags`: one flag changes and the others stay, what is under way is told, alarms take back, and so does one word."""

import pytest

from operations.errors import OperationError
from operations.flags import KEPT_VERSIONS

from .fake_flags import AppConfig


def change(appconfig: AppConfig, flag: str, value: bool, *names: str, **how: bool) -> list[str]:
    options = {"at_once": False, "ignore_alarms": False, **how}
    return list(appconfig.flags(*(names or ("taking", "listing"))).set(flag, value, **options))


def test_one_flag_changes_gradually_and_the_others_stay():
    appconfig = AppConfig(taking=True, listing=False)
    said = change(appconfig, "taking", False)
    assert appconfig.served == {"taking": False, "listing": False}
    assert said[0] == "shop: taking off, deployment 2, 20 minutes"
    assert "  deploying, 10 % of the functions" in said and "  deploying, 80 % of the functions" in said and "  baking, 100 % of the functions" in said
    assert said[-1].startswith("shop: taking is off")
    assert appconfig.minutes >= 30, "it was followed to the end"


def test_a_flag_that_is_new_in_the_manifest_has_its_default_until_it_is_set():
    appconfig = AppConfig(taking=False)
    assert [line.split("  ")[0] for line in appconfig.flags("taking", "listing").get(None)][:2] == ["taking: off (the manifest's default: on)", "listing: on"]
    change(appconfig, "listing", False)
    assert appconfig.served == {"taking": False, "listing": False}


def test_a_flag_that_left_the_manifest_leaves_with_the_next_change():
    """The validator would refuse it."""
    appconfig = AppConfig(taking=True, old=False)
    change(appconfig, "taking", False, "taking")
    assert appconfig.served == {"taking": False}


def test_what_is_so_already_is_not_done_again():
    appconfig = AppConfig(taking=True, listing=True)
    assert change(appconfig, "taking", True) == ["shop: taking is on already"]
    assert len(appconfig.deployments) == len(appconfig.versions) == 1


def test_get_says_who_changed_what_when():
    appconfig = AppConfig(taking=True)
    change(appconfig, "taking", False, "taking")
    *_, last = appconfig.flags("taking").get("taking")
    assert last == "last change: taking off, by arn:aws:iam::111111111111:user/anna, on 2026-11-29 12:00:00 UTC, complete"


def test_one_change_at_a_time():
    appconfig = AppConfig(taking=True, listing=True)
    running = appconfig.flags("taking", "listing").set("taking", False, at_once=False, ignore_alarms=False)
    next(running)
    with pytest.raises(OperationError, match=r"a change of shop is under way: taking off, by .*anna.* flags shop back"):
        change(appconfig, "listing", False)
    running.close()
    assert appconfig.content(2) == {"taking": False, "listing": True}


def test_whoever_is_slower_is_told():
    appconfig = AppConfig(taking=True, listing=True)
    appconfig.somebody_else = True
    with pytest.raises(OperationError, match="somebody else has just changed flags of shop"):
        change(appconfig, "taking", False)
    assert len(appconfig.deployments) == 1


def test_a_change_that_is_rolled_back_is_told():
    appconfig = AppConfig(taking=True)
    appconfig.alarm_at = 7
    with pytest.raises(OperationError, match="was taken back: functions have what they had before\n  cloudwatch alarm: alarm"):
        change(appconfig, "taking", False, "taking")
    assert appconfig.served == {"taking": True}
    assert next(iter(appconfig.flags("taking").back())).startswith("shop: the last change was taken back already")


def test_an_alarm_that_fires_already_refuses_a_change_unless_it_is_ignored():
    appconfig = AppConfig(taking=True)
    appconfig.alarms = dict.fromkeys(appconfig.alarms, "ALARM")
    with pytest.raises(OperationError, match=r"dev-shop-http-server-errors fires, .* add --ignore-alarms"):
        change(appconfig, "taking", False, "taking")
    assert len(appconfig.versions) == 1, "nothing was made"
    change(appconfig, "taking", False, "taking", ignore_alarms=True, at_once=True)
    assert appconfig.served == {"taking": False}
    assert [each["AlarmArn"] for each in appconfig.monitors] == ["arn:alarm:dev-shop-http-server-errors"], "they watch again"


def test_monitors_that_a_killed_change_left_away_are_given_back():
    appconfig = AppConfig(taking=True)
    appconfig.monitors = []
    appconfig.alarm_at = 7
    with pytest.raises(OperationError, match="was taken back"):
        change(appconfig, "taking", False, "taking")


@pytest.mark.parametrize("after_minutes", [1, 300])
def test_back_takes_the_last_change_back_under_way_or_done(after_minutes: int):
    appconfig = AppConfig(taking=True)
    running = appconfig.flags("taking").set("taking", False, at_once=False, ignore_alarms=False)
    next(running)
    appconfig.minutes += after_minutes
    said = list(appconfig.flags("taking").back())
    assert said[0].startswith("shop: taken back: taking off, by ") and "taking: on" in said[1]
    assert appconfig.served == {"taking": True}
    assert next(iter(appconfig.flags("taking").back())).startswith("shop: the last change was taken back already")


def test_the_programs_own_version_is_not_taken_back():
    with pytest.raises(OperationError, match="nobody has changed a flag of shop"):
        list(AppConfig(taking=True).flags("taking").back())


def test_old_versions_go_and_the_programs_and_the_live_one_stay():
    appconfig = AppConfig(taking=True)
    for number in range(KEPT_VERSIONS + 5):
        change(appconfig, "taking", bool(number % 2), "taking")
    assert len(appconfig.versions) == KEPT_VERSIONS + 1
    assert 1 in appconfig.versions and appconfig.served == {"taking": False}


def test_clear_leaves_the_programs_version_alone():
    appconfig = AppConfig(taking=True)
    for value in (False, True, False):
        change(appconfig, "taking", value, "taking")
    assert next(iter(appconfig.flags("taking").clear())).startswith("shop: 3 versions of flags deleted")
    assert list(appconfig.versions) == [1]
