"""Collects what traced functions send: the place of the X-Ray daemon, as a small process beside the embedded cloud.

Functions send segments by UDP to AWS_XRAY_DAEMON_ADDRESS. On this machine a free port is taken, so that two checkouts do
not mix, unless that variable is set where `make up` runs. Segments are kept as JSON lines, in bounded files, until
`make down`. `local.traces` reads them.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from local.paths import LOCAL, ROOT
from local.processes import command_line, end_group

ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
HOST = "127.0.0.1"
HEADER = b'{"format":"json","version":1}'
"""First line of every datagram of the X-Ray daemon's protocol."""
LONGEST_DATAGRAM_BYTES = 65_536  # UDP's own limit is below it
FILE_BYTES = 8 * 1024 * 1024
"""About 15,000 segments. A full file becomes `segments.old.jsonl` and replaces the one before: twice this much is kept."""


def record(folder: Path = LOCAL) -> Path:
    return folder / "traces.json"


def segments(folder: Path = LOCAL) -> Path:
    """Where the newest segments are; gone with the embedded cloud."""
    return folder / "cloud" / "segments.jsonl"


def older(path: Path) -> Path:
    return path.with_suffix(".old.jsonl")


def start(folder: Path = LOCAL) -> str:
    """The address of the collector of this checkout; it is started if it is not running."""
    known = _known(folder)
    if known and "trace_collector" in command_line(int(known["pid"])):
        return str(known["address"])
    with _bound(known["address"] if known else os.environ.get(ADDRESS, "")) as receiver:
        path = segments(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        # The socket is handed over open: nobody takes the port in between. A session of its own, as the emulator has.
        process = subprocess.Popen(
            [sys.executable, "-m", "local.trace_collector", str(receiver.fileno()), str(path)], cwd=ROOT,
            pass_fds=[receiver.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        address = f"{HOST}:{receiver.getsockname()[1]}"
    while not command_line(process.pid) and process.poll() is None:  # Linux shows it a moment after the process began
        time.sleep(0.01)
    record(folder).write_text(json.dumps({"pid": process.pid, "address": address}))
    return address


def stop(folder: Path = LOCAL) -> None:
    """Ends the collector of this checkout, if there is one."""
    known = _known(folder)
    if known and "trace_collector" in command_line(int(known["pid"])):
        end_group(int(known["pid"]))
    record(folder).unlink(missing_ok=True)


def _known(folder: Path) -> dict | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(record(folder).read_text())
        return {"pid": int(found["pid"]), "address": str(found["address"])}
    return None


def _bound(wanted: str) -> socket.socket:
    """A socket on the wanted address, if it is free, else on any free port of this machine."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with contextlib.suppress(OSError, ValueError, OverflowError):
        receiver.bind((HOST, int(wanted.rpartition(":")[2])))
        return receiver
    receiver.bind((HOST, 0))
    return receiver


class Store:
    """Segments in JSON lines, `path` and the file before it, each at most `file_bytes` long."""

    def __init__(self, path: Path, file_bytes: int = FILE_BYTES) -> None:
        self._path, self._file_bytes = path, file_bytes
        self._file = path.open("ab", buffering=0)

    def add(self, datagram: bytes) -> bool:
        """Keeps the segment of one datagram; tells whether it was one."""
        header, _, body = datagram.partition(b"\n")
        if header.replace(b" ", b"") != HEADER:
            return False
        try:
            line = json.dumps(json.loads(body), separators=(",", ":")).encode() + b"\n"
        except ValueError:
            return False
        if self._file.tell() and self._file.tell() + len(line) > self._file_bytes:
            self._file.close()
            self._path.replace(older(self._path))
            self._file = self._path.open("ab", buffering=0)
        self._file.write(line)
        return True


def collect(receiver: socket.socket, store: Store) -> None:
    """Until the process is ended."""
    while True:
        store.add(receiver.recv(LONGEST_DATAGRAM_BYTES))


if __name__ == "__main__":
    collect(socket.socket(fileno=int(sys.argv[1])), Store(Path(sys.argv[2])))
