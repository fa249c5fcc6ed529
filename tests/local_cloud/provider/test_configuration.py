"""The provider's own arguments, and its life as a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import grpc
import pytest

from . import wire
from .conftest import arguments

pytestmark = pytest.mark.emulator


@pytest.fixture
def fresh() -> Iterator[wire.Provider]:
    started = wire.start()
    yield started
    started.stop()


def refusal(provider: wire.Provider, **given: object) -> str:
    with pytest.raises(grpc.RpcError) as failed:
        provider.configure(**given)
    return str(failed.value.details())


def test_only_an_endpoint_on_this_machine(fresh: wire.Provider) -> None:
    sentence = (
        "endpoints.sqs=https://sqs.eu-west-1.amazonaws.com: this provider only speaks to an embedded cloud on this machine "
        "(127.0.0.1, ::1 or localhost); for a real account use the official provider: make up STACK=dev"
    )
    given = {"region": "eu-west-1", "endpoints": [{"sqs": "https://sqs.eu-west-1.amazonaws.com"}]}
    assert fresh.check_config(**given) == [("endpoints", sentence)]
    assert refusal(fresh, **given) == sentence


@pytest.mark.parametrize("url", ["http://10.0.0.1:4566", "http://127.0.0.1.example.com", "http://0.0.0.0:4566", "4566"])
def test_what_only_looks_like_this_machine_is_refused(fresh: wire.Provider, url: str) -> None:
    assert refusal(fresh, region="eu-west-1", endpoints=[{"sqs": url}]).startswith(
        f"endpoints.sqs={url}: this provider only speaks"
    )


def test_no_endpoint_is_refused(fresh: wire.Provider) -> None:
    assert refusal(fresh, region="eu-west-1") == (
        "endpoints is missing: this provider only speaks to an embedded cloud on this machine, such as http://127.0.0.1:4566; "
        "for a real account use the official provider: make up STACK=dev"
    )


def test_another_account_is_refused_before_anything_is_made(fresh: wire.Provider, emulator: str) -> None:
    assert refusal(fresh, **{**arguments(emulator), "allowedAccountIds": ["111111111111"]}) == (
        f"the account at {emulator} is 000000000000, which this stack must not touch (allowedAccountIds: 111111111111); nothing was made"
    )
    given = {**arguments(emulator), "allowedAccountIds": [], "forbiddenAccountIds": ["000000000000"]}
    assert refusal(fresh, **given) == (
        f"the account at {emulator} is 000000000000, which this stack must not touch (forbiddenAccountIds: 000000000000); nothing was made"
    )


def test_a_cloud_that_is_not_there(fresh: wire.Provider) -> None:
    told = refusal(fresh, region="eu-west-1", endpoints=[{"sqs": "http://127.0.0.1:1"}])
    assert told.startswith("the embedded cloud at http://127.0.0.1:1 does not answer (") and told.endswith("; start it: make up")


def test_arguments_are_checked_all_at_once(fresh: wire.Provider) -> None:
    assert fresh.check_config(regoin="eu-west-1", assumeRoles=[{"roleArn": "arn:aws:iam::000000000000:role/one"}]) == [
        ("regoin", "unknown property 'regoin'; did you mean 'region'?"),
        ("assumeRoles", "assumeRoles: this provider does not act on it, so it must not be set"),
        ("region", "missing required property 'region'"),
    ]


def test_the_programs_arguments_pass(fresh: wire.Provider, emulator: str) -> None:
    assert fresh.check_config(**arguments(emulator)) == []


def test_prints_its_port_first_and_ends_quietly() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        started = wire.start()
        assert 0 < int(started.first_line) < 65536
        started.process.send_signal(number)
        assert started.process.wait(5) == 0
        assert started.process.stdout is not None and started.process.stdout.read() == ""
        started.stop()


def test_ends_when_its_parent_is_gone() -> None:
    """kill -9 of the engine must not leave a provider behind."""
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'aws_provider'], stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(wire.ROOT / "local")}
    parent = subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(child, 0)
            with open(f"/proc/{child}/stat") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":  # ended; nobody has asked for its exit code
                    return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.1)
    pytest.fail(f"provider {child} outlived its parent")
