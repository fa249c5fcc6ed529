"""What a crash leaves behind, and how the next command gets going again.

The local stack's state can be rebuilt, so it is: whenever state and embedded cloud may disagree, both start anew
together and the user is told. A real environment's state is never touched here.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from local import cloud as clouds
from local import pushed
from local.paths import LOCAL
from local.steps import Refusal, Step
from local.update import end_session


@contextlib.contextmanager
def only_one(what: str) -> Iterator[None]:
    """One command at a time works on a checkout; a second one is refused with the process id of the first."""
    LOCAL.mkdir(exist_ok=True)
    holder = LOCAL / "lock.json"
    lock = FileLock(LOCAL / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with contextlib.suppress(OSError, ValueError, KeyError):
            about = json.loads(holder.read_text())
            raise Refusal(
                f"`{about['what']}` (process {about['pid']}) is at work in this checkout; wait until it has ended."
            ) from None
        raise Refusal("another command is at work in this checkout; wait until it has ended.") from None
    try:
        holder.write_text(json.dumps({"what": what, "pid": os.getpid()}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def interrupted_update(folder: Path) -> str | None:
    """Ends what an update that died has left running. Returns what happened, or None if the last one ended by itself."""
    path = folder / "updating.json"
    if not path.exists():
        return None
    orphans = 0
    with contextlib.suppress(OSError, ValueError, KeyError):
        orphans = end_session(int(json.loads(path.read_text())["engine"]))
    told = f" ({orphans} processes of it were still running and have been ended)" if orphans else ""
    return f"the last update did not end by itself{told}"


def forget(folder: Path) -> None:
    """Drops a stack's state, lock and marker; its working files are made again."""
    for name in ("state", "shadow"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("updating.json", "built-on", "complete.json", pushed.FILE):
        (folder / name).unlink(missing_ok=True)


def remembers(folder: Path, instance: str) -> bool:
    """Whether the state was built on this life of the emulator."""
    with contextlib.suppress(OSError):
        return (folder / "built-on").read_text() == instance
    return False


def has_state(folder: Path) -> bool:
    return (folder / "state" / ".pulumi").exists()


def bring_together(step: Step, folder: Path, account_id: str, region: str, port: int, base: Path = LOCAL) -> clouds.Cloud:
    """The embedded cloud and a state that fits it: both kept when they belong together, else both new, and told."""
    reason = interrupted_update(folder)
    if reason:
        clouds.stop(base)
    cloud, new = clouds.start(account_id, region, port, base)
    if reason is None and has_state(folder) and not remembers(folder, cloud.instance):
        reason = "the embedded cloud was ended since the last update and has forgotten its resources"
        if not new:
            clouds.stop(base)
            cloud, new = clouds.start(account_id, region, port, base)
    if reason:
        forget(folder)
        step.say(f"{reason}: state and embedded cloud start anew, everything is built again")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "built-on").write_text(cloud.instance)
    step.result = f"{cloud.endpoint}, {'started' if new else 'running'}"
    return cloud
