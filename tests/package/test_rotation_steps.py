"""The four steps of a rotation: each of them alone, twice, too early, too late, and after a rotation that was left half done."""

import io
import json
import logging
import shutil
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from platform_contract.kinds.secret import limits as secrets
from platform_contract.plan.rotation import HANDLER
from serverless_platform import platform_code
from serverless_platform.platform_code import FUNCTIONS, platform_texts
from serverless_platform.platform_functions.rotation import steps as module
from serverless_platform.platform_functions.rotation.steps import RotationError, Steps
from tests.fakes.secrets_manager import SECRET, STEPS, SecretsManager, rotate

ROOT = Path(__file__).parents[2]
OLD, OLDER = "0" * 32, "1" * 32
HOOK = "arn:aws:lambda:eu-west-1:000000000000:function:local-loans-rotate-key:live"


class Functions:
    """Lambda, with the other side behind the hook: it knows which values it was given, and fails as it is told."""

    def __init__(self, manager: SecretsManager) -> None:
        self.manager, self.given, self.tested, self.asked = manager, [], [], []  # type: ignore[var-annotated]
        self.failing: dict[str, bytes] = {}

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:
        assert FunctionName == HOOK
        asked = json.loads(Payload)
        self.asked.append(asked)
        if asked["step"] in self.failing:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(self.failing[asked["step"]])}
        (self.given if asked["step"] == "setSecret" else self.tested).append(self.manager.texts[asked["version_id"]])
        return {"Payload": io.BytesIO(b"null")}


@pytest.fixture
def manager() -> SecretsManager:
    return SecretsManager({OLDER: '{"api_key": "older"}', OLD: '{"api_key": "old", "user": "us"}'}, {"AWSCURRENT": OLD, "AWSPREVIOUS": OLDER})


@pytest.fixture
def functions(manager: SecretsManager) -> Functions:
    return Functions(manager)


@pytest.fixture
def steps(manager: SecretsManager, functions: Functions) -> Steps:
    return Steps(manager, functions, field="api_key", hook=HOOK)


def test_a_rotation_replaces_the_field_and_keeps_the_old_value_as_previous(steps: Steps, manager: SecretsManager, functions: Functions):
    rotate(steps.run, token := manager.begin())
    new = json.loads(manager.value() or "")
    assert (new["user"], len(new["api_key"]), manager.labels["AWSCURRENT"]) == ("us", 43, token)
    assert manager.value("AWSPREVIOUS") == '{"api_key": "old", "user": "us"}'
    assert functions.given == functions.tested == [manager.value()]
    assert functions.asked == [{"step": step, "secret_id": SECRET, "version_id": token} for step in ("setSecret", "testSecret")]


def test_readers_get_the_old_value_until_the_last_step(steps: Steps, manager: SecretsManager):
    token = manager.begin()
    for step in STEPS[:-1]:
        steps.run(step, SECRET, token)
        assert manager.value() == '{"api_key": "old", "user": "us"}', step
    assert manager.calls.count("UpdateSecretVersionStage") == 0
    steps.run("finishSecret", SECRET, token)
    assert manager.value() != '{"api_key": "old", "user": "us"}'


def test_two_rotations_make_two_values(steps: Steps, manager: SecretsManager):
    rotate(steps.run, manager.begin())
    first = manager.value()
    rotate(steps.run, manager.begin())
    assert manager.value("AWSPREVIOUS") == first != manager.value()


def test_a_plain_text_is_replaced_as_a_whole_and_nobody_is_told(manager: SecretsManager):
    manager.texts[OLD] = "plain"
    rotate(Steps(manager).run, manager.begin())
    assert (len(manager.value() or ""), manager.value("AWSPREVIOUS")) == (43, "plain")


@pytest.mark.parametrize("twice", STEPS)
def test_a_step_that_runs_twice_does_what_it_does_once(steps: Steps, manager: SecretsManager, functions: Functions, twice: str):
    token = manager.begin()
    for step in STEPS:
        steps.run(step, SECRET, token)
        if step == twice:
            before = dict(manager.texts), dict(manager.labels)
            steps.run(step, SECRET, token)
            assert (manager.texts, manager.labels) == before
    assert set(functions.given) == {manager.value()}, "always the same value"
    assert manager.calls.count("PutSecretValue") == manager.calls.count("UpdateSecretVersionStage") == 1


def test_once_it_is_current_no_step_does_anything(steps: Steps, manager: SecretsManager, functions: Functions):
    rotate(steps.run, token := manager.begin())
    manager.calls.clear()
    told = len(functions.asked)
    rotate(steps.run, token)
    assert set(manager.calls) == {"DescribeSecret"}
    assert len(functions.asked) == told


