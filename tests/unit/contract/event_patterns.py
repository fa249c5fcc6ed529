"""Operands of every operator of event patterns, right and wrong: what the manifest's check, the provider and the emulator are asked alike."""

from typing import Any

RIGHT: dict[str, list[Any]] = {
    "prefix": ["orders-", "", {"equals-ignore-case": "Orders-"}],
    "suffix": [".png", "", {"equals-ignore-case": ".PNG"}],
    "equals-ignore-case": ["paid", ""],
    "wildcard": ["a*b", "*", "", "a*b*c", r"a\*\*b", r"a\\*", "a\\\\"],
    "anything-but": [
        "draft", 5, 0.5, ["a", "b"], [1, 2.5], {"prefix": "draft-"}, {"prefix": ["a", "b"]}, {"suffix": ".tmp"}, {"equals-ignore-case": "Draft"},
        {"equals-ignore-case": ["a", ""]}, {"wildcard": "*/lib/*"}, {"wildcard": ["a*", "b*"]},
    ],
    "numeric": [["=", 5], ["<", 5], ["<=", -5.5], [">", 0], [">=", 10], [">", 0, "<", 5], [">=", 0, "<=", 5], [">", -0.5, "<=", 0]],
    "cidr": ["10.0.0.0/24", "10.0.0.0/0", "10.0.0.1/31", "0177.0.0.1/8", "10.0.0.0/+8", "2001:db8::/32", "::/127"],
    "exists": [True, False],
}  # fmt: skip

NO_LIST_OF_THIS = "Inside anything but list, start|null|boolean is not supported."
MIXED = "Inside anything but list, either all values are number or string, mixed type is not supported"
NEITHER = "Value of anything-but must be an array or single string/number value."
ONE_KEY = "Only one key allowed in match expression"
AFFIX = "prefix/suffix match pattern must be a string"

WRONG: dict[str, list[tuple[Any, str]]] = {
    "prefix": [
        (5, "prefix match pattern must be a string"), (None, "prefix match pattern must be a string"), (["a"], "prefix match pattern must be a string"),
        ({}, "Prefix expression name not found"), ({"foo": "x"}, "Unsupported prefix pattern: foo"), ({"wildcard": "x*"}, "Unsupported prefix pattern: wildcard"),
        ({"equals-ignore-case": 5}, "equals-ignore-case match pattern must be a string"), ({"equals-ignore-case": "a", "prefix": "b"}, ONE_KEY),
    ],
    "suffix": [
        (True, "suffix match pattern must be a string"), ({}, "Suffix expression name not found"), ({"prefix": "x"}, "Unsupported suffix pattern: prefix"),
        ({"equals-ignore-case": ["a"]}, "equals-ignore-case match pattern must be a string"),
    ],
    "equals-ignore-case": [(5, "equals-ignore-case match pattern must be a string"), (["a"], "equals-ignore-case match pattern must be a string")],
    "wildcard": [
        (5, "wildcard match pattern must be a string"), ("a**b", "Consecutive wildcard characters at pos 2"), ("ü**", "Consecutive wildcard characters at pos 3"),
        (r"a\b", "Invalid escape character at pos 2"), ("a\\", "Invalid escape character at pos 2"), ("\\\\\\", "Invalid escape character at pos 3"),
    ],
    "anything-but": [
        ({"exists": True}, "Unsupported anything-but pattern: exists"), ({"numeric": [">", 5]}, "Unsupported anything-but pattern: numeric"),
        ({}, "Anything-But expression name not found"), ({"prefix": "a", "suffix": "b"}, ONE_KEY), ({"prefix": ""}, "Null prefix/suffix not allowed"),
        ({"suffix": ["a", ""]}, "Null prefix/suffix not allowed"), ({"prefix": 5}, AFFIX), ({"suffix": {}}, AFFIX), ({"prefix": None}, NEITHER),
        ({"equals-ignore-case": 5}, "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."),
        ({"wildcard": 5}, "wildcard match pattern must be a string"), ({"wildcard": ["a*", "b**"]}, "Consecutive wildcard characters at pos 2"),
        (["x", 1], MIXED), ([], MIXED), ([None], NO_LIST_OF_THIS), ([True], NO_LIST_OF_THIS), ([["a"]], NO_LIST_OF_THIS), (True, NEITHER), (None, NEITHER),
        (2**53 + 1, f"Cannot compare number : {2**53 + 1}"),
    ],
    "numeric": [
        ("> 5", "Value of numeric must be an array."), (5, "Value of numeric must be an array."), ([], "Invalid member in numeric match: ]"),
        ([5], "Invalid member in numeric match: 5"), ([">"], "Value of > must be numeric"), (["="], "Value of equals must be numeric"),
        (["==", 5], "Unrecognized numeric range operator: =="), ([">", "5"], "Value of > must be numeric"), ([">", True], "Value of > must be numeric"),
        (["=", 1, "<", 5], "Too many elements in numeric expression"), (["<", 5, ">", 1], "Too many elements in numeric expression"),
        ([">", 1, ">", 5], "Bad numeric range operator: >"), ([">", 1, "=", 5], "Bad numeric range operator: ="), ([">", 1, 5], "Bad value in numeric range: 5"),
        ([">", 1, "<"], "Value of < must be numeric"), ([">", 1, "<", None], "Value of < must be numeric"), ([">", 10, "<", 5], "Bottom must be less than top"),
        ([">=", 5, "<=", 5], "Bottom must be less than top"), ([">", 1, "<", 5, "<", 9], "Too many terms in numeric range expression"),
    ],
    "cidr": [
        (5, "prefix match pattern must be a string"), ("not-a-cidr", "Malformed CIDR, one '/' required"), ("10.0.0.0/", "Malformed CIDR, one '/' required"),
        ("10.0.0.0/8/8", "Malformed CIDR, one '/' required"), ("10.0.0.0/x", "Malformed CIDR, mask bits must be an integer"),
        ("10.0.0.0/-1", "Malformed CIDR, mask bits must not be negative"), ("example.com/8", "Nonstandard IP address: example.com"),
        ("10.0.0.256/8", "Invalid IP address: 10.0.0.256"), ("10.0.0.0/32", "IPv4 mask bits must be < 32"), ("::/128", "IPv6 mask bits must be < 128"),
        (":::/8", "Invalid IP address: :::"),
    ],
    "exists": [("true", "exists match pattern must be either true or false."), (1, "exists match pattern must be either true or false.")],
}  # fmt: skip
"""Operator -> (operand, reason that EventBridge gives)."""

