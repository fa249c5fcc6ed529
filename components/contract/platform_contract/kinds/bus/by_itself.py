"""A bus, and a trigger, that belong to no manifest: what their components are asked for."""

from pydantic import Field

from platform_contract.kinds.bus import limits
from platform_contract.kinds.bus.plan import RulePlan, plan_rule
from platform_contract.kinds.bus.spec import ArchiveDays
from platform_contract.kinds.bus.trigger import EventTrigger
from platform_contract.platform.scope import Scope
from platform_contract.platform.text_types import Name, Strict


class BusSpecByItself(Strict):
    """A bus whose events are encrypted, kept for replay, and described in a registry."""

    archive_days: ArchiveDays = limits.DEFAULT_ARCHIVE_DAYS


class EventTriggerByItself(EventTrigger):
    """A rule on a bus; what cannot be delivered waits in the function's queue of failures."""

    function: Name = Field(description="Name of the function in its workload: part of the rule's name.")
    index: int = Field(default=0, ge=0, le=99, description="Number of the rule among those that invoke the function: part of the rule's name.")


def plan_trigger_by_itself(scope: Scope, spec: EventTriggerByItself) -> RulePlan:
    """One rule."""
    return plan_rule(scope, spec.function, spec.index, spec)
