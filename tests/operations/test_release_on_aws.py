"""Releases by CodeDeploy: what it is told, and what callers have at the end. CodeDeploy itself is a state machine with a clock of the test's."""

import hashlib
import json
from argparse import Namespace

import pytest

from operations.errors import OperationError
from operations.releases import abandoned, codedeploy
from operations.releases.codedeploy import Deployments
from operations.releases.record import Move
from operations.releases.subject import Subject
from platform_contract.features.strategy import STRATEGIES

from .fake_aws import Clock, CodeDeploy, Lambda, Ssm, subject


class Account:
    def __init__(self, strategy: str = "canary", *functions: str) -> None:
        self.functions, self.clock = Lambda(*(functions or ("api", "gate"))), Clock()
        self.codedeploy = CodeDeploy(self.functions, self.clock, STRATEGIES[strategy])
        self.shop: Subject = subject(self.functions, Ssm(), self.codedeploy)

    def release(self, **options) -> list[str]:
        given = Namespace(ignore_alarms=False, **options) if "ignore_alarms" not in options else Namespace(**options)
        deployments = Deployments(self.shop, self.clock.sleep, self.clock)
        return list(deployments.release(self.shop.begin(self.shop.waiting()), ignore_alarms=given.ignore_alarms))

    def shares(self, function: str) -> list[int]:
        """Of the traffic, each once, as time went on."""
        seen = [share for _, name, share in self.codedeploy.weights if name == function]
        return [share for index, share in enumerate(seen) if index == 0 or share != seen[index - 1]]


@pytest.mark.parametrize(("strategy", "shares", "minutes"), [
    ("all_at_once", [100], 0), ("canary", [10, 100], 10), ("linear", [*range(10, 100, 10), 100], 27),
])  # fmt: skip
def test_traffic_follows_the_strategy(strategy: str, shares: list[int], minutes: int):
    account = Account(strategy, "api")
    account.functions.publish("api")
    said = account.release()
    assert account.shares("api") == shares
    assert account.clock.minutes == pytest.approx(minutes, abs=0.2)
    assert account.functions.live["dev-shop-api"] == "2"
    assert said[0] == "  api: deployment d-1, version 1 -> 2"
    assert [line for line in said if "AfterAllowTraffic" in line] == ["  api: AfterAllowTraffic Succeeded"]
    [record] = account.shop.records.all()
    assert (record.result, record.deployments, record.who) == ("released", {"api": "d-1"}, "arn:aws:iam::111111111111:user/anna")


def test_codedeploy_is_told_what_it_needs():
    account = Account("canary", "api")
    account.functions.publish("api")
    content = codedeploy.specification(account.shop, "api", Move(before="1", after="2"))
    told = json.loads(content)
    assert told["Resources"] == [{"Function": {"Type": "AWS::Lambda::Function", "Properties": {
        "Name": "dev-shop-api", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"}}}]  # fmt: skip
    assert told["Hooks"] == [{"BeforeAllowTraffic": "dev-shop-release-checks"}, {"AfterAllowTraffic": "dev-shop-release-checks"}]
    assert len(hashlib.sha256(content.encode()).hexdigest()) == 64


def test_an_alarm_during_the_first_share_takes_the_release_back():
    account = Account("canary", "api")
    account.functions.publish("api")
    account.codedeploy.alarm_at["api"] = 4
    with pytest.raises(OperationError, match=r"rolled back: callers have the version before\n  api: Stopped: ALARM_ACTIVE: an alarm fired"):
        account.release()
    assert account.shares("api") == [10, 0], "it never had all of the traffic"
    assert account.clock.minutes == pytest.approx(4, abs=0.2)
    assert account.functions.live["dev-shop-api"] == "1"
    assert [each.result for each in account.shop.records.all()] == ["rolled_back"]


def test_where_one_function_fails_no_other_is_released():
    """The one that runs is stopped, the one that had ended well is moved back."""
    account = Account("canary")
    account.functions.publish("api")
    account.functions.publish("gate")
    account.codedeploy.alarm_at["gate"] = 4
    with pytest.raises(OperationError, match="gate: Stopped"):
        account.release()
    assert account.codedeploy.deployments["d-1"]["stopped"]
    assert account.functions.live == {"dev-shop-api": "1", "dev-shop-gate": "1"}

    account = Account("all_at_once")
    account.functions.publish("api")
    account.functions.publish("gate")
    account.functions.answers = lambda hook, function, _: ["bad"] if hook == "AfterAllowTraffic" and function == "gate" else []
    with pytest.raises(OperationError, match="gate: Failed"):
        account.release()
    assert account.functions.live == {"dev-shop-api": "1", "dev-shop-gate": "1"}
    assert account.functions.moves == [("dev-shop-api", "1")]


def test_a_version_that_fails_its_check_gets_no_traffic():
    account = Account("canary", "api")
    account.functions.publish("api")
    account.functions.answers = lambda hook, *_: ["bad"] if hook == "BeforeAllowTraffic" else []
    with pytest.raises(OperationError, match="api: Failed"):
        account.release()
    assert account.shares("api") == [0]


def test_a_release_that_mends_what_an_alarm_tells_of_ignores_it():
    account = Account("canary", "api")
    account.functions.publish("api")
    account.codedeploy.alarm_at["api"] = 0
    account.release(ignore_alarms=True)
    assert account.functions.live["dev-shop-api"] == "2"
    assert account.codedeploy.deployments["d-1"]["override"] == {
        "overrideAlarmConfiguration": {"enabled": False, "ignorePollAlarmFailure": True}
    }


def test_a_running_deployment_is_told():
    account = Account("canary", "api")
    account.functions.publish("api")
    account.codedeploy.create_deployment("dev-shop", "dev-shop-api", {"appSpecContent": {
        "content": codedeploy.specification(account.shop, "api", Move(before="1", after="2"))}}, "somebody else's")  # fmt: skip
    with pytest.raises(OperationError, match="the deployment d-1 of shop/api runs already"):
        account.release()
    assert account.shop.records.all() == []


def test_an_abandoned_release_waits_for_its_deployments():
    account = Account("canary", "api")
    account.functions.publish("api")
    begun = account.shop.begin(account.shop.waiting())
    account.codedeploy.create_deployment("dev-shop", "dev-shop-api", {"appSpecContent": {
        "content": codedeploy.specification(account.shop, "api", begun.functions["api"])}}, "")  # fmt: skip
    account.shop.records.write(begun.model_copy(update={"deployments": {"api": "d-1"}, "pid": 2**22 + 1}))
    with pytest.raises(OperationError, match=r"the deployment d-1 of the release that .* runs still"):
        list(abandoned.recover(account.shop))
    account.clock.sleep(3600)
    assert account.codedeploy.get_deployment("d-1")["deploymentInfo"]["status"] == "Succeeded"
    list(abandoned.recover(account.shop))
    assert [each.result for each in account.shop.records.all()] == ["released"], "it went well without anybody looking"
    assert account.functions.live["dev-shop-api"] == "2"
