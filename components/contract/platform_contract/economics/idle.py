"""What a stack costs a month though nothing runs: by workload, by what it is for, and in sum."""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_contract.economics.estimate import idle_lines
from platform_contract.features import dashboards
from platform_contract.manifest import Manifest
from platform_contract.phases import FEATURES
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform.prices import PRICES, REGION
from platform_contract.platform.settings import Settings
from platform_contract.platform.tags import PLATFORM

GROUPS = {
    "alarm": "alarms", "composite_alarm": "alarms", "kms_key": "keys", "rest_cache": "caches", "kinesis_stream_hour": "streams", "kinesis_shard_hour": "streams",
    "sqs_request": "polling", "secret": "secrets", "dashboard": "dashboards",
    "lambda_ready": "quick starts", "lambda_snapshot": "quick starts", "waf_": "firewalls",
}  # fmt: skip
"""Begin of a price's name -> what it is for, as the table calls it."""
RUNNING = tuple(feature.name for features in FEATURES.values() for feature in features if feature.monthly)
"""Features that run though nothing else does: each is a group of its own."""


@dataclass(frozen=True)
class IdleCost:
    """USD a month. `by_workload`: workload -> group -> USD; the platform's own part among them."""

    by_workload: Mapping[str, Mapping[str, float]]
    keys: int
    notes: tuple[str, ...]

    @property
    def groups(self) -> list[str]:
        """Groups that cost something, in the order of GROUPS."""
        return [group for group in (*dict.fromkeys(GROUPS.values()), *RUNNING) if self.sum(group)]

    def sum(self, group: str | None = None) -> float:
        """Of one group, or of everything."""
        return sum(usd for costs in self.by_workload.values() for name, usd in costs.items() if group in (None, name))

    def rows(self) -> list[list[str]]:
        """Head, a row for each workload, sum: as text."""
        rows = [["workload", *self.groups, "USD a month"]]
        for workload, costs in self.by_workload.items():
            rows.append([workload, *(_usd(costs.get(group, 0)) for group in self.groups), _usd(sum(costs.values()))])
        return [*rows, ["sum", *(_usd(self.sum(group)) for group in self.groups), _usd(self.sum())]]

    def markdown(self) -> str:
        head, *rows = self.rows()
        lines = [" | ".join(row) for row in rows]
        table = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {line} |" for line in lines)]
        return "\n".join([*table, "", *(f"- {note}" for note in self.notes)]) + "\n"


def idle_cost(manifests: Mapping[str, Manifest], plans: Mapping[str, WorkloadPlan], settings: Settings) -> IdleCost:
    """What the stack of `settings` costs though nothing runs."""
    by_workload: dict[str, dict[str, float]] = {}
    for name, plan in plans.items():
        costs = by_workload.setdefault(name, {})
        for line in idle_lines(manifests[name], plan):
            group = line.feature or next(group for price, group in GROUPS.items() if line.price.startswith(price))
            costs[group] = costs.get(group, 0) + line.usd
    by_workload[PLATFORM] = {"keys": PRICES["kms_key"].usd}  # of the alarm topic
    if dashboards.index_of(settings, plans):
        by_workload[PLATFORM]["dashboards"] = sum(use.quantity * PRICES[use.price].each for use in dashboards.INDEX_IDLE)
    keys, rotation = len(by_workload), PRICES["kms_rotation"].usd
    notes = [
        f"List prices of {REGION}, without free tiers; those that could be had for another region only are as of there." + _elsewhere(settings),
        f"Every key rotates once a year, and its first two rotations add USD {rotation:.2f} a month each: to {keys} keys USD {2 * rotation * keys:.2f} from the third year on.",
    ]
    return IdleCost(by_workload, keys, tuple(notes))


def _elsewhere(settings: Settings) -> str:
    return "" if settings.region == REGION else f" The stack is in {settings.region}."


def _usd(amount: float) -> str:
    return f"{amount:.2f}" if amount else ""
