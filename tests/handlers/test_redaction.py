"""What logs and traces show, by the class of a workload's data."""

import io
import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from handler_support import Context, numbers
from pydantic import BaseModel

from local.up import ROOT, read_settings
from platform_contract.manifest import load_manifests
from platform_contract.platform import data_class
from shared import observability, redaction
from shared.redaction import MASK

ANNA = {
    "email": "anna@example.org", "Full-Name": "Anna Berg", "name": "Anna", "customer_name": "Anna", "phoneNumber": "0171 1234567",
    "shipping_address": {"street": "Hauptstr. 1", "city": "Berlin"}, "card": {"last": "4242"}, "task_token": "AAAA", "api_key": "k",
    "Authorization": "x", "emails": ["a", "b"], "date_of_birth": "1990-01-01", "birthDate": "1990-01-01", "iban": "x", "addresses": [],
}  # fmt: skip
PLAIN = {
    "order_id": "o-1", "file_name": "letter.txt", "function_name": "dev-orders-api", "status": 201, "amount": "19.90", "room": "lobby",
    "requested_at": "2026-11-21T13:30:00.123+00:00", "arn": "arn:aws:lambda:eu-west-1:000000000000:function:dev-orders-api:live",
    "trace": "1-5759e988-bd862e3fe1be46a994272793", "uuid": "23456789-1234-4234-8234-123456789012", "sequence": "49590338271490256608559692538361571095921575989136588898",
    "milliseconds": 1795267800123, "token_count": None, "mailing": True, "passenger": "window", "key": "orders/2026/11/21/0171.json",
}  # fmt: skip
LOOKS_LIKE = {
    "an e-mail address": ("write to anna.berg+shop@mail.example.co.uk today", "anna"),
    "a card": ("paid with 4242 4242 4242 4242.", "4242"),
    "a card without gaps": ("paid with 5555555555554444", "5555"),
    "a phone abroad": ("call +49 171 1234567 now", "171"),
    "a phone": ("call 0171 1234567 now", "171"),
    "a phone in America": ("call (555) 123-4567 now", "123"),
    "an account": ("from DE89 3704 0044 0532 0130 00", "3704"),
    "a token": ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJ"),
    "a header": ("sent Authorization: Bearer abcdef123456", "abcdef"),
    "what pydantic quotes": ("1 error: [type=missing, input_value={'last': 'Berg'}, input_type=dict]", "Berg"),
    "JSON in text": ('{"person": {"name": "Anna Berg"}}', "Berg"),
}


class Loan(BaseModel):
    loan_id: str
    email: str


