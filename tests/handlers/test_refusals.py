"""What refusals say of what somebody sent: cut and escaped, whatever it was, and in one place."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from handler_support import Context
from http_support import request
from pydantic import BaseModel, ConfigDict, ValidationError

from shared import http
from shared.errors import PermanentFailure, Problem, TransientFailure, first_fault, shown
from shared.observability import instrumented
from shared.routes import Response, Routes

HANDLERS = Path(__file__).parents[2] / "handlers"


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = 1
    inner: dict[str, "Wanted"] = {}


def fault_of(content: object) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        Wanted.model_validate(content)
    return first_fault(caught.value)


def nested(depth: int) -> dict:
    inner: dict = {"number": "x"}
    for _ in range(depth):
        inner = {"inner": {"k" * 1000: inner}}
    return inner


@pytest.mark.parametrize(
    ("content", "field", "text"),
    [
        ({"number": "x"}, "number", "number: Input should be a valid integer, unable to parse string as an integer"),
        ([], "body", "body: Input should be a valid dictionary or instance of Wanted"),
        ({"a": 1, "b": 2}, "a", "a: Extra inputs are not permitted (and 1 more)"),
        ({'"}\n{"level":"ERROR"': 1}, r'"}\n{"level":"ERROR"', r'"}\n{"level":"ERROR": Extra inputs are not permitted'),
        ({"k" * 3_000_000: 1}, f"{'k' * 60}… (3000000 characters)", f"{'k' * 60}… (3000000 characters): Extra inputs are not permitted"),
    ],
    ids=["a wrong value", "no object", "several", "a line in a name", "a name of 3 MB"],
)
def test_the_first_fault_of_a_model(content, field, text):
    assert fault_of(content) == (field, text)


def test_a_path_of_many_long_names_is_cut():
    field, text = fault_of(nested(50))
    assert len(field) < 1200 and field.endswith(".…")
    assert len(text) < 1300


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Grüße, 世界 👋", "Grüße, 世界 👋"), ("a\r\nb\0\x1b[31m", r"a\r\nb\x00\x1b[31m"), ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("half \ud83d", r"half \ud83d"), ("x" * 501, f"{'x' * 500}… (501 characters)"), ("", ""),
    ],
)  # fmt: skip
def test_text_of_a_caller_is_cut_and_escaped(sent, said):
    assert shown(sent) == said


@pytest.mark.parametrize(
    "made",
    [lambda text: Problem(400, text, text), PermanentFailure, TransientFailure],
    ids=["Problem", "PermanentFailure", "TransientFailure"],
)
def test_every_failure_does_it_with_its_own_text(made: Callable[[str], Exception]):
    error = made("no\n" + "x" * 5_000_000)
    told = [str(error), *(str(value) for value in vars(error).values())]
    assert max(map(len, told)) < 600
    assert not any("\n" in each for each in told)


def test_a_refusal_of_three_megabytes_is_a_short_answer_and_a_short_line(log):
    app = Routes()

    @app.post("/it")
    def it() -> Response:
        return http.answer(200, http.read_body(app.current_event, Wanted).model_dump())

    handler = instrumented(lambda event, context: http.serve(app, event, context))
    answer = handler(request("POST", "/it", {"\n" * 3_000_000: 1}), Context())
    assert answer["statusCode"] == 400
    assert len(answer["body"]) < 1500
    assert json.loads(answer["body"])["field"] == r"\n" * 60 + "… (3000000 characters)"
    assert max(map(len, log.stream.getvalue().splitlines())) < 2500


def test_what_a_model_refuses_is_read_in_one_place():
    """Of a caller's content. Configuration tells everything that is wrong, and no caller writes it."""
    reading = {path.relative_to(HANDLERS).as_posix() for path in HANDLERS.rglob("*.py") if re.search(r"\.errors\(", path.read_text())}
    assert reading == {"shared/errors.py", "shared/config.py"}
