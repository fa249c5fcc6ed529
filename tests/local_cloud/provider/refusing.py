"""What a table of refusals shows: each input is fine, and with one change it is refused at one path, for one reason."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from . import wire

Refusal = tuple[str, Mapping[str, Any], Mapping[str, Any], str, str]
"""A type, inputs that are fine, what is changed of them (None takes it away), the path that is named, a part of the reason."""


def each_of(refused: Sequence[Refusal]) -> pytest.MarkDecorator:
    ids = [f"{token.split(':')[2]}-{number}" for number, (token, *_) in enumerate(refused)]
    return pytest.mark.parametrize(("token", "fine", "change", "path", "reason"), refused, ids=ids)


def assert_refused(
    provider: wire.Provider, token: str, fine: Mapping[str, Any], change: Mapping[str, Any], path: str, reason: str
) -> None:
    provider.checked(token, fine)
    failures = provider.check(token, {key: value for key, value in {**fine, **change}.items() if value is not None})[1]
    assert [each[0] for each in failures] == [path] and reason in failures[0][1], failures
