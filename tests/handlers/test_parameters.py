"""Parameters as functions read them."""

import pytest
from handler_support import numbers

from shared.errors import PermanentFailure, TransientFailure


@pytest.fixture
def name(aws) -> str:
    made = f"/test/parameter-{next(numbers)}"
    aws.client("ssm").put_parameter(Name=made, Value="https://one.example", Type="String")
    return made


def test_a_value_is_read_once_for_a_while(aws, name):
    from shared.parameters import Parameter

    parameter = Parameter(aws.client("ssm"), name, "^https://")
    assert parameter.value() == "https://one.example"
    aws.client("ssm").put_parameter(Name=name, Value="https://two.example", Type="String", Overwrite=True)
    assert parameter.value() == "https://one.example"
    assert Parameter(aws.client("ssm"), name, "^https://").value() == "https://two.example", "another execution environment"


def test_what_cannot_be_read_or_used_is_told_apart(aws, name):
    from shared.parameters import Parameter

    with pytest.raises(TransientFailure, match="no-such"):
        Parameter(aws.client("ssm"), "/test/no-such", "").value()
    with pytest.raises(PermanentFailure, match="does not have the form"):
        Parameter(aws.client("ssm"), name, "^http://").value()
