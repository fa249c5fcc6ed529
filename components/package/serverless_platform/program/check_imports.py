"""Whether every handler of a project can be imported where its function will run: with its bundle, the layer, the runtime's own
packages and its environment variables, and nothing else. Asked before anything is made, because Lambda tells it only to callers.
"""

import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.planning import plan_workload
from platform_contract.registry import KINDS

from ..bundles import BundleError, Modules, digest, sources
from .layers import IN_THE_RUNTIME, find_layer
from .reading import Project

WORKER = Path(__file__).with_name("import_worker.py")
SECONDS = 120
"""Longest import of one handler. Lambda gives it 10 s; this machine may be slow, and busy."""
MODULES_OF = {"python-dateutil": "dateutil"}
"""Package of the runtime -> the module that it is imported as, where the names differ."""
STAND_INS = {"name": "import-check", "arn": "arn:aws:service:eu-west-1:000000000000:import-check", "url": "https://import-check.invalid"}
"""What a variable holds -> a value of that form."""
GOOD = "imported.json"
"""File in the build folder: digests of what was imported without an error."""


def _form(kind: str) -> str:
    """Form of what refers to a resource of this kind, or to who issues tokens."""
    return "url" if kind == "identity" else KINDS[kind].told


@dataclass(frozen=True)
class _Function:
    name: str
    """`orders/api`."""
    plan: FunctionPlan
    files: dict[str, Path]
    """Path in the bundle -> file."""

    @property
    def environment(self) -> dict[str, str]:
        """Its variables, with a stand-in for names that only AWS assigns."""
        fixed = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": self.plan.physical_name,
                 "AWS_ACCESS_KEY_ID": "import", "AWS_SECRET_ACCESS_KEY": "import"}  # fmt: skip
        assigned = {variable: STAND_INS[_form(it.kind)] for variable, it in self.plan.references.items()}
        return fixed | assigned | self.plan.environment

    def digest(self, layer: str, python: Path) -> str:
        return digest(self.files.values(), layer, str(python), self.plan.handler, json.dumps(self.environment, sort_keys=True), *self.files)


def check_imports(project: Project, python: Path, only: Collection[str] | None = None) -> tuple[int, int]:
    """(handlers imported, handlers left out because nothing of theirs has changed since they were). `python` is the interpreter in
    which the functions run; `only` names the functions that are asked about (`orders/api`), instead of all. Raises BundleError with
    every handler that cannot be imported."""
    archive = find_layer(project.build, project.requirements, project.layer_target, project.stack)
    with zipfile.ZipFile(archive) as zipped:
        layer = zipped.comment.decode()
    functions = [it for it in _functions(project) if only is None or it.name in only]
    digests = {function.name: function.digest(layer, python) for function in functions}
    good = _good(project.build)
    due = [function for function in functions if digests[function.name] not in good]
    failures = _imported(due, archive, python, project.build / f"layer-{layer[:16]}") if due else []
    wrong = {failure["name"] for failure in failures}
    now = {digests[name] for name in digests if name not in wrong}
    (project.build / GOOD).write_text(json.dumps(sorted(now if only is None else now | good)))
    if failures:
        count = len(failures)
        told = [_told(failure, project) for failure in failures]
        raise BundleError("\n".join([f"{count} handler{'s' * (count != 1)} cannot be imported, so nothing was changed:", *told]))
    return len(due), len(functions) - len(due)


def _functions(project: Project) -> Any:
    modules = Modules(project.handlers)
    for workload, manifest in project.manifests.items():
        for name, function in plan_workload(manifest, project.settings).functions.items():
            yield _Function(f"{workload}/{name}", function, sources(project.handlers, function.handler, modules))


def _good(build: Path) -> set[str]:
    try:
        return set(json.loads((build / GOOD).read_text()))
    except (OSError, ValueError):
        return set()


def _imported(due: list[_Function], archive: Path, python: Path, layer: Path) -> list[dict[str, Any]]:
    """The failures among `due`, as the worker tells them."""
    if not layer.exists():
        for old in layer.parent.glob("layer-*/"):
            shutil.rmtree(old, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix="layer-draft-", dir=layer.parent))
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(draft)
        draft.rename(layer)
    with tempfile.TemporaryDirectory() as folder:
        for function in due:
            for name, file in function.files.items():
                target = Path(folder, function.name, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        asked = {
            "runtime": [MODULES_OF.get(name, name) for name in sorted(IN_THE_RUNTIME)], "layer": str(layer / "python"), "seconds": SECONDS,
            "functions": [
                {"name": it.name, "folder": str(Path(folder, it.name)), "handler": it.plan.handler, "environment": it.environment} for it in due
            ],
        }  # fmt: skip
        done = subprocess.run([str(python), "-I", str(WORKER)], input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(f"the handlers could not be imported for a check: {done.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _told(failure: dict[str, Any], project: Project) -> str:
    lines = [f"  {failure['name']}: {failure['error']}"]
    lines += [f"      {project.handlers.name}/{file}:{line}: {text}" for file, line, text in failure["frames"]]
    if failure["missing"]:
        package = failure["missing"].partition(".")[0]
        own = (project.handlers / package).exists()
        lines.append(
            f"    there is no module {failure['missing']} in {project.handlers.name}/" if own else
            f"    {package} is not in the layer: name its package in handlers/requirements.in and run `make lock` (docs/how-to/add-a-package.md)"
        )  # fmt: skip
    return "\n".join(lines)
