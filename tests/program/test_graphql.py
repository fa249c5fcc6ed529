"""GraphQL APIs as they are sent to AWS: who is let in, what answers a field, what the roles may do, what is written and watched.

The embedded cloud believes any token, runs any code, keeps no limit and writes no log: this is where it is held.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from platform_contract.kinds.graphql_api import limits as appsync
from platform_contract.manifest import load_manifests
from tests.program import checks
from tests.program.breaking import Change, assert_noticed, not_made, only, unordered, with_, without
from tests.program.graph import ROOT, Graph, Node

BUILT_IN = "scalar AWSDateTime\ndirective @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION\n"
"""What AppSync adds to a schema. Directives that let others in than people of the user pool are left out: with one, it cannot be built."""
ROOTS = ("Query", "Mutation", "Subscription")
ACTIONS = {
    "GetItem": {"dynamodb:GetItem"}, "PutItem": {"dynamodb:PutItem"}, "UpdateItem": {"dynamodb:UpdateItem"}, "DeleteItem": {"dynamodb:DeleteItem"},
    "Query": {"dynamodb:Query"}, "Scan": {"dynamodb:Scan"}, "BatchGetItem": {"dynamodb:BatchGetItem"},
    "BatchPutItem": {"dynamodb:BatchWriteItem"}, "BatchDeleteItem": {"dynamodb:BatchWriteItem"},
}  # fmt: skip
"""Operation of a request -> what AppSync then does on the table with the data source's role. Source: AppSync guide, "DynamoDB resolvers"."""
WITH_INDEXES = {"dynamodb:Query", "dynamodb:Scan"}
MANIFESTS = load_manifests(ROOT / "workloads", None)


def of(graph: Graph, kind: str, api: Node) -> list[Node]:
    return [node for node in graph.all(kind) if node.inputs["apiId"] == f"{api.name}-id"]


def schema_of(api: Node) -> GraphQLSchema:
    return build_schema(BUILT_IN + api.inputs["schema"])


def fields_of(schema: GraphQLSchema) -> dict[str, Any]:
    """TYPE.FIELD -> the field, of all object types."""
    types = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType) and not each.name.startswith("__")]
    return {f"{each.name}.{name}": field for each in types for name, field in each.fields.items()}


def folder_of(api: Node) -> Any:
    return ROOT / "handlers" / api.inputs["tags"]["workload"]


def policies_of(graph: Graph, role_arn: str) -> list[Node]:
    (name,) = (role.inputs["name"] for role in graph.all("iam/role") if role.outputs["arn"] == role_arn)
    return [policy for policy in graph.all("iam/rolePolicy") if policy.inputs["role"] == name]


def statements(policies: list[Node]) -> Iterator[dict[str, Any]]:
    for policy in policies:
        yield from json.loads(policy.inputs["policy"])["Statement"]


def callers(graph: Graph) -> Iterator[str]:
    """Nobody gets in but people of the user pool, and every one of them: who may do what is for the resolvers to say."""
    pools = {f"{pool.name}-id" for pool in graph.all("cognito/userPool")}
    for api in graph.all("appsync/graphQLApi"):
        pool = api.inputs.get("userPoolConfig") or {}
        if api.inputs["authenticationType"] != "AMAZON_COGNITO_USER_POOLS" or pool.get("userPoolId") not in pools:
            yield f"{api.name}: lets in others than people of the user pool"
        if api.inputs.get("additionalAuthenticationProviders") or of(graph, "appsync/apiKey", api):
            yield f"{api.name}: has another way in"
        if pool.get("defaultAction") != "ALLOW":
            yield f"{api.name}: a field that names no group is closed to everybody, and none does"
        if opened := re.findall(r"@aws_(?:api_key|iam|oidc|lambda|auth|cognito_user_pools)\b", api.inputs["schema"]):
            yield f"{api.name}: its schema says {opened[0]} beside what the resolvers decide"


