"""One run of the program per stack and mode for all tests: the graph is only read."""

import pytest

from tests.program.graph import Graph
from tests.program.stacks import STACKS, graph_of


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No layer is built for these tests: its lock stands in for it."""
    monkeypatch.setenv("SERVERLESS_PLATFORM_OFFLINE", "1")
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "1")


@pytest.fixture(params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    """What the program sends in an update of each stack."""
    return graph_of(request.param, False)


@pytest.fixture
def dev() -> Graph:
    return graph_of("dev", False)


@pytest.fixture
def prod() -> Graph:
    return graph_of("prod", False)


@pytest.fixture
def preview() -> Graph:
    """What the program sends in the first preview of dev."""
    return graph_of("dev", True)
