"""Definitions of state machines: every type with its fields, every value a field may hold, and how states lead on."""

import json

import pytest

from platform_contract.kinds.workflow import limits as standard
from platform_contract.kinds.workflow.language.fields import (
    COMPARISONS,
    EXCLUSIVE,
    OR_NULL,
    REFERENCES,
    RETRY_FIELDS,
    TEMPLATES,
    VALUES,
    WAITS,
)
from platform_contract.kinds.workflow.language.machine import FIELDS, NEEDED, dotted, states_of, wrong_in_machine
from platform_contract.manifest.workflow_checks import OURS
from platform_contract.planning import plan_workload

from .samples import everything, problems_with, put, settings
from .test_broken_workflows import STATES

PASS, DONE = {"Type": "Pass", "End": True}, {"Type": "Succeed"}
INSIDE = {"StartAt": "I", "States": {"I": PASS}}
LEAST = {
    "Task": {"Resource": "arn:aws:states:::lambda:invoke", "End": True}, "Choice": {"Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Z"}], "Default": "Z"},
    "Parallel": {"Branches": [INSIDE], "End": True}, "Map": {"ItemProcessor": INSIDE, "End": True}, "Wait": {"Seconds": 1, "End": True}, "Pass": {"End": True},
    "Succeed": {}, "Fail": {},
}  # fmt: skip
"""The least that a state of each type holds."""


def state(kind, **fields):
    return {"Type": kind, **LEAST[kind], **fields}


def told(one, dialect=None, **others):
    """What is wrong with a machine that begins with the state `A`, without what is wrong with the others."""
    machine = {"StartAt": "A", "States": {"A": one, **others}}
    if one.get("Type") == "Choice":
        machine["States"].setdefault("Z", DONE)
    found = wrong_in_machine(machine, dialect) if dialect else wrong_in_machine(machine)
    return [f"{dotted(wrong.path[2:])}{f'={wrong.value}' if isinstance(wrong.value, (str, int, float)) else ''}: {wrong.rule}" for wrong in found]


@pytest.mark.parametrize("kind", FIELDS)
def test_the_least_of_each_type_is_taken(kind):
    assert told(state(kind)) == []


A_VALUE = {
    **dict.fromkeys(REFERENCES, "$.a"), **{name: {"a.$": "$.a"} for name in TEMPLATES}, "InputPath": "$.a", "OutputPath": "$.a", "ErrorPath": "$.a", "CausePath": "$.a",
    "Timestamp": "2030-01-31T08:00:00Z", "Seconds": 1, "TimeoutSeconds": 5, "HeartbeatSeconds": 1, "MaxConcurrency": 1, "Error": "a", "Cause": "a", "Retry": [], "Catch": [],
    "Result": [1], "Comment": "a", "Credentials": {"RoleArn": "arn:aws:iam::1:role/a"}, "ItemReader": {}, "ItemBatcher": {}, "ResultWriter": {}, "Label": "a",
    "ToleratedFailureCount": 1, "ToleratedFailurePercentage": 1, "QueryLanguage": "JSONPath", "Resource": "arn:aws:states:::lambda:invoke", "Choices": LEAST["Choice"]["Choices"],
    "Default": "Z", "Branches": [INSIDE], "ItemProcessor": INSIDE, "Iterator": INSIDE,
}  # fmt: skip
COMMON = {"Comment", "QueryLanguage"}
DATA = {"InputPath", "OutputPath"}


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("name", A_VALUE)
def test_each_type_has_its_own_fields_and_no_others(kind, name):
    """Source: specification, "Table of State Types and Fields"."""
    known = FIELDS[kind] | COMMON | (DATA if kind != "Fail" else set()) | ({"Assign"} if kind not in ("Succeed", "Fail") else set())
    least = {key: value for key, value in state(kind).items() if not any(name in group and key in group for group in (WAITS, NEEDED.get(kind, ())))}
    assert told({**least, name: A_VALUE[name]}) == ([] if name in known else [f"{name}: is not known in a {kind}"])


