"""An update as small as what was edited: when nothing is done, when only functions are updated, when everything is, and what the state
says afterwards."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from local import pushed
from local import settle as settling
from local.events import Summary
from local.settle import FILE, settle
from local.steps import step
from local.update import PROJECT, Stack, UpdateFailed

ROOT = Path(__file__).resolve().parents[2]
FUNCTION = "local-receipts-worker"
TYPES = {"function": "aws:lambda/function:Function", "alias": "aws:lambda/alias:Alias", "alarm": "aws:cloudwatch/metricAlarm:MetricAlarm"}


class FakeStack(Stack):
    """Notes what the engine is asked for, and writes the state that a narrow program leaves."""

    ran: list[tuple[str, ...]]
    fails: bool = False

    @property
    def file(self) -> Path:
        return self.state / ".pulumi" / "stacks" / PROJECT / "local.json"

    def write(self, version: str, workloads: list[str]) -> None:
        resources = [
            {"urn": "urn:stack", "type": "pulumi:pulumi:Stack", "outputs": {"urls": workloads}},
            {"urn": "urn:function", "type": TYPES["function"], "outputs": {"name": FUNCTION, "version": version}},
            {"urn": "urn:alias", "type": TYPES["alias"], "outputs": {"functionName": FUNCTION, "functionVersion": version}},
            {"urn": "urn:alarm", "type": TYPES["alarm"], "outputs": {"dimensions": version}, "propertyDependencies": {"dimensions": ["urn:function"]}},
            {"urn": "urn:other", "type": TYPES["alarm"], "outputs": {"dimensions": version}, "propertyDependencies": {"dimensions": None, "topic": ["urn:topic"]}},
        ]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))

    def run(self, verb, step, *flags):
        self.ran.append((verb, *flags))
        if verb == "up" and self.fails:
            raise UpdateFailed("up", Summary(errors=["no"]), 1, self.file)
        if verb == "up":
            self.write("2", ["receipts"])
        return Summary()

    def update(self, step):
        self.ran.append(("everything",))
        return Summary()


@pytest.fixture
def stack(tmp_path) -> FakeStack:
    program = tmp_path / "program"
    for name in ("orders", "receipts", "shared"):
        shutil.copytree(ROOT / "handlers" / name, program / "handlers" / name, ignore=shutil.ignore_patterns("__pycache__"))
    (program / "workloads").mkdir()
    for name in ("orders", "receipts"):
        shutil.copy(ROOT / "workloads" / f"{name}.yaml", program / "workloads")
    made = FakeStack(None, "local", tmp_path / "stack", program=program)  # type: ignore[arg-type]
    made.ran = []
    made.write("1", ["orders", "receipts"])
    shutil.copy(ROOT / "Pulumi.local.yaml", made.config_file)
    (made.folder / "built-on").write_text("one life")
    run(made)
    assert made.ran == [("everything",)], "the first update is one of everything"
    made.ran.clear()
    return made


def run(stack: FakeStack, force: bool = False) -> None:
    with step("up") as current:
        settle(stack, current, force)


def append(stack: FakeStack, name: str, text: str) -> None:
    (stack.program / name).open("a").write(text)


def test_an_edited_handler_is_updated_alone_and_the_state_keeps_the_rest(stack):
    append(stack, "handlers/receipts/worker.py", "\n# edited\n")
    run(stack)
    ((verb, *flags),) = stack.ran
    assert verb == "up"
    assert flags[-6:] == ["--target", "urn:function", "--target", "urn:alias", "--target", "urn:alarm"], "the alarm is on the newest version"
    narrow = Path(flags[flags.index("--config-file") + 1]).read_text()
    assert f"{PROJECT}:workloads:\n  - receipts\n" in narrow
    resources = json.loads(stack.file.read_text())["checkpoint"]["latest"]["resources"]
    assert [it["outputs"] for it in resources] == [
        {"urls": ["orders", "receipts"]},
        {"name": FUNCTION, "version": "2"},
        {"functionName": FUNCTION, "functionVersion": "2"},
        {"dimensions": "2"},
        {"dimensions": "1"},
    ]


def test_where_nothing_was_edited_nothing_is_done_and_it_is_said(stack, capsys):
    for _ in range(2):
        run(stack)
    assert stack.ran == []
    assert re.search(r"nothing was edited since the last update, at \d\d:\d\d; make up FORCE=1 ", capsys.readouterr().out)
    append(stack, "handlers/receipts/worker.py", "\n# edited\n")
    run(stack)
    assert [verb for verb, *_ in stack.ran] == ["up"]
    run(stack)
    assert [verb for verb, *_ in stack.ran] == ["up"], "a small update leaves a picture as well"


@pytest.mark.parametrize("edited", [False, True])
def test_everything_is_updated_where_that_is_asked_for(stack, edited):
    if edited:
        append(stack, "handlers/receipts/worker.py", "\n# edited\n")
    run(stack, force=True)
    assert stack.ran == [("everything",)]


def settings(stack: FakeStack) -> None:
    stack.config_file.write_text(stack.config_file.read_text() + "  serverless-platform:api_burst: 2001\n")


EVERYTHING: dict[str, Callable[[FakeStack], None]] = {
    "a manifest": lambda stack: append(stack, "workloads/receipts.yaml", "\n# edited\n"),
    "a waiver": lambda stack: (stack.program / "policies").mkdir() or append(stack, "policies/waivers.yaml", "waivers: []\n"),
    "another layer": lambda stack: (stack.program / ".build").mkdir() or append(stack, ".build/layer-x.zip", "another"),
    "the state, by another command": lambda stack: stack.write("3", ["orders"]),
    "another engine": lambda stack: setattr(stack, "engine", "another"),
    "data beside handlers": lambda stack: append(stack, "handlers/requirements.txt", "\n"),
    "the settings": settings,
    "another life of the emulator": lambda stack: (stack.folder / "built-on").write_text("another") and None,
    "an update that failed": lambda stack: (stack.folder / FILE).unlink(),
    "code of every workload": lambda stack: append(stack, "handlers/shared/__init__.py", "\n# edited\n"),
    "code that cannot be parsed": lambda stack: append(stack, "handlers/receipts/worker.py", "\ndef (\n"),
}


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("change", EVERYTHING)
def test_everything_is_updated_after(stack, change, edited):
    """By itself, and where a handler was edited as well."""
    if edited:
        append(stack, "handlers/receipts/worker.py", "\n# edited\n")
    EVERYTHING[change](stack)
    run(stack)
    assert stack.ran == [("everything",)]


def test_everything_is_updated_on_another_day_because_waivers_expire_and_schedules_pass(stack, monkeypatch):
    class Tomorrow(date):
        @classmethod
        def today(cls):
            return date.today() + timedelta(days=1)

    monkeypatch.setattr(settling, "date", Tomorrow)
    run(stack)
    assert stack.ran == [("everything",)]


@pytest.mark.parametrize("variable", ["SERVERLESS_PLATFORM_OFFLINE", "PYTHONPATH"])
def test_everything_is_updated_with_another_variable_that_the_program_reads(stack, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    run(stack)
    assert stack.ran == [("everything",)]


def test_everything_is_updated_with_other_packages(stack, monkeypatch, tmp_path):
    (tmp_path / "pulumi_aws-0.dist-info").mkdir()
    monkeypatch.setattr(settling.sysconfig, "get_path", lambda name: str(tmp_path))
    run(stack)
    assert stack.ran == [("everything",)]


def test_after_an_update_that_failed_everything_is_tried_again(stack, monkeypatch):
    append(stack, "workloads/receipts.yaml", "\n# edited\n")

    def fails(self, step):
        raise UpdateFailed("up", Summary(errors=["no"]), 1, self.file)

    with monkeypatch.context() as broken, pytest.raises(UpdateFailed):
        broken.setattr(FakeStack, "update", fails)
        run(stack)
    run(stack)
    assert stack.ran == [("everything",)]


def test_where_the_small_update_fails_everything_is_updated(stack):
    append(stack, "handlers/receipts/worker.py", "\n# edited\n")
    stack.fails = True
    run(stack)
    assert [verb for verb, *_ in stack.ran] == ["up", "everything"]


def test_what_a_watch_has_pushed_is_looked_at_first(stack):
    pushed.note(stack.folder, ["urn:function"])
    run(stack)
    assert stack.ran == [("refresh", "--skip-preview", "--target", "urn:function"), ("everything",)]
    assert pushed.pushed(stack.folder) == []
