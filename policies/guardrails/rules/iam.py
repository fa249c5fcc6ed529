"""IAM: what a role may do is named, and no role can outgrow the boundary."""

import json
from collections.abc import Iterator

from guardrails.documents.places import Kind, is_boundary, reads
from guardrails.documents.reach import beyond, broad
from guardrails.documents.walk import allowing, place
from guardrails.limits import WITHOUT_RESOURCE
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown, each

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ATTACHMENTS = {
    ROLE: "managedPolicyArns", ATTACHMENT: "policyArn", "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn", "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns",
}  # fmt: skip
"""Type -> property with the ARNs of policies that it attaches."""
FUNCTION = "serverless-platform:index:Function"
"""The component has its grants among its inputs: known at preview even where the document is not, because of a key's ARN."""


def actions_are_named(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        if statement.not_actions:
            yield Finding(place(document, statement, "NotAction"), ", ".join(statement.not_actions),
                          "allows every action but these, also those that AWS will add")  # fmt: skip
        for action in statement.actions:
            if problem := broad(action):
                yield Finding(place(document, statement, "Action"), action, problem)


def resources_are_named(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for found in allowing(resource, Kind.GRANT):
        if isinstance(found, NotKnown):
            yield found
            continue
        document, statement = found
        if statement.not_resources:
            yield Finding(place(document, statement, "NotResource"), ", ".join(statement.not_resources),
                          "allows every resource but these")  # fmt: skip
        narrow = [action for action in statement.actions or ("whatever NotAction leaves",) if action.lower() not in WITHOUT_RESOURCE]
        for pattern in statement.resources if narrow else ():
            if where := beyond(pattern, resource.environment) or _of_others(pattern, resource.own_accounts):
                yield Finding(place(document, statement, "Resource"), pattern, f"allows {', '.join(narrow)} {where}")


def _of_others(pattern: str, own: frozenset[str]) -> str:
    """Of an ARN that names another account than ours. AWS names its own resources `aws`."""
    account = pattern.split(":", 5)[4] if pattern.count(":") > 4 else ""
    return f"on a resource of account {account}" if own and account.isdigit() and account not in own else ""


def no_policies_of_aws(resource: Resource, _: Memory) -> Iterator[Outcome]:
    path = ATTACHMENTS[resource.type]
    for arn in each(resource.get(path)):
        if isinstance(arn, Unknown):
            yield NotKnown(path)
        elif ":iam::aws:policy/" in arn:
            yield Finding(path, arn, "grants what AWS thinks useful, today and after its next change")
        elif is_boundary(arn):
            yield Finding(path, arn, "is a permissions boundary; attached as a policy it grants all that it should only limit")


def role_has_boundary(resource: Resource, _: Memory) -> Iterator[Outcome]:
    boundary = resource.get("permissionsBoundary")
    if isinstance(boundary, Unknown):
        yield NotKnown(boundary.path)
    elif not boundary:
        yield Finding("permissionsBoundary", boundary, "the role could be given any permission later")
    elif ":policy/" not in boundary or ":iam::aws:" in boundary:
        yield Finding("permissionsBoundary", boundary, "is not a boundary policy of this account")


def _document(**changes: object) -> str:
    statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:aws:dynamodb:eu-west-1:000000000000:table/a"}
    merged = {key: value for key, value in (statement | changes).items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": merged})


def _with(**changes: object) -> Given:
    return Given(ROLE_POLICY, {"role": "a", "policy": _document(**changes)})


def _ours(**changes: object) -> Given:
    """Under a provider that says which account is ours."""
    return Given(ROLE_POLICY, {"role": "a", "policy": _document(**changes)}, provider={"allowedAccountIds": '["000000000000"]'})


READS = reads(Kind.GRANT)
UNKNOWN_POLICY = Case("a policy over an ARN that is not known yet", Given(ROLE_POLICY, {"policy": UNKNOWN}), waits=("policy",))

RULES = (
    Rule(
        id="iam-actions-are-named",
        title="Roles are granted named actions, no wildcard over a service.",
        why="A wildcard grants what nobody asked for, deletion and administration included, and grows with every action that "
        "AWS adds. A function that is taken over can then do all of it.",
        fix="name the actions, or ask for verbs in the manifest's `uses`, which become the least actions",
        severity=Severity.CRITICAL,
        reads=READS,
        check=actions_are_named,
        sources=("Security Hub IAM.21", "cdk-nag AwsSolutions-IAM5", "serverless-rules WS1003"),
        cases=(
            Case("named actions", _with(Action=["dynamodb:GetItem", "dynamodb:Query"])),
            Case("a prefix within a service", _with(Action="s3:GetObject*", Resource="arn:aws:s3:::b/*")),
            Case("a denial of everything", _with(Effect="Deny", Action="*", Resource="*")),
            Case("a single star", _with(Action="*"), finds=("policy statement 0 Action=*: allows all actions of a service",)),
            Case("a whole service, in any case", _with(Action=["SQS:*"]), finds=("Action=SQS:*: allows all actions",)),
            Case("a wildcard as service", _with(Action="*:Get"), finds=("Action=*:Get",)),
            Case("everything but", _with(Action=None, NotAction=["iam:*"]), finds=("NotAction=iam:*: allows every action but these",)),
            Case(
                "two statements, the second one broad",
                Given(POLICY, {"policy": json.dumps({"Statement": [
                    {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
                    {"Sid": "Rest", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}]})}),
                finds=("policy statement Rest Action=s3:*",),
            ),
            Case(
                "inline policy of a role",
                Given(ROLE, {"inlinePolicies": [{"name": "x", "policy": _document(Action="kms:*")}]}),
                finds=("inlinePolicies.0.policy statement 0 Action=kms:*",),
            ),
            Case(
                "grants in the component's inputs",
                Given(FUNCTION, {"statements": [{"sid": "Orders", "actions": ["dynamodb:*"], "resources": ["arn:aws:dynamodb:a:0:table/b"]}]}),
                finds=("statements statement Orders Action=dynamodb:*",),
            ),
            Case(
                "narrow grants in the component's inputs",
                Given(FUNCTION, {"statements": [], "keyStatements": [{"sid": "Key", "actions": ["kms:Decrypt"]}]}),
            ),
            Case("a boundary, which grants nothing", Given(POLICY, {"name": "serverless-platform-boundary", "policy": _document(Action="s3:*")})),
            Case("most verbs of a service", _with(Action="dynamodb:*Item"), finds=("Action=dynamodb:*Item: allows several kinds of actions",)),
            Case("a writing verb", _with(Action="dynamodb:Put?*"), finds=("allows whatever begins with Put",)),
            Case("the document as a mapping", Given(ROLE_POLICY, {"policy": json.loads(_document(Action="s?s:*"))}), finds=("Action=s?s:*",)),
            UNKNOWN_POLICY,
            Case("unknown inline policies", Given(ROLE, {"inlinePolicies": UNKNOWN}), waits=("inlinePolicies",)),
        ),
    ),
    Rule(
        id="iam-resources-are-named",
        title="Roles are granted named resources wherever the action knows one.",
        why="Actions on `*` reach the data of every workload in the account. `*` stays allowed for the few actions that IAM "
        "cannot limit to a resource (tracing, listing).",
        fix="name the resource's ARN, or ask for the resource in the manifest's `uses`",
        severity=Severity.HIGH,
        reads=READS,
        check=resources_are_named,
        sources=("Security Hub IAM.21", "cdk-nag AwsSolutions-IAM5", "checkov CKV_AWS_355"),
        cases=(
            Case("a named table", _with()),
            Case("a named bucket's objects", _with(Action="s3:GetObject", Resource="arn:aws:s3:::b/*")),
            Case("a table and its indexes", _with(Action="dynamodb:Query", Resource="arn:aws:dynamodb:eu-west-1:000000000000:table/a/index/*")),
            Case("tracing, which knows no resource", _with(Action=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource="*")),
            Case("data on everything", _with(Resource="*"), finds=("Resource=*: allows dynamodb:GetItem on every resource",)),
            Case("a list that holds a star", _with(Resource=["arn:aws:dynamodb:eu-west-1:0:table/a", "*"]), finds=("on every resource",)),
            Case("a wildcard that is written otherwise", _with(Resource="arn:aws:dynamodb:eu-west-1:000000000000:table/?*"), finds=("on every resource",)),
            Case("a wildcard in front", _with(Resource="arn:aws:dynamodb:eu-west-1:000000000000:table/*-orders"), finds=("on every resource",)),
            Case("an ARN of wildcards", _with(Resource="arn:aws:dynamodb:*:*:table/*"), finds=("allows dynamodb:GetItem on resources of other accounts",)),
            Case("a table of that name in any account", _with(Resource="arn:aws:dynamodb:eu-west-1:*:table/a"), finds=("on resources of other accounts",)),
            Case("a table of another account", _ours(Resource="arn:aws:dynamodb:eu-west-1:333333333333:table/a"),
                 finds=("allows dynamodb:GetItem on a resource of account 333333333333",)),
            Case("a table of our account", _ours()),
            Case("a name that begins like no other's", _with(Resource="arn:aws:dynamodb:eu-west-1:000000000000:table/test-orders-*")),
            Case("every bucket", _with(Action="s3:GetObject", Resource="arn:aws:s3:::*/*"), finds=("allows s3:GetObject",)),
            Case("every log group", _with(Action="logs:PutLogEvents", Resource="arn:aws:logs:eu-west-1:0:log-group:*"), finds=("log-group:*",)),
            Case("the streams of a log group", _with(Action="logs:PutLogEvents", Resource="arn:aws:logs:eu-west-1:0:log-group:/aws/lambda/a:*")),
            Case("everything but", _with(Resource=None, NotResource="arn:aws:s3:::b"), finds=("NotResource=arn:aws:s3:::b",)),
            Case("tracing and data together", _with(Action=["xray:PutTraceSegments", "sqs:SendMessage"], Resource="*"),
                 finds=("allows sqs:SendMessage on every",)),
            UNKNOWN_POLICY,
        ),
    ),
    Rule(
        id="iam-role-has-no-policy-of-aws",
        title="Roles carry policies of this program, none that AWS manages.",
        why="A managed policy grants on every resource, more than any function needs, and AWS changes it without asking.",
        fix="grant named actions on named resources, or ask for verbs in the manifest's `uses`",
        severity=Severity.HIGH,
        reads={type_: (path,) for type_, path in ATTACHMENTS.items()},
        check=no_policies_of_aws,
        sources=("cdk-nag AwsSolutions-IAM4", "checkov CKV_AWS_274"),
        cases=(
            Case("none", Given(ROLE, {"name": "r"})),
            Case("a policy of this account", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::000000000000:policy/ours"})),
            Case("administrator", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
                 finds=("policyArn=arn:aws:iam::aws:policy/AdministratorAccess: grants what AWS thinks useful",)),
            Case("inside the role", Given(ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}),
                 finds=("managedPolicyArns=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",)),
            Case("to a group", Given("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", {"policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
                 finds=("policyArn=arn:aws:iam::aws:policy/PowerUserAccess",)),
            Case("the boundary as a grant", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::000000000000:policy/serverless-platform-boundary-dev-eu-west-1"}),
                 finds=("is a permissions boundary; attached as a policy it grants",)),
            Case("not known yet", Given(ATTACHMENT, {"policyArn": UNKNOWN}), waits=("policyArn",)),
        ),
    ),
    Rule(
        id="iam-role-has-boundary",
        title="Every role has a permissions boundary.",
        why="The boundary is what a role can never outgrow, whatever policy is attached to it later, by this program or by hand.",
        fix="make the role through the platform's components, or set permissionsBoundary to the platform's boundary policy",
        severity=Severity.HIGH,
        reads={ROLE: ("permissionsBoundary",)},
        check=role_has_boundary,
        sources=("prowler iam_role_permissions_boundary", "AWS IAM user guide: permissions boundaries"),
        cases=(
            Case("boundary set", Given(ROLE, {"permissionsBoundary": "arn:aws:iam::000000000000:policy/serverless-platform-boundary"})),
            Case("no boundary", Given(ROLE, {"name": "r"}), finds=("permissionsBoundary=not set: the role could be given",)),
            Case("empty", Given(ROLE, {"permissionsBoundary": ""}), finds=("permissionsBoundary=",)),
            Case("a policy that AWS manages", Given(ROLE, {"permissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
                 finds=("is not a boundary policy of this account",)),
            Case("boundary not known yet", Given(ROLE, {"permissionsBoundary": UNKNOWN}), waits=("permissionsBoundary",)),
        ),
    ),
)  # fmt: skip
