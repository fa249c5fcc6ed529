"""Handlers with the real Powertools, against an embedded cloud: what the tests see is what DynamoDB, S3 and SQS keep."""

import contextlib
import importlib
import io
import json
import logging
import os
import socket
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from botocore.loaders import JSONFileLoader
from handler_support import ACCOUNT, REGION, TRACE_HEADER, Context, Lines

from local import cloud as clouds
from platform_contract.platform import environment
from platform_contract.registry import ALARMS
from tests.checkout import free_port
from tests.fakes.losing import Losing


@pytest.fixture(scope="session", autouse=True)
def models():
    """Each file of a service's model is parsed once: tests make clients, and sessions of botocore, by the hundred."""
    read: dict[str, dict] = {}
    load = JSONFileLoader.load_file

    def once(self, path):
        if path not in read:
            read[path] = load(self, path)
        return read[path]

    with patch.object(JSONFileLoader, "load_file", once):
        yield


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("cloud")
    started, _ = clouds.start(ACCOUNT, REGION, free_port(), folder)
    yield started
    clouds.stop(folder)


@pytest.fixture
def aws(cloud, monkeypatch):
    """The environment in which a function finds the embedded cloud; clients are made anew."""
    from shared.clients import client

    for name, value in {
        "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "ENVIRONMENT": "test",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    client.cache_clear()
    yield cloud
    client.cache_clear()


@pytest.fixture
def losing(aws, monkeypatch):
    """The environment in which a function finds the embedded cloud through a proxy that loses answers when it is told to."""
    import botocore.retries.standard

    from shared.clients import client

    with Losing(aws.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        monkeypatch.setattr(botocore.retries.standard.random, "random", lambda: 0)  # what the client waits before it sends a call again
        client.cache_clear()
        yield proxy
    client.cache_clear()


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def log():
    from shared.observability import logger

    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream := io.StringIO())
    yield Lines(stream)
    handler.setStream(before)


BY_FUNCTION = {
    row.metric_name: list(row.dimensions) for rows in ALARMS.values() for row in rows
    if row.namespace == environment.METRICS_NAMESPACE_VALUE
}  # fmt: skip
"""Metric from code that an alarm watches -> the dimensions under which it looks for it."""


@pytest.fixture
def traced(monkeypatch):
    """Invocations are traced; gives the documents that were sent so far, as X-Ray's listener gets them."""
    from shared import segments

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
        segments._listener.cache_clear()

        def documents() -> list[dict]:
            found = []
            with contextlib.suppress(BlockingIOError):  # on this machine a datagram is there when it has been sent
                while True:
                    header, _, body = listener.recv(65_536).partition(b"\n")
                    assert json.loads(header) == {"format": "json", "version": 1}
                    found.append(json.loads(body))
            return found

        yield documents
        segments._listener.cache_clear()


@pytest.fixture
def metric_values(capsys, monkeypatch):
    """Sums of the metrics that the invocations so far have emitted, by name; parsed from their embedded-metric lines.

    Each must have the workload as its dimension, and one that an alarm watches exactly those of the alarm.
    """
    own = {"service": os.environ["POWERTOOLS_SERVICE_NAME"], "function_name": Context().function_name}
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", own["function_name"])

    def read() -> dict[str, float]:
        sums: dict[str, float] = {}
        for line in capsys.readouterr().out.splitlines():
            if '"CloudWatchMetrics"' in line:
                emitted = json.loads(line)
                directive = emitted["_aws"]["CloudWatchMetrics"][0]
                assert directive["Namespace"] == environment.METRICS_NAMESPACE_VALUE
                [dimensions] = directive["Dimensions"]
                assert {name: emitted[name] for name in dimensions} == {name: own[name] for name in dimensions}
                for metric in directive["Metrics"]:
                    assert dimensions == BY_FUNCTION.get(metric["Name"], ["service"]), metric["Name"]
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(emitted[metric["Name"]])
        return sums

    return read


@pytest.fixture(autouse=True)
def described(monkeypatch):
    """Every success of an API's route in any test is one that its OpenAPI description tells of: status and body."""
    from shared import http
    from shared.routes import Request, route_of

    answer = http.payload

    def payload(event, response, headers):
        if (said := descriptions().get(route_of(event))) and response.status_code < 400:
            said.answers[response.status_code].model_validate_json(response.body)
            if said.body:
                said.body.model_validate_json(Request(event).decoded_body)
        return answer(event, response, headers)

    monkeypatch.setattr(http, "payload", payload)


@cache
def descriptions() -> dict:
    """Route -> its description, of all workloads."""
    folders = [path.parent.name for path in (Path(__file__).parents[2] / "handlers").glob("*/description.py")]
    with patch.dict(os.environ):
        os.environ.pop("AWS_LAMBDA_FUNCTION_NAME", None)  # with it, handlers make their clients when they are imported
        for folder in folders:
            importlib.import_module(f"{folder}.description")
    return {route: said for folder in folders for route, said in importlib.import_module(f"{folder}.description").ROUTES.items()}
