"""AWS AppSync: GraphQL APIs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from platform_contract.kinds.graphql_api.javascript import problems

from ..calls import Failed, Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import has_unknown
from .common import fixed, refused

ARN = "arn:{partition}:appsync:{region}:{account}:apis/{apiId}"
TAGS = Tagging("tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"resourceArn": "arn"}, member="tags", keys="tagKeys", answer="tags")  # fmt: skip
PIPELINE_FUNCTIONS = 10
"""Functions of a pipeline resolver (quotas of AWS AppSync)."""
KEY_INPUTS = ("apiId", "description")
KEY_DAYS = (1, 365)
"""Life of an API key (API reference, CreateApiKey)."""


def _pool(work: Work, of: Any) -> dict[str, Any]:
    """A user pool as the API has it; the region is the resource's where the program gives none."""
    made = {"userPoolId": of["userPoolId"], "awsRegion": of.get("awsRegion") or work.format("{region}")}
    return {**made, **{name: of[name] for name in ("defaultAction", "appIdClientRegex") if of.get(name)}}


def _main_pool(work: Work) -> dict[str, Any] | None:
    return _pool(work, work.state["userPoolConfig"]) if work.state.get("userPoolConfig") else None


def _more_providers(work: Work) -> list[dict[str, Any]] | None:
    made = []
    for each in work.state.get("additionalAuthenticationProviders", []):
        provider: dict[str, Any] = {"authenticationType": each["authenticationType"]}
        if each.get("userPoolConfig"):
            provider["userPoolConfig"] = _pool(work, each["userPoolConfig"])
        if each.get("lambdaAuthorizerConfig"):
            config = each["lambdaAuthorizerConfig"]
            ttl = config.get("authorizerResultTtlInSeconds")
            provider["lambdaAuthorizerConfig"] = {
                **config,
                **({"authorizerResultTtlInSeconds": int(ttl)} if ttl is not None else {}),
            }
        made.append(provider)
    return made or ([] if work.old and work.old.get("additionalAuthenticationProviders") else None)


def _schema(work: Work) -> None:
    text = work.state.get("schema")
    if not text or (work.old is not None and "schema" not in work.changed):
        return
    work.call("start_schema_creation", apiId=work.state["id"], definition=text.encode())
    status = work.call("get_schema_creation_status", apiId=work.state["id"])
    if status["status"] not in ("ACTIVE", "SUCCESS"):
        raise Failed(f"appsync: the schema was refused: {status.get('details')}")


def _read_api(work: Work) -> State | None:
    answer = work.call("get_graphql_api", apiId=work.state["id"])["graphqlApi"]
    answer.pop("tags", None)
    return work.properties(Call("get_graphql_api"), answer)


def _dynamodb(work: Work) -> dict[str, Any] | None:
    config = work.state.get("dynamodbConfig")
    if not config:
        return None
    made = {"tableName": config["tableName"], "awsRegion": config.get("region") or work.format("{region}")}
    return {**made, **{name: config[name] for name in ("useCallerCredentials", "versioned") if config.get(name) is not None}}


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def _expires(work: Work) -> int | None:
    """Seconds since 1970 of the key's end. AppSync rounds it down to the hour."""
    return _seconds(work.state["expires"]) // 3600 * 3600 if work.state.get("expires") else None


def _read_key(work: Work) -> State | None:
    api, _, id = work.state["id"].partition(":")
    keys = work.call("list_api_keys", apiId=api)["apiKeys"]
    found = next((each for each in keys if each["id"] == id), None)
    if found is None:
        return None
    end = datetime.fromtimestamp(found["expires"], UTC).isoformat().replace("+00:00", "Z")
    wanted = work.state.get("expires")
    same = wanted and _seconds(wanted) // 3600 == found["expires"] // 3600
    return {"apiId": api, "apiKeyId": id, "key": id, "description": found.get("description"), "expires": wanted if same else end}


def _make_key(work: Work) -> State:
    key = work.call("create_api_key", **work.params(Call("create_api_key", {"expires": _expires}, only=KEY_INPUTS)))["apiKey"]
    return {"apiKeyId": key["id"], "key": key["id"]}


def _taken_away(work: Work) -> None:
    """AppSync drops a setting that an update leaves out; the emulator keeps it."""
    gone = [
        name
        for name in ("logConfig", "userPoolConfig", "openidConnectConfig", "lambdaAuthorizerConfig")
        if (work.old or {}).get(name) and not work.state.get(name)
    ]
    if gone:
        raise Failed(f"{work.entry.token}: the emulator cannot take {', '.join(gone)} away (AWS can): make down, then make up")