PATH = "must be a path that begins with `$`"
WRONG_VALUES = [
    *((name, value) for name in REFERENCES for value in ("order", "$.", 5, [], "$.a[*]", *(() if name in OR_NULL else (None,)))),
    *((name, value) for name in ("InputPath", "OutputPath") for value in ("order", "$.a[", 5, "States.UUID()")),
    *((name, value) for name in ("ErrorPath", "CausePath") for value in ("order", "$.a[*]", None, "States.Array()", "States.Format('{}')", "States.UUID(1)")),
    *((name, value) for name in TEMPLATES for value in ("$.a", [1], {"a.$": "a"}, {"a.$": 5}, {"a.$": "$.a["}, {"a.$": "States.UUDI()"}, {"a": {"b": [{"c.$": None}]}},
                                                         {"a": 1, "a.$": "$.b"}, {"a": "$.b"}, {"a": "States.UUID()"})),
    *((name, value) for name in ("TimeoutSeconds", "HeartbeatSeconds") for value in (0, -1, 1.5, "5", True, None, standard.MAXIMUM_STATE_SECONDS + 1)),
    *(("Seconds", value) for value in (-1, 1.5, "5", True, None, standard.MAXIMUM_STATE_SECONDS + 1)),
    *(("MaxConcurrency", value) for value in (-1, 1.5, "5", True, None)),
    *(("Timestamp", value) for value in ("2030-01-31", "2030-01-31T08:00:00", "2030-01-31t08:00:00z", "2030-02-30T08:00:00Z", "2030-01-31T08:00Z", 5, None)),
    *((name, value) for name in ("Error", "Cause", "Comment") for value in (5, None, ["a"])),
]  # fmt: skip
RIGHT_VALUES = [
    *((name, value) for name in REFERENCES for value in ("$.a.b[0]", "$['a b']")), *((name, None) for name in OR_NULL),
    *((name, value) for name in ("InputPath", "OutputPath") for value in ("$", "$.a[*].b", "$$.Execution.Input")),
    *((name, value) for name in ("ErrorPath", "CausePath") for value in ("$.a", "States.Format('{}', $.a)", "States.UUID()")),
    *((name, value) for name in TEMPLATES for value in ({}, {"a": 1, "b": [{"c.$": "$.d[*]"}], "d.$": "$$.State.Name", "e.$": "States.UUID()", "f": "5 $", "g": "$5"})),
    *((name, value) for name in ("TimeoutSeconds", "HeartbeatSeconds") for value in (1, standard.MAXIMUM_STATE_SECONDS)), ("Seconds", 0), ("MaxConcurrency", 0),
    *(("Timestamp", value) for value in ("2030-01-31T08:00:00Z", "2030-01-31T08:00:00.25Z", "2030-01-31T08:00:00+02:00")),
]  # fmt: skip


def kind_of(name):
    return next((kind for kind, names in FIELDS.items() if name in names), "Pass")


def with_value(name, value):
    kind = kind_of(name)
    least = {key: each for key, each in state(kind).items() if not (name in WAITS and key in WAITS)}
    return {**least, name: value}


def test_every_field_whose_value_is_judged_is_in_both_lists():
    judged = {*REFERENCES, "InputPath", "OutputPath", "ErrorPath", "CausePath", *TEMPLATES, *VALUES} - {"End"}
    assert judged == {name for name, _ in WRONG_VALUES} == {name for name, _ in RIGHT_VALUES} | {"Error", "Cause", "Comment"}


@pytest.mark.parametrize(("name", "value"), WRONG_VALUES, ids=str)
def test_a_wrong_value_is_told_at_its_field(name, value):
    found = told(with_value(name, value))
    assert len(found) == 1 and found[0].startswith(name), found


@pytest.mark.parametrize(("name", "value"), RIGHT_VALUES, ids=str)
def test_a_right_value_is_taken(name, value):
    assert told(with_value(name, value)) == []


@pytest.mark.parametrize("pair", EXCLUSIVE, ids=str)
def test_a_value_is_written_out_or_looked_up_and_not_both(pair):
    assert told({**state(kind_of(pair[0])), **{name: A_VALUE[name] for name in pair}}) == [f": has both {pair[0]} and {pair[1]}"]


def case(**fields):
    return told(state("Choice", Choices=[{"Next": "Z", **fields}]))


RIGHT_OPERANDS = {"String": "a", "Numeric": 1.5, "Timestamp": "2030-01-31T08:00:00Z", "Boolean": True, "Is": False}
WRONG_OPERANDS = {"String": (5, None, ["a"]), "Numeric": ("5", True, None), "Timestamp": ("today", 5), "Boolean": ("true", 1, None), "Is": ("true", 1, None)}


