"""What is watched of workflows."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import any_at_all

_MACHINE = {"StateMachineArn": "{state_machine_arn}"}

METRICS = {
    "workflow": Metrics("Workflows", (
        any_at_all("failed", "AWS/States", "ExecutionsFailed", _MACHINE,
                   "an execution has failed: what it had begun may be half done", "page"),
        any_at_all("timed-out", "AWS/States", "ExecutionsTimedOut", _MACHINE, "an execution took longer than it may and was ended", "page"),
        any_at_all("throttled", "AWS/States", "ExecutionThrottled", _MACHINE,
                   "steps wait because the account's rate of transitions is used up, five minutes on end", "ticket", minutes=5),
    ), traffic=(Traffic("ExecutionsStarted", "Sum"), Traffic("ExecutionsSucceeded", "Sum"))),
}  # fmt: skip
"""What is watched -> its metrics."""
