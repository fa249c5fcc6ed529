"""Promotion: what is live and healthy in one stack becomes live in the next, the same code and nothing else."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from operations.clients import clients_in
from operations.errors import OperationError
from operations.inventory import read
from operations.releases.subject import Subject
from operations.releases.verbs import release_one
from platform_contract.inventory import Inventory

SETTLED = timedelta(hours=1)
"""How long a release has to be live before it is promoted: the second window of the alarms looks back as far."""


def promote(options: Namespace, target: Inventory) -> Iterator[str]:
    """Releases a workload in the target stack if it has earned it. Raises OperationError with everything that is missing."""
    if options.origin == target.environment:
        raise OperationError(f"--from and --to are the same stack, {options.origin}")
    origin = read(options.origin_inventory, options.origin)
    before = Subject.of(origin, options.workload, clients_in(origin.region, options.origin_profile))
    after = Subject.of(target, options.workload, clients_in(target.region, options.profile))
    if missing := list(lacks(before, after, datetime.now(UTC))):
        raise OperationError(
            f"{options.workload} is not promoted from {origin.environment} to {target.environment}; it lacks:\n" + "\n".join(f"  - {each}" for each in missing)
        )
    yield f"{options.workload}: what is live in {origin.environment} was released, is healthy, and is published in {target.environment}"
    yield from release_one(after, options)


def lacks(origin: Subject, target: Subject, now: datetime) -> Iterator[str]:
    """What has to be true and is not, each with what to do."""
    done = origin.records.done()
    last = done[-1] if done else None
    if origin.records.running():
        yield f"the release of {origin.name} that runs there has to end"
    if last is None:
        yield f"it was never released there: `python -m operations release {origin.name}`"
    elif last.result != "released":
        yield f"its last release there was rolled back on {last.began}: release a mended version"
    elif now - last.at < SETTLED:
        minutes = (SETTLED - (now - last.at)).total_seconds() / 60
        yield f"it is live there since {last.began} only: wait {minutes:.0f} minutes more, an alarm may still come"
    firing = origin.firing()
    if firing:
        yield f"alarms fire there: {', '.join(firing)}"
    for function in target.workload.functions:
        if function not in origin.workload.functions:
            yield f"{function} does not exist there: update that stack from the same commit"
            continue
        live, newest = origin.live_code(function), target.newest_code(function)
        if live != newest:
            yield (
                f"{function}: the code that is live there ({live[:12]}) is not the newest one here ({newest[:12]}): update this stack from the commit that is live there, "
                "then promote again"
            )
