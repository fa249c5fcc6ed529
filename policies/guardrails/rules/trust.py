"""Trust of roles: who may take a role is somebody, not whoever is in the account or logs in somewhere."""

import json
from collections.abc import Iterator

from guardrails.documents.admission import anybody_who_logs_in, whole_account
from guardrails.documents.places import Kind, reads
from guardrails.documents.walk import allowing, place
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity

ROLE = "aws:iam/role:Role"
ROOT = "arn:aws:iam::000000000000:root"
GITHUB = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"


def names_who_in_the_account(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        for principal in whole_account(document, statement, resource.own_accounts):
            yield Finding(place(document, statement, "Principal"), str(principal), "lets everybody in the account take the role whom IAM allows to take roles")


def names_who_logs_in(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        for principal in anybody_who_logs_in(document, statement):
            yield Finding(place(document, statement, "Principal"), str(principal), "lets everybody who has an identity there take the role")


def _trust(principal: object, condition: object = None) -> Given:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} | ({"Condition": condition} if condition else {})
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return Given(ROLE, {"assumeRolePolicy": document}, provider={"allowedAccountIds": '["000000000000"]'})


NOT_KNOWN = Case("trust that is not known yet", Given(ROLE, {"assumeRolePolicy": UNKNOWN}), waits=("assumeRolePolicy",))

RULES = (
    Rule(
        id="iam-trust-names-who-in-account",
        title="A role is taken by named roles of the account, not by whoever is in it.",
        why="With the account as principal, every role that may take roles at all takes this one too.",
        fix="name the role's ARN as principal, or in a condition on aws:PrincipalArn",
        severity=Severity.MEDIUM,
        reads=reads(Kind.TRUST),
        check=names_who_in_the_account,
        sources=("checkov CKV_AWS_61", "IAM guide, AWS JSON policy elements: Principal"),
        cases=(
            Case("a role", _trust({"AWS": "arn:aws:iam::000000000000:role/deploy"})),
            Case("the account", _trust({"AWS": ROOT}), finds=(f"assumeRolePolicy statement 0 Principal={ROOT}: lets everybody in the account",)),
            Case("the account, by its number", _trust({"AWS": "000000000000"}), finds=("lets everybody in the account",)),
            Case("everybody of the account", _trust("*", {"StringEquals": {"aws:PrincipalAccount": "000000000000"}}), finds=("Principal=*: lets everybody in the account",)),
            Case("everybody, judged elsewhere", _trust("*")),
            Case("one role of the account", _trust({"AWS": ROOT}, {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000000:role/deploy"}})),
            Case("a pattern that every role matches", _trust({"AWS": ROOT}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::000000000000:role/*"}}),
                 finds=("lets everybody in the account",)),
            Case("a service", _trust({"Service": "lambda.amazonaws.com"})),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="iam-trust-names-who-logs-in",
        title="A role for identities of a provider says for whose.",
        why="GitHub, Google and others give everybody an identity. Without a condition on the subject, every repository in the world can deploy here.",
        fix="add a condition on the provider's sub, such as repo:our-organisation/our-repository:ref:refs/heads/main, and on aud",
        severity=Severity.CRITICAL,
        reads=reads(Kind.TRUST),
        check=names_who_logs_in,
        sources=("checkov CKV_AWS_358, CKV_AWS_393", "IAM guide, configuring a role for the GitHub OIDC identity provider"),
        cases=(
            Case("one repository", _trust({"Federated": GITHUB}, {"StringEquals": {SUBJECT: "repo:ours/platform:ref:refs/heads/main"}})),
            Case("any branch of it", _trust({"Federated": GITHUB}, {"StringLike": {SUBJECT: "repo:ours/platform:*"}})),
            Case("every repository", _trust({"Federated": GITHUB}, {"StringLike": {SUBJECT: "repo:*"}}), finds=("lets everybody who has an identity there",)),
            Case("only the audience", _trust({"Federated": GITHUB}, {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}),
                 finds=(f"assumeRolePolicy statement 0 Principal={GITHUB}: lets everybody",)),
            Case("no condition", _trust({"Federated": GITHUB}), finds=("lets everybody who has an identity there",)),
            Case("one pool of Cognito", _trust({"Federated": "cognito-identity.amazonaws.com"}, {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:1-2"}})),
            Case("any pool of Cognito", _trust({"Federated": "cognito-identity.amazonaws.com"}), finds=("lets everybody who has an identity there",)),
            Case("a provider of our own (SAML)", _trust({"Federated": "arn:aws:iam::000000000000:saml-provider/ours"})),
            NOT_KNOWN,
        ),
    ),
)  # fmt: skip
