"""What logs and traces of a function do not show, by the class of its workload's data (`DATA_CLASS`).

public, internal: they show everything. confidential: fields with the name of something personal or secret are masked, and so is what
looks like it in any text. restricted: only fields that are listed here are shown, and even those are searched.

Powertools has a utility for data masking, but it erases paths that one has to know beforehand, and brings a JSON path parser with it: a
log line has any shape. What is used of Powertools is the place: a serializer that sees each line whole, with all keys and the exception.
"""

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Literal

Mode = Literal["nothing", "personal", "unlisted"]

MODES: Mapping[str, Mode] = {"public": "nothing", "internal": "nothing", "confidential": "personal", "restricted": "unlisted"}
"""Class of data -> what is masked. A class that is not here is treated as the most secret one."""

MASK = "***"

PERSONAL_WORDS = frozenset({
    "address", "birth", "birthday", "birthdate", "card", "cvc", "cvv", "dob", "email", "fax", "firstname", "fullname", "iban", "income", "lastname",
    "mail", "mobile", "pan", "passport", "phone", "postcode", "salary", "ssn", "street", "surname", "telephone", "zip",
})  # fmt: skip
SECRET_WORDS = frozenset({
    "apikey", "authorization", "cookie", "credential", "credentials", "jwt", "passwd", "password", "secret", "signature", "token",
})  # fmt: skip
PEOPLE = frozenset({"applicant", "contact", "customer", "family", "first", "full", "given", "guest", "last", "maiden", "person", "recipient", "user"})
"""Words that make a name a person's: `customer_name`, but not `function_name`. `name` alone is one."""

LISTED = frozenset({
    "level", "location", "message", "timestamp", "service", "cold_start", "function_name", "function_memory_size", "function_arn",
    "function_request_id", "correlation_id", "exception_name", "api", "attempt", "codes", "failures", "kind", "more",
    "outcome", "permanent", "records", "status", "step",
})  # fmt: skip
"""Fields that logs of restricted data show, besides those that end as in LISTED_ENDS. Not `reason`: it quotes."""
LISTED_ENDS = ("_id", "_ids", "_count", "_ms", "_seconds", "_bytes", "_number")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)  # pydantic quotes what it refuses
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w-])[2-6]\d(?:[ -]?\d){10,16}\d(?![\w-])")
_PHONE = re.compile(r"(?<![\w.+-])(?:\+\d[\d ()/.-]{6,18}\d|\(?0\d{2,4}\)?[ /-]\d{3,4}[ -]?\d{3,5}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])")


def mode_of(data_class: str | None) -> Mode:
    """What is masked for a class of data; for one that is unknown or not told, as much as for the most secret."""
    return MODES.get(data_class or "", "unlisted")


def redacted(value: Any, mode: Mode) -> Any:
    """A value of JSON (what json.loads returns) without what `mode` masks; of the same shape."""
    if mode == "nothing":
        return value
    if isinstance(value, dict):
        return {key: MASK if _is_hidden(str(key), each, mode) else redacted(each, mode) for key, each in value.items()}
    if isinstance(value, list):
        return [redacted(each, mode) for each in value]
    if isinstance(value, str):
        return _text(value, mode)
    if isinstance(value, int) and not isinstance(value, bool) and _text(str(value), mode) != str(value):
        return MASK  # a card's number is one without its quotes, too
    return value


def serializer(mode: Mode) -> Callable[[Mapping[str, Any]], str]:
    """Makes a log line of its keys and values, as Powertools does, without what `mode` masks."""

    def line(log: Mapping[str, Any]) -> str:
        text = json.dumps(log, default=str, separators=(",", ":"), ensure_ascii=False)
        if mode == "nothing":
            return text
        # Of the text, so that models, times and exceptions are searched as they would be shown.
        read = json.loads(text)
        places = _places(read) if mode == "unlisted" else {}
        return json.dumps(redacted(read, mode) | places, separators=(",", ":"), ensure_ascii=False)

    return line


def told(error: BaseException, mode: Mode) -> BaseException:
    """What may be said of an error outside of the function: an exception of the same name, with its text redacted.

    The runtime logs an error that leaves the handler, and the trace keeps its text. The name stays: workflows decide by it.
    """
    if mode == "nothing":
        return error
    said = MASK if mode == "unlisted" else _text(str(error), mode)
    stand_in = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})
    return stand_in(said).with_traceback(error.__traceback__)


def _places(log: dict[str, Any]) -> dict[str, Any]:
    """Of an exception, where it was raised: places in the code, which quote no value. Its text may, in no form that a pattern knows."""
    trace = log.get("stack_trace")
    return {"stack_trace": redacted({key: trace.get(key) for key in ("type", "module", "frames")}, "personal")} if isinstance(trace, dict) else {}


def _is_hidden(key: str, value: Any, mode: Mode) -> bool:
    if value is None or (mode == "personal" and isinstance(value, bool)):
        return False
    words = [word.lower() for word in _WORD.findall(key)]
    listed = key in LISTED or (key.endswith(LISTED_ENDS) and not _is_personal(words))
    return not listed and (mode == "unlisted" or _is_personal(words))


def _is_personal(words: list[str]) -> bool:
    if words == ["name"] or (len(words) > 1 and words[-1] == "name" and words[-2] in PEOPLE):
        return True
    pairs = {first + second for first, second in pairwise(words)}
    singular = {word.removesuffix("s") for word in words} | {word.removesuffix("es") for word in words}
    return not (PERSONAL_WORDS | SECRET_WORDS).isdisjoint({*words, *singular, *pairs})


def _text(text: str, mode: Mode) -> str:
    if text[:1] in ("{", "["):  # a body or a message that is JSON itself
        try:
            return json.dumps(redacted(json.loads(text), mode), separators=(",", ":"), ensure_ascii=False)
        except ValueError:
            pass
    text = _INPUT.sub(f"input_value={MASK}, input_type=", text)
    for pattern in (_EMAIL, _TOKEN):
        text = pattern.sub(MASK, text)
    text = _IBAN.sub(lambda found: MASK if _is_iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], text)
    return _PHONE.sub(MASK, text)


def _is_card(text: str) -> bool:
    """Whether its last digit is the one that all others lead to (ISO/IEC 7812): an id of as many digits mostly fails."""
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    return (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether its check digits are right (ISO 13616)."""
    letters = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1
