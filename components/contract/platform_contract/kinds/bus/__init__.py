"""An EventBridge bus with its rules."""

from platform_contract.kinds.bus.metrics import METRICS
from platform_contract.kinds.bus.plan import bus_arn, plan_bus
from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.platform.usage import EVENT_KB, GB, Use
from platform_contract.platform.verbs import Permission, Verb

KIND = Kind(
    "bus", plan=plan_bus, arn=bus_arn, section="buses", service="events", variable="BUS_",
    verbs={"publish": Verb((Permission(("events:PutEvents",)),), (), "publish events; EventBridge itself encrypts them",
                           (Use("events published", "event"), Use("events archived", "event_archived", EVENT_KB * GB)), wakes=True)},
    triggers={"event": Trigger((), "asynchronous")},  # delivery within an account is free; the publisher pays
    metrics=METRICS,
)  # fmt: skip
