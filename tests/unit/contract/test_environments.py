"""Environments differ in data only, and every difference is on the page that says why."""

import shutil
from pathlib import Path

import pytest

from platform_contract.pages import environments
from platform_contract.pages.environments import FILE, differences, page
from platform_contract.platform import naming

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("other", ["local", "prod"])
def test_every_difference_has_a_setting_or_a_line_of_a_manifest(other: str):
    explained, left = differences(ROOT, "dev", other)
    assert left == []
    assert explained["rollout" if other == "prod" else "log_level"]
    values = ["parameters.*.value"] if other == "local" else []
    assert explained[environments.MANIFESTS] == [*values, "rest_apis.*.cache_gb", "streams.*.shards"], "capacity and values, never structure"


def test_the_page_is_as_the_stacks_are():
    assert (ROOT / "docs/reference" / FILE).read_text() == page(ROOT), "make docs"


def test_a_difference_that_is_written_nowhere_is_noticed(monkeypatch: pytest.MonkeyPatch):
    """Code that asks which environment it is: a prod that behaves otherwise, and no file says so."""
    real = naming.rule_name
    monkeypatch.setattr(naming, "rule_name", lambda settings, *more: real(settings, *more) + ("-x" if settings.environment == "prod" else ""))
    _, left = differences(ROOT, "dev", "prod")
    assert "rules.*.physical_name" in left
    assert "nothing that is written down" in page(ROOT)


def test_a_further_environment_is_one_file_more(tmp_path: Path):
    for name in ("workloads", "handlers"):
        (tmp_path / name).symlink_to(ROOT / name)
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    text = (tmp_path / "Pulumi.prod.yaml").read_text()
    (tmp_path / "Pulumi.staging.yaml").write_text(text.replace("environment: prod", "environment: staging").replace("boundary-prod", "boundary-staging"))
    explained, left = differences(tmp_path, "prod", "staging")
    assert (left, {name: paths for name, paths in explained.items() if paths and name != environments.MANIFESTS}) == ([], {})
    assert "## dev and staging" in page(tmp_path)
