"""What AppSync would refuse of a schema and its resolvers, or take and never do: told before anything is made, word by word."""

import pytest
import yaml

from platform_contract.kinds.graphql_api.resolvers import GraphqlFilesError, read_graphql
from platform_contract.manifest import load_manifests
from platform_contract.platform import naming
from platform_contract.platform.diagnostics import ProblemsError

from .samples import MANIFEST, TODAY, everything, problems_with, put, settings

SCHEMA = """\
type Query { board(id: ID!): Board }
type Mutation { addCard(id: ID!): Card
  changeCard(id: ID!): Card }
type Subscription { onCard(board_id: ID!): Card @aws_subscribe(mutations: ["addCard", "changeCard"]) }
type Board { id: ID!
  cards(limit: Int): [Card!] }
type Card { board_id: ID! changed_at: AWSDateTime! }
"""
CODE = "import { util } from '@aws-appsync/utils';\nexport function request(ctx) { %s }\nexport function response(ctx) { return ctx.result }\n"
GOOD = CODE % "return {}"
FIELDS = ("Query.board", "Mutation.addCard", "Mutation.changeCard", "Subscription.onCard", "Board.cards")
FILES = {"schema.graphql": SCHEMA, "pipelines.yaml": "".join(f"{field}: [step]\n" for field in FIELDS), "functions/step.js": GOOD,
         **{f"resolvers/{field}.js": GOOD for field in FIELDS}}  # fmt: skip
HERE = "handlers/boards"


@pytest.fixture
def told(tmp_path):
    """A function that writes the files, others in the place of some, and answers with what is wrong."""

    def write(changes=None) -> list[str]:
        for name, text in {**FILES, **(changes or {})}.items():
            path = tmp_path / HERE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            read_graphql(tmp_path / HERE)
        except GraphqlFilesError as wrong:
            return [str(problem) for problem in wrong.problems]
        return []

    return write


def test_what_is_broken_here_is_right(told):
    assert told() == []