def test_a_pending_value_of_this_rotation_is_kept(steps: Steps, manager: SecretsManager):
    token = manager.begin()
    manager.texts[token] = '{"api_key": "known to the other side"}'
    rotate(steps.run, token)
    assert manager.value() == '{"api_key": "known to the other side"}'


def test_the_same_step_at_the_same_time_leaves_the_value_of_the_first(steps: Steps, manager: SecretsManager, monkeypatch):
    token = manager.begin()
    real = manager.get_secret_value

    def overtaken(**options: Any) -> dict[str, Any]:
        if options.get("VersionStage") == "AWSCURRENT":
            manager.texts[token] = '{"api_key": "of the other run"}'
        return real(**options)

    monkeypatch.setattr(manager, "get_secret_value", overtaken)
    steps.run("createSecret", SECRET, token)
    assert manager.texts[token] == '{"api_key": "of the other run"}'


def test_a_last_step_that_was_overtaken_by_itself_is_done(steps: Steps, manager: SecretsManager, monkeypatch):
    token = manager.begin()
    for step in STEPS[:-1]:
        steps.run(step, SECRET, token)
    real = manager.update_secret_version_stage

    def overtaken(**options: Any) -> None:
        real(**options)
        real(**options)  # the call that was answered too late, tried again

    monkeypatch.setattr(manager, "update_secret_version_stage", overtaken)
    steps.run("finishSecret", SECRET, token)
    assert (manager.labels["AWSCURRENT"], manager.labels["AWSPREVIOUS"]) == (token, OLD)


def test_a_last_step_that_is_refused_for_another_reason_fails(steps: Steps, manager: SecretsManager, monkeypatch):
    token = manager.begin()
    for step in STEPS[:-1]:
        steps.run(step, SECRET, token)

    def refused(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "UpdateSecretVersionStage")

    monkeypatch.setattr(manager, "update_secret_version_stage", refused)
    with pytest.raises(ClientError, match="AccessDenied"):
        steps.run("finishSecret", SECRET, token)
    assert manager.labels["AWSCURRENT"] == OLD


@pytest.mark.parametrize(("failing", "done"), [("setSecret", ["createSecret"]), ("testSecret", ["createSecret", "setSecret"])])
def test_a_hook_that_fails_leaves_the_old_value_and_the_next_rotation_begins_anew(
    steps: Steps, manager: SecretsManager, functions: Functions, failing: str, done: list[str]
):
    functions.failing[failing] = b'{"errorType": "PermanentFailure", "errorMessage": "key old-secret refused"}'
    token = manager.begin()
    with pytest.raises(RotationError) as raised:
        rotate(steps.run, token)
    assert str(raised.value) == f"{failing}: {HOOK} failed with PermanentFailure; its log says why"
    assert manager.value() == '{"api_key": "old", "user": "us"}'
    functions.failing.clear()
    later = manager.begin()
    with pytest.raises(RotationError, match="nothing has begun its rotation, or a later one has taken its place"):
        steps.run(failing, SECRET, token)
    rotate(steps.run, later)
    assert manager.labels["AWSCURRENT"] == later and manager.value() != manager.texts[token]


def test_a_rotation_that_is_tried_again_goes_on_with_its_value(steps: Steps, manager: SecretsManager, functions: Functions):
    functions.failing["testSecret"] = b"no JSON"
    token = manager.begin()
    with pytest.raises(RotationError, match="failed with an error; its log says why"):
        rotate(steps.run, token)
    half = manager.texts[token]
    functions.failing.clear()
    rotate(steps.run, token)
    assert manager.value() == half


def test_what_cannot_be_rotated_says_why(steps: Steps, manager: SecretsManager):
    token = manager.begin()
    for step, given, told in (
        ("dropSecret", token, "'dropSecret' is no step of a rotation"),
        ("createSecret", "f" * 32, f"{'f' * 32} is no version of the secret {SECRET} with a label: nothing has begun its rotation, or a later one has taken its place"),
        ("createSecret", OLDER, f"version {OLDER} of the secret {SECRET} is AWSPREVIOUS and not AWSPENDING: its rotation is over"),
        ("setSecret", token, f"version {token} of the secret {SECRET} has no value: createSecret has not been done"),
        ("testSecret", token, f"version {token} of the secret {SECRET} has no value: createSecret has not been done"),
        ("finishSecret", token, f"version {token} of the secret {SECRET} has no value: createSecret has not been done"),
    ):
        with pytest.raises(RotationError) as raised:
            steps.run(step, SECRET, given)
        assert str(raised.value) == told
    manager.rotates = False
    with pytest.raises(RotationError, match=f"^the secret {SECRET} is not enabled for rotation$"):
        steps.run("createSecret", SECRET, token)
    assert manager.labels["AWSCURRENT"] == OLD


