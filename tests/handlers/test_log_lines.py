"""A log line never fails or delays what it tells of, whatever a caller sends; and shows no credential of any common shape."""

import ast
import io
import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS
from handler_support import numbers

from shared import observability, redaction
from shared.redaction import LONGEST_LINE, LONGEST_TEXT, MASK, MOST_ITEMS, Mode, redacted
from shared.sensitive import masked

HANDLERS = Path(__file__).parents[2] / "handlers"
LONGEST_WRITTEN = 4 * LONGEST_LINE
"""Characters: escapes, names of fields and punctuation come on top of the texts."""


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Endless:
    def __str__(self) -> str:
        return str(self)


class Broken(Mapping):
    def __getitem__(self, key: Any) -> Any:
        raise OSError("gone")

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[Any]:
        raise OSError("gone")


@dataclass
class Person:
    person_id: str
    email: str


def nested(depth: int, make: Any) -> Any:
    inner: Any = 1
    for _ in range(depth):
        inner = make(inner)
    return inner


def cycle() -> list:
    one: list = [1]
    one.append({"again": one})
    return one


SHAPES: dict[str, Any] = {
    "lists in lists": nested(100_000, lambda inner: [inner]),
    "objects in objects": nested(100_000, lambda inner: {"a": inner}),
    "a cycle": cycle(),
    "a name of 3 MB": {"k" * 3_000_000: 1},
    "a text of 5 MB": "x" * 5_000_000,
    "bytes": b"\xff\0" * 2_000_000,
    "view of bytes": memoryview(b"abc"),
    "no number": [float("nan"), float("inf"), -float("inf"), Decimal("NaN")],
    "a number of 6000 digits": 10**6000,
    "halves of pairs": {"\ud83d": "\udc00 half"},
    "other ends of lines": "a\u2028b\x85c\x00d\r\ne",
    "many items": [1] * 200_000,
    "many fields": {str(number): number for number in range(100_000)},
    "many texts": ["y" * 9_000] * 99,
    "wide": [[list(range(50))] * 50] * 50,
    "JSON in text": "[" * 100_000,
    "short JSON in text": "[" * 7_000,
    "JSON with a long number": json.dumps({"a": 1}).replace("1", "1" * 6_000),
    "JSON with no number": '{"a": NaN}',
    "JSON in JSON in JSON": nested(8, json.dumps),
    "says nothing of itself": [Unspeakable(), {Unspeakable(): 1}],
    "speaks without end": Endless(),
    "not to be read": {"a": Broken()},
    "names that are no text": {(1, 2): 1, None: 2, b"b": 3},
    "a set": {1, 2, 3},
    "a generator": (number for number in range(3)),
    "a class": Person,
}


