"""Whatever is written at whatever place: a problem in people's words, or accepted; never a crash, never the library's own words."""

import copy
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from platform_contract.manifest import read_manifest, read_yaml
from platform_contract.manifest.reading import check_manifest, shape_manifest
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import load_settings

from .samples import EVERYTHING, MANIFEST, SETTINGS, TODAY, drop, everything, manifest, put, settings

JUNK: list[Any] = [
    None, True, 0, -1, 10**20, 1.5, float("inf"), float("nan"), "", "x", "Ä ö", "a\nb", "x" * 500, [], [1], ["x"], [[]], [None], {}, {"x": 1},
    {"x": {}}, {"": ""}, date(2026, 1, 1),
]  # fmt: skip
JARGON = re.compile(r"Input should|validation error|pydantic|type=|(?<!detail)_type\b|NoneType|Traceback|<class|unhashable|ctx|loc=|\[key\]")


def paths(content: Any, prefix: str = "") -> Iterator[str]:
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield f"{prefix}{key}"
        yield from paths(value, f"{prefix}{key}.")


def words_of(error: ProblemsError) -> None:
    for problem in error.problems:
        assert problem.rule, problem
        assert problem.fix, problem
        assert problem.file, problem
        assert not JARGON.search(f"{problem.rule}; {problem.fix}"), str(problem)
        assert "[key]" not in problem.field, str(problem)
        assert len(problem.value) <= 60, problem
    assert str(error).startswith(f"{len(error.problems)} problem")


@pytest.mark.parametrize("path", list(paths(MANIFEST)))
def test_junk_in_a_manifest(path):
    refused, judged = 0, settings()
    for junk in JUNK:
        try:
            check_manifest(shape_manifest(manifest(put(path, junk)), "orders"), "orders", judged, TODAY)
        except ProblemsError as error:
            words_of(error)
            refused += 1
    assert refused >= 15  # some junk is right at some places: any text as a summary, any number as a duration


FREE = re.compile(r"\.(example|values)($|\.)|\.(Parameters|Cause|Error|Comment)$|\.detail\.data\.priority\.0$|\.detail_type\.0$")
"""Fields that hold whatever their author wants."""


@pytest.mark.thorough
@pytest.mark.parametrize("path", list(paths(EVERYTHING)))
def test_junk_in_a_manifest_with_everything(path):
    """Every kind of trigger and resource, and states of workflows, whose form no model describes."""
    refused, judged = 0, settings()
    for junk in JUNK:
        try:
            check_manifest(shape_manifest(everything(put(path, junk)), "orders"), "orders", judged, TODAY)
        except ProblemsError as error:
            words_of(error)
            refused += 1
    assert refused >= 12 or FREE.search(path), f"{refused} of {len(JUNK)}"


@pytest.mark.thorough
@pytest.mark.parametrize("path", list(paths(EVERYTHING)))
def test_what_is_left_out_of_a_manifest_with_everything(path):
    try:
        check_manifest(shape_manifest(everything(drop(path)), "orders"), "orders", settings(), TODAY)
    except ProblemsError as error:
        words_of(error)


@pytest.mark.parametrize("path", list(paths(SETTINGS)))
def test_junk_in_settings(path):
    refused = 0
    for junk in JUNK:
        changed = copy.deepcopy(SETTINGS)
        put(path, junk)(changed)
        try:
            load_settings(changed, "Pulumi.dev.yaml")
        except ProblemsError as error:
            words_of(error)
            refused += 1
    assert refused >= 15


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 3000,
        "{a: " * 3000,
        "---\na: 1\n---\nb: 2\n",
        "a: 1\x00",
        "\ufeffname: x",
        "<<: 1",
        "? [a]\n: 1",
        "%YAML 9.9",
    ],
)
def test_strange_yaml(content):
    try:
        read_manifest(content, "strange", settings(), TODAY)
    except ProblemsError as error:
        words_of(error)
        return
    pytest.fail("taken for a manifest")


def test_yaml_of_other_files_keeps_its_values():
    assert read_yaml("a: {b: [1, yes, 2026-01-01, text]}", "file") == {"a": {"b": [1, True, date(2026, 1, 1), "text"]}}
    assert read_yaml("base: &base {x: 1}\nmore: {<<: *base, y: 2}", "file")["more"] == {"x": 1, "y": 2}
