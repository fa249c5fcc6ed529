"""What people look for and do not find is refused with the reason, and leads to a section that is there."""

from pathlib import Path

import pytest

from platform_contract.platform.absent import ABSENT, PAGE

from .samples import manifest, problems_with, put

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(("field", "path"), [
    ("vpc", "functions.api.vpc"), ("layers", "functions.api.layers"), ("runtime", "functions.api.runtime"), ("url", "functions.api.url"), ("image", "functions.api.image"),
    ("role", "functions.api.role"), ("domain", "functions.api.domain"), ("resources", "resources"), ("database", "database"), ("redis", "redis"), ("imports", "imports"),
])  # fmt: skip
def test_what_is_not_here_says_why_and_what_there_is(tmp_path: Path, field: str, path: str):
    asked = next(each for each in ABSENT if field in each.fields)
    [problem] = [each for each in problems_with(tmp_path, manifest(put(path, {}))) if f"{path}: " in each]
    said = "is deliberately not here" if asked.when == "deliberately" else "is not here yet"
    assert problem.endswith(f"{path}: {said}; {asked.instead}; why: {PAGE}#{asked.anchor}")


def test_the_case_covers_everything():
    assert {next(each.title for each in ABSENT if field in each.fields) for field in (
        "vpc", "layers", "runtime", "url", "image", "role", "domain", "resources", "database", "redis", "imports")} == {each.title for each in ABSENT}  # fmt: skip


def test_every_field_leads_to_one_section_of_the_page():
    fields = [field for each in ABSENT for field in each.fields]
    assert len(fields) == len(set(fields))
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(f"\n### {each.title}\n\n{each.why}\n" in page for each in ABSENT)


def test_a_misspelt_field_is_still_a_misspelt_field(tmp_path: Path):
    [problem] = problems_with(tmp_path, manifest(put("functions.api.memmory_mb", 512)))
    assert "is not known here; did you mean 'memory_mb'?" in problem
