"""Logs in which a hop lost the correlation id, or took another one for it, are noticed. The lines are a loan's, as functions wrote them."""

import copy

import pytest

from tests.end_to_end.hops import missing_hops

ID, LOAN = "e2e-1", "loan_1"
WHOLE = {
    "api": [
        {"message": "loan accepted", "correlation_id": ID, "loan_id": LOAN, "function_request_id": "a"},
        {"message": "loan accepted", "correlation_id": "somebody", "loan_id": "loan_2", "function_request_id": "b"},
        {"message": "decision about loan given", "correlation_id": "approver", "loan_id": LOAN, "function_request_id": "c"},
    ],
    "score": [
        {"message": "bureau is tried again", "correlation_id": ID, "function_request_id": "d"},
        {"message": "step done", "correlation_id": ID, "loan_id": LOAN, "function_request_id": "d"},
    ],
    "notify": [
        {"message": "told", "correlation_id": ID, "loan_id": LOAN, "function_request_id": "e"},
        {"message": "told", "correlation_id": "somebody", "loan_id": "loan_2", "function_request_id": "e"},
        {"message": "batch ended", "function_request_id": "e"},
    ],
}  # fmt: skip


def judged(lines: dict) -> list[str]:
    return missing_hops(WHOLE, lines, ID, {"loan_id": LOAN}, batched={"notify"}, others={"api": "approver"})


def test_a_whole_path_is_in_order():
    assert judged(WHOLE) == []


BROKEN = {
    "a function that publishes without the id: the next one begins its own": (
        ("notify", 0, "correlation_id", "drawn-anew"), "notify: no line carries e2e-1",
    ),
    "a line that is about the same loan under another id": (
        ("score", 1, "correlation_id", "drawn-anew"), "score: 'step done' about loan_id=loan_1 carries drawn-anew",
    ),
    "a line before the id is accepted": (
        ("score", 0, "correlation_id", None), "score: 'bureau is tried again' about the same invocation carries no id",
    ),
    "a second request under an id that nobody expected": (
        ("api", 2, "correlation_id", "stranger"), "api: 'decision about loan given' about loan_id=loan_1 carries stranger",
    ),
    "the id of somebody else's message of the batch": (
        ("notify", 1, "loan_id", LOAN), "notify: 'told' about loan_id=loan_1 carries somebody",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "complaint"), BROKEN.values(), ids=BROKEN)
def test_a_lost_id_is_noticed(change, complaint):
    function, line, field, value = change
    lines = copy.deepcopy(WHOLE)
    lines[function][line][field] = value
    assert judged(lines) == [complaint]


def test_a_function_that_said_nothing_is_noticed():
    assert judged({**WHOLE, "score": []}) == ["score: no line carries e2e-1"]
    assert judged({name: lines for name, lines in WHOLE.items() if name != "score"}) == ["score: no line carries e2e-1"]
