"""Promotion from one account to the next: the same code, released there, healthy there, and nothing else."""

import json
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from operations.errors import OperationError
from operations.releases import promote as promotion
from operations.releases import verbs
from operations.releases.promote import lacks
from operations.releases.subject import Subject

from .fake_aws import Lambda, Ssm, inventory, subject

LATER = timedelta(hours=2)
OPTIONS = Namespace(workload="shop", all=False, again=False, ignore_alarms=False, observe=0)


class Stack:
    """One account with one workload; `code` of each version is what it was published from."""

    def __init__(self) -> None:
        self.functions, self.alarms = Lambda("api"), list[str]()
        self.layer = "layer-1"
        self.functions.get_function_configuration = self._configuration  # type: ignore[attr-defined]
        self.functions.get_layer_version_by_arn = lambda Arn: {"Content": {"CodeSha256": self.layer}}  # type: ignore[attr-defined]
        self.shop: Subject = subject(self.functions, Ssm())
        clients = self.shop.clients
        watched = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **asked: [
            {"MetricAlarms": [{"AlarmName": each} for each in self.alarms]}
        ]))  # fmt: skip
        made = self.shop.workload.model_copy(update={"alarms": ("dev-shop-api-errors",)})
        self.shop = Subject("shop", made, self.shop.release, lambda service: watched if service == "cloudwatch" else clients(service))

    def _configuration(self, FunctionName: str, Qualifier: str) -> dict:
        version = self.functions.live[FunctionName] if Qualifier == "live" else Qualifier
        return {"CodeSha256": f"code-{version}", "Layers": [{"Arn": "arn:layer"}]}

    def release(self) -> None:
        self.functions.publish("api")
        list(verbs.release_one(self.shop, OPTIONS))


@pytest.fixture
def dev() -> Stack:
    made = Stack()
    made.release()
    return made


@pytest.fixture
def prod() -> Stack:
    made = Stack()
    made.functions.publish("api")
    return made


def missing(dev: Stack, prod: Stack, after: timedelta = LATER) -> list[str]:
    return list(lacks(dev.shop, prod.shop, datetime.now(UTC) + after))


def test_what_is_live_and_healthy_lacks_nothing(dev: Stack, prod: Stack):
    assert missing(dev, prod) == []


def test_everything_that_is_missing_is_told_at_once(dev: Stack, prod: Stack):
    dev.alarms = ["dev-shop-api-errors", "dev-shop-other-workload"]
    prod.functions.publish("api")
    said = missing(dev, prod, timedelta(minutes=10))
    assert len(said) == 3
    assert said[0].startswith("it is live there since ")
    assert "wait 50 minutes more" in said[0]
    assert said[1] == "alarms fire there: dev-shop-api-errors"
    assert said[2].startswith("api: the code that is live there (code-2+layer) is not the newest one here (code-3+layer)")


def test_another_layer_is_another_code(dev: Stack, prod: Stack):
    prod.layer = "layer-2"
    assert [each.split(":")[0] for each in missing(dev, prod)] == ["api"]


def test_what_was_never_released_or_taken_back_is_not_promoted(prod: Stack):
    fresh = Stack()
    assert any("it was never released there" in each for each in missing(fresh, prod))
    fresh.release()
    shop = fresh.shop
    back = shop.begin({}).ended("rolled_back_by_hand", 0)
    shop.records.write(back)
    assert any("was rolled back" in each for each in missing(fresh, prod))
    shop.records.write(shop.begin({}))
    assert any("has to end" in each for each in missing(fresh, prod))


def test_it_is_released_in_the_target_alone(dev: Stack, prod: Stack, monkeypatch, tmp_path):
    origin = tmp_path / "dev.json"
    origin.write_text(inventory("dev-shop-api").model_dump_json())
    target = inventory("dev-shop-api").model_copy(update={"environment": "prod"})
    subjects = {"dev": dev.shop, "prod": prod.shop}
    monkeypatch.setattr(promotion, "clients_in", lambda region, profile: profile)
    monkeypatch.setattr(promotion.Subject, "of", classmethod(lambda cls, stack, name, clients: subjects[stack.environment]))
    monkeypatch.setattr(promotion, "SETTLED", timedelta(0))
    options = Namespace(**vars(OPTIONS), origin="dev", origin_inventory=str(origin), origin_profile="d", profile="p")
    said = list(promotion.promote(options, target))
    assert said[-1] == "shop: released"
    assert (prod.functions.live["dev-shop-api"], dev.functions.live["dev-shop-api"]) == ("2", "2")
    dev.alarms = ["dev-shop-api-errors"]
    with pytest.raises(OperationError, match="is not promoted from dev to prod; it lacks:\n  - alarms fire there"):
        list(promotion.promote(options, target))
    with pytest.raises(OperationError, match="the same stack"):
        list(promotion.promote(Namespace(**{**vars(options), "origin": "prod"}), target))


def test_the_command_line_knows_both_stacks():
    from operations.__main__ import arguments

    options = arguments(["promote", "orders", "--from", "dev", "--stack", "prod", "--profile", "p"])
    assert (options.origin, options.stack, options.profile, options.origin_profile) == ("dev", "prod", "p", None)
    assert json.dumps(options.observe) == "0"
