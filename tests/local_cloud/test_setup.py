"""Set-up on machines that lack something: what is said, and that nothing half-made is used."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from local.engine import install
from local.steps import Refusal, step

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def empty_machine(tmp_path, monkeypatch):
    """A user without caches, on a PATH without pulumi and go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("SERVERLESS_PLATFORM_ENGINE", raising=False)
    monkeypatch.setattr(install.shutil, "which", lambda name, **_: None)


def fake_engine(folder: Path, version: str = install.VERSION) -> None:
    for name, body in (("pulumi", f'echo "v{version}"'), ("pulumi-language-python-exec", "exit 0")):
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)


def unreachable(*_args, **_kwargs):
    raise OSError("Network is unreachable")


def find(origin=None):
    with step("engine") as current:
        return install.find_engine(current, origin)


def test_no_pulumi_and_no_go_is_one_sentence_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    with pytest.raises(Refusal) as refusal:
        find()
    assert str(refusal.value) == (
        "no Pulumi engine: no `pulumi` >= 3.221 on PATH, the official download did not answer (Network is unreachable), "
        "there is no `go` to build it with. Install the Pulumi CLI or Go >= 1.25, then run the command again."
    )


def test_a_download_with_another_checksum_is_not_used(monkeypatch):
    import io

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_a, **_k: io.BytesIO(b"not what was published"))
    monkeypatch.setattr(install.platform, "system", lambda: "Linux")
    monkeypatch.setattr(install.platform, "machine", lambda: "x86_64")
    with pytest.raises(
        Refusal, match=r"pulumi-v3\.255\.0-linux-x64\.tar\.gz has the checksum \w{64}, not the pinned cf5595\w+: it is not used"
    ):
        find("download")
    assert install.cached() is None


@pytest.fixture
def with_go(monkeypatch):
    """Go is there; the three-minute build is replaced by one that counts."""
    builds = []
    monkeypatch.setattr(install.shutil, "which", lambda name, **_: "/usr/bin/go" if name == "go" else None)
    monkeypatch.setattr(urllib.request, "urlopen", unreachable)

    def build(_go, part, _step):
        builds.append(part)
        fake_engine(part)

    monkeypatch.setattr(install, "build", build)
    return builds


def test_the_engine_is_built_once_and_found_in_the_cache_by_the_next_clone(with_go):
    assert find().origin == "built with Go"
    assert find().origin == "cached (built with Go)"
    assert len(with_go) == 1


@pytest.mark.parametrize("damage", ["no marker", "shorter binary", "no runner", "marker is not JSON", "does not run"])
def test_a_cache_that_is_half_written_is_made_anew(with_go, damage):
    find()
    folder = install.folder()
    if damage == "no marker":
        (folder / "complete.json").unlink()
    elif damage == "shorter binary":
        (folder / "pulumi").write_text("#!/bin/sh\n")
    elif damage == "no runner":
        (folder / "pulumi-language-python-exec").unlink()
    elif damage == "marker is not JSON":
        (folder / "complete.json").write_text("{")
    else:
        (folder / "pulumi").write_text("#!/bin/nothing\n")
        (folder / "complete.json").write_text(json.dumps({"origin": "x", "bytes": (folder / "pulumi").stat().st_size}))
    assert find().version == install.VERSION
    assert len(with_go) == 2


def test_what_an_interrupted_build_left_is_removed_by_the_next(with_go):
    left = install.folder().parent / f"{install.folder().name}.part-left"
    left.mkdir(parents=True)
    find()
    assert sorted(path.name for path in install.folder().parent.iterdir() if path.is_dir()) == [install.folder().name]


def test_an_old_pulumi_on_path_is_not_used(tmp_path, with_go, monkeypatch):
    fake_engine(tmp_path, "3.100.0")
    monkeypatch.setattr(install.shutil, "which", lambda name, **_: {"go": "/usr/bin/go"}.get(name, str(tmp_path / name)))
    assert find().origin == "built with Go"


