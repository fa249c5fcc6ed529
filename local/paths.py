"""Where the local tools keep things. Nothing outside the repository and the user's cache folder is written."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCAL = ROOT / ".local"
"""Everything of this checkout that may be thrown away; ignored by git."""
EMULATOR_VENV = LOCAL / "emulator-venv"
LOGS = LOCAL / "logs"
STACKS = LOCAL / "stacks"
"""State, settings and logs of each stack that is worked on here."""
NOT_EMULATED = LOCAL / "not-emulated.jsonl"
"""What the last update of the local stack declared and the embedded cloud lacks, a resource a line."""


def cache() -> Path:
    """The user's cache folder, shared by all clones: `${XDG_CACHE_HOME:-~/.cache}/serverless-platform`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "serverless-platform"
