"""From how many requests a month on containers are cheaper than functions, with every number that goes into it.

Compared is what the two differ in: Lambda and the HTTP API against Fargate tasks and a load balancer. Tables, queues, logs and
alarms cost the same behind either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_contract.platform.prices import FARGATE_SIZES, HOURS_PER_MONTH, MB_PER_VCPU, PRICES

if TYPE_CHECKING:
    from platform_contract.kinds.function.spec import TriggerSpec
    from platform_contract.manifest.model import Manifest, ProfileSpec

SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
LEAST_TASKS = 2
"""One task is no service: a release or a broken host would be an outage."""
MOST_TASKS = 1000
UTILISATION = 0.6
"""Share of the containers' processors that may be busy on average; the rest is for peaks and for a task that is lost."""
POLLERS = 5
"""With which Lambda reads a queue; each collects batches of its own. Source: Lambda guide, "Using Lambda with Amazon SQS"."""
EDGES = {"http": "http_api_request", "rest": "rest_api_request"}
"""Kind of trigger -> price of the edge that a load balancer would replace."""


@dataclass(frozen=True)
class Run:
    """The runs of one function that an event leads to."""

    function: str
    memory_mb: int
    duration_s: float
    per_event: float
    """1, or less where one run takes a batch."""

    @property
    def gb_seconds(self) -> float:
        """For one event."""
        return self.per_event * self.duration_s * self.memory_mb / 1024

    @property
    def vcpu_seconds(self) -> float:
        """For one event, if the run keeps its share of a processor busy all the time."""
        return self.per_event * self.duration_s * self.memory_mb / MB_PER_VCPU


@dataclass(frozen=True)
class BreakEven:
    """Both sides. `requests` is None if containers never become cheaper."""

    runs: tuple[Run, ...]
    request_usd: float
    """Lambda's requests, for 1 M events."""
    compute_usd: float
    """Lambda's GB-s, for 1 M events."""
    edge_usd: float
    """The API, for 1 M events; 0 without one."""
    vcpu: float
    memory_gb: float
    task_usd: float
    """One task, a month."""
    balancer_usd: float
    """The load balancer, a month; 0 without an API."""
    tasks: int
    """Tasks that carry the load at the break-even."""
    requests: int | None
    """Events a month from which on containers are cheaper."""
    expected: int
    """Events a month that the manifest expects."""
    steady: bool
    """Whether they come evenly."""

    @property
    def million_usd(self) -> float:
        """Functions and API, for 1 M events."""
        return self.request_usd + self.compute_usd + self.edge_usd

    @property
    def containers_are_cheaper(self) -> bool:
        """At the load that the manifest expects."""
        return self.requests is not None and self.expected >= self.requests

    def lines(self) -> Iterator[str]:
        """Every number, as Markdown."""
        if not self.runs:
            yield "- break-even: none: there are no functions that containers could stand for"
            return
        runs = ", ".join(f"{it.function}: {it.per_event:.3g} runs x {it.duration_s * 1000:g} ms x {it.memory_mb} MB" for it in self.runs)
        edge = f" + {self.edge_usd:.2f} API" if self.edge_usd else ""
        yield (f"- functions: USD {self.million_usd:.2f} for 1 M events = {self.request_usd:.2f} requests + {self.compute_usd:.2f} compute"
               f"{edge} ({runs})")  # fmt: skip
        fixed, balancer = self.balancer_usd + LEAST_TASKS * self.task_usd, ""
        if self.balancer_usd:
            balancer = f" + {self.balancer_usd:.2f} load balancer{'' if PRICES['load_balancer_hour'].confirmed else ' (unconfirmed)'}"
        yield (f"- containers: USD {fixed:.2f} a month = {LEAST_TASKS} x {self.task_usd:.2f} Fargate tasks on ARM of {self.vcpu:g} vCPU, "
               f"{self.memory_gb:g} GB{balancer}")  # fmt: skip
        if self.requests is None:
            yield "- break-even: none: for its price, such a task does less of this work than Lambda does"
            return
        more = "" if self.tasks == LEAST_TASKS else f", with {self.tasks} tasks, for two do not carry that load"
        share = self.expected / self.requests
        cheaper = "functions are cheaper"
        if self.containers_are_cheaper:
            cheaper = "containers are cheaper" + ("" if self.steady else " if its load, which is bursty, becomes even")
        yield (f"- break-even: {self.requests:,} events a month, spread evenly{more}; the manifest expects {self.expected:,}, "
               f"{share:.3g} times that: {cheaper}")  # fmt: skip


