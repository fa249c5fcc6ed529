"""Stacks that tests share, each brought up once: a file asks for `platform` or `patterns`, `whole`, `small`, or `failing` (faults.py), and all that
ask for the same one run in one process, one after the other (tests/conftest.py)."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.end_to_end.drivers import CHOSEN
from tests.end_to_end.faults import WORKLOADS, Faults, install
from tests.end_to_end.loan_office import Desk
from tests.fakes.bureau import Bureau


def _up(folder: Path, *workloads: str) -> Iterator[Checkout]:
    """A checkout in `folder` with these workloads up; down at the end, also if it did not come up: its embedded cloud may have."""
    copy = Checkout.make(folder, *workloads)
    try:
        copy.up()
        yield copy
    finally:
        copy.down()


@pytest.fixture(scope="session")
def patterns(tmp_path_factory, engine) -> Iterator[Checkout]:
    """A checkout with every workload up, once for the session. Do not edit it, and leave it usable."""
    yield from _up(tmp_path_factory.mktemp("patterns") / "platform", *CHOSEN)


@pytest.fixture(scope="session")
def platform(patterns):
    """How to reach that platform (`local.smoke.Access`)."""
    return patterns.access()


@pytest.fixture(scope="session")
def whole(tmp_path_factory, engine) -> Iterator[Checkout]:
    """The same once more, for what looks at a whole stack from outside: drift, permissions, traces. Apart from `patterns`, because drivers
    leave functions with addresses and keys in memory that tests of patterns replace."""
    yield from _up(tmp_path_factory.mktemp("whole") / "platform", *CHOSEN)


@pytest.fixture(scope="session")
def reached(whole):
    return whole.access()


@pytest.fixture(scope="session")
def small(tmp_path_factory, engine) -> Iterator[Checkout]:
    """A checkout with two workloads, for tests that edit, break or end a stack. Leave it such that `make up` works."""
    yield from _up(tmp_path_factory.mktemp("small") / "platform", "orders", "receipts")


@pytest.fixture(scope="session")
def office(platform) -> Iterator[Desk]:
    """Loans' bureau on a port of its own. The function reads where it is once in 300 s, so all tests of the session share one."""
    with Bureau() as bureau:
        desk = Desk(platform, bureau)
        name = desk.workload.parameters["bureau-url"].physical_name
        platform.cloud.client("ssm").put_parameter(Name=name, Value=bureau.url, Type="String", Overwrite=True)
        desk.keep_key("key-1")
        yield desk


@pytest.fixture(scope="session")
def failing(tmp_path_factory, engine) -> Iterator[tuple]:
    """A stack of which calls go wrong when a test says so: how to reach it, and its faults."""
    copy = Checkout.make(tmp_path_factory.mktemp("failures") / "platform", *WORKLOADS)
    faults = install(copy)
    try:
        copy.up()
        yield copy.access(), faults
    finally:
        copy.down()


@pytest.fixture(scope="session")
def access(failing):
    return failing[0]


@pytest.fixture(scope="session")
def faults(failing) -> Faults:
    return failing[1]


@pytest.fixture
def mark() -> str:
    """A word that nothing else holds."""
    return f"m{uuid.uuid4().hex[:12]}"
