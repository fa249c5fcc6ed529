"""The commands of the runbooks, run: those of `operations` as they stand, those of the AWS command line by the operation and the parameters that they name."""

import contextlib
import io
import json
import re
import shlex
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from local.up import read_settings
from operations import __main__ as operations
from platform_contract.features.smoke_events import event_of
from platform_contract.manifest import load_manifests
from platform_contract.pages import runbooks

pytestmark = pytest.mark.end_to_end
ROOT = Path(__file__).resolve().parents[2]

NEEDS_AWS = {
    "stepfunctions redrive-execution": "the emulator knows no redrive; without a failed execution there is nothing to try",
    "application-autoscaling describe-scaling-activities": "the emulator has no application autoscaling",
}
"""Command -> why the embedded cloud does not do it."""

REFUSES = {
    "operations rollback": "has no release to go back from",
}
"""Command that a stack which has just come up refuses -> what it says."""


class Shell:
    """Runs commands of one page in their order; what the reader finds out is taken from the answers before."""

    def __init__(self, access: Any, folder: Path, events: dict[str, Any]) -> None:
        self.access, self.folder, self.events = access, folder, events
        self.inventory = folder / "inventory.json"
        self.inventory.write_text(access.inventory.model_dump_json())
        now = time.time()
        self.found: dict[str, Callable[[], str]] = {"NAME": lambda: f"replay-{uuid.uuid4().hex}", "FROM": lambda: str(int(now - 600)), "TO": lambda: str(int(now))}

    def run(self, command: str) -> str | None:
        """Its verb, once it has succeeded; None where there is nothing to run it for, such as an execution that failed."""
        words = shlex.split(command)
        return self._operations(words) if words[0] == "python" else self._aws(words)

    def _operations(self, words: list[str]) -> str:
        given, verb = [word for word in words[3:] if word not in ("--stack", "local")], f"operations {words[3]}"
        if words[3] == "invoke":
            (self.folder / "event.json").write_text(json.dumps(self.events[given[1]]))
            given[2] = str(self.folder / "event.json")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = operations.main([*given, "--inventory", str(self.inventory)])
        said = f"{shlex.join(words)}: {out.getvalue()}{err.getvalue()}"
        if code and verb in REFUSES:
            assert REFUSES[verb] in said, said
        else:
            # A function that is invoked by hand may refuse the event; that it was reached is what the command is for.
            assert code == 0 or verb == "operations invoke", said
        return verb

    def _aws(self, words: list[str]) -> str | None:
        service, operation = words[1], xform_name(words[2].replace("-", "_"))
        shape = botocore.session.get_session().get_service_model(service)
        name = next(each for each in shape.operation_names if xform_name(each) == operation)
        members = shape.operation_model(name).input_shape.members
        wanted: dict[str, Any] = {}
        options = iter(words[3:])
        region = self.access.cloud.region
        for option in options:
            if option == "--region":
                region = next(options)
                continue
            off = option.startswith("--no-")
            member = next(each for each in members if xform_name(each).replace("_", "-") == option.removeprefix("--no-" if off else "--"))
            kind = members[member].type_name
            wanted[member] = (not off) if kind == "boolean" else self._value(next(options), kind)
        if None in wanted.values():
            return None
        if operation == "update_alias":  # to the version that it has: others need this stack as it is
            wanted["FunctionVersion"] = self.access.cloud.client("lambda").get_alias(FunctionName=wanted["FunctionName"], Name="live")["FunctionVersion"]
        client = self.access.cloud.model_copy(update={"region": region}).client(service)
        answer = getattr(client, operation)(**wanted)
        self._learn(words, answer)
        return f"{service} {words[2]}"

    def _value(self, text: str, kind: str) -> Any:
        if text.isupper() and text in ("UUID", "VERSION", "EXECUTION_ARN", *self.found):
            text = self.found.get(text, lambda: None)()  # type: ignore[assignment]
            if text is None:
                return None
        if text.startswith("https://sqs."):
            return self.access.cloud.client("sqs").get_queue_url(QueueName=text.rpartition("/")[2])["QueueUrl"]
        return {"integer": int, "structure": json.loads, "list": lambda it: [it]}.get(kind, str)(text)

    def _learn(self, words: list[str], answer: dict[str, Any]) -> None:
        for word, section, field in (("UUID", "EventSourceMappings", "UUID"), ("EXECUTION_ARN", "executions", "executionArn"), ("VERSION", "Versions", "Version")):
            if section in answer:
                values = [each[field] for each in answer[section]]
                self.found[word] = lambda values=values: values[-1] if values else None  # type: ignore[misc]


def commands(page: str) -> list[str]:
    return [line for block in re.findall(r"```shell\n(.*?)```", page, flags=re.DOTALL) for line in block.splitlines()]


@pytest.fixture
def as_operator(platform, monkeypatch) -> None:
    """Where `operations` finds the embedded cloud, as `local.operations` says it."""
    given = {"AWS_ENDPOINT_URL": platform.cloud.endpoint, "AWS_ACCESS_KEY_ID": platform.cloud.account_id, "AWS_SECRET_ACCESS_KEY": "local"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("as_operator")
def test_every_command_of_every_runbook_does_what_it_says(platform, tmp_path):
    settings = read_settings("local", {})
    manifests = load_manifests(ROOT / "workloads", settings)
    events = {
        f"{name}/{function}": event_of(spec.smoke[0], spec)
        for name, manifest in manifests.items() for function, spec in manifest.functions.items() if spec.smoke
    }  # fmt: skip
    ran, away, wrong = set(), set(), []
    for name, page in runbooks.pages(ROOT, manifests, settings).items():
        shell = Shell(platform, tmp_path, events)
        for command in dict.fromkeys(commands(page)):
            verb = " ".join(shlex.split(command)[1:3])
            try:
                ran.add(shell.run(command) or f"{verb}: nothing there")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if verb in NEEDS_AWS:
                    away.add(verb)
                else:
                    wrong.append(f"{name}: {command}: {code}: {error}")
    assert wrong == []
    assert away <= set(NEEDS_AWS)
    assert {"operations logs", "operations rollback", "operations redrive", "operations run-schedule", "events start-replay",
            "lambda update-event-source-mapping", "lambda put-function-concurrency", "secretsmanager rotate-secret"} <= ran  # fmt: skip


@pytest.mark.usefixtures("as_operator")
@pytest.mark.parametrize("command", [
    "python -m operations redrive receipts no-such-queue --stack local", "python -m operations logs receipts/none --stack local",
    "aws lambda get-function-configuration --function-name local-receipts-none", "aws lambda get-function-configuration --name local-receipts-worker",
])  # fmt: skip
def test_a_command_that_does_not_work_is_noticed(platform, tmp_path, command):
    with pytest.raises((AssertionError, ClientError, StopIteration)):
        Shell(platform, tmp_path, {}).run(command)
