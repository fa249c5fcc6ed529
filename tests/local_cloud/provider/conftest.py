"""An emulator of the session's own, and a provider that speaks to it."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import free_port

from . import wire

MINISTACK = wire.ROOT / ".local" / "emulator-venv" / "bin" / "ministack"
TAGS = {"environment": "local", "owner": "platform"}


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an empty emulator."""
    if not MINISTACK.exists():
        pytest.fail(f"there is no emulator at {MINISTACK}; run: make setup")
    folder, port = tmp_path_factory.mktemp("emulator"), free_port()
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "PYTHON"))}
    env |= {
        "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "MINISTACK_REGION": wire.REGION,
        "MINISTACK_ACCOUNT_ID": wire.ACCOUNT, "TMPDIR": str(folder), "LAMBDA_ACCOUNT_CONCURRENCY": "50",
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([MINISTACK], cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as reply:
            if reply.status == 200:
                break
        assert process.poll() is None and time.monotonic() < deadline, Path(folder / "log").read_text()
        time.sleep(0.05)
    yield url
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(10)


def arguments(url: str) -> dict[str, Any]:
    return {
        "region": wire.REGION, "allowedAccountIds": [wire.ACCOUNT], "endpoints": [{"sqs": url, "lambda": url}], "accessKey": "local",
        "secretKey": "local", "skipCredentialsValidation": True, "defaultTags": {"tags": TAGS},
    }  # fmt: skip


@pytest.fixture(scope="session")
def provider(emulator: str) -> Iterator[wire.Provider]:
    started = wire.start()
    started.configure(**arguments(emulator))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def client(emulator: str) -> Any:
    """Clients of the emulator, to look at it without the provider."""
    import botocore.session

    session = botocore.session.Session()
    session.set_credentials("local", "local")
    from botocore.config import Config

    def make(service: str) -> Any:
        return session.create_client(
            service, region_name=wire.REGION, endpoint_url=emulator, config=Config(s3={"addressing_style": "path"})
        )

    return make
