"""Event patterns are read as EventBridge reads them: every operator, with operands that are right and wrong."""

import pytest

from platform_contract.languages.pattern_operators import LARGEST_NUMBER, OPERATORS
from platform_contract.languages.patterns import wrong_in_pattern

from .event_patterns import ALL_RIGHT, ALL_WRONG, RIGHT, WRONG, of
from .samples import everything, problems_with, put

DETAIL = "functions.deliver.triggers.0.event.pattern.detail"


def test_every_operator_has_operands_of_both_kinds():
    assert set(RIGHT) == set(WRONG) == set(OPERATORS)


@pytest.mark.parametrize("pattern", ALL_RIGHT, ids=str)
def test_what_eventbridge_takes_is_taken(pattern):
    assert list(wrong_in_pattern(pattern)) == []


@pytest.mark.parametrize(("pattern", "reason"), ALL_WRONG, ids=str)
def test_what_eventbridge_refuses_is_refused_for_its_reason_with_a_fix(pattern, reason):
    first = next(iter(wrong_in_pattern(pattern)))
    assert (first.refused, first.reason) == (True, reason)
    assert len(first.fix) > 5


@pytest.mark.parametrize(("pattern", "path", "told"), [
    ({"detail": {"a": ["x"], "$or": [{"a": ["y"]}, {"b": ["z"]}]}}, ("detail", "$or", 0, "a"), "a second condition on a field that detail.a is about"),
    ({"detail": {"$or": [{"a": ["y"]}, {"b": ["z"]}], "b": ["x"]}}, ("detail", "b"), "a second condition on a field that detail.$or[1].b is about"),
    ({"detail": {"a.b": ["x"], "a": {"b": ["y"]}}}, ("detail", "a", "b"), "a second condition on a field that detail.a.b is about"),
    (of("numeric", [">", LARGEST_NUMBER + 1]), ("detail", "field", 0, "numeric", 1), "is beyond 5000000000"),
    (of("anything-but", [1, -LARGEST_NUMBER * 2]), ("detail", "field", 0, "anything-but", 1), "is beyond 5000000000"),
])  # fmt: skip
def test_what_eventbridge_takes_for_something_else_is_told(pattern, path, told):
    (wrong,) = wrong_in_pattern(pattern)
    assert (wrong.path, wrong.refused) == (path, False)
    assert told in wrong.rule


def test_all_that_is_wrong_in_a_pattern_is_told_at_once_with_field_value_rule_and_fix(tmp_path):
    at = "functions.deliver.triggers[0].event.pattern.detail.data"
    assert problems_with(tmp_path, everything(put(DETAIL, {"data": {
        "total": [{"numeric": [">", 10, "<", 5]}], "from": [{"cidr": "10.0.0.0"}], "id": [{"prefx": "a"}], "kind": "paid",
    }}))) == [
        f"{at}.total[0].numeric: is refused by EventBridge: Bottom must be less than top; no number is > 10 and < 5: write the smaller one first",
        f"{at}.from[0].cidr=10.0.0.0: is refused by EventBridge: Malformed CIDR, one '/' required; write a range of addresses, such as "
        '"10.0.0.0/24" or "2001:db8::/32"',
        f"{at}.id[0].prefx=a: is refused by EventBridge: Unrecognized match type prefx; did you mean 'prefix'?",
        f'{at}.kind=paid: is refused by EventBridge: "kind" must be an object or an array; write a list, also of one: [paid]',
    ]  # fmt: skip
