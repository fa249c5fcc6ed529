"""What `make up` made is what the program asks for and what the embedded cloud says it has, for every resource of every workload.

It runs before everything that uses the shared stack (tests/conftest.py): tests of whole set parameters and secrets, which is drift.
"""

import pytest

from local.steps import step

pytestmark = pytest.mark.end_to_end


def test_a_refresh_after_an_update_finds_no_drift_and_the_program_no_change(whole):
    stack = whole.stack()
    stack.variables["PYTHONPATH"] = whole.env["PYTHONPATH"]
    with step("preview") as current:
        assert stack.run("preview", current, "--refresh").changed == []
