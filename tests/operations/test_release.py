"""Releases on the embedded cloud, and the way back: what callers reach afterwards, whatever goes wrong, and what the record says."""

import os
from argparse import Namespace
from dataclasses import replace

import pytest

from operations.errors import OperationError
from operations.releases import abandoned, shifting, verbs
from operations.releases.record import Move, Release
from operations.releases.subject import Subject
from operations.versions import KEPT_VERSIONS

from .fake_aws import Lambda, Ssm, inventory, subject

OPTIONS = Namespace(workload="shop", all=False, again=False, ignore_alarms=False, observe=0)


@pytest.fixture
def functions() -> Lambda:
    return Lambda("api", "gate")


@pytest.fixture
def shop(functions: Lambda) -> Subject:
    return subject(functions, Ssm())


def release(shop: Subject, **options) -> list[str]:
    return list(verbs.release_one(shop, Namespace(**{**vars(OPTIONS), **options})))


def rollback(shop: Subject, monkeypatch) -> list[str]:
    monkeypatch.setattr(verbs, "clients_in", lambda region: shop.clients)
    return list(verbs.rollback(OPTIONS, inventory(*shop.lambdas.published)))


def results(shop: Subject) -> list[str]:
    return [each.result for each in shop.records.all()]


def test_callers_get_the_newest_version_once_it_was_checked(functions: Lambda, shop: Subject):
    functions.publish("api")
    asked = []
    functions.answers = lambda hook, function, version: asked.append((hook, function, version, functions.live["dev-shop-api"])) or []
    said = release(shop)
    assert asked == [("BeforeAllowTraffic", "api", "2", "1"), ("AfterAllowTraffic", "api", "2", "2")]
    assert said[0] == "shop: releasing api 1 -> 2"
    assert said[-1] == "shop: released"
    [record] = shop.records.all()
    assert (record.result, record.functions["api"]) == ("released", Move(before="1", after="2", digest="sha-2"))


def test_what_is_live_already_is_not_released(functions: Lambda, shop: Subject):
    assert release(shop) == ["shop: callers reach the newest version of every function; there is nothing to release"]
    assert (functions.moves, results(shop)) == ([], [])


def test_a_version_that_fails_its_check_shifts_nothing(functions: Lambda, shop: Subject):
    functions.publish("api")
    functions.publish("gate")
    functions.answers = lambda hook, function, version: ["GET /: failed with KeyError", "  a line of its log"] if function == "gate" else []
    with pytest.raises(OperationError) as told:
        release(shop)
    assert str(told.value) == (
        "the release of shop was stopped: nothing was shifted\n  gate, version 2, before the shift: GET /: failed with KeyError\n      a line of its log"
    )
    assert functions.moves == []
    assert results(shop) == ["stopped"]


def test_a_version_that_fails_with_traffic_goes_back(functions: Lambda, shop: Subject):
    functions.publish("api")
    functions.publish("gate")
    functions.answers = lambda hook, function, version: ["8 of 10 invocations failed"] if hook == "AfterAllowTraffic" and function == "api" else []
    with pytest.raises(OperationError, match=r"rolled back: callers have the version before again\n  api, version 2, after the shift: 8 of 10"):
        release(shop)
    assert functions.live == {"dev-shop-api": "1", "dev-shop-gate": "1"}
    [record] = shop.records.all()
    assert (record.result, record.reason) == ("rolled_back", "  api, version 2, after the shift: 8 of 10 invocations failed")


def test_a_check_that_fails_itself_is_no_yes(functions: Lambda, shop: Subject):
    functions.publish("api")
    functions.crash = True
    with pytest.raises(OperationError, match="the check itself failed: KeyError: no"):
        release(shop)
    assert functions.moves == []


def test_an_interrupt_leaves_callers_on_the_version_before(functions: Lambda, shop: Subject):
    functions.publish("api")

    def interrupted(seconds: float) -> None:
        assert functions.live["dev-shop-api"] == "2"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(shifting.shift(shop, shop.begin(shop.waiting()), 30, interrupted))
    assert functions.live["dev-shop-api"] == "1"
    assert [(each.result, each.reason) for each in shop.records.all()] == [("rolled_back", "KeyboardInterrupt")]


def test_somebody_elses_move_is_not_overwritten(functions: Lambda, shop: Subject):
    functions.publish("api")
    functions.publish("gate")
    functions.steal = "dev-shop-gate"
    with pytest.raises(OperationError, match="gate: somebody else moved it at the same time"):
        release(shop)
    assert functions.live["dev-shop-api"] == "1", "and what was moved before goes back"


