"""Releases that began and never ended: they run still, or what did them died."""

import os
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from operations.errors import OperationError
from operations.releases.codedeploy import ENDED, Deployments
from operations.releases.record import Release, Result
from operations.releases.subject import Subject

LONGEST = timedelta(hours=3)
"""After which a release of another machine counts as abandoned: the longest shift takes half an hour, and each check an hour at most."""


def is_dead(release: Release, now: datetime) -> bool:
    """Whether nobody does it any more."""
    if release.host == socket.gethostname():
        return not _alive(release.pid) or release.pid == os.getpid()
    return now - release.at > LONGEST


def _alive(pid: int) -> bool:
    """A process that nobody has waited for yet is in the list still, and dead (Z)."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def recover(subject: Subject) -> Iterator[str]:
    """Ends what was abandoned: callers get the version before. Raises OperationError where a release runs."""
    for release in subject.records.running():
        status = Deployments(subject).status(release.deployments) if release.deployments else {}
        if open_ := next((release.deployments[function] for function, each in status.items() if each not in ENDED), ""):
            raise OperationError(f"the deployment {open_} of the release that {release.who} began at {release.began} runs still: wait for it, or stop it in CodeDeploy")
        if not is_dead(release, datetime.now(UTC)):
            raise OperationError(
                f"a release of {subject.name} runs already: {release.who} began it at {release.began} on {release.host} (process {release.pid}); wait for it, or end it"
            )
        if status and all(each == "Succeeded" for each in status.values()) and set(status) == set(release.functions):
            subject.records.write(release.ended("released", 0, "its process died, and CodeDeploy went on"))
            yield f"the release of {release.began} by {release.who} was never ended, and CodeDeploy has released it"
            continue
        moved = []
        for function, move in release.functions.items():
            if function in subject.workload.functions and subject.live(function).version == move.after:
                subject.move(function, move.before, expected=move.after)
                moved.append(function)
        result: Result = "rolled_back" if moved else "stopped"
        subject.records.write(release.ended(result, 0, "its process died, and the next release ended it"))
        yield f"the release of {release.began} by {release.who} was never ended: " + (
            f"{', '.join(moved)} put back on the version before" if moved else "it had shifted nothing"
        )
