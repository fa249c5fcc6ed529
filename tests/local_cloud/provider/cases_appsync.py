"""Cases of GraphQL APIs: AWS AppSync."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .cases import Case, Inputs, Made, need_pool, need_role

API, SOURCE, RESOLVER, FUNCTION, KEY = (
    "aws:appsync/graphQLApi:GraphQLApi",
    "aws:appsync/dataSource:DataSource",
    "aws:appsync/resolver:Resolver",
    "aws:appsync/function:Function",
    "aws:appsync/apiKey:ApiKey",
)
SCHEMA = "type Query { board(board_id: ID!): Board }\ntype Board { board_id: ID! title: String }\ntype Mutation { put(board_id: ID!, title: String): Board }\n"
RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
CODE = "export function request(ctx) { return { payload: ctx.args }; }\nexport function response(ctx) { return ctx.result; }\n"
GET = "import * as ddb from '@aws-appsync/utils/dynamodb';\nexport const request = (ctx) => ddb.get({ key: { board_id: ctx.args.board_id } });\nexport const response = (ctx) => ctx.result;\n"
PUT = """import { util } from '@aws-appsync/utils';
export function request(ctx) {
  const { board_id, ...item } = ctx.args;
  return { operation: 'PutItem', key: util.dynamodb.toMapValues({ board_id }), attributeValues: util.dynamodb.toMapValues(item) };
}
export const response = (ctx) => ctx.result;
"""


def of_api(made: Made, **inputs: Any) -> Inputs:
    return {"apiId": made["api"]["id"], **inputs}


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H}:00:00Z"


def people(made: Made) -> Inputs:
    return {"userPoolId": made["pool"]["id"], "defaultAction": "ALLOW"}


need_api = ("api", API, lambda made: {"name": "needed-api", "authenticationType": "API_KEY", "schema": SCHEMA})
need_source = ("source", SOURCE, lambda made: of_api(made, name="nothing", type="NONE"))
need_function = (
    "function",
    FUNCTION,
    lambda made: of_api(made, name="first", dataSource=made["source"]["name"], code=CODE, runtime=RUNTIME),
)
need_table = ("table", "aws:dynamodb/table:Table", lambda made: {
    "name": "boards", "billingMode": "PAY_PER_REQUEST", "hashKey": "board_id", "attributes": [{"name": "board_id", "type": "S"}]})  # fmt: skip

CASES = [
    Case(API, lambda made: {"name": "boards", "authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": people(made), "schema": SCHEMA, "xrayEnabled": True, "introspectionConfig": "DISABLED", "queryDepthLimit": 8,
                            "additionalAuthenticationProviders": [{"authenticationType": "AWS_IAM"}], "tags": {"a": "1"}, "logConfig": {"cloudwatchLogsRoleArn": made["role"]["arn"], "fieldLogLevel": "ERROR"}},
         needs=(need_pool, need_role), changed={"name": "boards-2", "schema": SCHEMA + "type Extra { a: Int }\n", "xrayEnabled": False, "additionalAuthenticationProviders": None, "tags": {"b": "2"}},
         replaced={"visibility": "PRIVATE"}, outputs=("arn", "uris", "id"), not_imported=frozenset({"schema", "userPoolConfig"}), deletes_first=False),
    Case(SOURCE, lambda made: of_api(made, name="boards", type="AMAZON_DYNAMODB", serviceRoleArn=made["role"]["arn"], dynamodbConfig={"tableName": made["table"]["name"]}, description="one"),
         needs=(need_api, need_role, need_table), changed={"description": "two", "dynamodbConfig": {"tableName": "other"}}, replaced=None, outputs=("arn",), import_id=lambda made, state: f"{state['apiId']}-boards",
         not_imported=frozenset({"dynamodbConfig"})),
    Case(RESOLVER, lambda made: of_api(made, type="Query", field="board", dataSource=made["source"]["name"], code=CODE, runtime=RUNTIME), needs=(need_api, need_source, need_function),
         changed=lambda made: {"kind": "PIPELINE", "dataSource": None, "pipelineConfig": {"functions": [made["function"]["functionId"]]}}, replaced={"field": "other"}, outputs=("arn",), deletes_first=False),
    Case(FUNCTION, lambda made: of_api(made, name="second", dataSource=made["source"]["name"], code=CODE, runtime=RUNTIME), needs=(need_api, need_source),
         changed={"code": CODE.replace("payload", "version: '2018-05-29', payload"), "description": "two"}, replaced={"apiId": "other"}, outputs=("arn", "functionId"), deletes_first=True),
    Case(KEY, lambda made: of_api(made, expires=in_days(30)), needs=(need_api,), changed={"description": "for tests", "expires": in_days(60)}, outputs=("key", "apiKeyId")),
]  # fmt: skip