def break_even(manifest: "Manifest") -> BreakEven:
    """The least number of events a month at which containers cost no more, with the tasks that such a load needs.

    Best case for containers: even load. Worst case: each run keeps its share of a processor busy while it lasts.
    """
    runs = runs_of(manifest)
    edges = [PRICES[EDGES[kind]].each for kind in sorted(kinds_of_triggers(manifest)) if kind in EDGES]
    request = sum(run.per_event for run in runs) * PRICES["lambda_request"].each
    compute = sum(run.gb_seconds for run in runs) * PRICES["lambda_arm64"].each
    vcpu, memory_gb = task_size(max((run.memory_mb for run in runs), default=0))
    task = HOURS_PER_MONTH * (vcpu * PRICES["fargate_vcpu"].each + memory_gb * PRICES["fargate_gb"].each)
    balancer = HOURS_PER_MONTH * PRICES["load_balancer_hour"].each if edges else 0.0
    each, busy = request + compute + sum(edges), sum(run.vcpu_seconds for run in runs)
    requests, tasks = None, LEAST_TASKS
    for tasks in range(LEAST_TASKS, MOST_TASKS + 1):
        needed = (tasks * task + balancer) / each if each else float("inf")
        if needed * busy <= tasks * vcpu * UTILISATION * SECONDS_PER_MONTH and needed != float("inf"):
            requests = round(needed)
            break
    return BreakEven(
        runs=runs, request_usd=request * 1e6, compute_usd=compute * 1e6, edge_usd=sum(edges) * 1e6, vcpu=vcpu, memory_gb=memory_gb,
        task_usd=task, balancer_usd=balancer, tasks=tasks, requests=requests, expected=manifest.profile.requests_per_month,
        steady=manifest.profile.traffic == "steady",
    )  # fmt: skip


def runs_of(manifest: "Manifest") -> tuple[Run, ...]:
    """What one event leads to: every function of the workload once, or its part of a batch."""
    seconds, rotating = manifest.profile.duration_ms_p95 / 1000, manifest.rotating_functions  # those run a few times a month, whatever comes
    return tuple(
        Run(name, spec.memory_mb, seconds, 0 if name in rotating else 1 / max((batch_of(manifest.profile, it) for it in spec.triggers), default=1))
        for name, spec in manifest.functions.items()
    )


def kind_of_trigger(trigger: "TriggerSpec") -> str:
    """As the manifest calls it: http, queue ..."""
    return next(kind for kind in type(trigger).model_fields if getattr(trigger, kind) is not None)


def kinds_of_triggers(manifest: "Manifest") -> set[str]:
    """Kinds of trigger that the workload's functions have."""
    return {kind_of_trigger(trigger) for spec in manifest.functions.values() for trigger in spec.triggers}


def events_per_second(profile: "ProfileSpec") -> float:
    """While there is load: the peak of bursty load, the mean of steady load."""
    mean = profile.requests_per_month / SECONDS_PER_MONTH
    return mean if profile.traffic == "steady" else max(profile.peak_per_second, mean)


def batch_of(profile: "ProfileSpec", trigger: "TriggerSpec") -> float:
    """Events that one run takes on average: those that come within the batching window, up to the batch size."""
    source = getattr(trigger, kind_of_trigger(trigger))
    size = getattr(source, "batch_size", 1)
    window = getattr(source, "batching_window_seconds", 0)
    return float(min(size, max(1.0, events_per_second(profile) * window / POLLERS)))


def task_size(memory_mb: int) -> tuple[float, float]:
    """(vCPU, GB) of the smallest task that has the memory of a run."""
    return next((size for size in FARGATE_SIZES if size[1] * 1024 >= memory_mb), FARGATE_SIZES[-1])