def answers(graph: Graph) -> Iterator[str]:
    """Each field of a root type, and each that takes arguments, has one resolver; its functions run in the order that was written down."""
    for api in graph.all("appsync/graphQLApi"):
        fields = fields_of(schema_of(api))
        wanted = {field for field, of_schema in fields.items() if field.partition(".")[0] in ROOTS or of_schema.args}
        resolvers = [(f"{each.inputs['type']}.{each.inputs['field']}", each) for each in of(graph, "appsync/resolver", api)]
        names = [field for field, _ in resolvers]
        yield from (f"{api.name}: nobody answers {field}" for field in sorted(wanted - {*names}))
        yield from (f"{api.name}: {field} is no field of the schema" for field in sorted({*names} - {*fields}))
        yield from (f"{api.name}: two answer {field}" for field in sorted({each for each in names if names.count(each) > 1}))
        sources = {source.inputs["name"] for source in of(graph, "appsync/dataSource", api)}
        functions = {f"{each.name}-id": each for each in of(graph, "appsync/function", api)}
        orders = yaml.safe_load((folder_of(api) / "pipelines.yaml").read_text())
        for field, resolver in resolvers:
            run = [functions[each].inputs["name"] if each in functions else each for each in resolver.inputs["pipelineConfig"]["functions"]]
            if resolver.inputs["kind"] != "PIPELINE" or run != orders.get(field):
                yield f"{resolver.name}: runs {', '.join(run)}, not {', '.join(orders.get(field, []))}"
            if field in fields:
                yield from _code(resolver, folder_of(api) / "resolvers" / f"{field}.js")
        for function in functions.values():
            if function.inputs["dataSource"] not in sources:
                yield f"{function.name}: works on {function.inputs['dataSource']}, no data source of its API"
            yield from _code(function, folder_of(api) / "functions" / f"{function.inputs['name']}.js")


def _code(node: Node, file: Any) -> Iterator[str]:
    if node.inputs["runtime"] != {"name": appsync.RUNTIME_NAME, "runtimeVersion": appsync.RUNTIME_VERSION}:
        yield f"{node.name}: is run by {node.inputs['runtime']}"
    if node.inputs["code"] != file.read_text():
        yield f"{node.name}: is not the code that was tested, {file.name}"


def bounds(graph: Graph) -> Iterator[str]:
    """How much one request may ask for is what the manifest says; the schema is for its owners."""
    for api in graph.all("appsync/graphQLApi"):
        spec = MANIFESTS[api.inputs["tags"]["workload"]].graphql
        assert spec is not None
        if api.inputs.get("queryDepthLimit") != spec.query_depth:
            yield f"{api.name}: queries may be nested {api.inputs.get('queryDepthLimit')} deep"
        if api.inputs.get("resolverCountLimit") != appsync.RESOLVER_COUNT:
            yield f"{api.name}: a query may run {api.inputs.get('resolverCountLimit')} resolvers"
        if api.inputs.get("introspectionConfig") != ("ENABLED" if spec.introspection else "DISABLED"):
            yield f"{api.name}: introspection is {api.inputs.get('introspectionConfig')}"


