"""Finds the Pulumi engine, or gets it: PATH, then the official download (pinned, checksum), then a build with Go.

The result is a folder with `pulumi`, `pulumi-language-python` and `pulumi-language-python-exec`, cached per user, so
that a second clone does not download or build again. A cached engine is complete when its `complete.json` is there,
which is written last; anything else is thrown away and made anew.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from local.paths import ROOT, cache
from local.steps import Refusal, Step

VERSION = "3.255.0"
MINIMUM = (3, 221)
"""The oldest CLI whose policy packs run through the language host (3.221; 3.222 mended a hang with old SDKs)."""
CONNECT_TIMEOUT_SECONDS = 5
SOURCE = ROOT / "local" / "engine"
BUILD_IS_LONG = "first build on this machine: about 3 minutes on two cores, then cached for every clone"


@dataclass(frozen=True)
class Engine:
    """An engine ready to run. `official_host` tells whether its own Python language host came with it."""

    pulumi: Path
    version: str
    origin: str
    runner: Path | None
    official_host: bool


def find_engine(step: Step, origin: str | None = None) -> Engine:
    """The first engine of: PATH, cache, official download, build. Raises Refusal with what to install if none is."""
    wanted = origin or os.environ.get("SERVERLESS_PLATFORM_ENGINE", "any")
    found = on_path() if wanted in ("any", "path") else None
    if found is None:
        found = cached() or obtain(step, wanted)
    step.result = f"pulumi {found.version}, {found.origin}"
    return found


def on_path() -> Engine | None:
    pulumi = shutil.which("pulumi")
    if not pulumi:
        return None
    version = version_of(Path(pulumi))
    if not version or tuple(int(part) for part in version.split(".")[:2]) < MINIMUM:
        return None
    host = shutil.which("pulumi-language-python") or Path(pulumi).resolve().with_name("pulumi-language-python")
    if Path(host).exists():
        return Engine(Path(pulumi), version, "found on PATH", None, True)
    runner = shutil.which("pulumi-language-python-exec")
    if runner is None:
        return None  # an engine without a host and a runner cannot run a Python program: ours is complete
    return Engine(Path(pulumi), version, "found on PATH, with this project's language host", Path(runner), False)


def version_of(pulumi: Path) -> str | None:
    """`3.255.0` for an engine that runs, None for one that does not (half written, another machine's)."""
    try:
        # A home of its own: even `version` writes a log, and the user's ~/.pulumi is none of our business.
        env = os.environ | {"PULUMI_HOME": str(cache() / "pulumi-home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
        printed = subprocess.run([pulumi, "version"], env=env, capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.fullmatch(r"v?(\d+\.\d+\.\d+)\S*", printed.strip())
    return match[1] if match else None


def folder() -> Path:
    return cache() / "engine" / f"{VERSION}-{platform.system().lower()}-{platform.machine()}"


def cached() -> Engine | None:
    complete = folder() / "complete.json"
    try:
        about = json.loads(complete.read_text())
        pulumi = folder() / "pulumi"
        # Size, not a checksum: 113 MB would cost more than the rest of a second `make up`.
        whole = pulumi.stat().st_size == about["bytes"] and (folder() / "pulumi-language-python-exec").exists()
    except (OSError, ValueError, KeyError):
        return None
    if not whole or version_of(pulumi) is None:
        return None
    official = (folder() / "pulumi-language-python").exists()
    return Engine(pulumi, VERSION, f"cached ({about['origin']})", folder() / "pulumi-language-python-exec", official)


def obtain(step: Step, wanted: str) -> Engine:
    """Downloads or builds the engine into the cache, one process at a time."""
    folder().parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{folder()}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        step.note("another process is getting the engine; waiting for it")
        lock.acquire()
    try:
        if already := cached():
            return already
        for left in (folder(), *folder().parent.glob(f"{folder().name}.part-*")):
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{folder().name}.part-", dir=folder().parent))
        origin = fill(part, step, wanted)
        about = {"origin": origin, "bytes": (part / "pulumi").stat().st_size}
        (part / "complete.json").write_text(json.dumps(about))
        part.rename(folder())
    finally:
        lock.release()
    made = cached()
    if made is None:
        raise Refusal(f"the engine in {folder()} does not run on this machine; remove that folder and run the command again")
    return replace(made, origin=origin)


def fill(part: Path, step: Step, wanted: str) -> str:
    problems = []
    if wanted in ("any", "download"):
        problem = download(part, step)
        if problem is None:
            return "official download"
        problems.append(problem)
    if wanted in ("any", "build"):
        go = shutil.which("go")
        if go:
            build(go, part, step)
            return "built with Go"
        problems.append("there is no `go` to build it with")
    raise Refusal(
        f"no Pulumi engine: no `pulumi` >= {'.'.join(map(str, MINIMUM))} on PATH, {', '.join(problems)}. "
        "Install the Pulumi CLI or Go >= 1.25, then run the command again."
    )


def download(part: Path, step: Step) -> str | None:
    """The official archive, checked against checksums.json of this repository. Returns the problem, or None."""
    checksums = json.loads((SOURCE / "checksums.json").read_text())
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"pulumi-v{VERSION}-{platform.system().lower()}-{machine}.tar.gz"
    expected = checksums["sha256"].get(name)
    if expected is None:
        return f"no checksum is pinned for {name}, so it is not downloaded"
    import urllib.error
    import urllib.request

    step.note(f"downloading {name}")
    archive = part / name
    try:
        with (
            urllib.request.urlopen(checksums["base"] + name, timeout=CONNECT_TIMEOUT_SECONDS) as answer,
            archive.open("wb") as out,
        ):
            shutil.copyfileobj(answer, out)
    except (OSError, urllib.error.URLError) as error:
        archive.unlink(missing_ok=True)
        return f"the official download did not answer ({getattr(error, 'reason', error)})"
    with archive.open("rb") as data:
        got = hashlib.file_digest(data, "sha256").hexdigest()
    if got != expected:
        raise Refusal(
            f"{name} has the checksum {got}, not the pinned {expected}: it is not used. Install the Pulumi CLI yourself."
        )
    with tarfile.open(archive) as tar:
        tar.extractall(part, filter="data")
    for file in (part / "pulumi").iterdir():
        if file.name in ("pulumi", "pulumi-language-python", "pulumi-language-python-exec"):
            file.rename(part / f"{file.name}.new")
    shutil.rmtree(part / "pulumi")
    for file in part.glob("*.new"):
        file.rename(file.with_suffix(""))
    archive.unlink()
    return None


def build(go: str, part: Path, step: Step) -> None:
    """Builds `pulumi` from local/engine/go.mod and takes the program runner from the SDK's Go module."""
    step.say(f"building the Pulumi engine {VERSION} with Go ({BUILD_IS_LONG})")
    env = dict(os.environ, GOBIN=str(part), GOWORK="off", GOTOOLCHAIN=os.environ.get("GOTOOLCHAIN", "auto"))
    flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
    log = part.parent / "build.log"
    command = [go, "install", "-mod=readonly", "-ldflags", flags, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"]
    with log.open("wb") as out:
        code = subprocess.call(command, cwd=SOURCE, env=env, stdout=out, stderr=subprocess.STDOUT)
    if code != 0:
        lines = log.read_text(errors="replace").strip().splitlines()[-5:]
        raise Refusal(
            f"the engine could not be built (`go install` ended with {code}; whole output: {log}):\n  " + "\n  ".join(lines)
        )
    module = subprocess.check_output(
        [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"], cwd=SOURCE, env=env, text=True
    ).strip()
    runner = part / "pulumi-language-python-exec"
    shutil.copyfile(Path(module) / "python" / "cmd" / "pulumi-language-python-exec", runner)
    runner.chmod(0o755)
