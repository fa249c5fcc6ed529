"""How a program learns which guardrails judge this run, and at which levels.

The program registers a question: a stash (which the engine keeps by itself) with a nonce in its custom timeouts. The engine
shows every resource to the policy pack before it does anything with it, also one that `--target` or `--exclude` leaves out,
and an option does not change the resource. The pack puts its answer into a file named by the nonce, in a folder that belongs
to the user alone; the program takes it from there. What a stack keeps from run to run can therefore not pass for an answer.

Standard library only: the policy pack reads this in every preview.
"""

import contextlib
import hashlib
import json
import os
import secrets
import stat
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

QUESTION_TYPE = "pulumi:index:Stash"
QUESTION_NAME = "guardrails"
STALE_SECONDS = 24 * 3600
"""Answers that nobody took, of programs that ended before, and notes of previews go after a day."""


@dataclass(frozen=True)
class Nonce:
    """Three whole numbers that travel as the timeouts for create, update and delete, in seconds.

    The engine keeps a timeout as nanoseconds in 64 bits and hands it on as a float, so each is below 2**33.
    """

    parts: tuple[int, int, int]

    @classmethod
    def fresh(cls) -> "Nonce":
        return cls((_part(), _part(), _part()))

    @property
    def timeouts(self) -> tuple[str, str, str]:
        """As a resource option wants them: `123s`."""
        first, second, third = (f"{part}s" for part in self.parts)
        return first, second, third

    @property
    def name(self) -> str:
        return "-".join(map(str, self.parts))


def _part() -> int:
    return secrets.randbits(32) + 1


@dataclass(frozen=True)
class Answer:
    """What a pack says about itself."""

    digest: str
    """Of its folder (`digest`)."""
    weakened: dict[str, str] = field(default_factory=dict)
    """Policies that its configuration holds below their own level, and the level: `{"alarm-has-action": "disabled"}`."""


def digest(folder: Path) -> str:
    """SHA-256 of the sources of a policy pack, by path; waivers are among them, caches are not. Raises FileNotFoundError if it has none."""
    total = hashlib.sha256()
    sources = sorted(path for ending in ("*.py", "*.yaml") for path in folder.rglob(ending))
    if not sources:
        raise FileNotFoundError(f"{folder} holds no policy pack: the program does not know which guardrails to expect")
    for path in sources:
        content = path.read_bytes()
        total.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def answers() -> Path:
    """The folder of answers, made if it is not there. Raises PermissionError if others than the user may write into it."""
    folder = Path(tempfile.gettempdir()) / f"serverless-platform-guardrails-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{folder} is not a folder of this user's alone; remove it, so that it can be made again")
    return folder


def leave(nonce: Nonce, answer: Answer) -> None:
    """For the pack. More than one may answer; each adds its own."""
    folder = answers()
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another program took its answer between the listing and here
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                path.unlink()
    with (folder / nonce.name).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"digest": answer.digest, "weakened": answer.weakened}) + "\n")


def pass_preview(nonce: Nonce) -> None:
    """For the pack, at the end of a preview in which nothing was refused, what only all resources together show included."""
    (answers() / f"passed-{nonce.name}").touch()


def note_preview(nonce: Nonce, program: str) -> None:
    """For the program, in a preview: whose preview it is. program: a digest of all that decides what is registered."""
    (answers() / f"preview-{program}").write_text(nonce.name, encoding="utf-8")


def preview_passed(program: str) -> bool:
    """For the program, in an update: whether a preview of exactly this program was judged and passed, within the last day."""
    noted = answers() / f"preview-{program}"
    return noted.exists() and (answers() / f"passed-{noted.read_text(encoding='utf-8')}").exists()


def take(nonce: Nonce) -> list[Answer]:
    """For the program: what the packs have answered, once."""
    path = answers() / nonce.name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    path.unlink()
    return [Answer(**json.loads(line)) for line in lines]
