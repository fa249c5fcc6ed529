"""Runs the resolvers of a GraphQL API as AppSync does: their own code in a JavaScript engine, their requests on real DynamoDB.

The embedded cloud's AppSync is not used, because it leaves out conditions and key expressions (its provider module says so).
"""

import json
import re
from pathlib import Path
from typing import Any

import quickjs
import yaml

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"

PRELUDE = """
const signal = (kind) => (content) => { throw Object.assign(new Error(kind), { signal: { kind, ...content } }); };
const toDynamoDB = (value) => {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toDynamoDB) };
  return { M: toMapValues(value) };
};
const toMapValues = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toDynamoDB(value)]));
const util = {
  error: (message, type, data, info) => signal('error')({ message, type, info }),
  unauthorized: () => signal('error')({ message: 'Unauthorized', type: 'Unauthorized' }),
  matches: (pattern, text) => new RegExp(pattern).test(text),
  autoId: () => 'drawn-' + (drawn += 1),
  time: { nowISO8601: () => NOW },
  dynamodb: { toMapValues },
};
let drawn = 0;
const runtime = { earlyReturn: (value) => signal('return')({ value }) };
const run = (name, text) => {
  const ctx = JSON.parse(text);
  try {
    return JSON.stringify({ value: (name === 'request' ? request : response)(ctx) ?? null, stash: ctx.stash });
  } catch (error) {
    if (!error.signal) throw error;
    return JSON.stringify({ ...error.signal, stash: ctx.stash });
  }
};
"""
"""`util` and `runtime` as far as resolvers here use them; anything else is a TypeError."""


class GraphQLError(Exception):
    """What the caller is told: type, message, and the field at fault."""

    def __init__(self, kind: str, message: str, field: str | None) -> None:
        super().__init__(f"{kind}: {message}")
        self.told = (kind, message, field)


class Code:
    """One file of resolver code."""

    def __init__(self, file: Path, now: str) -> None:
        self.name = file.stem
        code = re.sub(r"^import .*$", "", file.read_text(), flags=re.MULTILINE).replace("export function", "function")
        self._engine = quickjs.Context()
        self._engine.eval(f"const NOW = {json.dumps(now)};\n{PRELUDE}\n{code}")

    def run(self, handler: str, ctx: dict) -> dict:
        return json.loads(self._engine.eval(f"run({json.dumps(handler)}, {json.dumps(json.dumps(ctx))})"))


class Api:
    """The fields of a workload's API over one table."""

    def __init__(self, workload: str, dynamodb: Any, table: str, now: str = "2026-03-01T12:00:00.000Z") -> None:
        self._folder = HANDLERS / workload
        self._dynamodb, self._table, self._now = dynamodb, table, now
        self.pipelines: dict[str, list[str]] = yaml.safe_load((self._folder / "pipelines.yaml").read_text())
        self.before_write = lambda: None
        """Called between the last read and a write: what another caller does meanwhile."""
        self.requests: list[dict] = []

    def call(self, field: str, args: dict, identity: dict | None, source: dict | None = None, headers: dict | None = None) -> Any:
        """The field's value. Raises GraphQLError."""
        ctx = {"args": args, "identity": identity, "source": source or {}, "stash": {}, "request": {"headers": headers or {}}}
        resolver = Code(self._folder / "resolvers" / f"{field}.js", self._now)
        self._step(resolver, "request", ctx)
        previous = None
        for name in self.pipelines[field]:
            previous = self._function(Code(self._folder / "functions" / f"{name}.js", self._now), ctx, previous)
        return self._step(resolver, "response", ctx | {"prev": {"result": previous}})["value"]

    def _function(self, code: Code, ctx: dict, previous: Any) -> Any:
        asked = self._step(code, "request", ctx | {"prev": {"result": previous}})
        if asked.get("kind") == "return":
            return asked["value"]
        result = self._on_table(asked["value"])
        return self._step(code, "response", ctx | {"prev": {"result": previous}} | result)["value"]

    def _step(self, code: Code, handler: str, ctx: dict) -> dict:
        done = code.run(handler, ctx)
        ctx["stash"].clear()
        ctx["stash"].update(done["stash"])
        if done.get("kind") == "error":
            raise GraphQLError(done["type"], done["message"], (done.get("info") or {}).get("field"))
        return done

    def _on_table(self, asked: dict) -> dict:
        """What AppSync's DynamoDB data source does with a request: {result} or {error, result}."""
        self.requests.append(asked)
        operation, key = asked["operation"], asked.get("key")
        try:
            if operation == "GetItem":
                found = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=asked["consistentRead"])
                return {"result": plain(found["Item"]) if "Item" in found else None}
            if operation == "PutItem":
                self.before_write()
                item = key | asked["attributeValues"]
                self._dynamodb.put_item(TableName=self._table, Item=item, **condition(asked["condition"]))
                return {"result": plain(item)}
            assert operation == "Query"
            start = {"ExclusiveStartKey": json.loads(asked["nextToken"])} if asked["nextToken"] else {}
            found = self._dynamodb.query(
                TableName=self._table, KeyConditionExpression=asked["query"]["expression"], Limit=asked["limit"],
                ExpressionAttributeValues=asked["query"]["expressionValues"], ConsistentRead=asked["consistentRead"], **start,
            )  # fmt: skip
            token = json.dumps(found["LastEvaluatedKey"]) if "LastEvaluatedKey" in found else None
            return {"result": {"items": [plain(item) for item in found["Items"]], "nextToken": token}}
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            return {"result": None, "error": {"message": str(error), "type": "DynamoDB:ConditionalCheckFailedException"}}
        except self._dynamodb.exceptions.ResourceNotFoundException as error:
            return {"result": None, "error": {"message": str(error), "type": "DynamoDB:ResourceNotFoundException"}}


def condition(asked: dict) -> dict:
    names = {"ExpressionAttributeNames": asked["expressionNames"]} if "expressionNames" in asked else {}
    values = {"ExpressionAttributeValues": asked["expressionValues"]} if "expressionValues" in asked else {}
    return {"ConditionExpression": asked["expression"], **names, **values}


def plain(item: dict) -> dict:
    """Attribute values as AppSync hands them to code."""

    def value(typed: dict) -> Any:
        [(kind, content)] = typed.items()
        if kind == "L":
            return [value(each) for each in content]
        if kind == "N":
            return int(content)
        return None if kind == "NULL" else content

    return {name: value(typed) for name, typed in item.items()}
