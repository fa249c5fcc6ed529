"""How findings are told: what, where, value, rule, what to do; never a secret, never a document."""

import json
from typing import Any

import pytest
from guardrails.catalogue import RULES
from guardrails.findings import LONGEST_VALUE, show
from guardrails.judge import Judge
from guardrails.resource import WORKLOAD_COMPONENT, Resource, Stack
from guardrails.rule import Case, Finding, Given, Rule, Severity
from guardrails.values import Secret, Values
from guardrails.waivers import Waivers
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from wire import Server, urn

QUEUE = "aws:sqs/queue:Queue"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
SECRET = "hunter2-hunter2"


def marked(value: Any) -> dict[str, Any]:
    """A secret as the engine sends it."""
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


def test_a_finding_says_what_is_wrong_where_and_on_a_second_line_what_to_do(server: Server) -> None:
    server.analyze(Given(WORKLOAD_COMPONENT, {}, "orders"), "sentence")
    server.analyze(Given(WORKLOAD_COMPONENT, {}, "orders-export"), "sentence")
    queue = Given(QUEUE, {"name": "q", "tags": {"owner": "commerce"}}, "orders-export-intake")
    (told,) = server.analyze(queue, "sentence")
    assert told == (
        "sqs-queue-is-encrypted", "mandatory", urn(queue, "sentence"),
        "Queues are encrypted with the workload's key, or with SQS's own when asked for.\n"
        "Queue 'orders-export-intake' of workload 'orders-export': kmsMasterKeyId=not set: messages would be kept without "
        "encryption that this program asks for.\n"
        "Set kmsMasterKeyId to the workload's key (the platform's Queue does), or "
        "sqsManagedSseEnabled: true. Rule sqs-queue-is-encrypted, see docs/reference/rules/sqs-queue-is-encrypted.md",
    )  # fmt: skip


def test_through_the_server_a_secret_is_judged_and_not_shown(server: Server) -> None:
    """The engine sends what is secret, marked as such, so that rules can look at it."""
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": f"{SECRET}:*", "Resource": "arn:aws:sqs:a:0:q"}]})
    role = Given("aws:iam/role:Role", {
        "permissionsBoundary": marked(f"arn:aws:iam::0:role/{SECRET}"), "tags": {"owner": "a"},
        "inlinePolicies": [{"name": "p", "policy": marked(policy)}],
    })  # fmt: skip
    told = server.analyze(role, "secrets")
    assert {each.policy for each in told} == {"iam-role-has-boundary", "iam-actions-are-named"}
    assert not any(SECRET in each.message for each in told), told
    assert [each.message.split(": ")[1] for each in told] == [
        "inlinePolicies.0.policy statement 0 Action=(secret)",
        "permissionsBoundary=(secret)",
    ]


def quoting(resource: Resource, _: object):
    yield Finding(
        "a.b",
        resource.get("a.b"),
        f"has {resource.get('a.b')} and {resource.get('c')} in it",
        f"set a.b to {resource.get('a.b')}2",
    )


def asked(check: Any = None, check_stack: Any = None) -> Rule:
    return Rule("a-rule", "A rule.", "Test.", "repair it", Severity.LOW, {QUEUE: ()}, (Case("none", Given(QUEUE, {})),), ("test",),
                check=check, check_stack=check_stack, joins=(QUEUE,) if check_stack else ())  # fmt: skip


def queue(props: dict[str, Any], name: str = "q") -> Resource:
    return Resource(QUEUE, name, f"urn:pulumi:s::p::{QUEUE}::{name}", Values(props))


@pytest.mark.parametrize(
    "secret",
    [
        {"a": {"b": Secret(SECRET)}},
        {"a": Secret({"b": SECRET})},
        {"a": Secret(Secret({"b": SECRET}))},
        {"a": {"b": SECRET}, "d": [Secret([SECRET])]},
    ],
)
def test_a_secret_stays_hidden_in_value_problem_and_fix(secret: dict) -> None:
    (told,) = Judge([asked(quoting)], Waivers()).resource(queue({**secret, "c": "plain"}))
    assert told.message.splitlines() == [
        "Queue 'q': a.b=(secret): has (secret) and plain in it.",
        "Set a.b to (secret)2. Rule a-rule, see docs/reference/rules/a-rule.md",
    ]


def test_a_short_secret_is_hidden_as_a_value_and_leaves_the_words_alone() -> None:
    (told,) = Judge([asked(quoting)], Waivers()).resource(queue({"a": {"b": Secret("in")}}))
    assert told.message.startswith("Queue 'q': a.b=(secret): has in and None in it.")


def test_the_secret_of_another_resource_stays_hidden_where_rules_join() -> None:
    def check(resource: Resource, stack: Stack):
        if resource.name == "q":
            yield Finding("c", None, f"but the other has {stack.resources[1].get('a')}")

    (told,) = Judge([asked(check_stack=check)], Waivers()).stack(Stack((queue({}), queue({"a": Secret(SECRET)}, "other"))))
    assert "but the other has (secret)." in told.message


def test_a_crash_shows_no_secret_and_no_document() -> None:
    def check(resource: Resource, _: object):
        yield from ()
        raise ValueError(f"cannot read {resource.get('a')}: " + "x" * 1000)

    (told,) = Judge([asked(check)], Waivers()).resource(queue({"a": Secret(SECRET)}))
    assert "(ValueError: cannot read (secret): xxx" in told.message
    assert len(told.message) < 400


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not set"), (True, "true"), (30.0, "30"), (2.5, "2.5"), ("text", "text"), ("two\nlines", "two lines"),
        ("x" * 1000, "x" * (LONGEST_VALUE - 3) + "..."),
        ('{"Statement": []}', "(a document of 17 characters)"), ("\n [1, 2]", "(a document of 8 characters)"),
        (Values([]), "(empty)"), (Values(["s3:*", "sqs:*"]), "s3:*, sqs:*"), (Values(list("abcd")), "(a list of 4)"),
        (Values([{"a": 1}]), "(a list of 1)"), (Values({"a": 1, "b": {}}), "(a mapping of 2)"),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_a_few_words(value: object, shown: str) -> None:
    assert show(value) == shown


def test_no_finding_of_any_rule_shows_a_document() -> None:
    for rule in RULES:
        for case in rule.cases:
            for finds in case.finds:
                assert "{" not in finds.split(": ")[0], (rule.id, case.name)