def _key_ends(inputs: State) -> list[tuple[str, str]]:
    text = inputs.get("expires")
    if not isinstance(text, str):
        return []
    try:
        left = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime.now(UTC)
    except (ValueError, TypeError):
        return [("expires", f"expires='{text}': must be a time as 2026-01-31T00:00:00Z")]
    low, high = (timedelta(days=days) for days in KEY_DAYS)
    return [] if left <= high else [("expires", f"expires='{text}': must lie {low.days} to {high.days} days ahead")]


def _js(inputs: State) -> list[tuple[str, str]]:
    """Code and its runtime belong together, and the code is what the runtime runs."""
    code, runtime = inputs.get("code"), inputs.get("runtime")
    if code is None and runtime is None:
        return []
    if code is None or runtime is None:
        missing = "code" if code is None else "runtime"
        return [(missing, f"missing '{missing}': 'code' and 'runtime' (APPSYNC_JS, 1.0.0) go together")]
    return [("code", f"code: {told}") for told in problems(code)] if isinstance(code, str) else []


def _source_or_pipeline(inputs: State) -> list[tuple[str, str]]:
    if inputs.get("kind", "UNIT") == "UNIT":
        return (
            []
            if inputs.get("dataSource") is not None
            else [("dataSource", "missing 'dataSource': a UNIT resolver needs one; a NONE data source serves")]
        )
    pipeline = inputs.get("pipelineConfig")
    functions = pipeline.get("functions") if isinstance(pipeline, dict) else pipeline
    if not functions:
        return [("pipelineConfig", "missing 'pipelineConfig': a PIPELINE resolver needs functions")]
    if isinstance(functions, list) and len(functions) > PIPELINE_FUNCTIONS:
        return [("pipelineConfig", f"pipelineConfig: has {len(functions)} functions, must have at most {PIPELINE_FUNCTIONS}")]
    return (
        [("dataSource", "dataSource: a PIPELINE resolver has none; its functions have")]
        if inputs.get("dataSource") is not None
        else []
    )


def _role_for(inputs: State) -> list[tuple[str, str]]:
    kind = inputs.get("type")
    wanted = {
        "AMAZON_DYNAMODB": "dynamodbConfig",
        "AWS_LAMBDA": "lambdaConfig",
        "AMAZON_EVENTBRIDGE": "eventBridgeConfig",
        "HTTP": "httpConfig",
    }.get(str(kind))
    found = [(wanted, f"missing '{wanted}': type={kind} needs it")] if wanted and inputs.get(wanted) is None else []
    if wanted and kind != "HTTP" and inputs.get("serviceRoleArn") is None:
        found.append(("serviceRoleArn", f"missing 'serviceRoleArn': AppSync calls {kind} with a role"))
    return found


def _providers(inputs: State) -> list[tuple[str, str]]:
    """Settings of the way callers are known; and each way once."""
    settings = {
        "AMAZON_COGNITO_USER_POOLS": "userPoolConfig",
        "OPENID_CONNECT": "openidConnectConfig",
        "AWS_LAMBDA": "lambdaAuthorizerConfig",
    }
    main, more = inputs.get("authenticationType"), inputs.get("additionalAuthenticationProviders", [])
    found = []
    if main in settings and inputs.get(settings[main]) is None:
        found.append((settings[main], f"missing '{settings[main]}': authenticationType={main} needs it"))
    pool = inputs.get("userPoolConfig")
    if main == "AMAZON_COGNITO_USER_POOLS" and more and isinstance(pool, dict) and pool.get("defaultAction") == "DENY":
        told = "userPoolConfig.defaultAction=DENY: must be ALLOW where there are additionalAuthenticationProviders"
        found.append(("userPoolConfig", told))
    kinds = [main, *(each.get("authenticationType") for each in more)] if isinstance(more, list) and not has_unknown(more) else []
    found += [
        ("additionalAuthenticationProviders", f"additionalAuthenticationProviders: {kind} is given twice")
        for kind in ("API_KEY", "AWS_IAM", "AWS_LAMBDA")
        if kinds.count(kind) > 1
    ]
    return found


def _of_type(id: str) -> State:
    return dict(zip(("apiId", "type", "field"), id.split("-", 2), strict=False))


