"""Types: what no rule knows is not made in silence. The list of what rules know is made from the rules, and from `WITHOUT_RULES`."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from guardrails.memory import Memory
from guardrails.resource import STACK, Resource
from guardrails.rule import Case, Finding, Given, Outcome, Rule, Severity

NAMES = "has settings of its own only: names, texts, ids of what it belongs to"
CONTENT = "its content is data of the workload; the secrets in it are looked for where it has any"
POLICY = "its policy document is judged by the rules for documents, where it has one"

WITHOUT_RULES: Mapping[str, str] = {
    "apigateway/apiKey:ApiKey": NAMES, "apigateway/account:Account": NAMES, "apigateway/model:Model": CONTENT, "apigateway/resource:Resource": NAMES,
    "apigateway/response:Response": CONTENT, "apigateway/usagePlanKey:UsagePlanKey": NAMES, "apigateway/authorizer:Authorizer": NAMES,
    "apigateway/basePathMapping:BasePathMapping": NAMES, "apigateway/restApiPolicy:RestApiPolicy": POLICY,
    "apigatewayv2/apiMapping:ApiMapping": NAMES, "apigatewayv2/deployment:Deployment": NAMES, "apigatewayv2/route:Route": NAMES,
    "appautoscaling/policy:Policy": NAMES, "appautoscaling/scheduledAction:ScheduledAction": NAMES, "appautoscaling/target:Target": NAMES,
    "appconfig/application:Application": NAMES, "appconfig/deployment:Deployment": NAMES,
    "appsync/dataSource:DataSource": NAMES, "athena/namedQuery:NamedQuery": CONTENT, "backup/selection:Selection": NAMES, "backup/vaultPolicy:VaultPolicy": POLICY,
    "cloudfront/cachePolicy:CachePolicy": NAMES, "cloudfront/originAccessControl:OriginAccessControl": NAMES, "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": NAMES,
    "cloudfront/originRequestPolicy:OriginRequestPolicy": NAMES,
    "cloudwatch/dashboard:Dashboard": CONTENT, "cloudwatch/eventBusPolicy:EventBusPolicy": POLICY, "cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": CONTENT,
    "cloudwatch/logMetricFilter:LogMetricFilter": NAMES, "cloudwatch/logResourcePolicy:LogResourcePolicy": POLICY, "cloudwatch/queryDefinition:QueryDefinition": CONTENT,
    "codedeploy/application:Application": NAMES, "cognito/userPoolDomain:UserPoolDomain": NAMES, "cognito/userGroup:UserGroup": NAMES, "cognito/resourceServer:ResourceServer": NAMES,
    "costexplorer/anomalyMonitor:AnomalyMonitor": NAMES, "dynamodb/resourcePolicy:ResourcePolicy": POLICY,
    "glue/catalogDatabase:CatalogDatabase": NAMES, "glue/catalogTable:CatalogTable": NAMES, "kinesis/resourcePolicy:ResourcePolicy": POLICY, "kms/alias:Alias": NAMES, "kms/keyPolicy:KeyPolicy": POLICY,
    "lambda/layerVersion:LayerVersion": NAMES, "lambda/codeSigningConfig:CodeSigningConfig": NAMES,
    "route53/record:Record": NAMES, "acm/certificateValidation:CertificateValidation": NAMES,
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": NAMES, "s3/bucketNotification:BucketNotification": NAMES, "s3/bucketObject:BucketObject": CONTENT, "s3/bucketObjectv2:BucketObjectv2": CONTENT,
    "s3/bucketLogging:BucketLogging": NAMES, "s3/bucketMetric:BucketMetric": NAMES,
    "scheduler/scheduleGroup:ScheduleGroup": NAMES, "schemas/registry:Registry": NAMES, "schemas/schema:Schema": CONTENT, "schemas/registryPolicy:RegistryPolicy": POLICY,
    "secretsmanager/secretVersion:SecretVersion": CONTENT, "sfn/alias:Alias": NAMES, "sns/topicPolicy:TopicPolicy": POLICY, "sqs/queuePolicy:QueuePolicy": POLICY, "sqs/redriveAllowPolicy:RedriveAllowPolicy": NAMES,
    "sqs/redrivePolicy:RedrivePolicy": NAMES, "xray/group:Group": NAMES, "xray/resourcePolicy:ResourcePolicy": POLICY, "xray/encryptionConfig:EncryptionConfig": NAMES,
}  # fmt: skip
"""Types of AWS (without `aws:`) about which there is no rule -> why there need not be one."""

OPEN_ENDED: Mapping[str, str] = {
    "aws:cloudcontrol/resource:Resource": "can make anything that AWS offers, in a text that no rule reads",
    "aws:cloudformation/stack:Stack": "can make anything that AWS offers, in a template that no rule reads",
    "aws:cloudformation/stackSet:StackSet": "can make anything that AWS offers, in a template that no rule reads, in many accounts",
    "aws:cloudformation/stackInstances:StackInstances": "makes a template that no rule reads in many accounts",
    "aws:lambda/invocation:Invocation": "runs code in the update, which no preview shows",
    "aws:ssm/association:Association": "runs a document, which no preview shows",
}
IDENTITIES = tuple(
    f"aws:iam/{name[0].lower()}{name[1:]}:{name}"
    for name in ("User", "AccessKey", "UserLoginProfile", "UserPolicyAttachment", "UserGroupMembership", "Group", "GroupMembership", "SshKey", "ServiceSpecificCredential")
)
OURS = "serverless-platform:"


def aws_provider_only(resource: Resource, _: Memory) -> Iterator[Outcome]:
    """A component has no provider and makes nothing itself; everything else comes from one, and the provider is a resource, too."""
    package = resource.type.split(":")[0]
    if resource.type.startswith("pulumi:providers:"):
        provider = resource.type.rsplit(":", 1)[-1]
        if provider not in ("aws", "pulumi", "serverless-platform"):
            yield Finding("type", resource.type, "no rule knows what this provider makes")
    elif resource.provider is not None and package not in ("aws", "pulumi", "serverless-platform"):
        yield Finding("type", resource.type, f"comes from the provider '{package}', and no rule knows what that makes")
    elif resource.type in OPEN_ENDED:
        yield Finding("type", resource.type, OPEN_ENDED[resource.type])


def identities_are_roles(resource: Resource, _: Memory) -> Iterator[Outcome]:
    yield Finding("type", resource.type, "is an identity for people or keys that never end, in a stack that needs none")


def type_is_known(resource: Resource, _: Memory) -> Iterator[Outcome]:
    if resource.type.startswith("aws:") and resource.type not in OPEN_ENDED:
        yield Finding("type", resource.type, "is a type that no rule knows, so nothing about it was judged")


COMMAND = Given("command:local:Command", {"create": "true"}, provider={})
THING = Given("aws:ec2/natGateway:NatGateway", {"subnetId": "subnet-1"}, provider={})
USER = Given(IDENTITIES[0], {"name": "deploy"}, provider={})
FIX = "make it from a type that rules know, add rules for the type (docs/how-to/add-a-guardrail.md), or waive the rule for this resource, with what was looked at by hand as reason"


def rules(others: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules about types. others: all other rules, which say what types are known."""
    judged = {type_ for rule in others for type_ in (*rule.reads, *rule.judges, *rule.joins)}
    known = frozenset({STACK, *judged, *(f"aws:{name}" for name in WITHOUT_RULES), *IDENTITIES})

    def rule(id_: str, title: str, why: str, severity: Severity, check: Callable[[Resource, Memory], Iterator[Outcome]], spares: frozenset[str], cases: tuple[Case, ...]) -> Rule:
        return Rule(id=id_, title=title, why=why, fix=FIX, severity=severity, reads={}, check=check, spares=spares, cases=cases,
                    sources=("serverless-platform, issue of an allow-list: what is not judged is not made",))  # fmt: skip

    users = Rule(
        id="identity-is-a-role", title="Nobody is made a user: who works in the account takes a role.", why="A user's keys never end, stand in state and in files, and are the most frequent way into an account.",
        fix="let people sign in through the identity centre, and machines take a role (for pipelines by OpenID Connect)", severity=Severity.HIGH, reads=dict.fromkeys(IDENTITIES, ()),
        check=identities_are_roles, sources=("checkov CKV_AWS_273, CKV_AWS_40, CKV2_AWS_22", "cdk-nag HIPAA.Security-IAMUserNoPolicies, HIPAA.Security-IAMUserGroupMembership", "Security Hub IAM.2, IAM.3"),
        cases=(Case("a role", Given("aws:iam/role:Role", {"name": "deploy"}, provider={})), Case("a user", USER, finds=("type=aws:iam/user:User: is an identity for people",)), Case("an access key", Given(IDENTITIES[1], {"user": "deploy"}, provider={}), finds=("is an identity",))),
    )  # fmt: skip
    return (
        rule("resource-comes-from-the-aws-provider", "What is made is made by the provider that rules know.", "A command, a template or another provider can make anything, and nothing that it makes is looked at.", Severity.HIGH, aws_provider_only,
             known, (
                 Case("of AWS", THING), Case("a component", Given("acme:index:Shop", {})), Case("ours", Given(f"{OURS}index:Queue", {})), Case("a stash", Given("pulumi:index:Stash", {"input": "a"}, provider={})),
                 Case("a command", COMMAND, finds=("comes from the provider 'command', and no rule knows what that makes",)), Case("code in the program", Given("pulumi-python:dynamic:Resource", {}, provider={}), finds=("'pulumi-python'",)),
                 Case("another provider of AWS", Given("aws-native:sqs:Queue", {}, provider={}), finds=("'aws-native'",)), Case("a provider itself", Given("pulumi:providers:command", {}), finds=("no rule knows what this provider makes",)),
                 Case("CloudFormation", Given("aws:cloudformation/stack:Stack", {}, provider={}), finds=("in a template that no rule reads",)), Case("Cloud Control", Given("aws:cloudcontrol/resource:Resource", {}, provider={}), finds=("in a text that no rule reads",)),
             )),
        rule("resource-type-is-known", "Every type that is made is known to the guardrails.", "A type that nobody has thought about may be open to the internet by default, or cost a hundred dollars a month.", Severity.MEDIUM, type_is_known, known, (
            Case("a component", Given("acme:index:Shop", {})), Case("judged by others", Given("pulumi:index:Stash", {"input": "a"}, provider={})),
            Case("a type that no rule knows", THING, finds=("type=aws:ec2/natGateway:NatGateway: is a type that no rule knows",)),
        )),
        users,
    )  # fmt: skip
