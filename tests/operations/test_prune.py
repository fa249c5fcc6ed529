"""Old versions: deleted in every phase, of the platform's own functions too, and never one that somebody is served by or goes back to."""

from argparse import Namespace

import pytest

from operations import prune
from operations.errors import OperationError
from operations.releases.record import Move
from operations.versions import KEPT_VERSIONS

from .fake_aws import Lambda, Ssm, inventory, subject

MANY = KEPT_VERSIONS + 4


def published(functions: Lambda, *names: str) -> None:
    for name in names:
        for _ in range(MANY - 1):
            functions.publish(name)


def newest(*others: int) -> list[str]:
    return [str(each) for each in sorted({*others, *range(MANY - KEPT_VERSIONS + 1, MANY + 1)})]


def pruned(functions: Lambda, ssm: Ssm | None = None, phase: str = "pilot", platform: tuple[str, ...] = (), mine: tuple[str, ...] = ("dev-shop-api",)) -> list[str]:
    return list(prune.prune(inventory(*mine, phase=phase, platform=platform), "shop", {"lambda": functions, "ssm": ssm}.__getitem__))


def test_a_pilot_keeps_the_newest_and_the_live_one():
    """Every update is live at once, so nothing else ever deletes a version of it."""
    functions = Lambda("api")
    published(functions, "api")
    functions.live["dev-shop-api"] = "2"  # moved back by hand
    assert pruned(functions) == ["shop/api: 3 old versions deleted"]
    assert functions.published["dev-shop-api"] == newest(2)
    assert pruned(functions) == [], "once is enough"


def test_the_platforms_own_functions_are_pruned_too():
    functions = Lambda("api", "release-checks")
    published(functions, "release-checks")
    functions.live["dev-shop-release-checks"] = str(MANY)
    assert pruned(functions, platform=("dev-shop-release-checks",)) == ["dev-shop-release-checks: 4 old versions deleted"]


def test_what_a_rollback_goes_back_to_stays():
    functions, ssm = Lambda("api"), Ssm()
    published(functions, "api")
    shop = subject(functions, ssm)
    shop.records.write(shop.begin({"api": Move(before="1", after="2", digest="x")}).ended("released", 1))
    shop.records.write(shop.begin({"api": Move(before="2", after="3", digest="x")}).ended("released", 1))
    functions.live["dev-shop-api"] = "3"
    assert pruned(functions, ssm, phase="standardize") == ["shop/api: 2 old versions deleted"]
    assert functions.published["dev-shop-api"] == newest(2, 3), "2 is where a rollback goes"


def test_what_a_release_that_runs_has_left_stays():
    functions, ssm = Lambda("api"), Ssm()
    published(functions, "api")
    shop = subject(functions, ssm)
    shop.records.write(shop.begin({"api": Move(before="1", after="2", digest="x")}))
    functions.live["dev-shop-api"] = "2"
    pruned(functions, ssm, phase="standardize")
    assert functions.published["dev-shop-api"] == newest(1, 2)


def test_a_version_that_an_alias_has_and_a_function_that_is_gone_stop_nothing():
    functions = Lambda("api", "gate")
    published(functions, "api", "gate")
    functions.pinned["dev-shop-api"] = {"2"}
    mine = ("dev-shop-api", "dev-shop-gone", "dev-shop-gate")
    assert pruned(functions, mine=mine) == ["shop/api: 2 old versions deleted", "shop/gate: 3 old versions deleted"]
    assert "2" in functions.published["dev-shop-api"]


@pytest.mark.parametrize(("options", "told"), [
    ({"workload": None, "all": False}, "name one workload, or --all"), ({"workload": "shop", "all": True}, "name one workload, or --all"),
])  # fmt: skip
def test_it_wants_to_know_of_what(options, told):
    with pytest.raises(OperationError, match=told):
        list(prune.lines(Namespace(**options), inventory("dev-shop-api")))


def test_nothing_to_delete_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prune, "clients_in", lambda region: {"lambda": Lambda("api")}.__getitem__)
    [said] = prune.lines(Namespace(workload=None, all=True), inventory("dev-shop-api", phase="pilot"))
    assert said.startswith("there is nothing to delete")
