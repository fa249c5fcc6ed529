"""Runs the engine and shows how it gets on: what it checks and updates, what changed, what was refused."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from local.engine.install import Engine
from local.events import EventLog, Summary
from local.findings import grouped
from local.home import environment
from local.paths import LOGS, ROOT
from local.processes import STOP_TIMEOUT_SECONDS
from local.steps import Refusal, Step, console

PROJECT = "serverless-platform"
GUARDRAILS = ROOT / "policies"
PROGRESS_SECONDS = 5.0
"""How often a line of progress is printed where there is no terminal to redraw."""


@dataclass
class Stack:
    """One stack as the local tools drive it: engine, state folder, and a copy of its stack file to work on.

    The tracked `Pulumi.<stack>.yaml` is never touched: the engine writes an encryption salt into the file it is given.
    """

    engine: Engine
    name: str
    folder: Path
    """State (`state/`), working copy of the stack file and logs of this stack."""
    program: Path = ROOT
    throw_away: bool = True
    """State that can be rebuilt: checkpoints are skipped, which makes a big update several times faster."""
    guardrails: Path | None = GUARDRAILS
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def config_file(self) -> Path:
        return self.folder / f"Pulumi.{self.name}.yaml"

    def env(self) -> dict[str, str]:
        extra = dict(self.variables)
        if self.guardrails:
            extra["PULUMI_OPTION_POLICY_PACK"] = str(self.guardrails)
        if self.throw_away:
            extra |= {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        return environment(self.engine, self.state, extra)

    def call(self, *arguments: str, cwd: Path | None = None) -> str:
        """One short engine command; its output. Raises Refusal with what the engine said if it fails."""
        command = [str(self.engine.pulumi), *arguments, "--non-interactive", "--color", "never"]
        done = subprocess.run(command, cwd=cwd or self.program, env=self.env(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).removeprefix("error: ")
            raise Refusal(f"`pulumi {' '.join(arguments)}` failed: {said}")
        return done.stdout

    def prepare(self, settings_file: Path, overrides: dict[str, Any]) -> None:
        """Makes the stack if it is new, and the working copy of its stack file with `overrides` of single settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stacks = self.state / ".pulumi" / "stacks" / PROJECT
        if not (stacks / f"{self.name}.json").exists():
            # From a folder that holds the project file alone, because `stack init` writes beside it.
            shadow = self.folder / "shadow"
            shadow.mkdir(exist_ok=True)
            (shadow / "Pulumi.yaml").write_text((self.program / "Pulumi.yaml").read_text())
            self.call("stack", "init", self.name, "--no-select", cwd=shadow)
        content = yaml.safe_load(settings_file.read_text()) or {}
        shadow_file = self.folder / "shadow" / self.config_file.name
        with contextlib.suppress(FileNotFoundError):
            content["encryptionsalt"] = yaml.safe_load(shadow_file.read_text())["encryptionsalt"]
        for key in ("secretsprovider", "encryptedkey"):  # a real stack's key is not reached from here
            content.pop(key, None)
        content.setdefault("config", {}).update({f"{PROJECT}:{key}": value for key, value in overrides.items()})
        self.config_file.write_text(yaml.safe_dump(content, sort_keys=False))

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.call("stack", "output", "--json", "--show-secrets", "-s", self.name))

    def run(self, verb: str, step: Step, *flags: str) -> Summary:
        """`up`, `preview`, `refresh` or `destroy`, with progress. Raises UpdateFailed with everything that was wrong."""
        LOGS.mkdir(parents=True, exist_ok=True)
        printed = LOGS / f"{self.name}-{verb}.log"
        log = EventLog(LOGS / f"{self.name}-{verb}.events.jsonl")
        log.path.unlink(missing_ok=True)
        command = [
            str(self.engine.pulumi), verb, "-s", self.name, "--config-file", str(self.config_file), "--color", "never",
            "--non-interactive", "--event-log", str(log.path), *(() if verb == "preview" else ("--yes",)), *flags,
        ]  # fmt: skip
        with printed.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=self.program, env=self.env(), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is passed on below, once, so that the engine can finish what is under way
            )  # fmt: skip
        with marker(self.folder, process):
            follow(process, log, step, "updating" if "--skip-preview" in flags else "checking")
        summary = log.whole()
        if process.returncode != 0:
            raise UpdateFailed(verb, summary, process.returncode, printed)
        return summary

    def update(self, step: Step) -> Summary:
        """An update without a preview before it, which costs as much again: for state that can be thrown away.

        The guardrails judge each resource before it is made, and what only several show together when all are there; the
        first finding stops an update, so then one preview looks for the others. Raises UpdateFailed with all of them.
        """
        try:
            return self.run("up", step, "--skip-preview")
        except UpdateFailed as failed:
            if not failed.summary.mandatory:
                raise
            step.say("a guardrail stops the update: a preview collects whatever else they find")
            try:
                others = self.run("preview", step)
            except UpdateFailed as refused:
                others = refused.summary
            failed.summary.findings += others.findings
            failed.summary.errors += others.errors
            raise UpdateFailed("up", failed.summary, failed.code, failed.printed) from None