NAME = {"pattern": r"[_A-Za-z][_0-9A-Za-z]*"}
API = "appsync/graphQLApi of apiId"
RESOLVER = {"typeName": "type", "fieldName": "field", "dataSourceName": "dataSource", "requestMappingTemplate": "requestTemplate",
            "responseMappingTemplate": "responseTemplate", "resolverArn": "arn"}  # fmt: skip
NO_CACHE = {
    "syncConfig": "the emulator has no conflict detection",
    "cachingConfig": "caching belongs to an API cache, which this provider does not make",
}
JAVASCRIPT = Refusal("appsync-code-is-evaluated", "'The code contains one or more errors': AppSync checks code when it is given; this provider looks for what APPSYNC_JS does not have, the emulator runs anything that Node.js runs.")  # fmt: skip

RESOURCES = [
    Resource(
        "aws:appsync/graphQLApi:GraphQLApi", "appsync", named="name", name_limit=255, tags=TAGS, identify=lambda id: {"id": id},
        api={"apiId": "id", "wafWebAclArn": "", "dns": "", "owner": "", "openIDConnectConfig": "openidConnectConfig"},
        known={"arn": "arn:{partition}:appsync:{region}:{account}:apis/{id}"}, fakes={"id": "hex:26"},
        create=Call("create_graphql_api", {"userPoolConfig": _main_pool, "additionalAuthenticationProviders": _more_providers}, take="graphqlApi"), steps=(_schema,),
        update=(
            _taken_away,
            fixed(_read_api, "introspectionConfig", "queryDepthLimit", "resolverCountLimit", "enhancedMetricsConfig"),
            Call("update_graphql_api", {"userPoolConfig": _main_pool, "additionalAuthenticationProviders": _more_providers}, to_empty=False),
        ),
        read=_read_api, delete=(Call("delete_graphql_api"),), unread=frozenset({"schema", "enhancedMetricsConfig"}), assigned=frozenset({"introspectionConfig", "queryDepthLimit", "resolverCountLimit"}),
        checks=(_providers, refused({"mergedApiExecutionRoleArn": "the emulator has no merged APIs"})),
        limits={"userPoolConfig.defaultAction": {"enum": ["ALLOW", "DENY"]}, "apiType": {"enum": ["GRAPHQL"]}},
        aws_refuses=(
            Refusal("appsync-schema-is-compiled", "AppSync compiles the schema and refuses a wrong one; the emulator takes any text, and answers each query with the error."),
            Refusal("appsync-one-change-at-a-time", "'Schema is currently being altered, please wait until that is complete.': changes of schema, resolvers and functions of an API wait for one another."),
            Refusal("appsync-logs-need-their-role", "The role of logConfig has to exist and admit appsync.amazonaws.com.", needs="iam/role of logConfig"),
            Refusal("appsync-pool-exists", "The user pool has to exist.", needs="cognito/userPool of userPoolConfig"),
            Refusal("appsync-logs-need-permission", "AppSync writes with the role; what it may not write is lost, and nobody is told.", needs="iam/rolePolicy of logConfig"),
            Refusal("appsync-log-group-is-taken", "AppSync makes a missing log group itself, without key and retention, if the role may; its creation is then refused: 'The specified log group already exists'."),
            Refusal("appsync-traces-by-a-linked-role", "With X-Ray on, AppSync makes the role AWSServiceRoleForAppSync once for the account: whoever deploys the first such API needs iam:CreateServiceLinkedRole for appsync.amazonaws.com."),
            Refusal("appsync-directives-of-callers", "@aws_auth is left out of account as soon as there is a second way in, and @aws_cognito_user_pools takes its place; a field without a directive is open to the main way alone. The emulator knows none of them."),
            Refusal("appsync-scalars-are-its-own", "A schema may not define a scalar; there are those of GraphQL and AWSDate, AWSDateTime, AWSJSON and so on."),
            Refusal("appsync-tokens-are-verified", "AWS verifies tokens: signature, end, issuer and client; the emulator reads them and believes them."),
            Refusal("appsync-subscriptions", "AWS delivers subscriptions over a WebSocket; the emulator has no subscriptions of GraphQL APIs."),
        ),
    ),
    Resource(
        "aws:appsync/dataSource:DataSource", "appsync", id="{apiId}-{name}", named="name", name_limit=255, known={"arn": f"{ARN}/datasources/{{name}}"},
        api={"dataSourceArn": "arn", "lambdaFunctionArn": "functionArn", "awsRegion": "region", "elasticsearchConfig": "", "opensearchServiceConfig": ""},
        create=Call("create_data_source", {"dynamodbConfig": _dynamodb}, take="dataSource"), update=(Call("update_data_source", {"dynamodbConfig": _dynamodb}, to_empty=False),),
        read=Call("get_data_source", take="dataSource"), delete=(Call("delete_data_source"),),
        checks=(_role_for, refused(dict.fromkeys(("elasticsearchConfig", "opensearchserviceConfig", "relationalDatabaseConfig"), "the emulator does not run it"))),
        limits={"name": NAME},
        aws_refuses=(
            Refusal("appsync-source-after-its-api", "The API has to exist.", needs=API),
            Refusal("appsync-source-needs-permission", "AppSync works on the table with the role: without its policies each field answers with AccessDeniedException.", needs="iam/rolePolicy of serviceRoleArn"),
            Refusal("appsync-source-after-its-role", "The role has to exist and admit appsync.amazonaws.com.", needs="iam/role of serviceRoleArn"),
            Refusal("appsync-dynamodb-does-what-is-asked", "AWS runs keys, conditions, expressions, indexes, filters and transactions of a DynamoDB request. The emulator knows Get, Put, Update, Delete, Scan and Query by key and attribute values: no condition, no expression, Query answers the whole table, Update and Delete take the first item of a partition."),
        ),
    ),
    Resource(
        "aws:appsync/resolver:Resolver", "appsync", id="{apiId}-{type}-{field}", identify=_of_type, api=RESOLVER, known={"arn": f"{ARN}/types/{{type}}/resolvers/{{field}}"},
        create=Call("create_resolver", take="resolver"), update=(Call("update_resolver", to_empty=False),), read=Call("get_resolver", take="resolver"), delete=(Call("delete_resolver"),),
        ordered=frozenset({"pipelineConfig"}), checks=(_source_or_pipeline, _js, refused(NO_CACHE)), assigned=frozenset({"maxBatchSize"}),
        limits={"type": NAME, "field": NAME, "runtime.runtimeVersion": {"enum": ["1.0.0"]}},
        aws_refuses=(
            Refusal("appsync-resolver-after-its-schema", "'No field named X found on type Y': the schema has to have the field.", needs=API),
            Refusal("appsync-one-resolver-for-a-field", "'Only one resolver is allowed per field': the old one goes before another can come."),
            Refusal("appsync-resolver-after-its-source", "'No data source found named X'.", needs="appsync/dataSource of dataSource"),
            Refusal("appsync-resolver-after-its-functions", "The functions of a pipeline have to exist, and cannot be deleted before it.", needs="appsync/function of pipelineConfig"),
            JAVASCRIPT,
        ),
    ),
    Resource(
        "aws:appsync/function:Function", "appsync", id="{apiId}-{functionId}", named="name", name_limit=255, fakes={"functionId": "hex:26"}, known={"arn": f"{ARN}/functions/{{functionId}}"},
        api={"dataSourceName": "dataSource", "functionArn": "arn", "functionId": "functionId"}, create=Call("create_function", take="functionConfiguration"), update=(Call("update_function", to_empty=False),),
        read=Call("get_function", take="functionConfiguration"), delete=(Call("delete_function"),), checks=(_js, refused({"syncConfig": NO_CACHE["syncConfig"]})),
        assigned=frozenset({"functionVersion", "maxBatchSize"}), limits={"name": NAME, "runtime.runtimeVersion": {"enum": ["1.0.0"]}},
        aws_refuses=(
            Refusal("appsync-function-after-its-api", "The API has to exist.", needs=API),
            Refusal("appsync-function-after-its-source", "'No data source found named X'.", needs="appsync/dataSource of dataSource"),
        ),
    ),
    Resource(
        "aws:appsync/apiKey:ApiKey", "appsync", id="{apiId}:{apiKeyId}", identify=lambda id: {"id": id, "apiId": id.partition(":")[0], "apiKeyId": id.partition(":")[2]}, fakes={"apiKeyId": "da2-{hex}", "key": "da2-{hex}"},
        api={"id": "apiKeyId"}, create=_make_key, update=(Call("update_api_key", {"expires": _expires, "id": "apiKeyId"}, only=KEY_INPUTS),), read=_read_key, delete=(Call("delete_api_key", {"id": "apiKeyId"}),),
        checks=(_key_ends,), assigned=frozenset({"expires"}),
        aws_refuses=(
            Refusal("appsync-key-after-its-api", "The API has to exist, and accept API_KEY.", needs=API),
            Refusal("appsync-key-ends", "A key ends after 7 days, or after at most 365; the emulator takes it ever after."),
        ),
    ),
]  # fmt: skip
