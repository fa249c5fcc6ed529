"""What a manifest names and its workload's folder does not hold, or holds in a form that AWS cannot read, word by word."""

import json

import pytest

from platform_contract.manifest import Manifest, check_handlers
from platform_contract.platform.diagnostics import ProblemsError

from .samples import drop, everything

RECURSIVE = {"$defs": {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}, "$ref": "#/$defs/Node"}
SCHEMA = "schema { query: Query }\ntype Query {\n  board(id: ID!): Board # one\n}\ntype Board { id: ID! }\n"
CODE = "export function request(ctx) { return {} }\nexport function response(ctx) { return ctx.result }\n"


@pytest.fixture
def handlers(tmp_path):
    """A folder in which everything is there that the manifest names."""
    files = {f"{handler.split('.')[1]}.py": "def handler(event, context): ...\n"
             for handler in (function["handler"] for function in everything()["functions"].values())}  # fmt: skip
    files |= {f"schemas/{model}.json": json.dumps({"type": "object"}) for model in ("OrderPaid", "QuoteRequest")}
    files |= {"schema.graphql": SCHEMA, "pipelines.yaml": "Query.board: [board]\n"}
    files |= {"resolvers/Query.board.js": CODE, "functions/board.js": CODE}
    for name, text in files.items():
        path = tmp_path / "handlers/orders" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "handlers"


def told(handlers, *breaks) -> list[str]:
    try:
        check_handlers({"orders": Manifest.model_validate(everything(*breaks))}, handlers)
    except ProblemsError as refused:
        return [str(problem) for problem in refused.problems]
    return []


def test_everything_is_there(handlers):
    assert told(handlers) == []


BODY = "workloads/orders.yaml: functions.quotes.triggers[0].rest.body=QuoteRequest: "
EVENT = "workloads/orders.yaml: buses.notices.events[0]=OrderPaid: "


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("schemas/OrderPaid.json", None,
         f"{EVENT}there is no file handlers/orders/schemas/OrderPaid.json; define the model OrderPaid in contracts.py of the workload and run `make docs`"),
        ("schemas/QuoteRequest.json", None,
         f"{BODY}there is no file handlers/orders/schemas/QuoteRequest.json; "
         "define the model QuoteRequest in contracts.py of the workload and run `make docs`"),
        ("schemas/QuoteRequest.json", '{"type": ', f"{BODY}handlers/orders/schemas/QuoteRequest.json is not JSON; run `make docs` to write it again"),
        ("schemas/QuoteRequest.json", json.dumps({"properties": {"kind": {"discriminator": {}}}}),
         f"{BODY}is a schema that AWS cannot read: kind uses discriminator, which API Gateway does not read; say it more simply; "
         "change the model QuoteRequest"),
        ("schemas/OrderPaid.json", json.dumps(RECURSIVE),
         f"{EVENT}is a schema that AWS cannot read: next holds Node within itself, and draft 4 at API Gateway knows no references here; "
         "flatten it; change the model OrderPaid"),
        ("schemas/OrderPaid.json", "[1]", f"{EVENT}is a schema that AWS cannot read: it is no JSON object; change the model OrderPaid"),
        ("schemas/OrderPaid.json", json.dumps({"properties": {"a": {"$ref": "#/$defs/Gone"}}}),
         f"{EVENT}is a schema that AWS cannot read: a refers to Gone, which is not in it; change the model OrderPaid"),
        ("gate.py", None,
         "workloads/orders.yaml: functions.gate.handler=orders.gate.handler: there is no file handlers/orders/gate.py; write it, or correct the handler"),
        ("gate.py", "def handle(event, context): ...\n",
         "workloads/orders.yaml: functions.gate.handler=orders.gate.handler: handlers/orders/gate.py defines no `handler`; did you mean 'handle'?"),
        ("schema.graphql", None, "handlers/orders/schema.graphql: does not exist; write it: docs/patterns/graphql.md"),
        ("pipelines.yaml", "Query.board: board\n",
         "handlers/orders/pipelines.yaml: must be YAML: TYPE.FIELD: [functions, in order]; write it like `Query.board: [board]`"),
        ("pipelines.yaml", "Query.board: [bord]\n", "handlers/orders/pipelines.yaml: Query.board=bord: is no function; there is board; did you mean 'board'?"),
        ("resolvers/Query.bord.js", CODE, "handlers/orders/pipelines.yaml: Query.bord: is no field of the schema; did you mean 'Query.board'?"),
        ("resolvers/Query.board.js", None,
         "handlers/orders/resolvers/Query.board.js: does not exist; write it, or remove the field from pipelines.yaml"),
        ("functions/board.js", "export function request(ctx) { return {} }\n",
         "handlers/orders/functions/board.js: exports no function response; add `export function response(ctx) { ... }`"),
        ("functions/lost.js", CODE, "handlers/orders/functions/lost.js: is run by no resolver; name it in pipelines.yaml, or remove it"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(handlers, file, text, rule):
    path = handlers / "orders" / file
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    assert told(handlers) == [rule]


def test_a_body_that_nobody_names_needs_no_schema(handlers):
    (handlers / "orders/schemas/QuoteRequest.json").unlink()
    assert told(handlers, drop("functions.quotes.triggers.0.rest.body")) == []
