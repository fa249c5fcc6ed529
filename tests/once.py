"""What is dear to make and only read: made by the first process of a test session that needs it, read from a file by the others."""

import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
FOLDER = "TEST_SESSION_FOLDER"
"""Environment variable with the folder of the session: processes that pytest-xdist starts inherit it."""


def begin() -> bool:
    """Makes the session's folder; False in a process whose session has one."""
    if FOLDER in os.environ:
        return False
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="test-session-")
    return True


def end() -> None:
    shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def session_folder() -> Path:
    """For files that the tests of all processes of the session read."""
    return Path(os.environ[FOLDER])


def once(name: str, make: Callable[[], T]) -> T:
    """What `make` returns, of the same value in all processes of the session. It has to be picklable; `name` is that of a file."""
    file = session_folder() / name
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if file.exists():
            return pickle.loads(file.read_bytes())
        made = make()
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_bytes(pickle.dumps(made))
        unfinished.rename(file)
        return made