class UpdateFailed(Refusal):
    """The engine refused or failed: guardrail findings and errors, each named with its resource."""

    def __init__(self, verb: str, summary: Summary, code: int, printed: Path) -> None:
        self.summary = summary
        self.code = code
        self.printed = printed
        groups = grouped(summary, "mandatory")
        count = sum(len(group.places) for group in groups)
        lines = [f"{count} guardrail finding{'s' * (count != 1)} stop{'s' * (count == 1)} this {verb}:"] if groups else []
        lines += [indent(line, "  ") for group in groups for line in group.lines()]
        noise = (
            "update failed",
            "preview failed",
            "BAIL",
            "step generator errored",
            "an unhandled error occurred: the program exited",
        )
        lines += [indent(error, "  ") for error in dict.fromkeys(summary.errors) if not error.startswith(noise)]
        if not lines:
            tail = printed.read_text(errors="replace").strip().splitlines()[-8:]
            lines = [f"the engine ended with {code}:", *(f"  {line}" for line in tail)]
        super().__init__("\n".join(lines) + f"\n  (whole output: {printed})")


@contextlib.contextmanager
def marker(folder: Path, process: subprocess.Popen) -> Iterator[None]:
    """`updating.json` while the engine works on state that has no checkpoints; found later, it tells of a crash.

    An engine that ends by itself has written its state, also after an error or a Ctrl-C; a killed one has not.
    """
    path = folder / "updating.json"
    path.write_text(json.dumps({"pid": os.getpid(), "engine": process.pid}))
    try:
        yield
    finally:
        if process.returncode is not None and process.returncode >= 0:
            path.unlink(missing_ok=True)


def follow(process: subprocess.Popen, log: EventLog, step: Step, phase: str) -> None:
    """Waits for the engine, telling how far it is; Ctrl-C is passed on, and raised again when the engine has ended."""
    summary, interrupted, told = Summary(), False, time.monotonic()
    while process.poll() is None:
        try:
            for event in log.new():
                if "preludeEvent" in event:
                    phase, summary = ("updating" if summary.operations else phase), Summary()
                summary.read(event)
            step.note(f"{phase}: {summary.words()}, {len(summary.under_way)} under way")
            if not console.is_terminal and summary.operations and time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                step.say(f"{phase}: {summary.words()}")
            time.sleep(0.05)
        except KeyboardInterrupt:
            if interrupted:
                end_session(process.pid)
            else:
                step.say("interrupted: waiting for the operations under way (Ctrl-C again ends them at once)")
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGINT)
            interrupted = True
    if interrupted:
        end_session(process.pid)  # hosts and providers outlive their engine by a moment
        raise KeyboardInterrupt


def session_members(session: int) -> list[int]:
    """Running processes of one session: an engine that we started, its hosts, providers and programs."""
    listed = subprocess.run(["ps", "-axo", "pid=,stat="], capture_output=True, text=True, check=False).stdout
    members = []
    for pid, status in map(str.split, listed.splitlines()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if not status.startswith("Z") and os.getsid(int(pid)) == session:
                members.append(int(pid))
    return members


def end_session(session: int) -> int:
    """Kills what is left of an engine's session; returns how many processes that were.

    More than one look: what a process began after the first one is in no list yet.
    """
    ended: set[int] = set()
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while (members := session_members(session)) and time.monotonic() < deadline:
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        ended.update(members)
    return len(ended)
