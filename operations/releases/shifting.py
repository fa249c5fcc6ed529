"""A release on the embedded cloud, which has no CodeDeploy and gives an alias's weights no effect: the same checks around a shift of all traffic
at once. What AWS does over time (steps, alarms) is in CodeDeploy's hands there: `codedeploy.py`."""

import json
import time
from collections.abc import Callable, Iterator

from operations.errors import OperationError, reason_of
from operations.releases.record import Release
from operations.releases.subject import Subject

BEFORE, AFTER = "BeforeAllowTraffic", "AfterAllowTraffic"
"""The hooks, as CodeDeploy calls them."""


def shift(subject: Subject, release: Release, observe_seconds: float, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Checks, moves, watches and checks again; what happens, line by line. Whatever goes wrong, an interrupt too, leaves callers on the version
    before. Raises OperationError with the reason."""
    began = time.monotonic()
    subject.records.write(release)
    moved: list[str] = []
    try:
        yield from _checked(subject, release, BEFORE, 0)
        since = time.time()
        for function, move in release.functions.items():
            subject.move(function, move.after, expected=move.before)
            moved.append(function)
            yield f"  {function}: callers reach version {move.after}"
        if observe_seconds:
            yield f"  watching for {observe_seconds:g} s"
            sleep(observe_seconds)
        yield from _checked(subject, release, AFTER, since)
    except BaseException as wrong:
        reason = reason_of(wrong)
        for function in reversed(moved):
            subject.move(function, release.functions[function].before, expected=release.functions[function].after)
        subject.records.write(release.ended("rolled_back" if moved else "stopped", time.monotonic() - began, reason))
        if not isinstance(wrong, OperationError):
            raise
        back = "rolled back: callers have the version before again" if moved else "stopped: nothing was shifted"
        raise OperationError(f"the release of {subject.name} was {back}\n{reason}") from None
    subject.records.write(release.ended("released", time.monotonic() - began))


def _checked(subject: Subject, release: Release, hook: str, since: float) -> Iterator[str]:
    """Asks the function that checks, for each function. Raises OperationError with what it found."""
    found = []
    for function, move in release.functions.items():
        event = {"hook": hook, "function": subject.physical(function), "version": move.after, "since": since}
        reply = subject.lambdas.invoke(FunctionName=f"{subject.release.checks_name}:live", Payload=json.dumps(event).encode())
        answer = json.loads(reply["Payload"].read())
        if reply.get("FunctionError"):
            problems = [f"the check itself failed: {answer.get('errorType')}: {answer.get('errorMessage')}"]
        else:
            problems = answer["problems"]
        when = "before" if hook == BEFORE else "after"
        yield f"  {function}: checked {when} the shift: {'in order' if not problems else 'not in order'}"
        found += [f"    {line}" if line.startswith(" ") else f"  {function}, version {move.after}, {when} the shift: {line}" for line in problems]
    if found:
        raise OperationError("\n".join(found))