@pytest.mark.parametrize("operator", COMPARISONS)
def test_every_comparison_takes_its_kind_and_no_other(operator):
    kind = next(kind for kind in RIGHT_OPERANDS if operator.startswith(kind))
    right, wrong = ("$.b", ("b", "$.", 5)) if operator.endswith("Path") else (RIGHT_OPERANDS[kind], WRONG_OPERANDS[kind])
    assert case(Variable="$.a", **{operator: right}) == []
    for value in wrong:
        found = case(Variable="$.a", **{operator: value})
        assert len(found) == 1 and found[0].startswith(f"Choices[0].{operator}"), (value, found)


def test_every_comparison_of_the_specification_is_there():
    orders = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
    assert set(COMPARISONS) == {
        *(f"{kind}{order}{path}" for kind in ("String", "Numeric", "Timestamp") for order in orders for path in ("", "Path")), "StringMatches", "BooleanEquals",
        "BooleanEqualsPath", "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp",
    }  # fmt: skip


A, B = {"Variable": "$.a", "IsNull": True}, {"Variable": "$.b", "IsString": True}


@pytest.mark.parametrize("fields", [
    {"And": [A, B]}, {"Or": [A]}, {"Not": A}, {"And": [{"Or": [A, {"Not": B}]}, A]}, {"Variable": "$$.State.Name", "StringMatches": r"a*\*b\\*"}, {**A, "Comment": "a"},
])  # fmt: skip
def test_conditions_are_joined(fields):
    assert case(**fields) == []


@pytest.mark.parametrize(("fields", "wrong"), [
    ({"And": []}, "Choices[0].And: must stand alone and hold a list of conditions"), ({"And": A}, "Choices[0].And: must stand alone and hold a list of conditions"),
    ({"Not": [A]}, "Choices[0].Not: must stand alone and hold a condition"), ({"And": [A], "Or": [B]}, "Choices[0].And: must stand alone and hold a list of conditions"),
    ({"And": [A], **B}, "Choices[0].And: must stand alone and hold a list of conditions"),
    ({"And": [{**A, "Next": "Z"}]}, "Choices[0].And[0].Next=Z: is for the whole case, and not for a condition within it"),
    ({"Not": {**A, "Next": "Z"}}, "Choices[0].Not.Next=Z: is for the whole case, and not for a condition within it"),
    ({"Or": [{"Not": {"Variable": "b", "IsNull": True}}]}, f"Choices[0].Or[0].Not.Variable=b: {PATH}"), ({"IsNull": True}, f"Choices[0].Variable: {PATH}"),
    ({"Variable": "$.a"}, "Choices[0]: must compare once, and has no comparison"), ({**A, "IsString": True}, "Choices[0]: must compare once, and has IsNull, IsString"),
    ({"Variable": "$.a", "IsNul": True}, "Choices[0].IsNul: is no comparison"), ({"Variable": "$.a[", "IsNull": True},
     "Choices[0].Variable=$.a[: needs a number, or a name in quotes, behind `$.a[`"),
    ({"Variable": "$.a", "StringMatches": r"a\b"}, r"Choices[0].StringMatches=a\b: must be text, in which `\` comes before `*` or `\` only"),
])  # fmt: skip
def test_a_wrong_condition_is_told(fields, wrong):
    assert case(**fields) == [wrong]


def errors(field, *entries):
    if field == "Retry":
        return told(state("Task", Retry=list(entries)))
    return told(state("Task", Catch=[{"Next": "Z", **each} for each in entries]), Z=DONE)


