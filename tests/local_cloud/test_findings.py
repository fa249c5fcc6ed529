"""Findings of the guardrails, as `make up` and `make preview` tell them."""

from pathlib import Path
from types import SimpleNamespace

from local.events import Summary
from local.findings import MOST_PLACES, grouped
from local.preview import report_of
from local.update import UpdateFailed
from reports.preview import markdown

QUEUE = "urn:pulumi:dev::p::aws:sqs/queue:Queue::q{}"


def finding(
    number: int,
    remedy: str = "Set a key. Rule queue-is-encrypted, see its page",
    title: str = "Queues are encrypted.",
    level: str = "mandatory",
):
    return level, QUEUE.format(number), f"{title}\nQueue 'q{number}': key=not set: no key.\n{remedy}"


def test_fifty_findings_of_a_rule_are_its_remedy_once_the_first_ten_places_and_a_count():
    summary = Summary(findings=[finding(number) for number in range(50)])
    said = str(UpdateFailed("preview", summary, 1, Path("log"))).splitlines()
    assert said == [
        "50 guardrail findings stop this preview:",
        "  Queues are encrypted. (50 places)",
        *(f"    Queue 'q{number}': key=not set: no key." for number in range(10)),
        "    and 40 more",
        "    Set a key. Rule queue-is-encrypted, see its page",
        "  (whole output: log)",
    ]
    assert MOST_PLACES == 10


def test_what_a_rule_finds_before_and_with_the_whole_stack_is_one_place():
    (group,) = grouped(Summary(findings=[finding(1), finding(2), finding(1)]), "mandatory")
    assert [place.split(":")[0] for place in group.places] == ["Queue 'q1'", "Queue 'q2'"]


def test_other_rules_remedies_and_levels_stand_apart():
    summary = Summary(
        findings=[finding(1), finding(2, remedy="Set another."), finding(3, title="Another rule."), finding(4, level="advisory")]
    )
    assert [(group.level, group.title, group.places[0][6:10]) for group in grouped(summary, "mandatory", "advisory")] == [
        ("mandatory", "Queues are encrypted.", "'q1'"), ("mandatory", "Queues are encrypted.", "'q2'"),
        ("mandatory", "Another rule.", "'q3'"), ("advisory", "Queues are encrypted.", "'q4'"),
    ]  # fmt: skip
    assert len(grouped(summary, "mandatory")) == 3


def test_messages_of_another_pack_are_told_as_they_are_with_the_resource():
    said = str(
        UpdateFailed("up", Summary(findings=[("mandatory", QUEUE.format(1), "Not red\nred is not allowed")]), 1, Path("log"))
    )
    assert said.splitlines() == [
        "1 guardrail finding stops this up:", "  Not red", "    aws:sqs/queue:Queue q1", "      red is not allowed", "  (whole output: log)",
    ]  # fmt: skip


def test_the_comment_of_a_pull_request_lists_places_under_their_rule(monkeypatch):
    monkeypatch.setattr("local.preview.read_changes", lambda events, parents: [])
    settings = SimpleNamespace(protect_state=False, account_id="0" * 12)
    told = markdown(report_of(settings, "dev", "0" * 40, Summary(findings=[finding(1), finding(2)]), {}, complete=True))
    assert [line for line in told.splitlines() if line.lstrip().startswith("- ")] == [
        "- mandatory: Queues are encrypted. (2 places): ",
        "  - Queue 'q1': key=not set: no key.",
        "  - Queue 'q2': key=not set: no key.",
        "  - Set a key. Rule queue-is-encrypted, see its page",
    ]