def lines_of(class_of_data: str | None, write: Any) -> list[dict[str, Any]]:
    """What a logger as ours writes for a class of data."""
    mode, stream = redaction.mode_of(class_of_data), io.StringIO()
    logger = Logger(service=f"test-{next(numbers)}", stream=stream, logger_formatter=redaction.Formatter(mode))
    write(logger)
    logging.root.manager.loggerDict.pop(logger.service)  # pytest looks at each that there is, in every test after this
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("name", ["public", "internal"])
def test_logs_of_other_classes_show_everything(name: str):
    (line,) = lines_of(name, lambda logger: logger.info("asked", person=ANNA, at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert line["person"] == ANNA
    assert line["at"] == "2026-01-01 00:00:00+00:00"


@pytest.mark.parametrize("field", sorted(ANNA))
def test_personal_fields_of_confidential_data_are_masked_at_any_depth(field: str):
    deep = {"order_id": "o-1", "parts": [{"more": {field: ANNA[field]}}]}
    (line,) = lines_of("confidential", lambda logger: logger.info("asked", request=deep))
    assert line["request"] == {"order_id": "o-1", "parts": [{"more": {field: MASK}}]}


@pytest.mark.parametrize("field", sorted(PLAIN))
def test_other_fields_of_confidential_data_are_shown(field: str):
    (line,) = lines_of("confidential", lambda logger: logger.info("asked", request={field: PLAIN[field]}))
    assert line["request"] == {field: PLAIN[field]}


@pytest.mark.parametrize("name", ["confidential", "restricted"])
@pytest.mark.parametrize("what", sorted(LOOKS_LIKE))
def test_what_looks_personal_is_masked_in_any_text(name: str, what: str):
    text, personal = LOOKS_LIKE[what]
    assert personal in text
    for line in lines_of(name, lambda logger: (logger.info(text), logger.info({"message": text}), logger.info("a", loan_id=text))):
        assert personal not in json.dumps(line)
        assert MASK in json.dumps(line)


def test_a_card_is_one_without_its_quotes_too():
    (line,) = lines_of("confidential", lambda logger: logger.info("paid", with_=4242424242424242, order=1234))
    assert (line["with_"], line["order"]) == (MASK, 1234)


def test_logs_of_restricted_data_show_listed_fields_only():
    def write(logger: Logger) -> None:
        logger.append_keys(correlation_id="c-1", cold_start=True)
        logger.info("scored", loan_id="l-1", attempt=2, waited_seconds=0.5, score=712, approved=False, reason="two debts", loan={"loan_id": "l-1", "sum": 9})

    (line,) = lines_of("restricted", write)
    assert {key: line[key] for key in ("message", "level", "correlation_id", "cold_start", "loan_id", "attempt", "waited_seconds")} == {
        "message": "scored", "level": "INFO", "correlation_id": "c-1", "cold_start": True, "loan_id": "l-1", "attempt": 2, "waited_seconds": 0.5,
    }  # fmt: skip
    assert [line[key] for key in ("score", "approved", "reason", "loan")] == [MASK] * 4
    assert line["timestamp"].startswith("20")
    assert line["location"].startswith("write:")


def test_ends_of_names_open_no_personal_field():
    (line,) = lines_of("restricted", lambda logger: logger.info("a", email_id="anna", card_number="1", token_id="t", customer_id="c-1"))
    assert [line[key] for key in ("email_id", "card_number", "token_id", "customer_id")] == [MASK, MASK, MASK, "c-1"]


@pytest.mark.parametrize(("name", "shown"), [("confidential", {"event_id": "e-1", "priority": "high"}), ("restricted", {"event_id": "e-1", "priority": MASK})])
def test_a_log_of_an_event(name: str, shown: dict[str, str]):
    body = json.dumps({"event_id": "e-1", "priority": "high", "recipient": {"email": "anna@example.org"}})
    event = {"headers": {"authorization": "Bearer secret-token"}, "message": body, "loan_id": "l-1"}
    (line,) = lines_of(name, lambda logger: logger.info(event))
    message = json.loads(line["message"]["message"])
    assert {key: message[key] for key in shown} == shown
    assert line["message"]["loan_id"] == "l-1"
    assert not any(word in json.dumps(line) for word in ("anna", "secret-token"))


def test_models_times_and_numbers_are_searched_as_they_would_be_shown():
    (line,) = lines_of("confidential", lambda logger: logger.info("a", loan=Loan(loan_id="l", email="anna@example.org"), sum=Decimal("1.5")))
    assert line["sum"] == "1.5"
    assert line["loan"] == {"loan_id": "l", "email": MASK}


@pytest.mark.parametrize("name", ["confidential", "restricted"])
def test_exceptions_with_what_caused_them(name: str):
    def write(logger: Logger) -> None:
        try:
            try:
                raise KeyError("anna@example.org")
            except KeyError as first:
                raise ValueError("no account for anna@example.org, born in Ulm") from first
        except ValueError as error:
            error.add_note("asked by +49 171 1234567")
            logger.exception("refused")

    (line,) = lines_of(name, write)
    assert not any(word in json.dumps(line) for word in ("anna@", "171"))
    assert line["exception_name"] == "ValueError"
    assert line["stack_trace"]["frames"][0]["function"] == "write"
    assert ("Ulm" in line["exception"]) is (name == "confidential")  # only listed fields know no form to look for


@pytest.mark.parametrize("name", [None, "", "secret"])
def test_a_class_that_is_not_told_is_the_most_secret(name: str | None):
    assert redaction.mode_of(name) == redaction.mode_of("restricted") == "unlisted"


def test_the_functions_and_the_platform_mean_the_same_by_a_class():
    assert dict(redaction.MODES) == {name: rules.redacts for name, rules in data_class.CLASSES.items()}


class LoanRefusedError(Exception):
    """Whose name a workflow looks at."""


@pytest.mark.parametrize(("name", "text"), [("internal", "anna@example.org owes"), ("confidential", f"{MASK} owes"), ("restricted", MASK)])
def test_an_error_that_leaves_the_handler_has_its_name_and_what_may_be_shown(monkeypatch: pytest.MonkeyPatch, name: str, text: str):
    monkeypatch.setattr(observability, "HIDDEN", redaction.mode_of(name))

    @observability.instrumented
    def handler(event: dict, context: Any) -> None:
        raise LoanRefusedError("anna@example.org owes")

    with pytest.raises(Exception) as raised:
        handler({}, Context())
    assert type(raised.value).__name__ == "LoanRefusedError"
    assert str(raised.value) == text
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, name != "internal")
    assert raised.traceback[-1].name == "handler"


@pytest.mark.parametrize(("name", "text"), [("internal", "anna@example.org owes"), ("confidential", f"{MASK} owes"), ("restricted", MASK)])
def test_traces_keep_of_errors_what_may_be_shown_and_the_caller_gets_the_error(monkeypatch: pytest.MonkeyPatch, traced: Any, name: str, text: str):
    monkeypatch.setattr(observability, "HIDDEN", redaction.mode_of(name))
    error = LoanRefusedError("anna@example.org owes")

    @observability.instrumented
    def handler(event: dict, context: Any) -> None:
        with pytest.raises(LoanRefusedError) as raised, observability.correlated("c-1"):
            raise error
        assert raised.value is error
        raise error

    with pytest.raises(Exception, match=re.escape(text)):
        handler({}, Context())
    [invocation] = traced()
    [message] = invocation["subsegments"]
    for part in (invocation, message):
        [kept] = part["cause"]["exceptions"]
        assert (part["fault"], kept["type"], kept["message"]) == (True, "LoanRefusedError", text)


SHOWN = "from shared.observability import logger; logger.info('asked', email='anna@example.org', score=7)"


def written_by_functions_of(name: str) -> dict[str, Any]:
    """A line of the logger that handlers import, in a process with the class of data of a workload."""
    ran = subprocess.run(
        [sys.executable, "-c", SHOWN], cwd=ROOT / "handlers", text=True, capture_output=True, check=True,
        env={"DATA_CLASS": name, "PATH": "", "POWERTOOLS_SERVICE_NAME": "a"},
    )  # fmt: skip
    return json.loads(ran.stdout.splitlines()[-1])


def unprotected(name: str) -> list[str]:
    """Fields that handlers of a workload with this class would show, and must not."""
    line, mode = written_by_functions_of(name), data_class.CLASSES[name].redacts
    hidden = {"nothing": [], "personal": ["email"], "unlisted": ["email", "score"]}[mode]
    return [field for field in hidden if line[field] != MASK]


def test_what_handlers_import_redacts_for_the_class_of_every_workload():
    classes = {manifest.data_class for manifest in load_manifests(ROOT / "workloads", read_settings("dev", {})).values()}
    assert classes >= {"internal", "confidential", "restricted"}
    assert {name: unprotected(name) for name in sorted(classes)} == {name: [] for name in sorted(classes)}


def test_a_logger_without_redaction_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.modules[__name__], "SHOWN", SHOWN.replace("logger;", "logger; logger.registered_formatter.json_serializer = __import__('json').dumps;"))
    assert (unprotected("confidential"), unprotected("restricted")) == (["email"], ["email", "score"])