def lines_of(mode: Mode, write: Any, stream: Any = None) -> list[dict[str, Any]]:
    stream = stream or io.StringIO()
    logger = Logger(service=f"test-{next(numbers)}", stream=stream, logger_formatter=redaction.Formatter(mode))
    logger.set_correlation_id("c-1")
    logging.getLogger(logger.service).propagate = False  # to pytest's own handler, which cannot write all of these
    write(logger)
    logging.root.manager.loggerDict.pop(logger.service)  # pytest looks at each that there is, in every test after this
    written = stream.getvalue()
    assert len(written) <= LONGEST_WRITTEN * written.count("\n")
    assert written.replace("\n", "").isprintable()

    def refuse(what: str) -> None:
        raise AssertionError(f"{what} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in written.splitlines()]


@pytest.mark.parametrize("mode", ["nothing", "personal", "unlisted"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_of_any_shape_is_one_line(mode: Mode, shape: str):
    value = SHAPES[shape]

    def write(logger: Logger) -> None:
        logger.info("asked", it=value, loan_id=value)
        logger.info(value)
        with logger.append_context_keys(step=value):
            logger.info({"message": value})
        try:
            raise ValueError(value)
        except ValueError:
            logger.exception("refused")

    lines = lines_of(mode, write)
    assert [line["level"] for line in lines] == ["INFO", "INFO", "INFO", "ERROR"]
    assert {line["correlation_id"] for line in lines} == {"c-1"}


def test_what_goes_wrong_is_told_by_a_line_that_quotes_nothing(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: Any) -> None:
        raise MemoryError("anna@example.org")

    monkeypatch.setattr(redaction._Line, "value", fail)
    [line] = lines_of("nothing", lambda logger: logger.info("asked", email="anna@example.org"))
    assert (line.pop("timestamp")[:2], line.pop("location")[:9], line.pop("service")[:5]) == ("20", "<lambda>:", "test-")
    assert line == {"level": "INFO", "message": MASK, "correlation_id": "c-1", "log_failed": "MemoryError"}


def test_a_line_that_cannot_be_written_is_lost_and_shown_nowhere_else(capsys: pytest.CaptureFixture):
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError("no room")

    lines_of("personal", lambda logger: logger.info("asked", note="anna@example.org"), Full())
    assert capsys.readouterr() == ("", "")


def test_what_is_cut_says_so():
    def write(logger: Logger) -> None:
        logger.info("asked", text="x" * 9_000, many=list(range(105)), fields=dict.fromkeys(range(101), 0), **{"n" * 101: 1})
        logger.info("asked", texts=["y" * 8_000] * 6)

    first, second = lines_of("nothing", write)
    assert first["text"] == f"{'x' * LONGEST_TEXT}… (9000 characters)"
    assert first["many"] == [*range(MOST_ITEMS), "… 5 more"]
    assert first["fields"]["…"] == "1 more"
    assert first["n" * 101] == 1
    assert [each[:1] for each in second["texts"]] == ["y", "y", "y", "y", "…", "…"]


SEEDS = [
    "input_value=", "input_value=x, input_type=", "eyJ", "-eyJ", "eyJaaaaaaaa.", "a.", "a@", "a@a.", "@", "://", "://a:", "://a:b@", "password=",
    "password=x ", 'password:"', "password={", "password=[]", "authorization: ", 'cookie="', "Bearer ", "Basic  ", "digest a=", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY", "4", "4 ", "4-", "AA00", "AA00 ", "0171 ", "+49 ", "(555) ", "$2b$", "A1a/", "=>", "\\", '"', " ", "\n", "ghp_", "SG.a",
    "a", "é", "name:'", "token\t\t\t\t=", "<password>", "%",
]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_searching_takes_time_in_proportion_to_the_text(seed: str):
    """Eight times the text, at most 24 times the time; with a pattern that looks back it would be 64."""

    def seconds(characters: int) -> float:
        text, best = (seed * characters)[:characters], 1e9
        for _ in range(3):
            begun = time.process_time()
            masked(text)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(16_000) < 24 * seconds(2_000) + 0.001


CREDENTIALS = {
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "half of one": "eyJhbGciOiJIUzI1NiJ9.eyJz",
    "bearer": "Bearer s3cr3t-token-1", "basic": "Basic c2hvcDpodW50ZXIy", "digest": 'Digest username="shop", response="6629fae4"',
    "signed": "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/s3/aws4_request, Signature=fe5f80f7",
    "access key of AWS": "AKIAIOSFODNN7EXAMPLE", "secret key of AWS": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "session token of AWS": "IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMSJHMEUCIQ", "token of a task": "AAAAKgAAAAIAAAAAAAAAAb8p9" + "Zq7/" * 40,
    "signed address": "https://bucket.s3.amazonaws.com/a?X-Amz-Expires=60&X-Amz-Signature=fe5f80f77d5fa3be", "GitHub": "ghp_" + "a1B2" * 9,
    "fine-grained GitHub": "github_pat_" + "a1B2" * 9, "GitLab": "glpat-abcdefghij0123456789", "Slack": "xoxb-123456789012-abcdefghijkl",
    "Slack's hook": "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX", "Stripe": "sk_live_abcdefghij0123456789",
    "Google": "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234", "OpenAI": "sk-proj-abcdefghij0123456789abcdefghij", "npm": "npm_" + "a1B2" * 9,
    "Vault": "hvs.CAESIJabcdefghij0123456789", "SendGrid": "SG.abcdefghij0123456789.abcdefghij0123456789",
    "password of an address": "postgres://shop:hunter2secret@db.example.com/shop", "with signs": "amqps://u:p/4s#sw0rd9@mq.example.com",
    "token of an address": "https://hunter2secret@example.com/repository.git", "connection string": "Server=db;User Id=shop;Password=hunter2secret;",
    "connection string of Azure": "AccountName=shop;AccountKey=aHVudGVyMnNlY3JldA==;EndpointSuffix=x", "in a form": "grant_type=password&client_secret=hunter2secret",
    "in the environment": "export DB_PASSWORD=hunter2secret", "in a header": "x-api-key: hunter2secret", "cookie": "Set-Cookie: session=hunter2; Path=/",
    "authorization": "authorization: Token hunter2 secret", "in JSON": 'sent {"user": {"password": "hunter2 \\"secret\\""}}',
    "in JSON in JSON": '{"body": "{\\"clientSecret\\": \\"hunter2secret\\"}"}', "in a repr": "Login(user='anna', password='hunter2 secret')",
    "in a dict": "{'secrets': {'a': 'hunter2secret', 'b': [1, 'hunter2secret']}, 'c': 1}", "in XML": "<wsse:Password>hunter2secret</wsse:Password>",
    "in YAML": "api_key: hunter2secret", "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "private key, cut": "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA", "hashed": "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
    "hashed by argon2": "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "passphrase": "passphrase = 'correct horse'", "one-time": "otp=123456",
}  # fmt: skip
SHOWN_OF_THEM = {
    "anna", "shop", "user", "db", "example", "https", "bucket", "Server", "Login", "grant", "type", "password", "wsse", "session", "Path", "secrets", "export",
    "authorization", "AccountName", "EndpointSuffix", "Signature", "Credential", "username", "response", "client", "secret", "passphrase", "private",
}  # fmt: skip


def secrets_of(text: str) -> set[str]:
    """Its parts that nobody may read."""
    known = ("hunter2", "secret", "s3cr3t", "MIIEp", "fe5f80f7", "6629fae4", "c2hvcDp", "aHVudGVy", "IOSFODNN7", "bPxRfiCY", "X2VjEJr", "abcdefghij", "a1B2a1B2", "eyJ", "XXXXXXXX",
             "Zq7/Zq7/", "4s#sw0rd9", "EixZaYVK", "aGFzaA", "correct horse", "123456", "AAAAKg", "123456789012")  # fmt: skip
    return {each for each in known if each in text.replace("client_secret", "").replace("clientSecret", "").replace("secrets", "")}


@pytest.mark.parametrize("around", ["{}", "failed: {} (twice)", "a, {}", "line\n{}\nline", "[{}"])
@pytest.mark.parametrize("what", CREDENTIALS)
def test_credentials_in_any_text_are_masked(what: str, around: str):
    secrets = secrets_of(CREDENTIALS[what])
    assert secrets
    text = around.format(CREDENTIALS[what])
    for mode in ("personal", "unlisted"):
        [line] = lines_of(mode, lambda logger: logger.info(text))
        said = json.dumps(line["message"]).replace("client_secret", "").replace("clientSecret", "").replace("secrets", "")
        assert MASK in said
        assert not {each for each in secrets if each in said}, said
    [line] = lines_of("nothing", lambda logger: logger.info(text, exc_info=False))
    assert MASK not in json.dumps(line["message"])


@pytest.mark.parametrize(
    "text",
    [
        "email: Field required", "items.0.quantity: Input should be greater than 0 (and 2 more)", "phone: String should match pattern '^[0-9]+$'",
        "https://api.example.com/orders/1?limit=5", "arn:aws:states:eu-west-1:000000000000:execution:loans:6f1c", "the token expired", "company=ACME",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "task-of-the-day",
        "Traceback (most recent call last):\n  File \"/var/task/orders/api.py\", line 5, in create\n    store.add(kept)", "password: ", "is_active=true",
        "uploads/2026/11/21/0c5a8a0e-53d6-4a0e-9c55-6ad4f0b4f3a4/letter-of-a-friend.txt",
    ],
)  # fmt: skip
def test_other_text_of_confidential_data_is_shown(text: str):
    [line] = lines_of("personal", lambda logger: logger.info(text))
    assert line["message"] == text


HALVES = {
    "anna.berg@example.org": "anna.be", "4242 4242 4242 4242": "4242 42", "+49 171 1234567": "171 12", CREDENTIALS["JSON Web Token"]: "hbGciOi",
    "password='hunter2 and more'": "hunter2",
}  # fmt: skip


@pytest.mark.parametrize("secret", HALVES)
def test_nothing_is_recognised_only_in_half_where_a_text_is_cut(secret: str):
    for before in range(LONGEST_TEXT - len(secret) - 1, LONGEST_TEXT + 2, 3):
        text = redacted("." * before + " " + secret + " " + "." * 20_000, "personal")
        assert HALVES[secret] not in text and len(text) <= LONGEST_TEXT + 30


def test_long_json_is_not_cut_open():
    """Its fields could not be told any more."""
    text = json.dumps({"person": {"first": "Anna"}, "more": "x" * 9_000})
    assert redacted(text, "personal") == f"{MASK}… ({len(text)} characters)"


def test_names_of_fields_are_searched_too():
    assert redacted({"anna@example.org": 1, "k" * 200 + "password": "x"}, "personal") == {MASK: 1, "k" * 100 + "…": MASK}


def test_fields_of_models_are_masked_by_name():
    assert redacted([Person("p-1", "anna@example.org")], "personal") == [{"person_id": "p-1", "email": MASK}]


def test_an_error_that_leaves_the_function_is_cut():
    for mode in ("nothing", "personal"):
        assert len(str(redaction.told(ValueError("x" * 5_000_000), mode))) < LONGEST_TEXT + 50
    assert str(redaction.told(ValueError(Unspeakable()), "personal")) == "<ValueError>"


def test_no_call_of_the_logger_takes_a_name_that_logging_keeps_for_itself():
    """Python's logging raises for those, before any formatter is asked."""
    reserved = {*RESERVED_LOG_ATTRS, *vars(logging.makeLogRecord({})), "message"} - {"exc_info", "stack_info"}
    taken = [
        f"{path.relative_to(HANDLERS)}:{call.lineno}: {keyword.arg}"
        for path in HANDLERS.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "logger"
        for keyword in call.keywords
        if keyword.arg in reserved
    ]
    assert taken == []


def test_the_logger_of_handlers_is_this_one():
    assert isinstance(observability.logger.registered_formatter, redaction.Formatter)
    assert not logging.raiseExceptions