def access(graph: Graph) -> Iterator[str]:
    """The data source's role may do what the functions ask for, on their table and with its key, and nothing else."""
    for api in graph.all("appsync/graphQLApi"):
        (source,) = of(graph, "appsync/dataSource", api)
        (table,) = (each for each in graph.all("dynamodb/table") if each.inputs["name"] == source.inputs["dynamodbConfig"]["tableName"])
        if table.inputs["tags"]["workload"] != api.inputs["tags"]["workload"]:
            yield f"{source.name}: works on the table of another workload"
        arn, key = table.outputs["arn"], (table.inputs.get("serverSideEncryption") or {}).get("kmsKeyArn")
        used = {operation for function in of(graph, "appsync/function", api)
                for operation in re.findall(r"^ *operation: '(\w+)'", function.inputs["code"], re.MULTILINE)}  # fmt: skip
        wanted = {action for operation in used for action in ACTIONS[operation]}
        policies = policies_of(graph, source.inputs["serviceRoleArn"])
        allowed: set[str] = set()
        for statement in statements(policies):
            actions, resources = {*statement["Action"]}, {*statement["Resource"]}
            if resources == {key}:
                service = f"dynamodb.{source.inputs['dynamodbConfig']['region']}.amazonaws.com"
                if statement.get("Condition") != {"StringEquals": {"kms:ViaService": service}}:
                    yield f"{source.name}: may use the key for anything but the table"
            elif resources - ({arn, f"{arn}/index/*"} if actions <= WITH_INDEXES else {arn}):
                yield f"{source.name}: may {', '.join(sorted(actions))} on {', '.join(sorted(resources))}"
            allowed |= actions
        on_table, on_key = ({each for each in allowed if each.startswith(service)} for service in ("dynamodb:", "kms:"))
        yield from (f"{source.name}: may not {action}, and its functions do" for action in sorted(wanted - on_table))
        yield from (f"{source.name}: may {action}, and none of its functions does" for action in sorted(allowed - wanted - on_key))
        yield from (f"{source.name}: may not {action}" for action in ("kms:Decrypt", "kms:GenerateDataKey") if action not in on_key)
        yield from (f"{source.name}: may be used before it has {each.name}" for each in [*policies, table] if not graph.comes_after(source, each))
        yield from _taken_by_appsync(graph, source, source.inputs["serviceRoleArn"])


def _taken_by_appsync(graph: Graph, node: Node, role_arn: str) -> Iterator[str]:
    (role,) = (each for each in graph.all("iam/role") if each.outputs["arn"] == role_arn)
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    account = role_arn.split(":")[4]
    if (trust["Principal"], trust.get("Condition")) != (
        {"Service": "appsync.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": account}},
    ):  # fmt: skip
        yield f"{node.name}: its role may be taken by others than AppSync, or for another account"


def logs(graph: Graph) -> Iterator[str]:
    """Errors are written, without what callers sent, into a group of the API's own that is there before it answers."""
    for api in graph.all("appsync/graphQLApi"):
        settings = api.inputs.get("logConfig") or {}
        if (settings.get("fieldLogLevel"), settings.get("excludeVerboseContent")) != ("ERROR", True):
            yield f"{api.name}: writes {settings.get('fieldLogLevel')}, verbose content included or nothing at all"
            continue
        groups = [group for group in graph.all("cloudwatch/logGroup") if group.inputs["name"] == f"{appsync.LOG_GROUP_PREFIX}{api.name}-id"]
        if not groups:
            yield f"{api.name}: writes into a log group that nobody made"
        for group in groups:
            keys = [key.name for key in graph.all("kms/key") if key.outputs["arn"] == group.inputs.get("kmsKeyId")]
            if keys != [f"{api.inputs['tags']['workload']}-key"]:
                yield f"{group.name}: is not under the workload's key"
            if not group.inputs.get("retentionInDays"):
                yield f"{group.name}: is kept for ever"
            early = [each for each in of(graph, "appsync/resolver", api) if not graph.comes_after(each, group)]
            yield from (f"{each.name}: answers before there is a log" for each in early)
        policies = policies_of(graph, settings["cloudwatchLogsRoleArn"])
        allowed = [(action, resource) for each in statements(policies) for action in each["Action"] for resource in each["Resource"]]
        where = f":log-group:{appsync.LOG_GROUP_PREFIX}*:*"
        if sorted(action for action, _ in allowed) != ["logs:CreateLogStream", "logs:PutLogEvents"]:
            yield f"{api.name}: its log's role may {', '.join(sorted(action for action, _ in allowed)) or 'do nothing'}"
        yield from (f"{api.name}: may write into {resource}" for _, resource in allowed if not resource.endswith(where))
        yield from (f"{api.name}: is made before its role has {each.name}" for each in policies if not graph.comes_after(api, each))
        yield from _taken_by_appsync(graph, api, settings["cloudwatchLogsRoleArn"])


