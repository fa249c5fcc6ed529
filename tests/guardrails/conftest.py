"""The pack on the path, and one real policy server for the session."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "policies"))
sys.path.insert(0, str(Path(__file__).parent))

from wire import POLICIES, Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The pack as the engine runs it: `python -u -m pulumi.policy` in its own process, reached over gRPC."""
    with Server(POLICIES) as running:
        yield running
