"""Runs at the same time: what the profile and the queues of a workload need, against what its functions may have."""

import math
from collections.abc import Iterator

from platform_contract.fit.break_even import batch_of
from platform_contract.kinds.function.spec import FunctionSpec, TriggerSpec
from platform_contract.manifest.connection_checks import Broken
from platform_contract.manifest.model import Manifest
from platform_contract.platform.settings import Settings
from platform_contract.registry import ALARMS

FULL = next(row.threshold.number for row in ALARMS["function"] if row.suffix == "concurrency")
"""Share of a reservation above which the function's alarm rings: an expected peak stays below."""

BY_TRIGGER = {"request": ("http", "rest", "websocket"), "queue": ("queue",), "event": ("event",), "stream": ("stream", "changes"), "upload": ("upload",)}
"""Trigger of a profile -> kinds of trigger of the functions that it describes. A schedule starts one run, however long that takes."""


def check_concurrency(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    """Every reservation is enough for the function's queues, and for the peak with room to spare."""
    for name, function in manifest.functions.items():
        reserved = function.reserved_concurrency or settings.reserved_concurrency
        if not reserved:
            continue
        field, wanted = f"functions.{name}.reserved_concurrency", sum(it.maximum_concurrency or 0 for it in function.queue_triggers)
        if wanted > reserved:
            yield (field, reserved,
                   f"is less than the {wanted} that its queues may use: the rest would be throttled, which counts as a receive",
                   f"raise it to {wanted}, or lower maximum_concurrency")  # fmt: skip
        peak = peak_runs(manifest, name)
        if peak > FULL * reserved:
            profile = manifest.profile
            yield (field, reserved,
                   f"leaves no room: at the peak {profile.peak_per_second:g} a second x {profile.duration_ms_p95} ms need {peak:g} runs at the same "
                   f"time, {100 * peak / reserved:.0f} % of it, and above {100 * FULL:.0f} % the alarm of the function rings",
                   f"raise it to {enough(peak)} in the manifest, or correct the profile")  # fmt: skip


def enough(peak: float) -> int:
    """The least reservation of which `peak` runs are not too large a share."""
    return math.ceil(round(peak / FULL, 6))


def peak_runs(manifest: Manifest, function: str) -> float:
    """Runs of a function at the same time at the peak of the profile, as far as the profile is about that function: by Little's law the rate
    times the duration, here the 95th percentile, which is more than the mean."""
    spec, profile = manifest.functions[function], manifest.profile
    rate = sum(_runs_per_second(manifest, trigger) for trigger in _described(manifest, spec)[:1])
    if not spec.triggers and function in manifest.authorizer_functions | manifest.steps:
        rate = profile.peak_per_second  # asked, or entered, once for each
    return round(rate * profile.duration_ms_p95 / 1000, 6)


def _described(manifest: Manifest, spec: FunctionSpec) -> list[TriggerSpec]:
    """Triggers that the profile is about; among those of one kind, such as two routes, an event comes by one."""
    kinds = BY_TRIGGER.get(manifest.profile.trigger, ())
    return [trigger for trigger in spec.triggers if any(getattr(trigger, kind) for kind in kinds)]


def _runs_per_second(manifest: Manifest, trigger: TriggerSpec) -> float:
    """A queue that may not run more at once is worked off later, not refused."""
    profile, queue = manifest.profile, trigger.queue
    rate = profile.peak_per_second / batch_of(profile, trigger)
    return min(rate, queue.maximum_concurrency * 1000 / profile.duration_ms_p95) if queue and queue.maximum_concurrency else rate
