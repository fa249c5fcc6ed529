"""Reads of DynamoDB that decide something see what was written last. The embedded cloud always does, AWS only when asked."""

import ast
from pathlib import Path

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"
READS = ("get_item", "query", "scan", "batch_get_item", "transact_get_items")
BEHIND = {
    "inventory/store.py overdue: query": "an index, which cannot be asked; `settle` looks at the reservation itself",
    "orders/store.py page: query": "an index, which cannot be asked; a page of orders may lack the newest",
    "search_index/store.py postings: query": "words follow the table of products by a stream, so they are behind in any case",
}
"""Place of a read that may be behind -> why that does no harm."""


def reads() -> dict[str, bool]:
    """Place -> whether it asks for a consistent read, by itself or in the request that it is given."""
    found: dict[str, bool] = {}
    for file in sorted(HANDLERS.rglob("*.py")):
        for function in [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]:
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in READS:
                    whole = function if call.func.attr == "batch_get_item" else call
                    found[f"{file.relative_to(HANDLERS).as_posix()} {function.name}: {call.func.attr}"] = asks(whole)
    return found


def asks(node: ast.AST) -> bool:
    named = [(each.arg, each.value) for each in ast.walk(node) if isinstance(each, ast.keyword)]
    keyed = [(getattr(key, "value", None), value) for each in ast.walk(node) if isinstance(each, ast.Dict) for key, value in zip(each.keys, each.values, strict=True)]
    return any(name == "ConsistentRead" and isinstance(value, ast.Constant) and value.value is True for name, value in [*named, *keyed])


def test_every_read_is_consistent_or_may_be_behind():
    found = reads()
    assert len(found) > 10
    assert {place for place, consistent in found.items() if not consistent} == set(BEHIND)