def watching(graph: Graph) -> Iterator[str]:
    """Requests are traced; somebody learns of AppSync's own errors, and of answers slower than the workload promises."""
    for api in graph.all("appsync/graphQLApi"):
        manifest = MANIFESTS[api.inputs["tags"]["workload"]]
        if not api.inputs.get("xrayEnabled"):
            yield f"{api.name}: is not traced"
        alarms = [alarm.inputs for alarm in graph.all("cloudwatch/metricAlarm")
                  if alarm.inputs.get("namespace") == "AWS/AppSync" and alarm.inputs["dimensions"] == {"GraphQLAPIId": f"{api.name}-id"}]  # fmt: skip
        statistics = [alarm.get("statistic") for alarm in alarms if alarm["metricName"] == "5XXError"]
        if statistics != ["Sum", "Sum"]:  # within minutes, and over an hour
            yield f"{api.name}: nobody learns of errors of AppSync's own"
        promised = manifest.slo.latency_ms_p99 if manifest.slo else 2500
        latency = next((alarm for alarm in alarms if alarm["metricName"] == "Latency"), {})
        if (latency.get("extendedStatistic"), latency.get("threshold")) != ("p99", promised):
            yield f"{api.name}: nobody learns that one in a hundred answers takes longer than {promised} ms"


CHECKS = (callers, answers, bounds, access, logs, watching)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds_for_every_graphql_api(graph: Graph, check: Callable[[Graph], Iterator[str]]):
    assert [api.name for api in graph.all("appsync/graphQLApi")] == ["boards-graphql"]
    assert list(check(graph)) == []


