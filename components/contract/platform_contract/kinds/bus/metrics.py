"""What is watched of buses and their rules."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import any_at_all, any_waiting

_RULE = {"EventBusName": "{bus_name}", "RuleName": "{rule_name}"}

METRICS = {
    "bus": Metrics("Dead-letter queues and failures", (
        any_waiting("a bus could not process an event because of its key, and the event waits for somebody"),
    ), name_suffix="-dead"),
    "rule": Metrics("Topics, rules and schedules", (
        any_at_all("failed", "AWS/Events", "FailedInvocations", _RULE,
                   "an event could not be delivered for good, so it is in the queue of failures", "page"),
        any_at_all("lost", "AWS/Events", "InvocationsFailedToBeSentToDlq", _RULE,
                   "an event could be delivered neither to the function nor to the queue of failures: it is lost", "page"),
    ), traffic=(Traffic("Invocations", "Sum"),)),
}  # fmt: skip
"""What is watched -> its metrics."""
