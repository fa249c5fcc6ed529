"""The verbs of a developer's day: logs, invoke, secret, run-schedule. What they print, and what they refuse."""

import base64
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from operations import invoke, logs, schedule
from operations.errors import OperationError
from operations.inventory import function_of, schedule_of
from platform_contract.inventory import NamedEntry

LINE = {
    "level": "ERROR", "location": "handler:1", "message": "the function failed", "timestamp": "-", "service": "shop", "cold_start": True,
    "function_name": "f", "function_request_id": "r", "correlation_id": "cid-1", "order_id": "o-1", "lines": [1, 2],
    "exception": "Traceback (most recent call last):\n  File x\nKeyError: 'a'", "exception_name": "KeyError",
}  # fmt: skip
AT = datetime(2026, 1, 1, 12, 0, 0, 5000, UTC)


def test_a_json_line_becomes_one_line_and_its_exception_follows():
    assert list(logs.rendered(json.dumps(LINE), AT)) == [
        "12:00:00.005  ERROR    the function failed  [cid-1]  order_id=o-1  lines=[1,2]",
        "              Traceback (most recent call last):",
        "                File x",
        "              KeyError: 'a'",
    ]


def test_metrics_are_shown_by_name_and_what_is_no_json_as_it_is():
    emf = {"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "Taken"}, {"Name": "Seconds"}]}]}, "Taken": [1.0], "Seconds": [0.5, 2], "service": "x"}
    assert list(logs.rendered(json.dumps(emf), AT)) == ["12:00:00.005  METRIC   Taken=1  Seconds=[0.5, 2]"]
    assert list(logs.rendered("START RequestId: 1\n")) == ["log:  START RequestId: 1"]
    assert list(logs.rendered("[1]")) == ["log:  [1]"]
    assert list(logs.rendered("")) == ["log:  "]


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_how_far_to_look_back(text, seconds):
    assert logs.since_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "ten m", "-1m", "1w"])
def test_another_form_is_refused_with_an_example(text):
    with pytest.raises(OperationError, match="such as 10m"):
        logs.since_seconds(text)


@pytest.mark.emulator
def test_logs_of_one_request_and_of_a_function_that_never_ran(queues, operate):
    queues.tell({"level": "INFO", "message": "one", "correlation_id": "cid-1"}, {"level": "INFO", "message": "two", "correlation_id": "cid-2"})
    code, said, _ = operate(queues, "logs", "shop/worker")
    assert (code, [line.split(maxsplit=1)[1] for line in said]) == (0, ["INFO     one  [cid-1]", "INFO     two  [cid-2]"])
    _, said, _ = operate(queues, "logs", "shop/worker", "--correlation", "cid-2")
    assert [line.split(maxsplit=1)[1] for line in said] == ["INFO     two  [cid-2]"]
    assert operate(queues, "logs", "shop/never-run")[:2] == (
        0, ["/aws/lambda/never-run has no line from the last 1h; --since looks further back"],
    )  # fmt: skip


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ("worker", "FUNCTION=worker: must be the workload, a slash and a name from its manifest, such as orders/api"),
        ("", "FUNCTION=: must be the workload, a slash and a name from its manifest, such as orders/api"),
        ("shop/wroker", "the workload shop has no function 'wroker', but never-run, worker; did you mean 'worker'?"),
        ("shap/worker", "the stack local has no workload 'shap', but shop; did you mean 'shop'?"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(queues, operate, named, refusal):
    assert operate(queues, "logs", named) == (1, [], [f"Refused: {refusal}"])


def lambda_client(answer, log=b"START\n", **more):
    calls = []

    def run(**asked):
        calls.append(asked)
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), "LogResult": base64.b64encode(log).decode(), **more}

    return SimpleNamespace(invoke=run, calls=calls)


def test_an_invocation_shows_log_and_answer():
    client = lambda_client({"statusCode": 200})
    assert list(invoke.invoked(client, "arn:live", {"a": 1}, "shop/worker")) == ["log:  START", '{\n  "statusCode": 200\n}']
    assert client.calls == [{"FunctionName": "arn:live", "Payload": b'{"a": 1}', "LogType": "Tail"}]


def test_a_function_that_failed_is_told_with_its_traceback_after_its_log():
    client = lambda_client({"errorType": "KeyError", "errorMessage": "'a'", "stackTrace": ["  File x\n"]}, FunctionError="Unhandled")
    told = invoke.invoked(client, "arn:live", {}, "shop/worker")
    assert next(told) == "log:  START"
    with pytest.raises(OperationError) as refused:
        next(told)
    assert str(refused.value) == "the function failed: KeyError: 'a'\n    File x\n  Its log: make logs FUNCTION=shop/worker"


def test_an_event_is_json_a_file_or_standard_input(tmp_path, monkeypatch):
    file = tmp_path / "event.json"
    file.write_text('{"from": "file"}')
    monkeypatch.setattr("sys.stdin", io.StringIO('{"from": "stdin"}'))
    assert [invoke.event_of(text) for text in ('{"a": 1}', str(file), "-")] == [{"a": 1}, {"from": "file"}, {"from": "stdin"}]
    for text, words in (("{", "EVENT is not JSON"), ("no-such-file.json", "EVENT=no-such-file.json: cannot read it: No such file")):
        with pytest.raises(OperationError, match=words):
            invoke.event_of(text)


def workload(**parts):
    return SimpleNamespace(environment="local", workloads={"shop": SimpleNamespace(probe=None, **parts)})


def test_a_schedule_is_named_by_its_function_where_that_has_one():
    one, both = workload(schedules={"sweep-0": "first"}), workload(schedules={"sweep-0": "first", "sweep-1": "second"})
    assert schedule_of(one, "shop/sweep") == schedule_of(both, "shop/sweep-0") == "first"
    with pytest.raises(OperationError, match="no schedule 'sweep', but sweep-0, sweep-1"):
        schedule_of(both, "shop/sweep")
    assert function_of(workload(functions={"worker": "it"}), "shop/worker") == "it"


def test_the_scheduler_s_own_words_are_filled_in():
    text = schedule.filled_in('{"at": "<aws.scheduler.scheduled-time>", "arn": "<aws.scheduler.schedule-arn>", "n": "<aws.scheduler.attempt-number>"}', "arn:s", AT)
    assert json.loads(text) == {"at": "2026-01-01T12:00:00Z", "arn": "arn:s", "n": "1"}


@pytest.mark.emulator
def test_a_secret_gets_its_value_from_standard_input_and_never_shows_it(cloud, queues, operate, monkeypatch):
    secrets = cloud.client("secretsmanager")
    secrets.create_secret(Name=f"{queues.name}-secret")
    entry = queues.inventory.model_copy(deep=True)
    entry.workloads["shop"].secrets["bureau"] = NamedEntry(physical_name=f"{queues.name}-secret")
    monkeypatch.setattr(type(queues), "inventory", entry)
    monkeypatch.setattr("sys.stdin", io.StringIO("key-1\n"))
    code, said, _ = operate(queues, "secret", "shop/bureau")
    assert (code, secrets.get_secret_value(SecretId=f"{queues.name}-secret")["SecretString"]) == (0, "key-1")
    assert "key-1" not in "".join(said) and "has a new value" in said[0]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert operate(queues, "secret", "shop/bureau")[::2] == (1, ["Refused: the value is empty: nothing was changed"])
