"""Resource policies and trust: who is let in is named, ours, and acts for something named."""

import json
from collections.abc import Iterator

from guardrails.documents.admission import deputies, everybody, others
from guardrails.documents.places import Kind, reads
from guardrails.documents.reach import broad
from guardrails.documents.walk import allowing, place
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity

ROLE = "aws:iam/role:Role"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
PERMISSION = "aws:lambda/permission:Permission"
LAYER = "aws:lambda/layerVersionPermission:LayerVersionPermission"
EVENTS = "aws:cloudwatch/eventPermission:EventPermission"
GRANT = "aws:kms/grant:Grant"
PROVIDER = {"allowedAccountIds": '["000000000000"]'}
TOPIC_ARN = "arn:aws:sns:eu-west-1:000000000000:local-topic"
RULE_ARN = "arn:aws:events:eu-west-1:000000000000:rule/local-bus/local-rule"


def names_who_it_admits(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.RESOURCE, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
        elif everybody(*found):
            document, statement = found
            element, value = ("NotPrincipal", statement.not_principals) if statement.not_principals else ("Principal", statement.principals)
            yield Finding(place(document, statement, element), ", ".join(map(str, value)), "lets everybody in, no condition says who")


def admits_own_account(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.RESOURCE, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        own = resource.own_accounts
        problem = "which is not ours" if own else "and nothing says that it is ours: the provider has no allowedAccountIds"
        for principal, who in dict(others(document, statement, own)).items():
            yield Finding(place(document, statement, "Principal"), principal, f"lets {who} in, {problem}")


def binds_services(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.RESOURCE, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        for service, whom in deputies(document, statement, resource.own_accounts):
            yield Finding(place(document, statement, "Principal"), str(service),
                          f"would act on behalf of {whom}, as no condition says for which source of ours")  # fmt: skip


def grants_named_actions(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.RESOURCE, Kind.TRUST):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        administered = document.service == "kms" and all(each.is_account and each.account in resource.own_accounts for each in statement.principals)
        if administered:  # IAM of the account says who may do which of it
            continue
        if statement.not_actions:
            yield Finding(place(document, statement, "NotAction"), ", ".join(statement.not_actions), "allows every action but these, also those that AWS will add")
        for action in statement.actions:
            if problem := broad(action):
                yield Finding(place(document, statement, "Action"), action, problem)


def _document(**changes: object) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:000000000000:q"} | changes
    return json.dumps({"Version": "2012-10-17", "Statement": [{key: value for key, value in statement.items() if value is not None}]})


def _queue(**changes: object) -> Given:
    return Given(QUEUE_POLICY, {"queueUrl": "q", "policy": _document(**changes)}, provider=PROVIDER)


def _bucket(**changes: object) -> Given:
    return Given(BUCKET_POLICY, {"bucket": "b", "policy": _document(**{"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"} | changes)}, provider=PROVIDER)


def _trust(principal: object, **changes: object) -> Given:
    return Given(ROLE, {"assumeRolePolicy": _document(Principal=principal, Action="sts:AssumeRole", Resource=None, **changes)}, provider=PROVIDER)


def _key(principal: object, **changes: object) -> Given:
    return Given(KEY, {"policy": _document(Principal=principal, **{"Action": "kms:Decrypt", "Resource": "*"} | changes)}, provider=PROVIDER)


def _permission(**properties: object) -> Given:
    return Given(PERMISSION, {"action": "lambda:InvokeFunction", "function": "local-thing", **properties}, provider=PROVIDER)


NOT_KNOWN = Case("a policy that is not known yet", Given(QUEUE_POLICY, {"policy": UNKNOWN}), waits=("policy",))
SNS, S3, FOR_US = {"Service": "sns.amazonaws.com"}, {"Service": "s3.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "000000000000"}}
PARTNER = "arn:aws:iam::333333333333:role/partner"

RULES = (
    Rule(
        id="policy-names-who-it-admits",
        title="No policy lets everybody in.",
        why="A queue, topic, bucket, key or function that everybody may use is found within hours. A condition that a stranger meets as well, such as "
        "one with `IfExists`, with `*`, or on how somebody calls, says nobody.",
        fix="name the service, role or account as principal, or say in a condition which of ours: aws:SourceArn, aws:PrincipalArn",
        severity=Severity.CRITICAL,
        reads=reads(Kind.RESOURCE, Kind.TRUST),
        check=names_who_it_admits,
        sources=("Security Hub SQS.3, SNS.4, S3.2, S3.3, KMS.5, Lambda.1", "cdk-nag AwsSolutions-EVB1", "checkov CKV_AWS_33, CKV_AWS_60, CKV_AWS_70, CKV_AWS_168, "
                 "CKV_AWS_169, CKV_AWS_301, CKV_AWS_387", "prowler, public policies of 14 services"),
        cases=(
            Case("a service", _queue(Principal=SNS, Condition=FOR_US)),
            Case("denial for everybody", _queue(Effect="Deny")),
            Case("everybody", _queue(), finds=("policy statement 0 Principal=*: lets everybody in, no condition says who",)),
            Case("everybody, in another spelling", _queue(Principal={"AWS": ["*"]}), finds=("Principal=*: lets everybody in",)),
            Case("everybody, as every account's root", _queue(Principal={"AWS": "arn:aws:iam::*:root"}), finds=("lets everybody in",)),
            Case("everybody but", _queue(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::000000000000:root"}),
                 finds=("NotPrincipal=arn:aws:iam::000000000000:root: lets everybody in",)),
            Case("everybody, through a topic of ours", _queue(Condition={"ArnLike": {"aws:SourceArn": TOPIC_ARN}})),
            Case("everybody, through a topic of that name", _queue(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:local-topic"}}), finds=("lets everybody in",)),
            Case("everybody of our organisation", _queue(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
            Case("everybody of the resource's organisation", _queue(Condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})),
            Case("everybody but a stranger", _queue(Condition={"StringNotEquals": {"aws:PrincipalAccount": "333333333333"}}), finds=("lets everybody in",)),
            Case("if they say so", _queue(Condition={"StringEqualsIfExists": {"aws:SourceAccount": "000000000000"}}), finds=("lets everybody in",)),
            Case("how, not who", _queue(Condition={"Bool": {"aws:SecureTransport": "true"}}), finds=("lets everybody in",)),
            Case("a bare wildcard", _bucket(Condition={"StringLike": {"aws:PrincipalArn": "*"}}), finds=("lets everybody in",)),
            Case("from our network endpoint", _bucket(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})),
            Case("denied again", Given(BUCKET_POLICY, {"policy": json.dumps({"Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "000000000000"}}}]})})),
            Case("a role for everybody", _trust("*"), finds=("assumeRolePolicy statement 0 Principal=*: lets everybody in",)),
            Case("a key for everybody of the account", _key("*", Condition={"StringEquals": {"kms:CallerAccount": "000000000000"}})),
            Case("a function for everybody", _permission(principal="*"), finds=("principal=*: lets everybody in",)),
            Case("a skill with its token", _permission(principal="*", eventSourceToken="amzn1.ask.skill.1")),
            Case("a bus for everybody", Given(EVENTS, {"principal": "*", "statementId": "a"}), finds=("lets everybody in",)),
            Case("a bus for an organisation", Given(EVENTS, {"principal": "*", "condition": {"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-a1b2c3d4e5"}})),
            Case("a layer for everybody", Given(LAYER, {"principal": "*", "action": "lambda:GetLayerVersion"}), finds=("lets everybody in",)),
            Case("inside the queue", Given("aws:sqs/queue:Queue", {"policy": _document()}), finds=("policy statement 0 Principal=*",)),
            Case("principal not known yet", _permission(principal=UNKNOWN), waits=("principal",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="policy-admits-own-account-only",
        title="No policy lets another account in.",
        why="Who works in another account is managed by somebody else. Each such door is a decision, written down with a reason and a date.",
        fix="name a role or service of this account, or waive the rule with the reason, the owner and a date",
        severity=Severity.HIGH,
        reads=reads(Kind.RESOURCE, Kind.TRUST),
        check=admits_own_account,
        sources=("Security Hub S3.6", "checkov CKV_AWS_385", "prowler, cross-account policies of queues, buses, tables, secrets and roles"),
        cases=(
            Case("a role of this account", _queue(Principal={"AWS": "arn:aws:iam::000000000000:role/ours"})),
            Case("this account, by its number", _queue(Principal={"AWS": "000000000000"})),
            Case("a role of another account", _queue(Principal={"AWS": PARTNER}), finds=(f"Principal={PARTNER}: lets account 333333333333 in, which is not ours",)),
            Case("another account, by its number", _key({"AWS": ["000000000000", "333333333333"]}), finds=("Principal=333333333333: lets account",)),
            Case("a role of ours that a partner may take", _trust({"AWS": PARTNER}, Condition={"StringEquals": {"sts:ExternalId": "a"}}), finds=("lets account 333333333333 in",)),
            Case("everybody, but only of another account", _queue(Condition={"StringEquals": {"aws:PrincipalAccount": "333333333333"}}), finds=("lets account 333333333333 in",)),
            Case("an organisation", _queue(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), finds=("lets organisation o-a1b2c3d4e5 in",)),
            Case("a layer for an organisation", Given(LAYER, {"principal": "*", "organizationId": "o-a1b2c3d4e5"}), finds=("lets organisation o-a1b2c3d4e5",)),
            Case("a function for another account", _permission(principal="333333333333"), finds=("principal=333333333333: lets account",)),
            Case("a key granted to another account", Given(GRANT, {"granteePrincipal": PARTNER, "operations": ["Decrypt"]}, provider=PROVIDER), finds=("lets account 333333333333",)),
            Case("a number, where no account is known as ours", Given(QUEUE_POLICY, {"policy": _document(Principal={"AWS": "000000000000"})}),
                 finds=("nothing says that it is ours: the provider has no allowedAccountIds",)),
            Case("a denial", _queue(Effect="Deny", Principal={"AWS": PARTNER})),
            Case("an identity of CloudFront", _bucket(Principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})),
            Case("a function for whom is not known yet", _permission(principal=UNKNOWN), waits=("principal",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="policy-binds-services-to-sources",
        title="A service of AWS may act for sources of ours, and for nobody else's.",
        why="Services act for all accounts. Without a source, somebody else's topic, bus, bucket or API can have ours used (the confused deputy).",
        fix="add a condition on aws:SourceArn or aws:SourceAccount (for a function sourceArn, for S3 sourceAccount too), as the components do",
        severity=Severity.HIGH,
        reads=reads(Kind.RESOURCE, Kind.TRUST),
        check=binds_services,
        sources=("Security Hub Lambda.1", "checkov CKV_AWS_364", "prowler iam_role_cross_service_confused_deputy_prevention", "IAM guide, the confused deputy problem"),
        cases=(
            Case("for a topic of ours", _queue(Principal=SNS, Condition={"ArnEquals": {"aws:SourceArn": TOPIC_ARN}})),
            Case("for our account", _queue(Principal=SNS, Condition=FOR_US)),
            Case("for anybody", _queue(Principal=SNS), finds=("policy statement 0 Principal=sns.amazonaws.com: would act on behalf of anybody",)),
            Case("for topics of that name", _queue(Principal=SNS, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:*:local-topic"}}), finds=("on behalf of anybody",)),
            Case("for whoever says nothing", _queue(Principal=SNS, Condition={"StringEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"}, "ArnLikeIfExists": {"aws:SourceArn": "*"}}),
                 finds=("on behalf of anybody",)),
            Case("for all but one", _queue(Principal=SNS, Condition={"StringNotEquals": {"aws:SourceAccount": "333333333333"}}), finds=("on behalf of anybody",)),
            Case("for another account", _queue(Principal=SNS, Condition={"StringEquals": {"aws:SourceAccount": "333333333333"}}), finds=("on behalf of account 333333333333",)),
            Case("for ours or another account", _queue(Principal=SNS, Condition={"StringEquals": {"aws:SourceAccount": ["000000000000", "333333333333"]}}),
                 finds=("on behalf of account 333333333333",)),
            Case("one of two services", _queue(Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}),
                 finds=("Principal=sns.amazonaws.com", "Principal=events.amazonaws.com")),
            Case("a bucket, whose name carries no account", _queue(Principal=S3, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}), finds=("on behalf of anybody",)),
            Case("a bucket with its account", _queue(Principal=S3, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}} | FOR_US)),
            Case("a role", _trust({"Service": "scheduler.amazonaws.com"}), finds=("assumeRolePolicy statement 0 Principal=scheduler.amazonaws.com",)),
            Case("a role, for our account", _trust({"Service": "scheduler.amazonaws.com"}, Condition=FOR_US)),
            Case("API Gateway, which says nothing when it writes logs", _trust({"Service": "apigateway.amazonaws.com"})),
            Case("a key for log groups of ours", _key({"Service": "logs.eu-west-1.amazonaws.com"}, Condition={"ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:000000000000:log-group:*"}})),
            Case("a key for all log groups", _key({"Service": "logs.eu-west-1.amazonaws.com"}, Condition={"ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:*:log-group:*"}}), finds=("on behalf of anybody",)),
            Case("a key for EventBridge, which says nothing to KMS", _key({"Service": "events.amazonaws.com"})),
            Case("a function", _permission(principal="events.amazonaws.com"), finds=("principal=events.amazonaws.com: would act on behalf of anybody",)),
            Case("a function, for a rule of ours", _permission(principal="events.amazonaws.com", sourceArn=RULE_ARN)),
            Case("a function, for a bucket without its account", _permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::b"), finds=("on behalf of anybody",)),
            Case("a function, for a bucket with its account", _permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::b", sourceAccount="000000000000")),
            Case("an account, no service", _permission(principal="333333333333")),
            Case("source not known yet", _permission(principal="apigateway.amazonaws.com", sourceArn=UNKNOWN), waits=("sourceArn",)),
            NOT_KNOWN,
        ),
    ),
    Rule(
        id="policy-grants-named-actions",
        title="Resource policies and trust grant named actions.",
        why="A wildcard lets whoever is admitted also delete the resource and change the policy itself.",
        fix="name the actions: sqs:SendMessage, sns:Publish, s3:GetObject, sts:AssumeRole",
        severity=Severity.HIGH,
        reads=reads(Kind.RESOURCE, Kind.TRUST),
        check=grants_named_actions,
        sources=("checkov CKV_AWS_72", "AWS Well-Architected, grant least privilege access (SEC03-BP02)"),
        cases=(
            Case("named", _queue(Principal=SNS)),
            Case("all of the service", _queue(Principal=SNS, Action="sqs:*"), finds=("policy statement 0 Action=sqs:*: allows all actions of a service",)),
            Case("a single star", _queue(Principal=SNS, Action=["sqs:SendMessage", "*"]), finds=("Action=*: allows all actions",)),
            Case("everything but", _queue(Principal=SNS, Action=None, NotAction="sqs:DeleteQueue"), finds=("NotAction=sqs:DeleteQueue: allows every action but",)),
            Case("trust with all of STS", Given(ROLE, {"assumeRolePolicy": _document(Principal=SNS, Action="sts:*", Resource=None)}), finds=("assumeRolePolicy statement 0 Action=sts:*",)),
            Case("a key that its account administers", _key({"AWS": "arn:aws:iam::000000000000:root"}, Action="kms:*")),
            Case("a key that somebody else administers", _key({"AWS": PARTNER}, Action="kms:*"), finds=("Action=kms:*",)),
            Case("denial of everything", _queue(Effect="Deny", Action="*")),
            NOT_KNOWN,
        ),
    ),
)  # fmt: skip
