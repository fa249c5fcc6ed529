"""How a new version gets traffic over time."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Strategy:
    """A share at first, and the rest later or in equal steps."""

    kind: Literal["AllAtOnce", "TimeBasedCanary", "TimeBasedLinear"]
    """As CodeDeploy calls it."""
    percent: int
    """Of the first step, and of each step of a linear one; 100 for all at once."""
    minutes: int
    """From one step to the next; 0 for all at once."""
    configuration: str
    """Name of the CodeDeploy configuration that does so."""

    def steps(self) -> tuple[tuple[int, int], ...]:
        """(minute, percent of the traffic from then on), the last one with all of it."""
        if self.kind == "AllAtOnce":
            return ((0, 100),)
        if self.kind == "TimeBasedCanary":
            return ((0, self.percent), (self.minutes, 100))
        shares = [*range(self.percent, 100, self.percent), 100]
        return tuple((number * self.minutes, share) for number, share in enumerate(shares))

    @property
    def minutes_in_all(self) -> int:
        """From the first share to all of the traffic."""
        return self.steps()[-1][0]

    def share_at(self, minute: float) -> int:
        """Percent of the traffic that the new version has `minute` minutes after its first share."""
        return max((share for at, share in self.steps() if at <= minute), default=0)


STRATEGIES: dict[str, Strategy] = {
    "all_at_once": Strategy("AllAtOnce", 100, 0, "CodeDeployDefault.LambdaAllAtOnce"),
    # Ten minutes hold several of the periods after which the rollback alarms have their data points.
    "canary": Strategy("TimeBasedCanary", 10, 10, "CodeDeployDefault.LambdaCanary10Percent10Minutes"),
    "linear": Strategy("TimeBasedLinear", 10, 3, "CodeDeployDefault.LambdaLinear10PercentEvery3Minutes"),
}
"""What `rollout` of a stack's settings stands for. CodeDeploy's own configurations: one of ours could be neither changed nor, while a group uses it,
deleted. Source: CodeDeploy guide, "Deployment configurations on an AWS Lambda compute platform"."""
