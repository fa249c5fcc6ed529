"""Which conditions of a policy document say who may call: all others leave `Principal: *` what it is, everybody."""

import json

import pytest
from guardrails.iam_documents import parse


def narrowed(condition: dict) -> bool:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}
    (read,) = parse(json.dumps({"Statement": statement}))
    return read.narrowed()


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike"])
def test_a_condition_on_who_calls_narrows(operator: str) -> None:
    assert narrowed({operator: {"aws:PrincipalOrgID": "o-1"}})


@pytest.mark.parametrize("operator", [
    # A request that does not carry the key meets these: IAM reference, "...IfExists", "Multivalued context keys".
    "StringEqualsIfExists", "StringLikeIfExists", "ArnLikeIfExists", "ForAllValues:StringEquals", "ForAllValues:StringLike",
    "StringNotEquals", "ArnNotLike", "Null",
])  # fmt: skip
def test_one_that_a_stranger_meets_as_well_does_not(operator: str) -> None:
    assert not narrowed({operator: {"aws:PrincipalOrgID": "o-1"}})


@pytest.mark.parametrize("value", ["*", "?*", "arn:*", "arn:aws:*", "arn:*:*:*:*:*"])
def test_one_that_everybody_matches_does_not(value: str) -> None:
    assert not narrowed({"StringLike": {"aws:PrincipalArn": value}})


def test_one_on_how_somebody_calls_does_not() -> None:
    assert not narrowed({"Bool": {"aws:SecureTransport": "true"}})