def test_a_version_that_was_taken_back_is_not_released_again(functions: Lambda, shop: Subject):
    functions.publish("api")
    functions.answers = lambda hook, *_: ["bad"] if hook == "AfterAllowTraffic" else []
    with pytest.raises(OperationError):
        release(shop)
    functions.answers = lambda *_: []
    [left_out, nothing] = release(shop)
    assert "version 2 was taken back" in left_out
    assert "nothing to release" in nothing
    assert release(shop, again=True)[-1] == "shop: released"
    assert functions.publish("api") == "3"
    assert release(shop)[-1] == "shop: released"


def test_rollback_goes_to_the_version_before_the_last_release_and_stays(functions: Lambda, shop: Subject, monkeypatch):
    functions.publish("api")
    release(shop)
    functions.publish("api")
    release(shop)
    assert rollback(shop, monkeypatch) == ["  api: callers reach version 2 again, not 3", "shop: rolled back"]
    [again] = rollback(shop, monkeypatch)
    assert again.startswith("shop was rolled back already")
    assert functions.live["dev-shop-api"] == "2"
    assert "version 3 was taken back" in release(shop)[0], "an update must not bring it back by itself"


def test_rollback_without_a_release_is_refused(shop: Subject, monkeypatch):
    with pytest.raises(OperationError, match="shop has no release to go back from"):
        rollback(shop, monkeypatch)


def test_rollback_to_a_version_that_is_gone_is_refused(functions: Lambda, shop: Subject, monkeypatch):
    functions.publish("api")
    release(shop)
    functions.published["dev-shop-api"].remove("1")
    with pytest.raises(OperationError, match="version 1 of before the release is not there any more"):
        rollback(shop, monkeypatch)


def test_a_pilot_is_not_released():
    with pytest.raises(OperationError, match="every update is live at once"):
        Subject.of(inventory("dev-shop-api", phase="pilot"), "shop", lambda _: None)


@pytest.mark.parametrize(("live", "result"), [("2", "rolled_back"), ("1", "stopped")])
def test_a_release_whose_process_died_is_ended_by_the_next(functions: Lambda, shop: Subject, live: str, result: str):
    functions.publish("api")
    begun = shop.begin(shop.waiting()).model_copy(update={"pid": 2**22 + 1})  # beyond the greatest that Linux gives
    shop.records.write(begun)
    functions.live["dev-shop-api"] = live
    [said] = abandoned.recover(shop)
    assert "was never ended" in said
    assert functions.live["dev-shop-api"] == "1"
    assert results(shop) == [result]
    assert list(abandoned.recover(shop)) == []


def test_a_release_that_runs_is_not_disturbed(functions: Lambda, shop: Subject):
    functions.publish("api")
    shop.records.write(shop.begin(shop.waiting()).model_copy(update={"pid": os.getppid()}))
    with pytest.raises(OperationError, match=f"a release of shop runs already: .* \\(process {os.getppid()}\\)"):
        release(shop)
    assert functions.moves == []


def test_old_versions_are_deleted_and_those_that_somebody_may_go_back_to_stay(functions: Lambda, shop: Subject):
    for _ in range(KEPT_VERSIONS + 3):
        functions.publish("api")
    said = release(shop)
    assert functions.published["dev-shop-api"] == ["1", *(str(number) for number in range(5, 10))], "1 was live before"
    assert said[-1] == "  api: 3 old versions deleted"


def test_a_record_never_outgrows_its_parameter(shop: Subject):
    many = {f"function-{number}": Move(before="100", after="101", digest="x" * 44) for number in range(20)}
    shop.records.write(replace_functions(shop.begin({}), many).ended("rolled_back", 12.345, "because " * 500))
    assert shop.records.all()[0].seconds == 12.3


def replace_functions(begun: Release, functions: dict[str, Move]) -> Release:
    return begun.model_copy(update={"functions": functions})


def test_all_goes_on_after_one_that_failed(functions: Lambda, shop: Subject, monkeypatch):
    functions.publish("api")
    functions.answers = lambda *_: ["bad"]
    both = inventory(*functions.published)
    both = both.model_copy(update={"workloads": {"one": both.workloads["shop"], "two": both.workloads["shop"]}})
    monkeypatch.setattr(verbs, "clients_in", lambda region: shop.clients)
    with pytest.raises(OperationError) as told:
        list(verbs.release(Namespace(**{**vars(OPTIONS), "workload": None, "all": True}), both))
    assert str(told.value).count("nothing was shifted") == 2


def test_one_workload_or_all(shop: Subject):
    with pytest.raises(OperationError, match="name one workload, or --all"):
        list(verbs.release(Namespace(**{**vars(OPTIONS), "all": True}), inventory()))


def test_a_subject_is_frozen(shop: Subject):
    assert replace(shop, name="other").name == "other"
