"""The pattern pages: their blocks are current, every workload is on one page, no section is missing, wrong markers are told."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.pages import patterns as pages
from platform_contract.plan.model import parts_of
from platform_contract.planning import plan_workload
from platform_contract.platform.base import NamedAlarm
from platform_contract.platform.diagnostics import ProblemsError

ROOT = Path(__file__).resolve().parents[3]
PATTERNS = sorted(path for path in (ROOT / pages.FOLDER).glob("*.md") if path.name != pages.INDEX)

FAILURES = ("Handler error", "Timeout", "Throttle", "Poison input", "Half-done")
SHOWN = "\n### What shows it\n\n| failure | run | asserted from the program's graph |\n|---|---|---|\n"
_NAMED = re.compile(r"`((?:tests/)?[a-z_/]*\btest_[a-z0-9_]+\.py)(?:::(\w+))?`|`(tests/[a-z_]+)`")


def misnamed(text: str) -> Iterator[str]:
    """Tests that a page names and that are not there."""
    for file, test, folder in _NAMED.findall(text):
        found = [ROOT / file] if "/" in file else list((ROOT / "tests").rglob(file)) if file else [ROOT / folder]
        if not any(path.exists() for path in found):
            yield file or folder
        elif test and not any(isinstance(node, ast.FunctionDef) and node.name == test for node in ast.walk(ast.parse(found[0].read_text()))):
            yield f"{file}::{test}"


def unshown(text: str) -> Iterator[str]:
    """Failures of which a page does not name what shows them; those that are not run say why, and are asserted."""
    _, table, rows = text.partition(SHOWN)
    found = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows.split("\n\n", 1)[0].splitlines()]
    if not table or [row[0] for row in found] != [f"**{failure}**" for failure in FAILURES]:
        yield "the table has other rows"
        return
    for failure, run, asserted in found:
        if "::test_" not in run and not (run.startswith("no: ") and "`tests/program/test_" in asserted):
            yield f"{failure}: {run}"
        if any("::" not in each for each in re.findall(r"`(.*?)`", asserted)):
            yield f"{failure}: {asserted} names no test"


@pytest.fixture(scope="module")
def filled():
    return pages.pattern_pages(ROOT)


@pytest.fixture
def project(tmp_path):
    """A copy of what the pages are made from."""
    for pattern in ("Pulumi.*.yaml", "workloads/*.yaml", f"{pages.FOLDER}/*.md"):
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


@pytest.mark.parametrize("path", [*PATTERNS, ROOT / pages.FOLDER / pages.INDEX], ids=lambda path: path.name)
def test_generated_blocks_are_up_to_date(path, filled):
    assert path.read_text() == filled[path.name], "run `make docs`"


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.name)
def test_every_page_has_every_section(path):
    text = path.read_text()
    sections = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    assert tuple(sections[::2]) == pages.SECTIONS
    bodies = dict(zip(sections[::2], sections[1::2], strict=True))
    assert all(len(body.split()) > 15 for body in bodies.values()), "a section without content"
    assert "```mermaid\n" in bodies["Diagram"]
    for workload in pages.workloads_of(text):
        for section, block in (("Manifest", "manifest"), ("What you get", "alarms"), ("Cost", "cost"), ("When not to use it", "fit")):
            assert f"<!-- generated: {block} {workload} -->" in bodies[section]
    for failure in FAILURES:
        assert f"**{failure}" in bodies["Failure path"], f"what happens on: {failure}"


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.name)
def test_every_failure_names_the_tests_that_show_it(path):
    text = path.read_text()
    assert list(unshown(text)) == []
    assert list(misnamed(text)) == []


@pytest.mark.parametrize("change", [
    ("`tests/program/test_failure_settings.py::test_asynchronous_calls", "`tests/program/test_failure_settings.py::test_no_such_calls"),
    ("`tests/handlers/test_media.py`", "`tests/handlers/test_mediums.py`"), ("`test_fan_out.py`", "`test_fan_outs.py`"),
], ids=["function", "file", "file without folder"])  # fmt: skip
def test_a_test_that_is_not_there_is_noticed(change):
    text = (ROOT / pages.FOLDER / "upload.md").read_text()
    assert change[0] in text
    assert len(list(misnamed(text.replace(*change)))) == 1


@pytest.mark.parametrize("change", [
    ("| **Throttle** | ", "| **Throttled** | "), ("| **Throttle** | no: ", "| **Throttle** | "), ("`tests/program/test_schedules.py::", "`test_schedules "),
], ids=["row", "reason", "no test"])  # fmt: skip
def test_a_failure_that_nothing_shows_is_noticed(change):
    text = (ROOT / pages.FOLDER / "scheduled-job.md").read_text()
    assert change[0] in text
    assert list(unshown(text.replace(*change)))


def test_every_workload_is_shown_on_exactly_one_page():
    shown = [workload for path in PATTERNS for workload in pages.workloads_of(path.read_text())]
    assert sorted(shown) == sorted(load_manifests(ROOT / "workloads", None))


@pytest.mark.parametrize("path", [*PATTERNS, ROOT / pages.FOLDER / pages.INDEX], ids=lambda path: path.name)
def test_links_lead_to_something(path):
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", path.read_text()):
        assert "://" in target or (path.parent / target).exists(), target
    for page, section in re.findall(r"\]\((\S*?\.md)#([^)]*)\)", path.read_text()):
        headings = re.findall(r"^#+ (.*)$", (path.parent / page).read_text(), re.MULTILINE)
        assert section in [heading.lower().replace(" ", "-") for heading in headings], f"{page}#{section}"


def test_a_changed_manifest_changes_its_page_and_the_index(project):
    manifest = project / "workloads/receipts.yaml"
    manifest.write_text(manifest.read_text().replace("batch_size: 10", "batch_size: 7"))
    made = pages.pattern_pages(project)
    assert "batch_size: 7" in made["queue-worker.md"] != (project / pages.FOLDER / "queue-worker.md").read_text()
    (project / pages.FOLDER / "queue-worker.md").unlink()
    assert "receipts" not in pages.pattern_pages(project)[pages.INDEX]


def test_the_alarms_block_shows_every_alarm(filled):
    for name in (
        "prod-orders-api-errors", "prod-orders-api-throttles", "prod-orders-api-duration", "prod-orders-api-concurrency",
        "prod-orders-http-server-errors", "prod-orders-http-latency", "prod-orders-orders-read-throttles",
        "prod-orders-idempotency-write-throttles",
    ):  # fmt: skip
        assert f"| {name} | " in filled["http-api.md"]
    plan = plan_workload(load_manifests(ROOT / "workloads", stack_settings(ROOT, "prod"))["orders"], stack_settings(ROOT, "prod"))
    listed = [alarm for alarm in parts_of(NamedAlarm, plan) if alarm.tells]
    assert f"\n{len(listed)} alarms:\n" in filled["http-api.md"]
    assert "| prod-receipts-paid-orders-dead-messages | dead letter queue paid-orders: a message was given up and waits for somebody | page |" in filled["queue-worker.md"]  # fmt: skip


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("<!-- generated: manifest order -->\n<!-- end -->", "names no workload; there is "),
        ("<!-- generated: prices orders -->\n<!-- end -->", "names no block; there is"),
        ("<!-- generated: manifest orders -->\n", "has no end, or is on one line with other text"),
        ("<!-- generated: manifest orders --> <!-- end -->", "has no end, or is on one line with other text"),
        ("<!-- generated: alarms -->\n<!-- end -->", "names no workload"),
    ],
)
def test_a_wrong_marker_is_told_with_its_line(project, marker, told):
    (project / pages.FOLDER / "new.md").write_text(f"# New\n\n{marker}\n")
    with pytest.raises(ProblemsError) as refused:
        pages.pattern_pages(project)
    (problem,) = refused.value.problems
    assert (problem.file, problem.field) == ("docs/patterns/new.md", "line 3")
    assert problem.rule.startswith(told)