def test_a_new_pulumi_on_path_is_used_with_its_own_host(tmp_path, monkeypatch):
    fake_engine(tmp_path, "3.260.0")
    (tmp_path / "pulumi-language-python").touch()
    monkeypatch.setattr(install.shutil, "which", lambda name, **_: str(tmp_path / name))
    engine = find()
    assert (engine.version, engine.origin, engine.official_host) == ("3.260.0", "found on PATH", True)


def test_a_python_that_is_too_old_is_refused_with_a_sentence(tmp_path):
    old = "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0); sys.path.insert(0, 'local'); runpy.run_path('local/setup.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", old],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert (
        done.stderr
        == f"Python 3.11 is needed, this is 3.9 ({sys.executable}). Install a newer one, or name it: make PYTHON=python3.12 up\n"
    )


def test_setup_speaks_the_python_of_old_machines():
    """It must be read by an old interpreter to be able to refuse it."""
    import ast

    ast.parse((ROOT / "local" / "setup.py").read_text(), feature_version=(3, 6))


@pytest.fixture
def setup(monkeypatch, tmp_path):
    """`local/setup.py` on a machine without uv, in a folder of its own; what it runs is noted in `setup.ran` instead."""
    spec = importlib.util.spec_from_file_location("setup_of_environments", ROOT / "local" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / ".local").mkdir()
    (tmp_path / "local").mkdir()
    for name in ("requirements.txt", "local/requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    module.ROOT, module.ran, module.fails = str(tmp_path), [], ()

    def run(_self, what, command, **_options):
        module.ran.append(what)
        if what in module.fails:
            return 1
        if what == "making the environment":
            binaries = Path(command[-1]) / "bin"
            binaries.mkdir(parents=True)
            (binaries / "python").symlink_to(sys.executable)
        if what == "bringing uv":
            Path(command[0]).with_name("uv").touch()
        return 0

    monkeypatch.setattr(module.Progress, "run", run)
    monkeypatch.setattr(module.subprocess, "call", lambda *_a, **_k: 0)
    monkeypatch.setattr(module.subprocess, "check_output", lambda *_a, **_k: str(tmp_path).encode())
    return module


def test_uv_is_brought_from_the_lock_once_and_installs_both_environments(setup, tmp_path):
    assert setup.main() == 0
    made = [what.split()[0] for what in setup.ran]
    assert made == ["making", "bringing", "installing", "making", "installing"]
    assert [what.split()[-1] for what in setup.ran if "packages" in what] == ["uv", "uv"]
    lock = (tmp_path / ".local" / "uv-requirements.txt").read_text()
    assert re.fullmatch(r"uv==\S+ \\\n( +--hash=sha256:\w{64}( \\)?\n)+", lock)
    setup.ran.clear()
    assert setup.main() == 0
    assert setup.ran == [], "what is made is not made again"


@pytest.mark.parametrize("fails", ["bringing uv", "installing {} packages with uv"])
def test_where_uv_cannot_be_had_or_fails_pip_installs(setup, fails):
    packages = len(re.findall("^[a-z].*==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    setup.fails = {fails.format(packages)}
    assert setup.main() == 0
    assert f"installing {packages} packages with pip, which takes minutes" in setup.ran


def test_what_takes_long_is_told_while_it_lasts(capsys):
    spec = importlib.util.spec_from_file_location("setup_of_environments", ROOT / "local" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.PROGRESS_SECONDS = 0
    assert module.Progress(".venv").run("waiting", [sys.executable, "-c", "import time; time.sleep(1); raise SystemExit(3)"]) == 3
    told = capsys.readouterr().out.splitlines()
    assert len(told) >= 2
    assert all(re.fullmatch(r"  \.venv: waiting \(\d+ s\)", line) for line in told)


def test_checksums_are_of_the_version_that_is_built():
    checksums = json.loads((ROOT / "local/engine/checksums.json").read_text())
    assert all(f"v{install.VERSION}-" in name and len(value) == 64 for name, value in checksums["sha256"].items())
    assert f"pulumi/sdk/v3 v{install.VERSION}" in (ROOT / "local/engine/go.mod").read_text()
