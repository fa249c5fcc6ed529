"""What handlers count: names of metrics, read from their code without running it."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

COUNT = "count"
"""The function with which handlers count (handlers/shared/observability.py)."""


def counted(handlers: Path, modules: Iterable[str]) -> set[str]:
    """Metrics that `modules` (such as orders.api) count, and what they import of `handlers`. Files that are no Python count nothing."""
    found: set[str] = set()
    todo, seen = list(modules), set()
    while todo:
        module = todo.pop()
        path = handlers.joinpath(*module.split(".")).with_suffix(".py")
        if module in seen or not path.is_file():
            continue
        seen.add(module)
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        todo += _imported(tree, module)
        found |= _counted(tree)
    return found


def _imported(tree: ast.Module, module: str) -> Iterator[str]:
    """Modules that may be imported; `from orders import logic` names one, `from orders.logic import create` as well."""
    package = module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _counted(tree: ast.Module) -> set[str]:
    """Texts that a call of `count` may have as the name: written out, one of two, or from a table or constant of the module."""
    names = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("observability")
             for alias in node.names if alias.name == COUNT}  # fmt: skip
    constants = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_count(node.func, names):
            given = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "name"]
            for argument in given:
                found |= set(_texts(argument, constants))
    return found


def _is_count(function: ast.expr, names: set[str]) -> bool:
    if isinstance(function, ast.Name):
        return function.id in names
    return isinstance(function, ast.Attribute) and function.attr == COUNT and ast.unparse(function.value).endswith("observability")


def _texts(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from _texts(node.body, constants)
            yield from _texts(node.orelse, constants)
        case ast.Subscript(value=ast.Name(id=name)) if isinstance(constants.get(name), ast.Dict):
            table = constants[name]
            assert isinstance(table, ast.Dict)
            for value in table.values:
                yield from _texts(value, {})
        case ast.Name(id=name) if name in constants:
            yield from _texts(constants[name], {})
