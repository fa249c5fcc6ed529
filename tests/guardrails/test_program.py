"""The guardrails over what the program really registers: the reference workloads pass, and a broken one is refused."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from guardrails.judge import WAITING as WAITING_POLICY
from guardrails.rules.tagging import TAGGED
from pulumi.runtime.proto import analyzer_pb2 as messages
from recorded import Recorded, Sent
from wire import POLICIES, Server, Told, struct, told

from tests.program.graph import ROOT
from tests.program.stacks import graph_of

ENVIRONMENTS = ("local", "dev", "prod")
WORKLOADS = sorted(path.stem for path in (ROOT / "workloads").glob("*.yaml"))


class Graphs:
    """What the program registers: (stack, whether it is the first preview) -> what the engine sends; made when first asked for."""

    @staticmethod
    @cache
    def of(stack: str, preview: bool) -> Recorded:
        return Recorded.of(graph_of(stack, preview))

    def __getitem__(self, which: tuple[str, bool]) -> Recorded:
        return self.of(*which)


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    return Graphs()


@pytest.fixture(scope="module")
def judging() -> Iterator[Server]:
    """A server of its own, which is told whether it judges a preview or an update."""
    with Server(POLICIES) as running:
        yield running


def through_server(server: Server, recorded: Recorded, *, preview: bool) -> list[Told]:
    """The same as `Recorded.judged`, through the real policy server."""
    server.configure_stack(dry_run=preview)
    answers: list[Told] = []
    stack = []
    for sent in recorded.resources:
        common = {"type": sent.type, "name": sent.name, "urn": sent.urn}
        request = messages.AnalyzeRequest(properties=struct(sent.inputs), **common)
        if sent.provider is not None:
            request.provider.CopyFrom(
                messages.AnalyzerProviderResource(type="pulumi:providers:aws", properties=struct(sent.provider))
            )
        answers += told(server.stub.Analyze(request))
        resource = messages.AnalyzerResource(properties=struct(sent.outputs), **common)
        for path, urns in sent.dependencies.items():
            resource.propertyDependencies[path].urns.extend(urns)
        stack.append(resource)
    return answers + told(server.stub.AnalyzeStack(messages.AnalyzeStackRequest(resources=stack)))


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_the_update_of_the_reference_workloads_has_no_finding(graphs, stack: str) -> None:
    recorded = graphs[stack, False]
    assert len(recorded.resources) > 50
    assert recorded.judged(preview=False) == []


def test_the_policy_server_says_the_same_as_the_judge_in_this_process(judging: Server, graphs) -> None:
    sound, types = graphs["dev", True], ("aws:sqs/queue:Queue", "aws:iam/role:Role", "aws:s3/bucket:Bucket")
    broken = sound.each(lambda sent: sent.changed({"kmsMasterKeyId": None, "permissionsBoundary": None, "tags": None})
                        if sent.type in types else sent)  # fmt: skip
    broken = broken.without("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    here = broken.judged(preview=True)
    there = through_server(judging, broken, preview=True)
    assert len({each.policy for each in here}) == 5
    assert [(each.policy, each.urn or "", each.message) for each in here] == [
        (each.policy, each.urn, each.message.split("\n", 1)[1]) for each in there
    ]
    assert {each.level for each in there if each.policy != WAITING_POLICY} == {"mandatory"}
    assert {each.level for each in there if each.policy == WAITING_POLICY} == {"advisory"}


WAITING = {
    ("api-authorizer-names-its-audience", "jwtConfiguration.audiences"),
    ("api-authorizer-trusts-https-issuers", "jwtConfiguration.issuer"),
    ("athena-results-have-own-key", "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn"),
    ("backup-vault-has-own-key", "kmsKeyArn"),
    ("distribution-has-firewall", "webAclId"),
    ("dynamodb-table-has-own-key", "serverSideEncryption.kmsKeyArn"),
    ("event-archive-is-encrypted", "kmsKeyIdentifier"),
    ("event-bus-is-encrypted", "kmsKeyIdentifier"),
    ("event-bus-keeps-what-it-cannot-read", "kmsKeyIdentifier"),
    ("event-target-has-failure-path", "deadLetterConfig.arn"),
    ("function-does-not-feed-itself-joined", "eventSourceArn"),
    ("iam-actions-are-named", "policy"),
    ("iam-grants-no-administration", "policy"),
    ("iam-metrics-name-their-namespace", "policy"),
    ("iam-passes-named-roles-only", "policy"),
    ("iam-resources-are-named", "policy"),
    ("iam-uses-keys-through-services", "policy"),
    ("kinesis-stream-has-own-key", "kmsKeyId"),
    ("lambda-alias-names-a-version", "functionVersion"),
    ("lambda-asynchronous-failures-are-kept", "destinationConfig.onFailure.destination"),
    ("lambda-environment-is-encrypted", "kmsKeyArn"),
    ("lambda-event-source-has-failure-path", "destinationConfig.onFailure.destinationArn"),
    ("lambda-event-source-has-failure-path", "eventSourceArn"),
    ("policy-binds-services-to-sources", "sourceArn"),
    ("policy-document-is-valid", "policy"),
    ("log-group-is-encrypted", "kmsKeyId"),
    ("rest-request-is-validated", "requestValidatorId"),
    ("s3-bucket-is-encrypted", "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
    ("schedule-has-failure-path", "target.deadLetterConfig.arn"),
    ("secret-is-encrypted", "kmsKeyId"),
    ("sns-topic-is-encrypted", "kmsMasterKeyId"),
    ("sqs-queue-is-encrypted", "kmsMasterKeyId"),
    ("sqs-visibility-covers-function-timeout", "eventSourceArn"),
    ("workflow-has-own-key", "encryptionConfiguration.kmsKeyId"),
}
"""What a first preview cannot judge: the ARN of the workload's key, and the role policy that grants its use (what that
policy grants is judged in the preview all the same, as the Function component tells it); the ARN of a table's stream, which
DynamoDB assigns, and that of an API, which invokes functions; the queue of failures where it is taken after its own policy."""


@pytest.mark.parametrize("stack", ["dev", *(pytest.param(stack, marks=pytest.mark.thorough) for stack in ("local", "prod"))])
def test_the_preview_has_no_finding_and_tells_what_waits(graphs, stack: str) -> None:
    (waiting,) = graphs[stack, True].judged(preview=True)
    assert waiting.policy == WAITING_POLICY
    lines = [line.strip().split(": ", 1) for line in waiting.message.splitlines()]
    assert {(rule, rest.split(" of ")[0]) for rules, rest in lines for rule in rules.split(", ")} == WAITING


BROAD = {"sid": "All", "actions": ["dynamodb:*"], "resources": ["*"]}
EVERYBODY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}'
BROKEN = [
    ("aws:iam/role:Role", {"permissionsBoundary": None}, {"iam-role-has-boundary"}),
    ("aws:iam/role:Role", {"managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}, {"iam-role-has-no-policy-of-aws"}),
    ("serverless-platform:index:Function", {"statements": [BROAD]}, {"iam-actions-are-named", "iam-resources-are-named", "iam-grants-no-administration"}),
    ("aws:lambda/function:Function", {"tracingConfig": None}, {"lambda-function-is-traced"}),
    ("aws:lambda/function:Function", {"loggingConfig": None}, {"lambda-function-logs-into-own-group"}),
    ("aws:lambda/function:Function", {"environment": {"variables": {"PARTNER_API_KEY": "x"}}}, {"lambda-environment-holds-no-secret"}),
    ("aws:lambda/function:Function", {"timeout": 900}, {"sqs-visibility-covers-function-timeout", "sqs-visibility-covers-function-timeout-joined",
     "api-waits-for-its-function-joined", "authorizer-answers-in-time-joined"}),
    ("aws:sqs/queue:Queue", {"kmsMasterKeyId": None}, {"sqs-queue-is-encrypted"}),
    ("aws:lambda/permission:Permission", {"sourceArn": None}, {"policy-binds-services-to-sources"}),
    ("aws:sns/topic:Topic", {"kmsMasterKeyId": "alias/aws/sns"}, {"sns-topic-is-encrypted"}),
    ("aws:scheduler/schedule:Schedule", {"target": {"arn": "a"}}, {"schedule-has-failure-path", "schedule-retries-end", "schedule-retries-are-few"}),
    ("aws:kinesis/stream:Stream", {"encryptionType": "NONE"}, {"kinesis-stream-is-encrypted"}),
    ("aws:sfn/stateMachine:StateMachine", {"tracingConfiguration": None, "loggingConfiguration": None}, {"workflow-is-traced", "workflow-is-logged"}),
    ("aws:secretsmanager/secret:Secret", {"kmsKeyId": None}, {"secret-is-encrypted"}),
    ("aws:secretsmanager/secretRotation:SecretRotation", {"rotationRules": {"automaticallyAfterDays": 365}}, {"secret-rotation-interval"}),
    ("aws:apigatewayv2/stage:Stage", {"accessLogSettings": None, "defaultRouteSettings": None}, {"api-stage-has-access-log", "api-stage-is-throttled", "api-stage-burst-is-throttled"}),
    ("aws:apigateway/stage:Stage", {"accessLogSettings": None, "xrayTracingEnabled": False}, {"rest-stage-has-access-log", "rest-stage-is-traced"}),
    ("aws:appsync/graphQLApi:GraphQLApi", {"authenticationType": "API_KEY"}, {"graphql-api-knows-its-callers"}),
    ("aws:sqs/queue:Queue", {"redrivePolicy": None}, {"lambda-event-source-has-failure-path", "lambda-event-source-has-failure-path-joined"}),
    ("aws:sqs/queue:Queue", {"redrivePolicy": '{"maxReceiveCount": 2}'}, {"sqs-queue-retries-before-dead-letters"}),
    ("aws:dynamodb/table:Table", {"serverSideEncryption": None}, {"dynamodb-table-is-encrypted"}),
    ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {"rules": []}, {"s3-bucket-is-encrypted"}),
    ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"blockPublicPolicy": False}, {"s3-bucket-is-private"}),
    ("aws:s3/bucketPolicy:BucketPolicy", {"policy": EVERYBODY}, {"policy-names-who-it-admits", "policy-refuses-plain-http"}),
    ("aws:cloudwatch/logGroup:LogGroup", {"kmsKeyId": None}, {"log-group-is-encrypted"}),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": None}, {"log-group-has-retention"}),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"alarmActions": []}, {"alarm-has-action"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "changes", "rules"), BROKEN)
def test_a_broken_program_is_refused_for_that_reason_alone(graphs, type_: str, changes: dict, rules: set[str]) -> None:
    found = graphs["dev", False].broken(type_, changes).judged(preview=False)
    assert {each.policy for each in found} == rules
    assert all(any(f"of workload '{name}'" in each.message for name in (*WORKLOADS, "platform")) for each in found)


def test_what_breaks_a_rule_is_refused_in_the_first_preview_already(graphs) -> None:
    broken = graphs["dev", True].broken("aws:sqs/queue:Queue", {"redrivePolicy": '{"maxReceiveCount": 2}'})
    found = [each for each in broken.judged(preview=True) if each.policy != WAITING_POLICY]
    assert {each.policy for each in found} == {"sqs-queue-retries-before-dead-letters"}
    assert all("redrivePolicy.maxReceiveCount=2: must be at least 5" in each.message for each in found)
    assert any("of workload 'receipts': redrivePolicy" in each.message for each in found)


@pytest.mark.parametrize(
    ("taken", "rule"),
    [
        ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "s3-bucket-is-encrypted-joined"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "s3-bucket-is-private-joined"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("preview", [True, False])
def test_a_resource_that_is_not_there_is_missed(graphs, taken: str, rule: str, preview: bool) -> None:
    found = graphs["dev", preview].without(taken).judged(preview=preview)
    assert {each.policy for each in found} - {WAITING_POLICY} == {rule}


def test_nobody_owns_what_lost_its_tags(graphs) -> None:
    def untagged_(sent: Sent) -> Sent:
        provider = {key: value for key, value in (sent.provider or {}).items() if key != "defaultTags"}
        return replace(sent.changed({"tags": None, "tagsAll": None}), provider=provider)

    untagged = graphs["dev", False].each(untagged_)
    taggable = [sent for sent in untagged.resources if sent.type in TAGGED]
    found = untagged.judged(preview=False)
    ownerless = [each for each in found if each.policy == "resource-has-owner"]
    # A tag also says which alarm of alarms tells for a window: without it, the window is silent.
    assert {each.policy for each in found} == {"resource-has-owner", "alarm-has-action"}
    assert len(ownerless) == len(taggable) > 20