@pytest.mark.parametrize("text", ["plain", "[]", '"text"'])
def test_a_secret_without_the_fields_that_the_manifest_says_is_left_alone(steps: Steps, manager: SecretsManager, text: str):
    manager.texts[OLD] = text
    with pytest.raises(RotationError) as raised:
        steps.run("createSecret", SECRET, manager.begin())
    assert str(raised.value) == f"the secret {SECRET} does not hold a JSON object, which its manifest says by naming a field"
    assert raised.value.__suppress_context__ or raised.value.__context__ is None, "the cause would quote the text"


def test_a_pending_version_without_the_field_is_not_handed_over(steps: Steps, manager: SecretsManager, functions: Functions):
    token = manager.begin()
    manager.texts[token] = '{"apikey": "x"}'
    for step in ("setSecret", "testSecret"):
        with pytest.raises(RotationError, match=r"^the pending version of the secret \S+ has no text in the field 'api_key'$"):
            steps.run(step, SECRET, token)
    assert functions.asked == []


def initial() -> SecretsManager:
    """As the platform leaves it, before anybody has set a value."""
    return SecretsManager({OLD: "{}"}, {"AWSCURRENT": OLD, module.INITIAL: OLD})


@pytest.mark.parametrize("field", ["key", None])
def test_the_first_value_of_what_only_readers_know_is_generated(field: str | None):
    manager = initial()
    rotate(Steps(manager, field=field).run, manager.begin())
    text = manager.value() or ""
    assert len(json.loads(text)["key"] if field else text) == 43


def test_the_first_value_of_what_the_other_side_knows_is_somebodys_to_set():
    manager = initial()
    functions = Functions(manager)
    steps = Steps(manager, functions, field="api_key", hook=HOOK)
    with pytest.raises(RotationError, match="has no value yet: somebody has to set the first one, which the next is handed over with"):
        steps.run("createSecret", SECRET, manager.begin())
    assert functions.asked == []


def test_the_test_that_aws_makes_when_a_rotation_is_configured_fails_for_no_value_that_is_not_there_yet(caplog):
    """With RotateImmediately false, Secrets Manager copies the current value into a pending version and takes this step alone."""
    manager = initial()
    functions = Functions(manager)
    trial = manager.begin()
    manager.texts[trial] = manager.value()
    with caplog.at_level(logging.WARNING):
        Steps(manager, functions, field="api_key", hook=HOOK).run("testSecret", SECRET, trial)
    assert [record.message for record in caplog.records] == ["the secret has no value yet, there is nothing to test"]
    assert functions.asked == []


def test_the_same_test_of_a_value_that_is_there_tries_it(steps: Steps, manager: SecretsManager, functions: Functions):
    trial = manager.begin()
    manager.texts[trial] = manager.value()
    steps.run("testSecret", SECRET, trial)
    assert functions.tested == [manager.value()]


def test_no_value_is_logged_or_told(steps: Steps, manager: SecretsManager, functions: Functions, caplog):
    with caplog.at_level(logging.DEBUG):
        rotate(steps.run, manager.begin())
    values = [json.loads(text or "{}")["api_key"] for text in manager.texts.values()]
    told = json.dumps(functions.asked) + "".join(str(record.__dict__) for record in caplog.records)
    assert len(caplog.records) == 4
    assert not [value for value in values if f'"{value}"' in told or f"'{value}'" in told or (len(value) > 20 and value in told)]


def test_the_code_is_in_the_package_that_is_built():
    """Whoever installs the distribution has it: every module lies in a package that setuptools is told to take."""
    package = ROOT / "components" / "package"
    include = tomllib.loads((package / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    for name in platform_texts(HANDLER):
        folder = (FUNCTIONS / name).parent
        parts = folder.relative_to(package).parts
        assert all((package.joinpath(*parts[:length]) / "__init__.py").is_file() for length in range(1, len(parts) + 1)), name
        assert any(fnmatch(".".join(parts), pattern) for pattern in include), name


def test_the_archive_is_the_same_wherever_it_is_made(tmp_path, monkeypatch):
    """Texts by name and no path of this machine: neither where the package lies nor what Python has compiled there changes it."""
    here = platform_texts(HANDLER)
    shutil.copytree(FUNCTIONS, tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "rotation" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "elsewhere" / "rotation" / "__pycache__" / "steps.cpython-399.pyc").write_bytes(b"compiled")
    monkeypatch.setattr(platform_code, "FUNCTIONS", tmp_path / "elsewhere")
    assert platform_texts.__wrapped__(HANDLER) == here
    assets = platform_code.platform_code(HANDLER).assets
    assert {name: asset.text for name, asset in assets.items()} == here


def test_package_and_contract_have_one_label_and_one_entry_point():
    assert secrets.INITIAL == module.INITIAL
    assert sorted(platform_texts(HANDLER)) == ["rotation/__init__.py", "rotation/handler.py", "rotation/steps.py"]
