"""Paths and intrinsic functions of Amazon States Language: what is read, and why something is not."""

import random

import pytest

from platform_contract.kinds.workflow.language.intrinsics import (
    ARRAY_FIRST,
    FUNCTIONS,
    HASHES,
    MAXIMUM_NESTING,
    NUMBERS,
    TEXTS,
    wrong_call,
)
from platform_contract.kinds.workflow.language.paths import CONTEXT, wrong_path

REFERENCES = [
    "$", "$.order", "$.order.id", "$.a-b", "$.delivery-partner", "$.ledgers.branch[0].pending.count", "$.ledgers[0][22][315].foo", "$['store']['book']",
    "$['store'][0]['book']", "$[0]", "$.store\\.book", "$.\\stor\\e.boo\\k", "$.foo\\@bar.baz\\[\\[.\\?pretty", "$.&Ж中", "$['a b']", '$["a"]', "$['it\\'s']",
    "$$.Execution.Input.order.id", "$$.Task.Token", "$$.Map.Item.Value", "$$.Map.Item.Value.id", "$$",
]  # fmt: skip
"""Paths to one place; most are the specification's own."""
MANY = [
    "$.a[*]", "$.*", "$..id", "$..*", "$.vals[-3:]", "$.a[0,1]", "$.a[0:2]", "$.a[:2]", "$['a','b']", "$.a[?(@.id == 1)]", "$.a[?(@.id)]", "$.a[?(!@.id)].b",
    "$.a[?(@.price < 10 && @.category == 'fiction')]", "$.a[?(@.price<$.limit||(@.a=='b'))]", "$.a[?(@.name =~ /foo.*?/i)]", "$.a[?(@.size in ['S', 'M'])]",
    "$.a[?(@.list size 4)]", "$.a.length()", "$.a[*].price.sum()", "$.found.documents[*].outcome", "$..book[0]", "$.a[?(@ > 5)]", "$.a[?(@.b.c[0] != null)]",
    "$.keys.append(5)",
]  # fmt: skip
"""Paths that may lead to many places, or reckon."""
NO_PATHS = [
    ("", "must be a path that begins with `$`"), ("order", "must be a path that begins with `$`"), (" $.a", "must be a path that begins with `$`"),
    ("$order", "does not go on with `order` behind `$`"), ("$.", "needs a name behind `$.`"), ("$.a.", "needs a name behind `$.a.`"),
    ("$.a..", "needs a name behind `$.a..`"), ("$.a b", "does not go on with ` b` behind `$.a`"), ("$.a[", "needs a number, or a name in quotes, behind `$.a[`"),
    ("$.a[0", "needs `]` at the end of the brackets behind `$.a[0`"), ("$.a[]", "needs a number, or a name in quotes, behind `$.a[`"),
    ("$.a[b]", "needs a number, or a name in quotes, behind `$.a[`"), ("$.a[0]b", "does not go on with `b` behind `$.a[0]`"),
    ("$.a['b]", "needs a number, or a name in quotes, behind `$.a[`"), ("$.a[0,'b']", "needs another number behind `$.a[0,`"),
    ("$.a['b',0]", "needs another name in quotes behind `$.a['b',`"), ("$.a]", "does not go on with `]` behind `$.a`"),
    ("$.a[?@.b]", "needs `(` for a filter: [?(@.price < 10)] behind `$.a[?`"), ("$.a[?(@.id == 1]", "needs `)` at the end of the filter behind `$.a[?(@.id == 1`"),
    ("$.a[?(@.id ==)]", "needs a path that begins with @, or a value, behind `$.a[?(@.id ==`"), ("$.a[?()]", "needs a path that begins with @, or a value, behind `$.a[?(`"),
    ("$.a[?(@.id == x)]", "needs a path that begins with @, or a value, behind `$.a[?(@.id == `"), ("$.a[(@.length-1)]", "needs a number, or a name in quotes, behind `$.a[`"),
    ("$.a.lenght()", "calls lenght(), which no path has; did you mean 'length'?"), ("$.a.length", None), ("$.a.length().b", "does not go on with `.b` behind `$.a.length()`"),
    ("$$23", "does not go on with `23` behind `$$`"), ("$$.Exection.Id", "names Exection, which the context object has not; did you mean 'Execution'?"),
    ("$$.Execution.Nam", "names Nam, which Execution of the context object has not; did you mean 'Name'?"),
    ("$.a\\", "does not go on with `\\` behind `$.a`"), ("$.a'b'", "does not go on with `'b'` behind `$.a`"),
]  # fmt: skip


