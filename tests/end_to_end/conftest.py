"""One platform for all tests of patterns: those that edit or break a stack make a checkout of their own."""

import pytest

from tests.checkout import Checkout


@pytest.fixture(scope="session")
def platform(tmp_path_factory, engine):
    """How to reach a platform with every workload, up once for the session (`local.smoke.Access`). Leave it usable."""
    copy = Checkout.make(tmp_path_factory.mktemp("patterns") / "platform")
    try:
        copy.up()
        yield copy.access()
    finally:
        copy.down()
