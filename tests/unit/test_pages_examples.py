"""What the pages say can be done as it stands there: links lead somewhere, examples run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs/how-to"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:yaml|python)\n# file: (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]+)\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing


def test_every_how_to_page_is_in_the_list_of_them():
    listed = set(re.findall(r"\((\S+\.md)\)", (HOW_TO / "README.md").read_text()))
    assert listed == {page.name for page in HOW_TO.glob("*.md")} - {"README.md"}


def test_commands_of_make_that_pages_name_exist():
    known = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in [ROOT / "README.md", *HOW_TO.glob("*.md")]:
        commands = [line for block in re.findall(r"`+[^`]+`+", page.read_text()) for line in TARGET.findall(block)]
        assert set(commands) <= known, page.name


def test_the_unit_test_of_the_page_passes(tmp_path):
    for page in ("add-a-workload.md", "unit-test-a-handler.md"):
        for name, text in BLOCK.findall((HOW_TO / page).read_text()):
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    env = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}  # no region: none may be needed
    env |= {"PYTHONPATH": os.pathsep.join([str(tmp_path / "handlers"), str(ROOT / "handlers")])}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / "tests")],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


def test_yaml_of_the_pages_is_yaml():
    for page in HOW_TO.glob("*.md"):
        for block in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
            assert isinstance(yaml.safe_load(block), dict), page.name