@pytest.mark.parametrize("path", REFERENCES)
def test_a_path_to_one_place_is_read_wherever_a_path_may_be(path):
    assert wrong_path(path) is None and wrong_path(path, reference=True) is None


@pytest.mark.parametrize("path", MANY)
def test_a_path_to_many_places_is_no_reference_path(path):
    assert wrong_path(path) is None
    assert "must lead to one place" in (wrong_path(path, reference=True) or "")


@pytest.mark.parametrize(("path", "told"), NO_PATHS)
def test_what_is_no_path_is_told_with_the_place_where_it_ends(path, told):
    assert wrong_path(path) == told


def test_variables_are_read_only_where_a_state_may_set_them():
    assert wrong_path("$order.id", variables=True) is None and wrong_path("$order.id") is not None
    assert wrong_call("States.Format('{}', $order)", variables=True) is None and wrong_call("States.Format('{}', $order)") is not None


def test_every_field_of_the_context_object_is_known():
    assert [f"$$.{one}.{two}" for one, names in CONTEXT.items() for two in names if wrong_path(f"$$.{one}.{two}")] == []


def test_whatever_is_written_is_read_or_refused_and_never_an_error():
    """Paths and calls with characters put in, taken out and changed."""
    chance, alphabet = random.Random(8), "$.[]()'\"*?@:,\\ a0-{}<=&|/StatesFormat"
    texts = [*REFERENCES, *MANY, *CALLS]
    for _ in range(4000):
        text = chance.choice(texts)
        at = chance.randrange(len(text) + 1)
        text = text[:at] + "".join(chance.choices(alphabet, k=chance.randrange(3))) + text[at + chance.randrange(3) :]
        for told in (wrong_path(text), wrong_path(text, reference=True), wrong_call(text)):
            assert told is None or len(told) > 5, text


@pytest.mark.parametrize("text", ["$.a[?(" + "(" * 50_000, "$.a[?(@ in " + "[" * 50_000, "$" + "[?(" * 5000, "States.Array(" * 5000, "$.a[?(@" + ".b" * 50_000 + ")]", "States.Format('" + "{}" * 20_000 + "')", "$" + ".a" * 50_000])
def test_a_long_text_is_read_in_time_and_without_an_error(text):
    for told in (wrong_path(text), wrong_call(text)):
        assert told is None or told


