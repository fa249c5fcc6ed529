"""The environment in which this project runs the engine: a PULUMI_HOME of its own, our plugins in it, file state.

Nothing of the user's own Pulumi set-up (`~/.pulumi`, its login, its plugins) is read or changed for the local stack
and for offline previews.
"""

import os
import shutil
import stat
from importlib.metadata import version
from pathlib import Path

from local.engine.install import Engine
from local.paths import LOCAL, ROOT, VENV

HOME = LOCAL / "pulumi-home"
BIN = LOCAL / "bin"


def write_script(path: Path, body: str) -> None:
    """Writes an executable script, only when it differs (a running process may hold the old one open)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"#!/bin/sh\n{body}\n"
    if not path.exists() or path.read_text() != text:
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_text(text)
        new.chmod(new.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP)
        new.rename(path)


def prepare(engine: Engine, home: Path = HOME) -> None:
    """Installs our AWS provider into `home` as the version that pulumi_aws asks for, and the language host beside it."""
    aws = version("pulumi-aws")
    plugin = home / "plugins" / f"resource-aws-v{aws}"
    write_script(
        plugin / "pulumi-resource-aws", f'PYTHONPATH="{ROOT / "local"}" exec "{VENV / "bin" / "python"}" -m aws_provider "$@"'
    )
    if not engine.official_host:
        host = ROOT / "local" / "engine" / "language_host.py"
        write_script(
            BIN / "pulumi-language-python",
            f'PULUMI_PYTHON_EXEC="{engine.runner}" exec "{VENV / "bin" / "python"}" "{host}" "$@"',
        )


def without_engine_log(home: Path) -> None:
    """A plain file where the engine wants a folder for its own log: writing that is half of the engine's work in a preview, and
    no setting turns it off. What `--event-log` and standard output hold is kept all the same."""
    logs = home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs)
    logs.touch()


def environment(engine: Engine, state: Path, extra: dict[str, str] | None = None, home: Path = HOME) -> dict[str, str]:
    """Environment variables for the engine: own home and state, no downloads, no update check, our host on PATH."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "AWS_"))}
    path = [str(engine.pulumi.parent), keep.get("PATH", os.defpath)]
    if not engine.official_host:
        path.insert(0, str(BIN))
    state.mkdir(parents=True, exist_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    without_engine_log(home)
    return keep | {
        "GOGC": "400",  # the engine's garbage collector runs a quarter as often
        "PATH": os.pathsep.join(path),
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "",  # local state holds no secrets: there is nothing in it to protect
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known; the automation API uses it the same way
        **(extra or {}),
    }