RETRIERS = {
    "IntervalSeconds": ((1, standard.MAXIMUM_STATE_SECONDS), (0, -1, 1.5, "1", None)), "MaxAttempts": ((0, 3), (-1, 1.5, "3", True)),
    "MaxDelaySeconds": ((1, standard.MAXIMUM_DELAY_SECONDS), (0, standard.MAXIMUM_DELAY_SECONDS + 1, "5")), "BackoffRate": ((1, 1.0, 2.5), (0.5, 0, "2", True)),
    "JitterStrategy": (("FULL", "NONE"), ("full", "", True, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", RETRY_FIELDS)
def test_every_field_of_a_retry_has_its_bounds(name):
    right, wrong = RETRIERS[name]
    assert [each for value in right for each in errors("Retry", {"ErrorEquals": ["A"], name: value})] == []
    for value in wrong:
        assert any(each.startswith(f"Retry[0].{name}") for each in errors("Retry", {"ErrorEquals": ["A"], name: value})), value


@pytest.mark.parametrize(("field", "entries", "wrong"), [
    ("Retry", [{"MaxAttempts": 3}], "Retry[0].ErrorEquals: must be a list of errors, also of one"),
    ("Catch", [{"ErrorEquals": []}], "Catch[0].ErrorEquals: must be a list of errors, also of one"),
    ("Catch", [{"ErrorEquals": "States.ALL"}], "Catch[0].ErrorEquals: must be a list of errors, also of one"),
    ("Catch", [{"ErrorEquals": [5]}], "Catch[0].ErrorEquals: must be a list of errors, also of one"),
    ("Catch", [{"ErrorEquals": ["A"], "ResultPath": "$.a[*]"}], "Catch[0].ResultPath=$.a[*]: must lead to one place, and `*` leads to many"),
    ("Catch", [{"ErrorEquals": ["A"], "MaxAttempts": 3}], "Catch[0].MaxAttempts: is not known here"),
    ("Catch", [{"ErrorEquals": ["States.ALL", "A"]}], "Catch[0].ErrorEquals=States.ALL: stands for every error, so it must stand alone and come last"),
    ("Catch", [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}], "Catch[0].ErrorEquals=States.ALL: stands for every error, so it must stand alone and come last"),
    ("Catch", [{"ErrorEquals": ["A"]}, {"ErrorEquals": ["B", "A"]}], "Catch[1].ErrorEquals=A: is never met here: Catch[0] has it already"),
    ("Catch", [{"ErrorEquals": ["States.Runtime"]}], "Catch[0].ErrorEquals=States.Runtime: always fails the execution, whatever is said here"),
    ("Catch", [{"ErrorEquals": ["States.Timout"]}], "Catch[0].ErrorEquals=States.Timout: is no error of Step Functions"),
    ("Retry", [{"ErrorEquals": ["A"], "IntervalSeconds": 30, "MaxDelaySeconds": 20}],
     "Retry[0].MaxDelaySeconds=20: is less than IntervalSeconds, 30, so no retry would wait as long as it says"),
])  # fmt: skip
def test_a_wrong_retry_or_catch_is_told(field, entries, wrong):
    assert wrong in errors(field, *entries)


@pytest.mark.parametrize("name", standard.ERRORS)
def test_every_error_of_step_functions_may_be_named(name):
    assert (errors("Catch", {"ErrorEquals": [name]}) == []) == (name != "States.Runtime")


def test_a_result_is_written_into_the_data_only():
    assert told(state("Pass", ResultPath="$$.State.Name")) == ["ResultPath=$$.State.Name: is in the context object, where nothing can be written"]


def ways(**states):
    return [f"{dotted(wrong.path)}: {wrong.rule}" for wrong in wrong_in_machine({"StartAt": next(iter(states)), "States": states})]


def test_every_state_is_reached_and_leads_to_an_end():
    on = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Default": "D"}
    b, c = {"Type": "Pass", "Next": "C"}, {"Type": "Pass", "Next": "B"}
    assert ways(A=on, B=b, C=c, D=DONE) == ["States.B: leads to no end: round and round, until the execution times out",
                                            "States.C: leads to no end: round and round, until the execution times out"]  # fmt: skip
    assert ways(A=on, B=b, C={**c, "Next": "D"}, D=DONE) == []
    assert ways(A=on, B=b, C={"Type": "Task", "Resource": "arn:a", "Next": "B", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "D"}]}, D=DONE) == []
    assert ways(A={"Type": "Pass", "Next": "D"}, B=b, C=c, D=DONE) == ["States.B: is never reached", "States.C: is never reached"]
    assert ways(A={"Type": "Pass", "Next": "B"}, B=b, C=c) == ["States: have no end: each leads to another one, round and round"]


