"""YAML as people write it here: one mapping to a file, every key once; what is wrong is told with its line."""

import re
from typing import Any

import yaml

from platform_contract.platform.diagnostics import Problem, ProblemsError, shown

MERGE = "tag:yaml.org,2002:merge"
"""Tag of the key `<<`."""


class _Loader(yaml.SafeLoader):
    """YAML as manifests are written: a key that comes twice is a mistake, not the last one's win."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == MERGE:
            continue
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            rule = "a key must be text, and YAML reads this one as something else"
            raise _Unreadable(f"line {line}", shown(key), rule, "write it in quotes")
        if key in seen:
            raise _Unreadable(f"line {line}", key, f"comes twice; first on line {seen[key]}", "merge the two, or rename one")
        seen[key] = line
    loader.flatten_mapping(node)
    return {loader.construct_object(key, deep=True): loader.construct_object(value, deep=True) for key, value in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Unreadable(Exception):
    def __init__(self, field: str, value: str, rule: str, fix: str) -> None:
        self.field, self.value, self.rule, self.fix = field, value, rule, fix


def read_yaml(text: str, file: str, what: str = "a manifest", begins: str = "name: ...") -> dict[str, Any]:
    """The mapping in `text`. Raises ProblemsError with the line of what cannot be read, which says what the file is and how it begins."""
    try:
        loader = _Loader(text)
        try:
            content = loader.get_single_data()
        finally:
            loader.dispose()
    except _Unreadable as wrong:
        raise ProblemsError([Problem(file, wrong.field, wrong.value, wrong.rule, wrong.fix)]) from None
    except RecursionError:
        raise ProblemsError([Problem(file, "", "", "has brackets within brackets without end", "close them")]) from None
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        rule = f"is not readable as YAML: {wrong.problem or wrong.context or 'syntax error'}"
        fix = (_indentation_advice(text, mark.line) if mark else "") or _yaml_advice(f"{wrong.problem} {wrong.context}")
        raise ProblemsError([Problem(file, line, "", rule, fix)]) from None
    except yaml.YAMLError as wrong:
        raise ProblemsError(
            [Problem(file, "", "", f"is not readable as YAML: {wrong}", "save it as plain text in UTF-8")]
        ) from None
    if content is None:
        raise ProblemsError([Problem(file, "", "", "is empty", f"write {what}, or remove the file")])
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "a single value"
        raise ProblemsError([Problem(file, "", "", f"is {kind}, not a mapping", f"begin with `{begins}`")])
    return content


_KEY = re.compile(r"( *)(?:- +)?([A-Za-z_][\w.-]*) *:(?: |$)(.*)")


def _indentation_advice(text: str, number: int) -> str:
    """What to do where a key stands further in than the line before it, which has a value already; or where it fits no level. Empty if it is
    not that. `number`: of the line that YAML could not read, from 0."""
    lines = text.splitlines()
    found = _KEY.match(lines[number]) if number < len(lines) else None
    if not found:
        return ""
    before = next((line for line in reversed(lines[:number]) if line.strip() and not line.lstrip().startswith("#")), "")
    above = _KEY.match(before)
    indent, name = len(found[1]), found[2]
    if above and above[3].strip() and not above[3].lstrip().startswith(("{", "[", "|", ">", "&", "#", '"', "'")) and indent > len(above[1]):
        return f"`{name}` is indented by {indent} spaces and `{above[2]}` above it, which has a value already, by {len(above[1])}: give keys of one level the same indentation"
    if indent not in _open_levels(lines[:number], indent):
        return f"`{name}` is indented by {indent} spaces, as no level above it is: give keys of one level the same indentation"
    return ""


def _open_levels(lines: list[str], indent: int) -> list[int]:
    """Indentations of the mappings that are open after `lines`, as far in as `indent`. Where the last line opens one, `indent` is of it."""
    levels: list[int] = []
    for line in lines:
        if key := _KEY.match(line):
            levels = [*(level for level in levels if level < len(key[1])), len(key[1])]
    last = _KEY.match(lines[-1]) if lines else None
    opens = last is not None and not last[3].strip() and indent > len(last[1])
    return [level for level in levels if level <= indent] + ([indent] if opens or not lines else [])


def _yaml_advice(problem: str) -> str:
    if "tab" in problem or "\\t" in problem:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return "put text that holds `: ` in quotes"
    if "could not determine a constructor" in problem:
        return "remove the tag that begins with `!`: manifests are plain data"
    if "alias" in problem or "got '?'" in problem:
        return "put text that holds `*`, `&` or `?` in quotes, such as a cron expression"
    return "look at this line and the one before: indentation, brackets, quotes"
