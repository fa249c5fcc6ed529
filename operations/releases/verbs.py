"""`release`, `rollback` and `releases`."""

from argparse import Namespace
from collections.abc import Iterator

from operations.clients import clients_in
from operations.errors import OperationError
from operations.releases import abandoned
from operations.releases.codedeploy import Deployments
from operations.releases.record import Move, Release
from operations.releases.shifting import shift
from operations.releases.subject import Subject
from platform_contract.inventory import Inventory


def release(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Callers get the newest version of every function of a workload, or of all workloads that are released."""
    clients = clients_in(inventory.region)
    if bool(options.workload) == bool(options.all):
        raise OperationError("name one workload, or --all for every workload whose newest version is not live")
    names = [options.workload] if options.workload else [name for name, each in inventory.workloads.items() if each.release]
    failed = []
    for name in names:
        try:
            yield from release_one(Subject.of(inventory, name, clients), options)
        except OperationError as wrong:
            if not options.all:
                raise
            failed.append(str(wrong))
    if failed:
        raise OperationError("\n".join(failed))


def release_one(subject: Subject, options: Namespace) -> Iterator[str]:
    """Raises OperationError with the reason where callers do not have the newest versions at the end."""
    yield from abandoned.recover(subject)
    waiting = subject.waiting()
    if not options.again:
        for function, move in list(waiting.items()):
            if taken_back := _taken_back(subject, function, move):
                yield f"{subject.name}/{function}: version {move.after} was taken back on {taken_back.began}, so it is left out: publish a mended one, or release it --again"
                del waiting[function]
    if not waiting:
        if not options.all:
            yield f"{subject.name}: callers reach the newest version of every function; there is nothing to release"
        return
    told = ", ".join(f"{function} {move.before} -> {move.after}" for function, move in waiting.items())
    yield f"{subject.name}: releasing {told}"
    begun = subject.begin(waiting)
    if subject.embedded:
        yield from shift(subject, begun, options.observe)
    else:
        kind = subject.release
        if kind.minutes:
            yield f"  {kind.strategy}: {kind.percent} % at first, then on every {kind.minutes} minutes; Ctrl-C takes it back"
        yield from Deployments(subject).release(begun, ignore_alarms=options.ignore_alarms)
    yield f"{subject.name}: released"
    yield from subject.prune({move.before for move in waiting.values()})


def _taken_back(subject: Subject, function: str, move: Move) -> Release | None:
    """The release by which this very version came and went."""
    for each in reversed(subject.records.all()):
        was = each.functions.get(function)
        if was is None:
            continue
        if each.result == "rolled_back" and was.after == move.after and was.digest == move.digest:
            return each
        if each.result == "rolled_back_by_hand" and was.before == move.after:
            return each
        if each.result == "released" and was.after == move.after:
            return None
    return None


def rollback(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Callers get the versions before the last release, at once."""
    subject = Subject.of(inventory, options.workload, clients_in(inventory.region))
    yield from abandoned.recover(subject)
    done = subject.records.done()
    if not done:
        raise OperationError(f"{subject.name} has no release to go back from: what is live is the first version of all")
    last = done[-1]
    if last.result == "rolled_back_by_hand":
        yield f"{subject.name} was rolled back already, on {last.began}: " + ", ".join(f"{name} is on version {each.after}" for name, each in last.functions.items())
        return
    moves = {name: Move(before=each.after, after=each.before) for name, each in last.functions.items() if name in subject.workload.functions}
    for name, move in moves.items():
        if move.after not in subject.versions(name):
            raise OperationError(f"{subject.name}/{name}: version {move.after} of before the release is not there any more; release a mended version instead")
    back = subject.begin(moves)
    for name, move in moves.items():
        subject.move(name, move.after, expected=move.before)
        yield f"  {name}: callers reach version {move.after} again, not {move.before}"
    subject.records.write(back.ended("rolled_back_by_hand", 0, f"of the release of {last.began}"))
    yield f"{subject.name}: rolled back"


def releases(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """The releases of a workload, newest first."""
    subject = Subject.of(inventory, options.workload, clients_in(inventory.region))
    for each in reversed(subject.records.all()):
        moved = ", ".join(f"{name} {move.before}->{move.after}" for name, move in each.functions.items())
        yield f"{each.began}  {each.result.replace('_', ' '):20} {moved}  by {each.who}" + (f", {each.seconds:g} s" if each.seconds else "")
        if each.reason:
            yield from (f"    {line}" for line in each.reason.splitlines())
    for function in subject.workload.functions:
        yield f"live: {function} version {subject.live(function).version}"
