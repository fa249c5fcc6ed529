"""Runs that are kept ready: as many as the peak needs and the function may have, and not beside snapshots."""

import math
from collections.abc import Iterator
from datetime import date

from platform_contract.languages.clocks import wrong_schedule
from platform_contract.manifest.concurrency_checks import peak_runs
from platform_contract.manifest.connection_checks import Broken
from platform_contract.manifest.model import Manifest
from platform_contract.platform import lambda_
from platform_contract.platform.settings import Settings


def check_starts(manifest: Manifest, settings: Settings, today: date) -> Iterator[Broken]:
    """How functions start: from a snapshot, or kept ready; and how many of them."""
    for name, function in manifest.functions.items():
        field, ready = f"functions.{name}.provisioned_concurrency", function.provisioned_concurrency
        if function.snap_start:
            if ready:
                yield (f"{field}.minimum", ready.minimum, "is not together with snap_start: Lambda keeps no version ready that starts from a snapshot",
                       "choose one: snap_start costs little and starts in a tenth of the time, provisioned_concurrency is paid by the hour and starts at once")  # fmt: skip
            if settings.lambda_runtime not in lambda_.SNAPSTART_RUNTIMES:
                yield (f"functions.{name}.snap_start", True, f"is for {', '.join(lambda_.SNAPSTART_RUNTIMES)}, and in {settings.environment} functions run on {settings.lambda_runtime}",
                       "take a later lambda_runtime in the stack's settings, or remove it")  # fmt: skip
        if ready:
            yield from _bounds(manifest, settings, name)
            for index, schedule in enumerate(ready.schedules):
                if wrong := wrong_schedule(schedule.expression, schedule.timezone, today):
                    yield f"{field}.schedules[{index}].expression", schedule.expression, *wrong


def _bounds(manifest: Manifest, settings: Settings, name: str) -> Iterator[Broken]:
    function = manifest.functions[name]
    ready, field = function.provisioned_concurrency, f"functions.{name}.provisioned_concurrency"
    assert ready is not None
    where, most = ("maximum", ready.maximum) if ready.maximum is not None else ("minimum", ready.minimum)
    if ready.maximum is not None and ready.maximum < (least := max(ready.minimum, *(each.minimum for each in ready.schedules), 0)):
        yield f"{field}.maximum", ready.maximum, f"is less than the {least} that are kept ready at least", f"raise it to {least}"
        return
    reserved = function.reserved_concurrency or settings.reserved_concurrency
    if reserved and ready.most > reserved:
        yield (f"{field}.{where}", most, f"leads to {ready.most} kept ready, more than the {reserved} that the function may run at the same time",
               f"lower it to {reserved}, or raise reserved_concurrency")  # fmt: skip
        return
    peak = peak_runs(manifest, name)
    if not peak:
        return
    profile = manifest.profile
    needed, wanted = math.ceil(peak), math.ceil(round(peak * 100 / ready.utilization_percent, 6))
    told = f"at the peak {profile.peak_per_second:g} a second x {profile.duration_ms_p95} ms need {peak:g} runs at the same time"
    if ready.most < needed:
        yield (f"{field}.{where}", most, f"is too few: {told}, and callers beyond what is ready wait for a start",
               f"raise it to {wanted}, of which the peak is {ready.utilization_percent} %, or correct the profile")  # fmt: skip
    elif ready.minimum > wanted:
        yield (f"{field}.minimum", ready.minimum, f"is more than is ever used: {told}, which is {ready.utilization_percent} % of {wanted}",
               f"lower it to {wanted}, or correct the profile")  # fmt: skip
