"""The rotation of loans' key at the bureau, with the deployed functions. The embedded cloud never begins one: here the test does, step by
step, as Secrets Manager would."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.end_to_end.calls import within
from tests.end_to_end.loan_office import SECONDS, Desk
from tests.end_to_end.rotating import FIRST_STEPS, Rotator

pytestmark = pytest.mark.end_to_end


@dataclass
class Office:
    """The bureau with its keys, the secret, and who applies for loans."""

    desk: Desk
    rotator: Rotator

    def key(self, **which: str) -> str:
        return str(json.loads(self.rotator.text(**which))["api_key"])

    def answers(self) -> list[str]:
        """What the bureau answered about one more loan."""
        loan_id = self.desk.apply()
        assert self.desk.decided(loan_id) == ("approved", "good score")
        return self.desk.answers(loan_id)

    def key_of_the_last_call(self) -> str:
        return next(seen.headers["authorization"] for seen in reversed(self.desk.bureau.seen) if seen.path.endswith("/scores")).removeprefix("Bearer ")


@pytest.fixture(scope="module")
def keys(platform, office: Desk) -> Iterator[Office]:
    """The session's bureau; afterwards it has the key that it had, and accepts those that runs may have in memory."""
    secret, before = office.workload.secrets["bureau"].physical_name, office.bureau.keys
    yield Office(office, Rotator(platform, secret))
    office.bureau.keys |= before
    office.keep_key(next(iter(before)))


@pytest.fixture(autouse=True)
def fresh(keys: Office) -> Iterator[None]:
    """A key that somebody has set, and a bureau that is well."""
    keys.desk.bureau.default = "ok"
    keys.desk.forget_failures()
    first = f"key-{uuid.uuid4().hex}"
    keys.desk.bureau.keys = {first}
    keys.desk.keep_key(first)
    yield
    keys.desk.bureau.default = "ok"
    keys.desk.forget_failures()


def test_it_is_configured_with_the_deployed_function(keys: Office):
    secret = keys.rotator.described()
    assert secret["RotationEnabled"] and secret["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert secret["RotationLambdaARN"].endswith(":function:local-loans-bureau-rotation:live")


def test_the_platforms_first_version_holds_nothing(keys: Office):
    """Its text is all that the program knows of the secret."""
    held = [version for version, labels in keys.rotator.described()["VersionIdsToStages"].items() if "INITIAL" in labels]
    assert [keys.rotator.text(VersionId=version) for version in held] == ["{}"]


def test_a_rotation_gives_readers_a_new_key_and_cuts_nobody_off(keys: Office):
    keys.answers()
    old = keys.key()
    assert keys.key_of_the_last_call() == old, "the reader has it in memory now"
    token = keys.rotator.begin()
    for step in FIRST_STEPS:
        keys.rotator.step(step, token)
        assert keys.key() == old, f"after {step} readers get the old one"
    new = keys.key(VersionId=token)
    assert len(new) == 43 and keys.desk.bureau.keys == {old, new}, "the bureau accepts both"
    assert keys.answers() == ["ok"]
    keys.rotator.step("finishSecret", token)
    assert (keys.key(), keys.key(VersionStage="AWSPREVIOUS")) == (new, old)
    assert keys.answers() == ["ok"], "with the old key, which the reader may have in memory for a while"
    assert keys.key_of_the_last_call() == old
    keys.desk.bureau.keys = {new}
    assert keys.answers() == ["401", "ok"], "and as soon as it is refused, it reads the new one"
    assert keys.key_of_the_last_call() == new


def test_steps_that_come_twice_do_it_once(keys: Office):
    old, token = keys.key(), keys.rotator.begin()
    for step in (*FIRST_STEPS, "finishSecret"):
        assert keys.rotator.step(step, token) is None
        assert keys.rotator.step(step, token) is None
    assert keys.key(VersionStage="AWSPREVIOUS") == old
    assert keys.desk.bureau.keys == {old, keys.key()}


def test_a_bureau_that_refuses_the_new_key_leaves_the_old_one_in_force(keys: Office):
    keys.answers()
    old, token = keys.key(), keys.rotator.begin()
    keys.rotator.step("createSecret", token)
    keys.desk.bureau.default = "400"
    assert keys.rotator.step("setSecret", token) == "RotationError"
    keys.desk.bureau.default = "ok"
    assert (keys.key(), keys.desk.bureau.keys) == (old, {old})
    assert keys.answers() == ["ok"]
    again = keys.rotator.begin()
    assert again != token
    for step in (*FIRST_STEPS, "finishSecret"):
        assert keys.rotator.step(step, again) is None
    assert keys.key(VersionStage="AWSPREVIOUS") == old != keys.key()


def test_a_key_that_does_not_work_at_the_bureau_never_becomes_current(keys: Office):
    old, token = keys.key(), keys.rotator.begin()
    for step in ("createSecret", "setSecret"):
        assert keys.rotator.step(step, token) is None
    keys.desk.bureau.keys = {old}  # it has forgotten the new one
    assert keys.rotator.step("testSecret", token) == "RotationError"
    assert keys.key() == old


def test_what_failed_is_in_the_log_under_the_versions_id_and_no_key_is(keys: Office):
    old, token = keys.key(), keys.rotator.begin()
    keys.rotator.step("createSecret", token)
    keys.desk.bureau.default = "418"
    assert keys.rotator.step("setSecret", token) == "RotationError"
    new = keys.key(VersionId=token)

    def told() -> bool:
        lines: list[Any] = keys.desk.lines("rotate-key", token)
        return any(line["message"] == "the function failed" and line["exception_name"] == "PermanentFailure" for line in lines)

    assert within(SECONDS, told)
    texts = keys.rotator.log_text("/aws/lambda/local-loans-bureau-rotation") + keys.rotator.log_text("/aws/lambda/local-loans-rotate-key")
    assert "RotationError" in texts or "failed with" in texts
    assert old not in texts and new not in texts
