"""Every security-relevant property of every policy document of prod, broken one at a time: the rule that is for it notices, and no other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from document_breaks import BREAKS, FOREIGN, broken, noticed
from guardrails.judge import WAITING
from guardrails.rule import UNKNOWN
from recorded import Recorded, Sent

from tests.program.stacks import graph_of

OWN = "222222222222"
LEAST = 3000
"""Breaks that there are at least: the score may not fall because documents are no longer looked at."""


@pytest.fixture(scope="module")
def prod() -> tuple[Sent, ...]:
    return Recorded.of(graph_of("prod")).resources


COUNTED: dict[str, tuple[int, int]] = {}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_document_is_noticed(prod: tuple[Sent, ...], name: str) -> None:
    missed, total = [], 0
    for sent in prod:
        for statement, changed, rules in broken(sent, BREAKS[name], OWN):
            total += 1
            found = noticed(changed)
            if found != rules:
                missed.append(f"{sent.type} {sent.name} {statement}: {sorted(found)} instead of {sorted(rules)}")
    COUNTED[name] = (total - len(missed), total)
    assert total, "the break applies to nothing"
    assert not missed, "\n".join([f"{len(missed)} of {total}", *missed[:10]])


PERMISSION = "aws:lambda/permission:Permission"
PERMISSIONS = [
    (PERMISSION, {"sourceArn": None, "sourceAccount": None}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"sourceArn": "arn:aws:execute-api:eu-west-1:*:*/*/*", "sourceAccount": None}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"sourceArn": "*", "sourceAccount": None}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"sourceArn": f"arn:aws:events:eu-west-1:{FOREIGN}:rule/a", "sourceAccount": None}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"sourceArn": "arn:aws:s3:::a", "sourceAccount": None}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"sourceArn": None, "sourceAccount": FOREIGN}, {"policy-binds-services-to-sources"}),
    (PERMISSION, {"principal": "*", "sourceArn": None, "sourceAccount": None}, {"policy-names-who-it-admits"}),
    (PERMISSION, {"principal": FOREIGN, "sourceArn": None, "sourceAccount": None}, {"policy-admits-own-account-only"}),
    (PERMISSION, {"principal": f"arn:aws:iam::{FOREIGN}:root", "sourceArn": None, "sourceAccount": None}, {"policy-admits-own-account-only"}),
    (PERMISSION, {"action": "lambda:*"}, {"policy-grants-named-actions", "lambda-permission-is-to-invoke"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "changes", "rules"), PERMISSIONS)
def test_a_broken_permission_is_noticed(prod: tuple[Sent, ...], type_: str, changes: dict, rules: set[str]) -> None:
    found = [(sent.name, noticed(sent.changed(changes))) for sent in prod if sent.type == type_]
    assert [each for each in found if each[1] != rules] == []
    COUNTED[f"{type_} {changes}"] = (len(found), len(found))


FUNCTION = "serverless-platform:index:Function"
GRANTS = [
    ("statements", "resources", ["*"], {"iam-resources-are-named"}),
    ("statements", "resources", ["arn:aws:dynamodb:*:*:table/*"], {"iam-resources-are-named"}),
    ("statements", "resources", ["arn:aws:dynamodb:eu-west-1:222222222222:table/prod-*"], {"iam-resources-are-named"}),
    ("statements", "actions", ["logs:*"], {"iam-actions-are-named", "iam-grants-no-administration"}),
    ("statements", "actions", ["lambda:UpdateFunctionCode"], {"iam-grants-no-administration"}),
    ("statements", "actions", ["iam:PassRole"], {"iam-passes-named-roles-only"}),
    ("keyStatements", "condition", {}, {"iam-uses-keys-through-services"}),
    ("keyStatements", "condition", {"StringEqualsIfExists": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {"iam-uses-keys-through-services"}),
    ("keyStatements", "actions", ["kms:PutKeyPolicy"], {"iam-grants-no-administration"}),
]  # fmt: skip


def functions() -> Iterator[Sent]:
    """As the first preview sends them, when the documents of their roles are not known yet."""
    return (sent for sent in Recorded.of(graph_of("prod", True)).resources if sent.type == FUNCTION)


@pytest.mark.parametrize(("path", "element", "value", "rules"), GRANTS)
def test_broken_grants_are_noticed_in_the_first_preview(path: str, element: str, value: object, rules: set[str]) -> None:
    found = []
    for sent in functions():
        first, *others = sent.inputs[path]
        found.append((sent.name, noticed(sent.changed({path: [first | {element: value}, *others]}), updating=False)))
    assert len(found) > 40
    assert [each for each in found if each[1] != rules] == []
    COUNTED[f"{path} {element} {value}"] = (len(found), len(found))


WRITERS = {
    "aws:sqs/queuePolicy:QueuePolicy": 23, "aws:sns/topicPolicy:TopicPolicy": 4, "aws:s3/bucketPolicy:BucketPolicy": 7,
}  # fmt: skip
"""Types of the whole graph -> how many there are in prod."""


@pytest.mark.parametrize("type_", WRITERS)
@pytest.mark.parametrize("preview", [True, False])
def test_a_policy_that_is_not_there_is_missed(type_: str, preview: bool) -> None:
    found = Recorded.of(graph_of("prod", preview)).without(type_).judged(preview=preview)
    assert [each.policy for each in found if each.policy != WAITING] == ["policy-refuses-plain-http-joined"] * WRITERS[type_]


@pytest.mark.parametrize("preview", [True, False])
def test_what_aws_fills_in_is_nobodys_policy(preview: bool) -> None:
    """In a preview as something that is not known yet, in an update as what another resource wrote."""
    filled = {"policy": UNKNOWN if preview else "{}", "inlinePolicies": [{"name": "a"}], "managedPolicyArns": UNKNOWN if preview else ["a"]}
    sound = Recorded.of(graph_of("prod", preview)).each(lambda sent: replace(sent, outputs=filled | sent.outputs))
    assert [each.policy for each in sound.judged(preview=preview) if each.policy != WAITING] == []
    lacking = sound.without("aws:sqs/queuePolicy:QueuePolicy").judged(preview=preview)
    assert {each.policy for each in lacking} - {WAITING} == {"policy-refuses-plain-http-joined"}


@pytest.mark.parametrize("type_", WRITERS)
def test_a_second_writer_of_a_policy_is_noticed(prod: tuple[Sent, ...], type_: str) -> None:
    twice = [replace(sent, name=f"{sent.name}-too", urn=f"{sent.urn}-too") for sent in prod if sent.type == type_]
    found = Recorded((*prod, *twice)).judged(preview=False)
    assert [each.policy for each in found] == ["policy-has-one-writer-joined"] * WRITERS[type_]
    assert all("writes the same, so one would overwrite the other" in each.message for each in found)


def test_a_key_under_the_policy_that_aws_gives_is_noticed_where_its_data_is_protected(prod: tuple[Sent, ...]) -> None:
    for sent in (sent for sent in prod if sent.type == "aws:kms/key:Key"):
        protected = sent.inputs["tags"]["data_class"] in ("confidential", "restricted")
        assert noticed(sent.changed({"policy": None})) == {"kms-key-has-a-policy", *({"kms-key-of-protected-data-names-users"} if protected else ())}


def test_roles_that_remove_what_others_attach_are_noticed(prod: tuple[Sent, ...]) -> None:
    policy = next(sent.inputs["policy"] for sent in prod if sent.type == "aws:iam/rolePolicy:RolePolicy")
    found = Recorded(prod).broken("aws:iam/role:Role", {"inlinePolicies": [{"name": "a", "policy": policy}]}).judged(preview=False)
    assert [each.policy for each in found] == ["policy-has-one-writer-joined"] * sum(sent.type == "aws:iam/rolePolicy:RolePolicy" for sent in prod)


def test_the_score(capsys: pytest.CaptureFixture[str]) -> None:
    """Runs last of this file, and counts what the tests before it broke."""
    seen, total = (sum(each[part] for each in COUNTED.values()) for part in (0, 1))
    with capsys.disabled():
        print(f"\nPolicy documents of prod: {seen} of {total} breaks noticed, of {len(COUNTED)} kinds")
    if len(COUNTED) == len(BREAKS) + len(PERMISSIONS) + len(GRANTS):  # not where only some were chosen
        assert total >= LEAST
    assert seen == total
