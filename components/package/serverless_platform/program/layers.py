"""The layer of third-party packages: one per stack, built from the hash-locked requirements of the handlers."""

import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ..bundles import BundleError, digest, write_zip

IN_THE_RUNTIME = frozenset({"boto3", "botocore", "s3transfer", "python-dateutil", "six", "urllib3"})
"""Packages that every Python runtime of Lambda has, AWS SDK first (23 MB); a second copy would only slow the start down."""
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Architecture as Lambda calls it -> as wheels do."""


@dataclass(frozen=True)
class LayerTarget:
    """The machine that functions run on."""

    architecture: str
    """arm64 or x86_64."""
    python: str
    """Version such as 3.13."""
    here: bool
    """This machine: the embedded cloud runs functions with its own interpreter, whatever their runtime says."""

    @property
    def file_name(self) -> str:
        return f"layer-{self.architecture}-{'here-' if self.here else ''}python{self.python}.zip"


def wheel_platform(target: LayerTarget) -> str:
    """Newest wheels that the runtime can load: Python 3.12 and later run on Amazon Linux 2023 (glibc 2.34), 3.11 on
    Amazon Linux 2 (glibc 2.26), where a wheel for glibc 2.28 is an ImportError at the first invocation."""
    old = tuple(int(part) for part in target.python.split(".")) < (3, 12)
    return f"{MACHINES[target.architecture]}-manylinux_2_{17 if old else 28}"


def layer_target(architecture: str, runtime: str, embedded: bool) -> LayerTarget:
    """Where the functions of a stack run; `embedded` for a stack on the embedded cloud."""
    if not embedded:
        return LayerTarget(architecture, runtime.removeprefix("python"), here=False)
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    return LayerTarget(machine, f"{sys.version_info[0]}.{sys.version_info[1]}", here=True)


def layer_digest(requirements: Path, target: LayerTarget) -> str:
    return digest([requirements], target.file_name, *sorted(IN_THE_RUNTIME))


def find_layer(build: Path, requirements: Path, target: LayerTarget, stack: str) -> Path:
    """The layer's archive. Raises BundleError if it is missing or was built from other requirements."""
    layer = build / target.file_name
    remedy = f"run `make layer STACK={stack}`"
    if not layer.exists():
        raise BundleError(f"the layer of third-party packages is missing ({build.name}/{layer.name}): {remedy}")
    with zipfile.ZipFile(layer) as archive:
        if archive.comment.decode() != layer_digest(requirements, target):
            raise BundleError(
                f"the layer of third-party packages ({build.name}/{layer.name}) is older than "
                f"{requirements.parent.name}/{requirements.name}: {remedy}"
            )
    return layer


def build_layer(build: Path, requirements: Path, target: LayerTarget) -> tuple[Path, bool]:
    """Builds the layer unless it is there already: (archive, whether it was built). Raises BundleError with pip's words."""
    layer = build / target.file_name
    try:
        return find_layer(build, requirements, target, ""), False
    except (BundleError, zipfile.BadZipFile):
        pass
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        wanted = root / "requirements.txt"
        wanted.write_text(without_runtime(requirements.read_text()))
        packages = root / "layer" / "python"
        _install(wanted, packages, target)
        content = {
            file.relative_to(root / "layer").as_posix(): file
            for file in packages.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts and file.parts[-2:][0] != "bin" and file.name != ".lock"
        }
        write_zip(layer, content, comment=layer_digest(requirements, target))
    return layer, True


def without_runtime(lock: str) -> str:
    """A hash-locked requirements file without the packages that Lambda's runtime has."""
    kept, keep = [], True
    for line in lock.splitlines():
        named = re.match(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?\s*==", line)
        if named:
            keep = named.group(1).lower().replace("_", "-") not in IN_THE_RUNTIME
        elif line and not line[0].isspace():
            keep = True
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _install(requirements: Path, target: Path, machine: LayerTarget) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv) if uv.exists() else shutil.which("uv") or "", "pip", "install", "--quiet"]
    if not command[0]:
        raise BundleError("the layer needs uv, which requirements.txt installs: run `make setup`")
    command += ["--target", str(target), "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(requirements)]
    command += ["--python", sys.executable]
    if not machine.here:
        command += ["--python-platform", wheel_platform(machine), "--python-version", machine.python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BundleError(
            f"the layer for {machine.architecture}, Python {machine.python} could not be built:\n{done.stderr.strip()}"
        )
