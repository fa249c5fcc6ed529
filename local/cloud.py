"""The embedded cloud: ministack in its own environment, on 127.0.0.1 only, its memory tied to the stack's state.

What ministack holds dies with its process; what the engine believes lies in a file. `Cloud.instance` names one life of
the emulator, and the state remembers the instance it was built on: where they differ, both start anew together.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
import uuid
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, ValidationError

from local import trace_collector
from local.paths import EMULATOR_VENV, LOCAL
from local.processes import command_line, end_group
from local.steps import Refusal

HOST = "127.0.0.1"
DEFAULT_PORT = 4566
START_TIMEOUT_SECONDS = 60  # it answers within half a second; slow machines get two orders of magnitude
ACCESS_LOG = "SERVERLESS_PLATFORM_ACCESS_LOG"
"""Environment variable of the emulator: the file into which it writes what every role asked for (`local/ministack_entry.py`)."""


class Cloud(BaseModel):
    """One running emulator."""

    model_config = ConfigDict(frozen=True)

    pid: int
    port: int
    instance: str
    account_id: str
    region: str

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def client(self, service: str):
        """A boto3 client of the emulator, with the credentials of the account's root; one per service."""
        return _client(service, self.endpoint, self.region, self.account_id)


@cache
def _client(service: str, endpoint: str, region: str, account_id: str):
    import boto3

    return boto3.client(
        service, endpoint_url=endpoint, region_name=region, aws_access_key_id=account_id, aws_secret_access_key="local"
    )


def record(folder: Path = LOCAL) -> Path:
    return folder / "cloud.json"


def access_log(folder: Path = LOCAL) -> Path:
    """What every role of the running emulator asked for, and what it was told."""
    return folder / "access.jsonl"


def answers(port: int) -> bool:
    with (
        contextlib.suppress(OSError, ValueError),
        urllib.request.urlopen(f"http://{HOST}:{port}/_ministack/health", timeout=5) as reply,
    ):
        return reply.status == 200
    return False


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def running(folder: Path = LOCAL) -> Cloud | None:
    """The emulator of this checkout if it is alive and answers, else None."""
    try:
        cloud = Cloud.model_validate_json(record(folder).read_text())
    except (OSError, ValidationError):
        return None
    alive = "ministack" in command_line(cloud.pid) and answers(cloud.port)
    return cloud if alive else None


def start(account_id: str, region: str, port: int = DEFAULT_PORT, folder: Path = LOCAL) -> tuple[Cloud, bool]:
    """The running emulator, or a new one. The second value tells whether it is new, that is: empty.

    Raises Refusal when the port is somebody else's, or when it does not come up.
    """
    cloud = running(folder)
    if cloud and (cloud.port, cloud.account_id, cloud.region) == (port, account_id, region):
        trace_collector.start(folder)  # again, if it has died
        return cloud, False
    stop(folder)
    if is_taken(port):
        raise Refusal(
            f"port {port} on {HOST} is taken by another program, so the embedded cloud cannot start there. "
            f"Free it, or choose another: make up PORT={port + 34}"
        )
    scratch = folder / "cloud"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "PYTHON"))}
    env |= {
        "GATEWAY_PORT": str(port), "BIND_HOST": HOST, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
        "MINISTACK_REGION": region, "MINISTACK_ACCOUNT_ID": account_id, "LAMBDA_ACCOUNT_CONCURRENCY": "50",
        "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(scratch), "STATE_DIR": str(scratch / "state"),
        trace_collector.ADDRESS: trace_collector.start(folder),  # inherited by every function
        ACCESS_LOG: str(access_log(folder)),
    }  # fmt: skip
    access_log(folder).unlink(missing_ok=True)
    command = [str(EMULATOR_VENV / "bin" / "python"), str(Path(__file__).with_name("ministack_entry.py"))]
    log = folder / "logs" / "cloud.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        # A session of its own: the emulator outlives `make up`, and Ctrl-C there does not reach it.
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    cloud = Cloud(pid=process.pid, port=port, instance=uuid.uuid4().hex, account_id=account_id, region=region)
    record(folder).write_text(cloud.model_dump_json())
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n  ".join(log.read_text(errors="replace").strip().splitlines()[-5:])
            stop(folder)
            raise Refusal(f"the embedded cloud did not start (whole output: {log}):\n  {tail}")
        time.sleep(0.05)
    return cloud, True


def stop(folder: Path = LOCAL) -> bool:
    """Ends the emulator of this checkout with its workers and its trace collector. True if there was an emulator."""
    trace_collector.stop(folder)
    try:
        cloud = Cloud.model_validate_json(record(folder).read_text())
    except (OSError, ValidationError):
        return False
    ended = False
    if "ministack" in command_line(cloud.pid):
        end_group(cloud.pid)
        ended = True
    record(folder).unlink(missing_ok=True)
    access_log(folder).unlink(missing_ok=True)
    shutil.rmtree(folder / "cloud", ignore_errors=True)
    return ended


def bootstrap_account(cloud: Cloud, boundary_name: str, document: dict) -> None:
    """What an administrator does once per environment (`bootstrap/environment`), and again with a newer version: the permissions boundary."""
    iam, text = cloud.client("iam"), json.dumps(document)
    try:
        iam.create_policy(PolicyName=boundary_name, PolicyDocument=text)
    except iam.exceptions.EntityAlreadyExistsException:
        arn = f"arn:aws:iam::{cloud.account_id}:policy/{boundary_name}"
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        held = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        if (held if isinstance(held, dict) else json.loads(unquote(held))) == document:
            return
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)  # IAM keeps five