@pytest.mark.parametrize(("machine", "wrong"), [
    ({"StartAt": "A", "States": {"A": PASS}, "TimeoutSecond": 5}, "TimeoutSecond: is not known here"),
    ({"StartAt": "A", "States": {"A": {"Type": "Map", "End": True, "ItemProcessor": {**INSIDE, "Stats": {}}}}}, "States.A.ItemProcessor.Stats: is not known here"),
    ({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": True, "Branches": [{**INSIDE, "TimeoutSeconds": 5}]}}},
     "States.A.Branches[0].TimeoutSeconds: is not known here"),
    ({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": True, "Branches": [INSIDE, "b"]}}}, "States.A.Branches: must be a list of machines"),
    ({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": True, "Branches": INSIDE}}}, "States.A.Branches: must be a list of machines"),
    ({"StartAt": "A", "States": {"A": {"Type": "Map", "End": True, "ItemProcessor": [INSIDE]}}}, "States.A.ItemProcessor: must be a machine"),
    ({"StartAt": "A", "States": {"A": {"Type": "Map", "End": True}}}, "States.A.ItemProcessor: is required in a Map"),
    ({"StartAt": "A", "QueryLanguage": "JSONPaths", "States": {"A": PASS}}, "QueryLanguage: must be one of JSONPath, JSONata"),
])  # fmt: skip
def test_a_machine_has_its_own_fields(machine, wrong):
    assert [f"{dotted(each.path)}: {each.rule}" for each in wrong_in_machine(machine)] == [wrong]


@pytest.mark.parametrize("value", [None, 5, "a", [], {}, True, [{}], {"a": []}])
def test_a_value_of_any_shape_in_any_place_is_told_and_never_an_error(value):
    """Every value of a definition, one after the other, put in the place of whatever was there."""
    definition = json.loads(plan_workload(loans(), settings(restricted_data={"deploying_roles": ["deploy"], "break_glass_roles": ["ops"]})).workflows["decide"].definition)

    def places(node, path=()):
        yield path
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            yield from places(inner, (*path, key))

    assert list(wrong_in_machine(definition)) == []
    for path in [path for path in places(definition) if path]:
        changed = json.loads(json.dumps(definition))
        target = changed
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value
        for dialect in (OURS, None):
            assert isinstance(list(wrong_in_machine(changed, dialect) if dialect else wrong_in_machine(changed)), list)
        list(states_of(changed))


def loans():
    from pathlib import Path

    from platform_contract.manifest import parse_manifest

    file = Path(__file__).resolve().parents[3] / "workloads" / "loans.yaml"
    return parse_manifest(file.read_text(encoding="utf-8"), "workloads/loans.yaml")


@pytest.mark.parametrize(("breaks", "wrong"), [
    (put(f"{STATES}.Ask.Parameters", {"id.$": "$.order.id]"}),
     "workflows.decide.states.Ask.Parameters.id.$=$.order.id]: does not go on with `]` behind `$.order.id`; write it like $.order"),
    (put(f"{STATES}.Ask.Parameters", {"id.$": "States.Format('{} {}', $.id)"}),
     "workflows.decide.states.Ask.Parameters.id.$=States.Format('{} {}', $.id): has 2 {} in its text and 1 value for them; write it like "
     "States.Format('order {}', $.id)"),
    (put(f"{STATES}.Validate.ResultPath", "$.a[*]"),
     "workflows.decide.states.Validate.ResultPath=$.a[*]: must lead to one place, and `*` leads to many; write it like $.order"),
    (put(f"{STATES}.Failed.InputPath", "$.a"),
     "workflows.decide.states.Failed.InputPath: is not known in a Fail; it knows Cause, CausePath, Comment, End, Error, ErrorPath, Next, Type"),
    (put(f"{STATES}.Later.Seconds", 86_400),
     "workflows.decide.states.Later.Seconds=86400: is not over before the workflow is, after 86400 s; lower it, or raise timeout_seconds of the workflow"),
    (put(f"{STATES}.Look.Branches.1.States.Each.MaxConcurrency", 41),
     "workflows.decide.states.Look.Branches[1].States.Each.MaxConcurrency=41: is more than 40, the most items that Step Functions maps inline at once; lower it"),
    (put(f"{STATES}.Validate.Assign", {"a.$": "$.a"}),
     "workflows.decide.states.Validate.Assign: is not known in a Task; it knows Callback, Catch, Comment, End, Function, HeartbeatSeconds, InputPath, Next, "
     "OutputPath, Parameters, ResultPath, ResultSelector, Retry, TimeoutSeconds, Type"),
])  # fmt: skip
def test_a_manifest_is_told_with_state_value_rule_and_fix(breaks, wrong, tmp_path):
    assert problems_with(tmp_path, everything(breaks)) == [wrong]
