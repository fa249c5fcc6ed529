"""Bundles hold what a function imports and nothing else, and are the same on every machine and day."""

import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from serverless_platform.bundles import BundleError, digest, sources, write_bundle
from serverless_platform.program.layers import LayerTarget, build_layer, find_layer, layer_target, wheel_platform, without_runtime

ROOT = Path(__file__).parents[2]


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    files = {
        "orders/__init__.py": "",
        "orders/api.py": "import json\nfrom orders import logic\nfrom shared.http import answer\n\ndef handler(event, context): ...\n",
        "orders/logic.py": "def later():\n    from . import store\n",
        "orders/store.py": "import boto3\n",
        "orders/unused.py": "",
        "orders/schema.json": "{}",
        "orders/notes.md": "",
        "shared/__init__.py": "",
        "shared/http.py": "from shared.errors import Problem as P\n",
        "shared/errors.py": "class Problem: ...\n",
        "shared/batch.py": "",
        "receipts/worker.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "handlers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "handlers"


def test_a_bundle_holds_what_is_imported_and_data_beside_it(handlers: Path):
    assert list(sources(handlers, "orders.api.handler")) == [
        "orders/__init__.py", "orders/api.py", "orders/logic.py", "orders/schema.json", "orders/store.py",
        "shared/__init__.py", "shared/errors.py", "shared/http.py",
    ]  # fmt: skip


def test_the_same_sources_are_the_same_bytes(handlers: Path, tmp_path: Path):
    first = write_bundle(handlers, tmp_path / "a", "orders", "api", "orders.api.handler")
    for file in handlers.rglob("*.py"):
        os.utime(file, (1, 1))
        file.chmod(0o600)
    second = write_bundle(handlers, tmp_path / "b", "orders", "api", "orders.api.handler")
    assert digest([first]) == digest([second])
    (handlers / "shared" / "errors.py").write_text("class Problem(Exception): ...\n")
    assert digest([write_bundle(handlers, tmp_path / "b", "orders", "api", "orders.api.handler")]) != digest([first])


def test_code_that_is_not_imported_changes_no_bundle(handlers: Path, tmp_path: Path):
    before = digest([write_bundle(handlers, tmp_path, "orders", "api", "orders.api.handler")])
    (handlers / "orders" / "unused.py").write_text("changed = True\n")
    (handlers / "shared" / "batch.py").write_text("changed = True\n")
    assert digest([write_bundle(handlers, tmp_path, "orders", "api", "orders.api.handler")]) == before


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        ("orders.apy.handler", "there is no handlers/orders/apy.py; make it or correct `handler`"),
        ("orders.api.main", "the module does not define `main` at its top level"),
    ],
)
def test_a_wrong_handler_is_told(handlers: Path, handler: str, says: str):
    with pytest.raises(BundleError, match=f"^handler {handler}: ") as error:
        sources(handlers, handler)
    assert says in str(error.value)


def test_a_syntax_error_is_told_with_its_line(handlers: Path):
    (handlers / "orders" / "logic.py").write_text("x = 1\ndef (:\n")
    with pytest.raises(BundleError, match=r"logic\.py:2: "):
        sources(handlers, "orders.api.handler")


def test_lambdas_own_packages_stay_out_of_the_layer_should_a_library_name_them():
    lock = (ROOT / "requirements.txt").read_text()
    left = without_runtime(lock)
    assert "botocore==" in lock
    for name in ("boto3", "botocore", "s3transfer", "urllib3", "python-dateutil", "six"):
        assert f"\n{name}==" not in f"\n{left}"
    for name in ("aws-lambda-powertools", "pydantic-core", "jmespath"):
        assert f"\n{name}" in f"\n{left}"
    assert left.count("--hash=") < lock.count("--hash=")


def test_what_the_layer_holds():
    """Each is paid for in the INIT of the functions that import it; the X-Ray SDK's support has an end (docs/decisions/0008-tracing.md)."""
    lock = (ROOT / "handlers" / "requirements.txt").read_text()
    assert sorted(re.findall(r"^([a-z][\w-]+)==", lock, re.MULTILINE)) == [
        "annotated-types", "aws-lambda-powertools", "cffi", "cryptography", "jmespath", "pycparser", "pydantic", "pydantic-core", "pyjwt", "tenacity",
        "typing-extensions", "typing-inspection",
    ]  # fmt: skip


def test_a_layer_of_other_requirements_is_refused(tmp_path: Path):
    requirements, target = tmp_path / "requirements.txt", LayerTarget("arm64", "3.13", here=False)
    requirements.write_text("")
    with pytest.raises(BundleError, match=r"is missing .*: run `make layer STACK=dev`"):
        find_layer(tmp_path, requirements, target, "dev")
    layer, built = build_layer(tmp_path, requirements, target)
    assert built and find_layer(tmp_path, requirements, target, "dev") == layer
    assert build_layer(tmp_path, requirements, target) == (layer, False)
    requirements.write_text("# another lock\n")
    with pytest.raises(BundleError, match=r"is older than .*requirements\.txt: run `make layer STACK=dev`"):
        find_layer(tmp_path, requirements, target, "dev")


def test_a_layer_that_was_cut_off_is_built_again(tmp_path: Path):
    requirements, target = tmp_path / "requirements.txt", LayerTarget("arm64", "3.13", here=False)
    requirements.write_text("")
    (tmp_path / target.file_name).write_bytes(b"PK\x03\x04 half of it")
    assert build_layer(tmp_path, requirements, target)[1]


def test_the_embedded_cloud_runs_functions_on_this_machine():
    here = layer_target("arm64", "python3.13", embedded=True)
    assert here.here and here.python == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert layer_target("arm64", "python3.13", embedded=False) == LayerTarget("arm64", "3.13", here=False)


def test_the_real_bundles_are_small_and_plain():
    for handler in ("orders.api.handler", "receipts.worker.handler"):
        content = sources(ROOT / "handlers", handler)
        package = handler.split(".")[0]
        assert all(name.split("/")[0] in (package, "shared") for name in content)
        assert not any(name.endswith(".pyc") for name in content)


def test_entries_have_one_date_and_one_mode(handlers: Path, tmp_path: Path):
    with zipfile.ZipFile(write_bundle(handlers, tmp_path, "orders", "api", "orders.api.handler")) as bundle:
        assert {(entry.date_time, entry.external_attr >> 16, entry.compress_type) for entry in bundle.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o644, zipfile.ZIP_STORED)
        }


@pytest.mark.parametrize(
    ("architecture", "python", "platform"),
    [
        ("arm64", "3.11", "aarch64-manylinux_2_17"),
        ("x86_64", "3.11", "x86_64-manylinux_2_17"),
        ("arm64", "3.12", "aarch64-manylinux_2_28"),
        ("x86_64", "3.14", "x86_64-manylinux_2_28"),
    ],
)
def test_wheels_are_those_that_the_runtime_can_load(architecture: str, python: str, platform: str):
    """Lambda's Python 3.11 is on Amazon Linux 2, glibc 2.26; later ones on Amazon Linux 2023, glibc 2.34."""
    assert wheel_platform(LayerTarget(architecture, python, here=False)) == platform