def test_who_may_come_in_is_known_before_the_update(preview: Graph):
    """The guardrail graphql-api-knows-its-callers judges the preview; only the pool's id is AWS's to assign."""
    (api,) = preview.all("appsync/graphQLApi")
    assert api.inputs["authenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert (api.inputs["userPoolConfig"]["defaultAction"], api.inputs["introspectionConfig"]) == ("ALLOW", "DISABLED")
    for policy in preview.all("iam/rolePolicy"):
        if policy.name in ("boards-graphql-access", "boards-graphql-logs-access"):
            assert json.loads(policy.inputs["policy"])["Statement"]


def test_no_web_acl_is_in_front_before_the_last_phase_and_the_page_says_so(graph: Graph):
    assert [node.name for node in graph.all("wafv2/webAclAssociation") if node.name.startswith("boards-")] == []
    assert "from the phase `scale` on, a firewall" in (ROOT / "docs" / "patterns" / "graphql.md").read_text()


def inside(name: str, member: str, value: Any) -> Change:
    """Another value of one member of an argument; a new argument, because Pulumi's are mappings behind attributes."""

    def change(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        setattr(sent[name], member, value)
        return {**sent, name: sent[name]}

    return change


def policy(actions: list[str], resource: str, condition: dict[str, Any] | None = None) -> Change:
    statement = {"Effect": "Allow", "Action": actions, "Resource": [resource], **({"Condition": condition} if condition else {})}
    return with_(policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/dev-boards-boards"
API, RESOLVER, FUNCTION, SOURCE = "appsync.GraphQLApi", "appsync.Resolver", "appsync.Function", "appsync.DataSource"
POLICY, ROLE, GROUP, ALARM = "iam.RolePolicy", "iam.Role", "cloudwatch.LogGroup", "cloudwatch.MetricAlarm"
EMPTY = with_(policy='{"Statement": []}')
BREAKAGES: list[tuple[str, Change, Callable[[Graph], Iterator[str]], str]] = [
    (API, with_(authentication_type="API_KEY"), callers, "lets in others than people of the user pool"),
    (API, inside("user_pool_config", "user_pool_id", "eu-west-1_another"), callers, "lets in others than people of the user pool"),
    (API, inside("user_pool_config", "default_action", "DENY"), callers, "is closed to everybody"),
    (API, with_(additional_authentication_providers=[{"authenticationType": "API_KEY"}]), callers, "has another way in"),
    (API, lambda _, sent: {**sent, "schema": sent["schema"].replace("createBoard(input: NewBoard!): Board", "createBoard(input: NewBoard!): Board @aws_iam")},
     callers, "its schema says @aws_iam"),
    (RESOLVER, only("-Mutation-addCard", not_made), answers, "nobody answers Mutation.addCard"),
    (RESOLVER, only("-Board-cards", not_made), answers, "nobody answers Board.cards"),
    (RESOLVER, only("-Query-board", with_(field="bord")), answers, "Query.bord is no field of the schema"),
    (RESOLVER, only("-Mutation-addCard", with_(field="changeCard")), answers, "two answer Mutation.changeCard"),
    (RESOLVER, only("-Mutation-addCard", lambda _, sent: {**sent, "pipeline_config": {"functions": ["boards-graphql-new_card-id", "boards-graphql-board-id"]}}),
     answers, "runs new_card, board, not board, card, new_card"),
    (RESOLVER, only("-Query-board", with_(code="export function request(ctx) {}\nexport function response(ctx) {}")), answers, "is not the code that was tested"),
    (FUNCTION, only("-card", with_(runtime={"name": "APPSYNC_JS", "runtimeVersion": "2.0.0"})), answers, "is run by"),
    (FUNCTION, only("-card", with_(data_source="another")), answers, "works on another, no data source of its API"),
    (API, without("query_depth_limit"), bounds, "queries may be nested None deep"),
    (API, with_(resolver_count_limit=10_000), bounds, "a query may run 10000"),
    (API, with_(introspection_config="ENABLED"), bounds, "introspection is ENABLED"),
    (POLICY, only("graphql-access", EMPTY), access, "may not dynamodb:PutItem, and its functions do"),
    (POLICY, only("graphql-access", policy(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"], TABLE)), access,
     "may dynamodb:Scan, and none of its functions does"),
    (POLICY, only("graphql-access", policy(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], "*")), access, "dynamodb:Query on *"),
    (POLICY, only("graphql-key", EMPTY), access, "may not kms:Decrypt"),
    (POLICY, only("graphql-key", policy(["kms:Decrypt", "kms:GenerateDataKey"], "arn:aws:kms:eu-west-1:111111111111:key/boards-key")), access,
     "may use the key for anything but the table"),
    (SOURCE, unordered, access, "may be used before it has boards-graphql-access"),
    (ROLE, only("graphql-role", with_(assume_role_policy=json.dumps({"Statement": [{"Principal": {"Service": "appsync.amazonaws.com"}}]}))), access,
     "may be taken by others"),
    (API, without("log_config"), logs, "writes None"),
    (API, inside("log_config", "exclude_verbose_content", False), logs, "verbose content included"),
    (API, unordered, logs, "is made before its role has boards-graphql-logs-access"),
    (POLICY, only("graphql-logs-access", EMPTY), logs, "its log's role may do nothing"),
    (POLICY, only("graphql-logs-access", policy(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")), logs, "may logs:CreateLogGroup"),
    (GROUP, only("graphql-logs", with_(name="/aws/appsync/apis/another")), logs, "a log group that nobody made"),
    (GROUP, only("graphql-logs", without("retention_in_days")), logs, "is kept for ever"),
    (GROUP, only("graphql-logs", without("kms_key_id")), logs, "is not under the workload's key"),
    (SOURCE, unordered, logs, "answers before there is a log"),
    (API, with_(xray_enabled=False), watching, "is not traced"),
    (ALARM, only("graphql-server-errors", with_(dimensions={"ApiId": "boards-graphql-id"})), watching, "nobody learns of errors"),
    (ALARM, only("graphql-latency", with_(threshold=30_000)), watching, "takes longer than 1000 ms"),
    (ALARM, only("graphql-latency", with_(dimensions={"GraphQLAPIId": "another"})), checks.alarms, "GraphQLAPIId=another names nothing"),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "change", "check", "says"), BREAKAGES, ids=[f"{kind}-{says}-{number}" for number, (kind, *_, says) in enumerate(BREAKAGES)]
)
def test_what_is_broken_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check: Any, says: str):
    assert_noticed(monkeypatch, ("boards",), kind, change, check, says)
