"""IAM: what a role may do is named, and no role can outgrow the boundary."""

import json
import re
from collections.abc import Iterator

from guardrails.iam_documents import DocumentError, Statement, parse, statements
from guardrails.limits import WITHOUT_RESOURCE
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Undecided, Unknown, Values, each

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
FUNCTION = "serverless-platform:index:Function"
"""The component tells its grants as inputs: known at preview even where the document is not, because of a key's ARN."""

FIRST_PART_NAMES = ("s3", "execute-api")
"""Services whose ARN begins with the name (`bucket/key`, `api/stage/...`), where others begin with a kind (`table/name`)."""


def is_boundary(name: object) -> bool:
    """Whether a policy's name or ARN says that it is a permissions boundary: these limit, and may be as wide as that needs."""
    return isinstance(name, str) and name.endswith("-boundary")


def _documents(resource: Resource) -> Iterator[tuple[str, object]]:
    """(path, policy) of every permission policy of the resource; a trust policy is none, a boundary grants nothing."""
    if resource.type == POLICY and is_boundary(resource.get("name")):
        return
    if resource.type != ROLE:
        yield "policy", resource.get("policy")
        return
    inline = resource.get("inlinePolicies")
    if isinstance(inline, Unknown):
        yield "inlinePolicies", inline
    elif isinstance(inline, Values):
        for position, entry in inline.items():
            policy = entry.get("policy") if isinstance(entry, Values) else entry
            if policy is not None:
                yield f"inlinePolicies.{position}.policy", policy


def _allowing(resource: Resource) -> Iterator[tuple[str, Statement | Outcome]]:
    """(path, statement) of everything allowed; a document that is unknown or none is an outcome of its own."""
    if resource.type == FUNCTION:
        yield from _told(resource)
        return
    for path, document in _documents(resource):
        try:
            for statement in statements(document):
                if statement.allows:
                    yield path, statement
        except Undecided:
            yield path, NotKnown(path)
        except DocumentError as error:
            yield path, Finding(path, document, f"is no policy document ({error})", "give it a valid IAM policy document")


def _told(resource: Resource) -> Iterator[tuple[str, Statement | Outcome]]:
    """The grants of the platform's Function component; statements on its key name no resource, it is the workload's key."""
    for path in ("statements", "keyStatements"):
        try:
            for position, entry in enumerate(each(resource.get(path))):
                told = entry.plain()
                statement = {"Effect": "Allow", "Sid": told.get("sid") or position, "Action": told.get("actions", [])}
                document = {"Statement": statement | {"Resource": told.get("resources", [])}}
                yield from ((path, parsed) for parsed in parse(json.dumps(document)))
        except Undecided as undecided:
            yield path, NotKnown(undecided.path)


def actions_are_named(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for path, statement in _allowing(resource):
        if not isinstance(statement, Statement):
            yield statement
            continue
        if statement.not_actions:
            yield Finding(f"{path} statement {statement.name} NotAction", ", ".join(statement.not_actions),
                          "allows every action but these, also those that AWS will add")  # fmt: skip
        for action in statement.actions:
            service, _colon, name = action.partition(":")
            if not name.strip("*?") or "*" in service or "?" in service:
                yield Finding(f"{path} statement {statement.name} Action", action, "allows all actions of a service")


def resources_are_named(resource: Resource, _: Memory) -> Iterator[Outcome]:
    for path, statement in _allowing(resource):
        if not isinstance(statement, Statement):
            yield statement
            continue
        if statement.not_resources:
            yield Finding(f"{path} statement {statement.name} NotResource", ", ".join(statement.not_resources),
                          "allows every resource but these")  # fmt: skip
        if any(_is_any(name) for name in statement.resources):
            narrow = [action for action in statement.actions if action.lower() not in WITHOUT_RESOURCE]
            if narrow:
                yield Finding(f"{path} statement {statement.name} Resource", ", ".join(statement.resources),
                              f"allows {', '.join(narrow)} on every resource of the account")  # fmt: skip


def _is_any(name: str) -> bool:
    """`*`, or an ARN that names no resource: `arn:aws:sqs:*:*:*`, `...:table/*`, `...:log-group:*`, `arn:aws:s3:::*/*`."""
    parts = name.split(":", 5)
    if len(parts) < 6:
        return not name.strip("*?:")
    if parts[2] in FIRST_PART_NAMES:
        named = parts[5].split("/", 1)[0]
    else:
        named = re.split("[:/]", parts[5], maxsplit=1)[-1]
    return not named.strip("*?:/")


def no_policies_of_aws(resource: Resource, _: Memory) -> Iterator[Outcome]:
    path = "policyArn" if resource.type == ATTACHMENT else "managedPolicyArns"
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


READS = {
    ROLE: ("inlinePolicies.policy",), ROLE_POLICY: ("policy",), POLICY: ("name", "policy"),
    USER_POLICY: ("policy",), GROUP_POLICY: ("policy",),
    FUNCTION: ("statements.actions", "statements.resources", "keyStatements.actions"),
}  # fmt: skip
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
                "grants that the component tells",
                Given(FUNCTION, {"statements": [{"sid": "Orders", "actions": ["dynamodb:*"], "resources": ["arn:aws:dynamodb:a:0:table/b"]}]}),
                finds=("statements statement Orders Action=dynamodb:*",),
            ),
            Case(
                "narrow grants that the component tells",
                Given(FUNCTION, {"statements": [], "keyStatements": [{"sid": "Key", "actions": ["kms:Decrypt"]}]}),
            ),
            Case("a boundary, which grants nothing", Given(POLICY, {"name": "serverless-platform-boundary", "policy": _document(Action="s3:*")})),
            Case("no JSON", Given(ROLE_POLICY, {"policy": "{"}), finds=("is no policy document",)),
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
            Case("an ARN of wildcards", _with(Resource="arn:aws:dynamodb:*:*:table/*"), finds=("table/*: allows dynamodb:GetItem",)),
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
        reads={ATTACHMENT: ("policyArn",), ROLE: ("managedPolicyArns",)},
        check=no_policies_of_aws,
        sources=("cdk-nag AwsSolutions-IAM4", "checkov CKV_AWS_274"),
        cases=(
            Case("none", Given(ROLE, {"name": "r"})),
            Case("a policy of this account", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::000000000000:policy/ours"})),
            Case("administrator", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
                 finds=("policyArn=arn:aws:iam::aws:policy/AdministratorAccess: grants what AWS thinks useful",)),
            Case("inside the role", Given(ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}),
                 finds=("managedPolicyArns=arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",)),
            Case("the boundary as a grant", Given(ATTACHMENT, {"policyArn": "arn:aws:iam::000000000000:policy/serverless-platform-boundary"}),
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