AWS_SCALARS = "AWSDate, AWSTime, AWSDateTime, AWSTimestamp, AWSEmail, AWSJSON, AWSPhone, AWSURL, AWSIPAddress"
SCHEMAS = [
    ("a bracket too few", "type Query { board(id: ID!: Board }", "line 1: Expected Name, found ':'; write it in GraphQL's schema language"),
    ("no end", SCHEMA + "type More {", "line 8: Expected Name, found <EOF>; write it in GraphQL's schema language"),
    ("nothing", "# later\n", "line 2: Unexpected <EOF>; write it in GraphQL's schema language"),
    ("no Query", SCHEMA.replace("type Query", "type Queries"), "Query root type must be provided; correct it there"),
    ("a type that is not there", SCHEMA.replace("[Card!]", "[Crad!]"), "line 6: Unknown type 'Crad'. Did you mean 'Card'?; correct it there"),
    ("a field twice", SCHEMA.replace("  changeCard", "  addCard"), "line 3: Field 'Mutation.addCard' can only be defined once; correct it there"),
    ("a directive that is not there", SCHEMA.replace("Board }", "Board @cached }", 1), "line 1: Unknown directive '@cached'; correct it there"),
    ("a scalar of one's own", SCHEMA + "scalar Colour\n",
     f"Colour: is a scalar of your own, and AppSync knows its own only; use String, or one of {AWS_SCALARS}"),
    ("a field for those with a key", SCHEMA.replace("Board }", "Board @aws_api_key }", 1),
     "Query.board=@aws_api_key: decides who may beside the resolvers, and callers have tokens of the user pool only; decide it in the resolver"),
    ("a field for a group", SCHEMA.replace("Board }", 'Board @aws_auth(cognito_groups: ["a"]) }', 1),
     "Query.board=@aws_auth: decides who may beside the resolvers, and callers have tokens of the user pool only; decide it in the resolver"),
    ("a subscription of an unknown mutation", SCHEMA.replace('"addCard", ', '"addCrad", '),
     "Subscription.onCard=addCrad: is no mutation; there is addCard, changeCard; did you mean 'addCard'?"),
    ("a subscription of a mutation with another type", SCHEMA.replace("changeCard(id: ID!): Card", "changeCard(id: ID!): Board"),
     "Subscription.onCard=changeCard: answers with Board, and the subscription with Card: it would never be told; give both the same type"),
    ("a subscription of nothing", SCHEMA.replace(' @aws_subscribe(mutations: ["addCard", "changeCard"])', ""),
     'Subscription.onCard: says by no @aws_subscribe which mutations it tells of, so it never would; @aws_subscribe(mutations: ["NAME"])'),
    ("a subscription that is never null", SCHEMA.replace("Card @aws", "Card! @aws"),
     "Subscription.onCard=Card!: must be nullable: AppSync answers a subscription with null when it begins; leave the ! away"),
    ("a subscription filtered by what is not answered", SCHEMA.replace("onCard(board_id", "onCard(board"),
     "Subscription.onCard=board: filters by board, which is no field of Card: nothing would ever pass; did you mean 'board_id'?"),
    ("a subscription with too many filters", SCHEMA.replace("onCard(", "onCard(a: ID b: ID c: ID d: ID e: ID ").replace("type Card {", "type Card { a: ID b: ID c: ID d: ID e: ID"),
     "Subscription.onCard: is filtered by 6 arguments, and AppSync takes 5; leave some away"),
    ("@aws_subscribe on a mutation", SCHEMA.replace("addCard(id: ID!): Card", 'addCard(id: ID!): Card @aws_subscribe(mutations: ["addCard"])'),
     "Mutation.addCard=@aws_subscribe: is on no subscription, so nobody would be told; move it to a field of Subscription"),
    ("a query without resolver", SCHEMA.replace("type Query {", "type Query { boards: [Board!]"),
     "Query.boards: has no resolver: callers would always get null; write resolvers/Query.boards.js, and name it in pipelines.yaml"),
    ("a subscription without resolver", SCHEMA.replace("type Subscription {", 'type Subscription { onAny: Card @aws_subscribe(mutations: ["addCard"])'),
     "Subscription.onAny: has no resolver: everybody with a token could subscribe; write resolvers/Subscription.onAny.js, and name it in pipelines.yaml"),
    ("arguments that nobody reads", SCHEMA.replace("changed_at:", "changed_at(zone: String):"),
     "Card.changed_at: has no resolver: callers would always get null; write resolvers/Card.changed_at.js, and name it in pipelines.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "rule"), [case[1:] for case in SCHEMAS], ids=[case[0] for case in SCHEMAS])
def test_a_wrong_schema_is_told(told, schema, rule):
    assert schema != SCHEMA
    shown = f"{HERE}/schema.graphql: "
    assert told({"schema.graphql": schema}) == [shown + rule]


PIPELINES = FILES["pipelines.yaml"]
WIRING = [
    ("a field with two owners", {"pipelines.yaml": PIPELINES + "Query.board: [step, step]\n"},
     f"{HERE}/pipelines.yaml: line 6=Query.board: comes twice; first on line 1; merge the two, or rename one"),
    ("a resolver without field", {"resolvers/Query.list.js": GOOD}, f"{HERE}/pipelines.yaml: Query.list: is no field of the schema; correct it"),
    ("a resolver without pipeline", {"pipelines.yaml": PIPELINES.replace("Board.cards: [step]\n", "")},
     f"{HERE}/pipelines.yaml: Board.cards: is missing; say which functions resolvers/Board.cards.js runs"),
    ("a pipeline of nothing", {"pipelines.yaml": PIPELINES.replace("Board.cards: [step]", "Board.cards: []")},
     f"{HERE}/pipelines.yaml: Board.cards: runs no function, and a pipeline needs one; name it, or remove the field"),
    ("a long pipeline", {"pipelines.yaml": PIPELINES.replace("Board.cards: [step]", f"Board.cards: [{', '.join(['step'] * 11)}]")},
     f"{HERE}/pipelines.yaml: Board.cards: runs 11 functions, and AppSync runs 10; join some"),
    ("no pipelines", {"pipelines.yaml": ""}, f"{HERE}/pipelines.yaml: is empty; write which functions answer a field, or remove the file"),
    ("pipelines that are a list", {"pipelines.yaml": "- Query.board\n"},
     f"{HERE}/pipelines.yaml: is a list, not a mapping; begin with `Query.FIELD: [FUNCTION]`"),
    ("a name that AppSync refuses", {"functions/two-steps.js": GOOD, "pipelines.yaml": PIPELINES.replace("Board.cards: [step]", "Board.cards: [two-steps]")},
     f"{HERE}/functions/two-steps.js: is called what AppSync refuses; use letters, digits and _, and begin with no digit"),
    ("code that is no text", {"functions/step.js": b"\xff\xfe"}, f"{HERE}/functions/step.js: is not text in UTF-8; save it in UTF-8"),
    ("a schema that is no text", {"schema.graphql": b"\xff\xfe"}, f"{HERE}/schema.graphql: is not text in UTF-8; save it in UTF-8"),
    ("long code", {"functions/step.js": GOOD + " " * 32_768}, f"{HERE}/functions/step.js: has {32_768 + len(GOOD)} bytes, and AppSync takes 32768; split it"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), [case[1:] for case in WIRING], ids=[case[0] for case in WIRING])
def test_wrong_wiring_is_told(told, changes, rule):
    assert told(changes) == [rule]


REFUSED = [
    ("return try_(); try { } finally { }", ["try", "finally"]),
    ("throw 'no'", ["throw (use util.error)"]),
    ("for (;;) { break }", ["for(;;) (use for-of)"]),
    ("return ctx.args.ids.map(async (id) => id)", ["async"]),
    ("return /^a+$/.test(ctx.args.id)", ["regular expressions (use util.matches)"]),
    ("while (true) { }", ["while"]),
    ("let i = 0; i++", ["++"]),
    ("return new Date()", ["new"]),
    ("outer: for (const each of ctx.args.ids) { break outer }", ["labels"]),
    ("return ctx.error instanceof Object", ["instanceof"]),
    ("return 'id' in ctx.args", ["the in operator (use Object.hasOwn)"]),
    ("return fetch(ctx.args.url)", ["fetch"]),
]


@pytest.mark.parametrize(("statement", "names"), REFUSED, ids=[statement for statement, _ in REFUSED])
@pytest.mark.parametrize("file", ["functions/step.js", "resolvers/Query.board.js"])
def test_code_that_appsync_does_not_run_is_told_with_its_line(told, file, statement, names):
    fix = "AppSync refuses it: docs/patterns/graphql.md"
    assert told({file: CODE % statement}) == [f"{HERE}/{file}: line 2: APPSYNC_JS has no {name}; {fix}" for name in names]


def test_a_package_is_told(told):
    assert told({"functions/step.js": "import _ from 'lodash';\n" + GOOD}) == [
        f"{HERE}/functions/step.js: line 1: imports 'lodash'; there are @aws-appsync/utils and its modules only; "
        "AppSync refuses it: docs/patterns/graphql.md"
    ]


def test_everything_is_told_at_once(told):
    """A schema that cannot be read says nothing of the rest; what can be read is checked to the end."""
    found = told({"resolvers/Query.list.js": GOOD, "functions/step.js": CODE % "throw 1", "functions/lost.js": GOOD})
    assert [each.split(": ")[0].removeprefix(f"{HERE}/") for each in found] == ["pipelines.yaml", "functions/lost.js", "functions/step.js"]


def test_no_way_in_without_a_token(tmp_path):
    """`public` is for routes of HTTP APIs, with a reason; a GraphQL API has no such thing."""
    assert problems_with(tmp_path, everything(put("graphql.public", True))) == [
        "graphql.public: is not known here; remove it; known are table, verbs, query_depth, introspection"
    ]


def test_a_name_that_is_too_long_is_told_before_the_roles_of_appsync_could_be(tmp_path):
    """The trace group has the shortest limit; what passes it fits into `ENVIRONMENT-NAME-graphql-logs-REGION` in every region."""
    name = "boards-that-nobody-can-ever-trace"
    boards = {key: value for key, value in MANIFEST.items() if key not in ("functions", "queues", "buckets")}
    boards |= {"name": name, "graphql": {"table": "orders", "verbs": ["get"]}}
    (tmp_path / "workloads").mkdir()
    (tmp_path / "workloads" / f"{name}.yaml").write_text(yaml.safe_dump(boards))
    with pytest.raises(ProblemsError) as refused:
        load_manifests(tmp_path / "workloads", settings(), TODAY)
    assert [str(problem) for problem in refused.value.problems] == [
        f"workloads/{name}.yaml: name: its trace group name in AWS, 'dev-{name}', has 37 characters, and AWS allows 32 "
        f"for a trace group (X-Ray API reference, CreateGroup); shorten the workload name '{name}' by 5 characters"
    ]
    longest = settings(environment="environment1", region="ap-southeast-1")
    assert len(naming.service_role_name(longest, "a" * (32 - len("environment1-")), f"{naming.GRAPHQL}-logs")) <= 64
