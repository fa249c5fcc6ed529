"""Handlers are imported before anything is made, where their functions will run: what is not on Lambda is not found."""

import dataclasses
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from serverless_platform.bundles import BundleError
from serverless_platform.program import check_imports as importing
from serverless_platform.program.reading import read_project

ROOT = Path(__file__).parents[2]


def failures(tmp_path: Path, code: str, seconds: int = 120, runtime: tuple[str, ...] = (), **environment: str) -> list[dict]:
    """What the worker tells of one handler with this code."""
    layer, bundle = tmp_path / "layer", tmp_path / "bundle"
    for folder in (layer, bundle / "shop"):
        folder.mkdir(parents=True, exist_ok=True)
    (layer / "in_the_layer.py").write_text("")
    (bundle / "shop" / "api.py").write_text(code)
    function = {"name": "shop/api", "folder": str(bundle), "handler": "shop.api.handler", "environment": environment}
    asked = {"runtime": runtime, "layer": str(layer), "seconds": seconds, "functions": [function]}
    done = subprocess.run([sys.executable, "-I", str(importing.WORKER)], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_handler_that_can_be_imported_is_not_told_of(tmp_path):
    code = "import os, in_the_layer, rich\nprint(os.environ['TABLE_ORDERS'])\ndef handler(event, context): ...\n"
    assert failures(tmp_path, code, runtime=("rich", "pygments", "markdown_it", "mdurl"), TABLE_ORDERS="orders") == []


def test_a_package_of_this_interpreter_is_not_on_lambda(tmp_path):
    (failure,) = failures(tmp_path, "import json\nimport rich\n")
    assert failure == {
        "name": "shop/api", "error": "ModuleNotFoundError: No module named 'rich'", "missing": "rich", "frames": [["shop/api.py", 2, "import rich"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "error", "line"),
    [
        ("def handler(:\n", "SyntaxError: invalid syntax (api.py, line 1)", 1),
        ("raise SystemExit(3)\n", "SystemExit: 3", 1),
        ("import os\nNAME = os.environ['NOT_SET']\n", "KeyError: 'NOT_SET'", 2),
        ("x = 1\n", "AttributeError: module 'shop.api' has no attribute 'handler'", None),
    ],
)
def test_whatever_ends_the_import_is_told_with_its_line(tmp_path, code, error, line):
    (failure,) = failures(tmp_path, code)
    assert (failure["error"], [frame[1] for frame in failure["frames"]]) == (error, [line] if line else [])


def test_an_import_that_does_not_end_and_one_that_kills_the_interpreter_are_told(tmp_path):
    (failure,) = failures(tmp_path, "while True: pass\n", seconds=1)
    assert failure["error"] == "its import did not end within 1 s"
    (failure,) = failures(tmp_path, "import os\nos.abort()\n")
    assert failure["error"].startswith("the interpreter ended (status ")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The platform with one workload, in a folder where its handlers may be broken; its layer holds nothing."""
    real = read_project(ROOT, "local")
    for name in ("orders", "shared"):
        shutil.copytree(ROOT / "handlers" / name, tmp_path / "handlers" / name)
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.comment = b"digest-of-the-layer"
    monkeypatch.setattr(importing, "find_layer", lambda *_: archive)
    (tmp_path / ".build").mkdir()
    return dataclasses.replace(real, root=tmp_path, manifests={"orders": real.manifests["orders"]})


def test_only_what_has_changed_is_imported_again_and_a_failure_is_tried_again(project, monkeypatch):
    imported: list[str] = []
    wrong: list[dict] = []
    monkeypatch.setattr(importing, "_imported", lambda due, *_: imported.extend(it.name for it in due) or list(wrong))
    python = Path(sys.executable)
    assert importing.check_imports(project, python) == (2, 0)
    assert importing.check_imports(project, python) == (0, 2)
    with (project.handlers / "orders" / "gate.py").open("a") as file:
        file.write("# changed\n")
    wrong.append({"name": "orders/gate", "error": "KeyError: 'X'", "missing": "", "frames": [["orders/gate.py", 7, "X = E['X']"]]})
    for _ in range(2):
        with pytest.raises(BundleError) as refused:
            importing.check_imports(project, python)
    assert str(refused.value) == (
        "1 handler cannot be imported, so nothing was changed:\n  orders/gate: KeyError: 'X'\n      handlers/orders/gate.py:7: X = E['X']"
    )
    wrong.clear()
    assert importing.check_imports(project, python) == (1, 1)
    assert imported == ["orders/api", "orders/gate", *["orders/gate"] * 3]


def test_a_missing_package_is_told_with_the_way_to_add_it(project):
    told = importing._told({"name": "orders/api", "error": "-", "missing": "requests.adapters", "frames": []}, project)
    assert told.endswith("    requests is not in the layer: name its package in handlers/requirements.in and run `make lock` (docs/how-to/add-a-package.md)")
    assert importing._told({"name": "orders/api", "error": "-", "missing": "orders.x", "frames": []}, project).endswith("there is no module orders.x in handlers/")
