"""What is kept and shown in plain text holds no secret: variables, documents, parameters, inputs of calls."""

from collections.abc import Iterator, Mapping

from guardrails.credentials import SECRET_NAME, SECRET_VALUE, says_where
from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Severity
from guardrails.values import Unknown, Values

REST_STAGE = "aws:apigateway/stage:Stage"
WORKFLOW = "aws:sfn/stateMachine:StateMachine"
PARAMETER = "aws:ssm/parameter:Parameter"

PLAIN: Mapping[str, tuple[str, ...]] = {
    REST_STAGE: ("variables",),
    "aws:apigatewayv2/stage:Stage": ("stageVariables",),
    WORKFLOW: ("definition",),
    "aws:scheduler/schedule:Schedule": ("target.input",),
    "aws:cloudwatch/eventTarget:EventTarget": ("input", "inputTransformer.inputTemplate"),
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": ("content",),
    "aws:appsync/resolver:Resolver": ("code",),
    "aws:appsync/function:Function": ("code",),
    PARAMETER: ("value", "insecureValue"),
}
"""Type -> properties that everybody reads who may look at the resource. Environment variables have a rule of their own."""


def holds_no_secret(resource: Resource, _: Memory) -> Iterator[Outcome]:
    if resource.type == PARAMETER and resource.get("type") == "SecureString":
        return
    for path in PLAIN[resource.type]:
        value = resource.get(path)
        if isinstance(value, Unknown):
            yield NotKnown(path)
        elif isinstance(value, Values):
            for name, text in value.items():
                if not isinstance(text, Unknown) and _is_secret(name, str(text)):
                    yield _finding(f"{path}.{name}")
        elif value and SECRET_VALUE.search(str(value)):
            yield _finding(path)


def _is_secret(name: str, text: str) -> bool:
    return bool(SECRET_VALUE.search(text) or (SECRET_NAME.search(name) and not says_where(text)))


def _finding(path: str) -> Finding:
    return Finding(
        path, "(not shown)", "looks like a secret; everybody reads it who may look at the resource, and so do state and logs"
    )


ADDRESS = "https://shop:hunter2secret@partner.example.com/"

RULES = (
    Rule(
        id="plain-text-holds-no-secret",
        title="Variables, definitions, parameters and inputs hold no secrets.",
        why="They stand in the console, in Pulumi's state and in the repository, for everybody who may look at the resource.",
        fix="keep it in Secrets Manager, and have the function that needs it read it there",
        severity=Severity.CRITICAL,
        reads=PLAIN,
        check=holds_no_secret,
        sources=("checkov CKV_SECRET_*", "prowler ssm_document_secrets, cloudformation_stack_outputs_find_secrets"),
        cases=(
            Case("names and places", Given(REST_STAGE, {"variables": {"TABLE": "orders", "SIGNING_KEY": "arn:aws:kms:a:0:key/b"}})),
            Case("a variable, by its name", Given(REST_STAGE, {"variables": {"PARTNER_API_KEY": "abc"}}), finds=("variables.PARTNER_API_KEY=(not shown): looks like a secret",)),
            Case("a variable, by its value", Given(REST_STAGE, {"variables": {"PARTNER": ADDRESS}}), finds=("variables.PARTNER=(not shown)",)),
            Case("variables not known yet", Given(REST_STAGE, {"variables": UNKNOWN}), waits=("variables",)),
            Case("in a definition", Given(WORKFLOW, {"definition": '{"Endpoint": "' + ADDRESS + '"}'}), finds=("definition=(not shown)",)),
            Case("a definition without", Given(WORKFLOW, {"definition": '{"Endpoint": "https://partner.example.com:8443/v1"}'})),
            Case("a definition not known yet", Given(WORKFLOW, {"definition": UNKNOWN}), waits=("definition",)),
            Case("a plain parameter", Given(PARAMETER, {"type": "String", "value": ADDRESS}), finds=("value=(not shown)",)),
            Case("an encrypted parameter", Given(PARAMETER, {"type": "SecureString", "value": ADDRESS})),
        ),
    ),
)  # fmt: skip
