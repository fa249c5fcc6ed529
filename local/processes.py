"""Processes that outlive the command that started them: who they are, and how they are ended."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

STOP_TIMEOUT_SECONDS = 10


def command_line(pid: int) -> str:
    """The command line of a process, empty if it is gone (`/proc` on Linux, `ps` elsewhere)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout


def end_group(pid: int) -> None:
    """Ends a process and its group (the emulator's Lambda workers are in it), first gently."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            try:
                os.killpg(pid, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.05)
