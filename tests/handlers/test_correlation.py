"""The correlation id: which ones are taken from outside, and where handlers would lose it."""

import json
import re
from pathlib import Path

import pytest
from handler_support import Context

from shared import redaction
from shared.errors import PermanentFailure
from shared.http import answer, serve
from shared.observability import _CORRELATION_ID, accept_correlation_id, correlated, correlation_id, instrumented, logger, sent_id
from shared.routes import Response, Routes

HANDLERS = Path(__file__).parents[2] / "handlers"
TAKEN = ["a", "0123", "A-b_c.d=e", "x" * 128, "32688185-f267-4109-8961-3b55ab2849f3"]
REPLACED = {
    "empty": "", "too long": "x" * 129, "blank": "two words", "newline at the end": "id\n", "forged line": 'id"}\n{"level":"ERROR"',
    "forged header": "id\r\nset-cookie: a=b", "markup": "<script>", "quote": 'i"d', "zero": "id\0", "escape": "\x1b[31mid",
    "card": "4111111111111111", "card in groups": "4111-1111-1111-1111", "phone": "0301-234-5678", "account": "DE89370400440532013000",
    "token": "eyJhbGciOiJub25l.eyJzdWIiOiJhbm5hIn0.", "other letters": "ключ", "wide digit": "\uff11", "path": "../id", "query": "id;rm -rf",
}  # fmt: skip


def answered(sent: str | None, version: str = "2.0") -> tuple[dict, str]:
    """An API's answer and what its function took for the id, where the caller sent `sent`."""
    app, seen = Routes(), []

    @app.get("/it")
    def it() -> Response:
        logger.info("at work")
        seen.append(correlation_id())
        return answer(200, {})

    headers = {} if sent is None else {"X-Correlation-Id": sent}
    context = {"requestId": "of-the-edge", "stage": "$default", "http": {"method": "GET", "path": "/it"}}
    event = {"version": version, "routeKey": "GET /it", "rawPath": "/it", "headers": headers, "requestContext": context}
    return instrumented(lambda event, context: serve(app, event, context))(event, Context()), seen[0]


@pytest.mark.parametrize("sent", TAKEN)
def test_an_id_that_is_well_formed_is_taken_and_told_back(log, sent):
    reply, used = answered(sent)
    assert (used, reply["headers"]["x-correlation-id"]) == (sent, sent)
    assert {line["correlation_id"] for line in log.all()} == {sent}


@pytest.mark.parametrize("sent", REPLACED.values(), ids=REPLACED)
def test_any_other_text_is_replaced_by_the_id_of_the_request_and_is_in_no_line(log, sent):
    reply, used = answered(sent)
    assert (used, reply["headers"]["x-correlation-id"]) == ("of-the-edge", "of-the-edge")
    lines = log.all()
    assert {line["correlation_id"] for line in lines} == {"of-the-edge"}
    assert not sent or all(sent not in value for line in lines for value in line.values() if isinstance(value, str))


@pytest.mark.parametrize("data_class", redaction.MODES)
@pytest.mark.parametrize("sent", TAKEN)
def test_an_id_that_is_taken_can_be_read_in_logs_of_every_class_of_data(sent, data_class):
    write = redaction.serializer(redaction.mode_of(data_class))
    assert json.loads(write({"message": "at work", "correlation_id": accept_correlation_id(sent, "of-the-edge")}))["correlation_id"] == sent


def test_without_an_id_the_edge_s_is_taken_and_without_that_a_new_one():
    assert answered(None)[1] == "of-the-edge"
    assert re.fullmatch("[0-9a-f]{32}", accept_correlation_id(None, "not good\n"))


def test_every_contract_and_resolver_takes_the_ids_that_handlers_take():
    """The rule is in one place; where it must be written again (a published contract, a resolver), it is the same."""
    rule = f"^{_CORRELATION_ID.pattern}$"
    found = []
    for path in HANDLERS.glob("*/schemas/*.json"):
        found += [(path.name, pattern) for pattern in patterns(json.loads(path.read_text()))]
    for path in HANDLERS.glob("*/*/*.js"):
        text = path.read_text()
        if "x-correlation-id" in text:
            found += [(path.name, pattern) for pattern in re.findall(r"correlation_id: util\.matches\('(.*?)', sent\)", text)] or [(path.name, "none")]
    assert len(found) >= 6, found
    assert [each for each in found if each[1] != rule] == []


def patterns(schema: object, name: str = "") -> list[str]:
    """Patterns of every field `correlation_id`."""
    if isinstance(schema, list):
        return [each for inner in schema for each in patterns(inner, name)]
    if not isinstance(schema, dict):
        return []
    own = [schema["pattern"]] if name == "correlation_id" and isinstance(schema.get("pattern"), str) else []
    inner = ((key if isinstance(value, dict) and key not in ("anyOf", "items") else name, value) for key, value in schema.items())
    return own + [each for key, value in inner if isinstance(value, dict | list) for each in patterns(value, key)]


@pytest.mark.parametrize(
    ("content", "path", "found"),
    [
        ({"meta": {"correlation_id": "a"}}, ("meta", "correlation_id"), "a"), ({"meta": []}, ("meta", "correlation_id"), None),
        (None, ("correlation_id",), None), ({"correlation_id": 5}, ("correlation_id",), None), ([], ("correlation_id",), None),
    ],
)  # fmt: skip
def test_an_id_is_looked_for_before_the_content_is_judged(content, path, found):
    assert sent_id(content, *path) == found


def test_an_exception_that_leaves_a_message_s_block_is_logged_under_its_id(log):
    """The block has ended when the function's last line is written."""

    @instrumented
    def handler(event, context):
        with correlated("outer"), correlated("of-the-file", message_id="m-1"):
            raise OSError("S3 is away")

    with pytest.raises(OSError):
        handler({}, Context())
    [line] = log.of("ERROR")
    assert (line["message"], line["correlation_id"], line["message_id"]) == ("the function failed", "of-the-file", "m-1")


def test_an_exception_of_one_invocation_says_nothing_of_the_next(log):
    failure = PermanentFailure("the same object, raised twice")

    @instrumented
    def handler(event, context):
        accept_correlation_id("first")
        raise failure

    for _ in range(2):
        with pytest.raises(PermanentFailure):
            handler({}, Context())
    assert [line["correlation_id"] for line in log.of("ERROR")] == ["first", "first"]
