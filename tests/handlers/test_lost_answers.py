"""Every write that depends on what is there, with its answer lost: the SDK sends it again, and it tells what it told the first time."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from write_cases import CASES
from write_world import World

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_write_that_is_sent_again_tells_what_it_told_the_first_time(aws, losing, log, case):
    told = case(World(aws, losing, lost=False))
    assert case(World(aws, losing, lost=True)) == told
    assert losing.lost


WRITING = {"put_item", "update_item", "delete_item", "transact_write_items", "put_object", "Recognising", "start_execution", "send_task_success"}
"""What may be sent again and depends on what is there: functions of `shared.writes` and of clients."""


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{inside}{node.name}", node


def called(function: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""), node


PLAIN = {
    "clickstream.store.Lake.put": "puts the same object again",
    "documents.store.Documents.put": "puts the same object again",
    "housekeeping.store.ReportStore.add": "puts the same object again",
    "chat.store.ConnectionStore.open": "puts the same item again",
    "chat.store.ConnectionStore.leave": "removes what is gone",
    "loans.workflows.send_answer": "told by the loan (test_loans_approval)",
}
"""Writes that need no case here, with the reason."""


def test_no_write_is_without_its_case():
    found, unconditional = set(), []
    for file in HANDLERS.glob("*/*.py"):
        if file.name == "writes.py":
            continue
        for name, function in functions(ast.parse(file.read_text())):
            place = f"{file.parent.name}.{file.stem}.{name}"
            for what, call in called(function):
                if what in WRITING:
                    found.add(place)
                conditional = {keyword.arg for keyword in call.keywords} & {"ConditionExpression", "IfNoneMatch", "ReturnValues"}
                if conditional and isinstance(call.func, ast.Attribute):
                    unconditional.append(place)
    assert found - set(PLAIN) == set(CASES.values())
    assert unconditional == [], "a conditional write goes through shared.writes, which recognises its own first try"