EXAMPLES = {
    "States.Format": ["States.Format('plain')", "States.Format('{} and {}', $.a, 2)", r"States.Format('a \{ brace \} it\'s {}', null)", "States.Format($.template, $.a, $.b)"],
    "States.StringToJson": ["States.StringToJson($.text)"], "States.JsonToString": ["States.JsonToString($.a)", "States.JsonToString($)"],
    "States.Array": ["States.Array()", "States.Array('Foo', 2020, $.a, null, true)"], "States.ArrayPartition": ["States.ArrayPartition($.a, 4)"],
    "States.ArrayContains": ["States.ArrayContains($.found.documents[*].outcome, 'rejected')", "States.ArrayContains($.a,5)"],
    "States.ArrayRange": ["States.ArrayRange(1, 9, 2)", "States.ArrayRange($.a, $.b, -1)"], "States.ArrayGetItem": ["States.ArrayGetItem($.a, 0)"],
    "States.ArrayLength": ["States.ArrayLength($.a)", "States.ArrayLength(States.Array(1, 2))"], "States.ArrayUnique": ["States.ArrayUnique($.a)"],
    "States.Base64Encode": ["States.Base64Encode('text')"], "States.Base64Decode": ["States.Base64Decode($.a)"],
    "States.Hash": [f"States.Hash($.a, '{name}')" for name in HASHES], "States.JsonMerge": ["States.JsonMerge($.a, $.b, false)"],
    "States.MathRandom": ["States.MathRandom(1, 999)", "States.MathRandom($.a, $.b, 42)"], "States.MathAdd": ["States.MathAdd($.a, -1)"],
    "States.StringSplit": ["States.StringSplit($.a, ',.')"], "States.UUID": ["States.UUID()"],
}  # fmt: skip
CALLS = [text for texts in EXAMPLES.values() for text in texts]
NO_CALLS = [
    ("States.Formt('{}', $.a)", "calls States.Formt, which is no intrinsic function; did you mean 'States.Format'?"),
    ("Format('{}', $.a)", "calls Format, which is no intrinsic function; did you mean 'States.Format'?"),
    ("States.UUID", "needs `(` for its arguments behind `States.UUID`"), ("States.UUID() ", "does not go on with ` ` behind `States.UUID()`"),
    (" States.UUID()", "must be a path that begins with `$`, or a function that begins with `States.`"),
    ("States.Format('{}', $.a", "needs `,` or `)` behind `States.Format('{}', $.a`"),
    ("States.Format('{}' $.a)", "needs `,` or `)` behind `States.Format('{}' `"),
    ("States.Format('{}', )", "needs a text in single quotes, a number, a path or a function behind `States.Format('{}', `"),
    ("States.Format('{}', $.a b)", "needs `,` or `)` behind `States.Format('{}', $.a `"),
    ('States.Format("{}", $.a)', "has a text in double quotes, where single ones are needed, behind `States.Format(`"),
    ("States.Format('it's {}', $.a)", "needs `,` or `)` behind `States.Format('it'`"),
    ("States.Format('{} {}', $.a)", "has 2 {} in its text and 1 value for them"), ("States.Format('{}', $.a, $.b)", "has 1 {} in its text and 2 values for them"),
    ("States.Format('{a}', $.a)", r"has a brace in its text that is not `{}`: write `\{` or `\}` for the character itself"),
    (r"States.Format('a \b {}', $.a)", r"has a text without its end, or an apostrophe or backslash without `\` before it, behind `States.Format(`"),
    ("States.Hash($.a, 'SHA256')", "names SHA256, and States.Hash knows MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
    ("States.JsonMerge($.a, $.b, true)", "must have false as the third argument of States.JsonMerge: deep merging is not there"),
    ("States.JsonToString('text')", "must have a path as the argument of States.JsonToString"),
    ("States.ArrayPartition($.a, 0)", "must have a size of 1 or more for States.ArrayPartition"),
    ("States.ArrayRange(1, 9, 0)", "must have a step for States.ArrayRange that is not 0"),
    ("States.ArrayLength($.a[)", "needs a number, or a name in quotes, behind `States.ArrayLength($.a[`"),
    ("States.ArrayContains($$.Exection.Id, 1)", "names Exection, which the context object has not; did you mean 'Execution'?"),
    ("States.MathAdd($.a, one)", "calls one, which is no intrinsic function; there is " + ", ".join(FUNCTIONS)),
    ("States.UUID(1)", "gives States.UUID 1 argument, and it takes 0: States.UUID()"),
    ("States.MathRandom(1)", "gives States.MathRandom 1 argument, and it takes 2 or 3: States.MathRandom(first, last)"),
    ("States.Format()", "gives States.Format no argument, and it takes 1 or more: States.Format('text with {}', value)"),
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_read_with_as_many_arguments_as_it_takes_and_with_no_others(name):
    least, most, _ = FUNCTIONS[name]
    assert [text for text in EXAMPLES[name] if wrong_call(text)] == []
    for count in range(6):
        arguments = ", ".join("$.a" for _ in range(count))
        fits = least <= count <= (most if most is not None else count)
        assert (wrong_call(f"{name}({arguments})") is None) == fits, (name, count)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_value_of_another_kind_than_a_function_takes_is_told(name):
    least, _, _ = FUNCTIONS[name]
    for index in range(least):
        for value, fits in (("1.5", index not in NUMBERS.get(name, ())), ("'a'", index not in NUMBERS.get(name, ())), ("5", index not in TEXTS.get(name, ()))):
            if (name in ARRAY_FIRST and index == 0) or name == "States.JsonToString" or (name, index) == ("States.JsonMerge", 2):
                fits = False
            if (name, index, value) == ("States.Hash", 1, "'a'"):
                fits = False
            fits = fits and not (value == "1.5" and index in TEXTS.get(name, ()))
            arguments = ["$.a"] * least
            arguments[index] = value
            assert (wrong_call(f"{name}({', '.join(arguments)})") is None) == fits, (name, index, value)


@pytest.mark.parametrize(("text", "told"), NO_CALLS)
def test_what_is_no_call_is_told(text, told):
    assert wrong_call(text) == told


def test_functions_within_functions_have_a_limit():
    def nested(depth: int) -> str:
        return "States.Array(" * depth + "States.UUID()" + ")" * depth

    assert wrong_call(nested(MAXIMUM_NESTING)) is None
    assert wrong_call(nested(MAXIMUM_NESTING + 1)) == "has functions within functions more than 10 deep"