OR_FORM = [{"a": ["x"]}, {"b": ["y"]}]
RIGHT_PATTERNS: list[dict[str, Any]] = [
    {"detail": {"a": ["x", 5, 0.5, True, None, ""]}},
    {"detail": {"a": {"b": [{"exists": False}]}, "c.d": ["x"]}},
    {"detail": {"$or": OR_FORM, "c": ["z"]}},
    {"detail": {"$or": [{"a": {"b": ["x"]}}, {"$or": OR_FORM}]}},
    {"$or": [{"detail": {"a": ["x"]}}, {"source": ["orders"]}]},
    {"detail": {outer: {"$or": [{f"f{index}": ["x"]} for index in range(10)]} for outer in "abc"}},
]  # fmt: skip

WRONG_PATTERNS: list[tuple[Any, str]] = [
    ([], "Filter is not an object"),
    ({}, "Empty objects are not allowed"),
    ({"detail": {}}, "Empty objects are not allowed"),
    ({"detail": {"a": {}}}, "Empty objects are not allowed"),
    ({"detail": {"a": []}}, "Empty arrays are not allowed"),
    ({"detail": {"a": "x"}}, '"a" must be an object or an array'),
    ({"detail": {"a": None}}, '"a" must be an object or an array'),
    ({"detail": {"a": [["x"]]}}, "Match value must be String, number, true, false, or null"),
    ({"detail": {"a": [{}]}}, "Match expression name not found"),
    ({"detail": {"a": [{"prefx": "h"}]}}, "Unrecognized match type prefx"),
    ({"detail": {"a": [{"prefix": "a", "suffix": "b"}]}}, ONE_KEY),
    ({"detail": {"a": [{"numeric": ["=", 1], "suffix": "b"}]}}, "Too many elements in numeric expression"),
    ({"detail": {"$or": [{"prefix": ["a"]}, {"a": [{"x": 1}]}]}}, "prefix is Ruler reserved fieldName which cannot be used inside $or."),
    ({"detail": {"$or": {"a": "x"}}}, "It must be an Array followed with $or."),
    ({"detail": {"$or": ["a", ["b"]]}}, "Only JSON object is allowed in array of $or relationship."),
    ({"detail": {"$or": [{"a": ["x"]}]}}, "There must have at least 2 Objects in $or relationship."),
    ({"detail": {f"f{outer}": {"$or": [{"a": ["x"]}] * 32} for outer in "ab"}}, "Event pattern contains more than 1000 rule combinations"),
]  # fmt: skip
"""(pattern, reason of the first thing that is wrong)."""

FALLS_BACK = frozenset(reason for pattern, reason in WRONG_PATTERNS if "$or" in repr(pattern) and "combinations" not in reason)
"""Where AWS reads `$or` as the name of a field instead, and refuses that for another reason, or takes it: no event has such a field."""


def of(operator: str, operand: Any) -> dict[str, Any]:
    return {"detail": {"field": [{operator: operand}]}}


ALL_RIGHT = [of(operator, operand) for operator, operands in RIGHT.items() for operand in operands] + RIGHT_PATTERNS
ALL_WRONG = [(of(operator, operand), reason) for operator, cases in WRONG.items() for operand, reason in cases] + WRONG_PATTERNS
