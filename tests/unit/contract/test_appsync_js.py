"""What is found in the code of resolvers before AppSync would refuse it."""

import pytest

from platform_contract.kinds.graphql_api.javascript import found, problems

GOOD = """
import { util } from '@aws-appsync/utils';
import * as ddb from "@aws-appsync/utils/dynamodb";
// try { while (true) throw } ++ -- ~ in a comment
/* import x from 'lodash' */
const LIMIT = 100 / 2;
function clean(text, { strict = false } = {}) { return `${text ?? 'new class'} --> ${strict} /a/`; }
export function request(ctx) {
  const { id, ...rest } = ctx.args;
  for (const key in rest) { ctx.stash[key] = rest[key]; }
  for (const each of ctx.args.items ?? []) { if (each.catch) { break; } }
  if (!Object.hasOwn(ctx.args, 'process')) { util.error("await: it's missing", 'BadRequest'); }
  return ddb.get({ key: { board_id: id, new: 1, this: clean("don't try") } });
}
export const response = (ctx) => (ctx.error ? util.error(ctx.error.message, ctx.error.type) : ctx.result?.items?.map((each) => each.in) ?? []);
"""
BOTH = "export function request(ctx) { %s }\nexport function response(ctx) { return ctx.result; }\n"


def test_what_appsync_takes_passes() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(("statement", "told"), [
    ("try { f(); } catch (error) { return null; }", ["try", "catch"]),
    ("throw 'no';", ["throw (use util.error)"]),
    ("while (true) { }", ["while"]),
    ("for (let i = 0; i < 3; i += 1) { }", ["for(;;) (use for-of)"]),
    ("for (const each of ctx.args.items) { if (!each) { continue; } }", ["continue"]),
    ("let i = 0; i++;", ["++"]),
    ("return 'a' in ctx.args;", ["the in operator (use Object.hasOwn)"]),
    ("return new Date();", ["new"]),
    ("return fetch('https://example.com');", ["fetch"]),
    ("return `${ctx.args.id++}`;", ["++"]),
    ("const found = /^a+$/.test(ctx.args.id);", ["regular expressions (use util.matches)"]),
    ("return /a/.test(ctx.args.id);", ["regular expressions (use util.matches)"]),
    ("return ctx.error instanceof Object;", ["instanceof"]),
    ("outer: for (const each of ctx.args.items) { break outer; }", ["labels"]),
    ("const later = async () => await f();", ["async", "await"]),
    ("return process.env.TABLE;", ["process"]),
])  # fmt: skip
def test_what_appsync_refuses_is_named(statement: str, told: list[str]) -> None:
    assert problems(BOTH % statement) == [f"APPSYNC_JS has no {name}" for name in told]


def test_modules_are_those_of_appsync() -> None:
    code = "import { util } from '@aws-appsync/utils';\nimport _ from 'lodash';\nimport './other.js';\n" + BOTH % ""
    assert problems(code) == [
        f"imports '{name}'; there are @aws-appsync/utils and its modules only" for name in ("./other.js", "lodash")
    ]


def test_both_handlers_are_exported() -> None:
    assert problems("function request() {}\nexport { response }") == ["exports no request"]
    assert problems("const a = 1;") == ["exports no request", "exports no response"]


def test_the_line_is_told() -> None:
    code = "// one\n/* two\nthree */\n" + BOTH % "\nthrow `a\nb`;\n" + "import 'lodash';\n"
    assert found(code) == [(9, "imports 'lodash'; there are @aws-appsync/utils and its modules only"), (5, "APPSYNC_JS has no throw (use util.error)")]


def test_what_is_only_named_like_a_label_passes() -> None:
    assert problems(BOTH % "const made = {\n  one: { two: 1 },\n  for: 2 };\nswitch (made.one) { case 1: if (made) { break; } default: return made; }") == []
