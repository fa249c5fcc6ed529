"""What invokes functions without a caller who waits: queues, events, uploads, schedules, ordered sources."""

from typing import Any

from platform_contract.kinds.bucket.plan import ListenerPlan

from ..planned import alarms_of, arguments, make_schedules
from ..resources.bucket import UploadTrigger
from ..resources.bus import EventTrigger
from ..resources.queue import QueueTrigger
from ..resources.stream import OrderedTrigger
from .parts import Made


class Sources(Made):
    """Connects sources to the functions of a workload."""

    def _make_queue_triggers(self) -> None:
        for name, trigger in self._plan.queue_triggers.items():
            QueueTrigger(f"{self._name}-{name}", arguments(
                trigger, "function", "queue", tags=self._plan.tags,
                queue_arn=self.queues[trigger.queue].arn,
                alias_arn=self.functions[trigger.function].alias_arn,
            ), self._child)  # fmt: skip

    def _make_event_triggers(self) -> None:
        for name, rule in self._plan.rules.items():
            function = self.functions[rule.function]
            EventTrigger(f"{self._name}-{name}", arguments(
                rule, "alarms", "bus", "function", **self._shared, alarms=alarms_of(rule.alarms),
                description=f"Invokes {rule.function} of {self._plan.name}.", bus_name=self.buses[rule.bus].physical_name,
                function_name=function.physical_name, alias_name=function.alias_name, alias_arn=function.alias_arn,
                failures_arn=function.failures_arn,
            ), self._child)  # fmt: skip

    def _make_upload_triggers(self) -> None:
        for name, bucket in self._plan.buckets.items():
            if bucket.listeners:
                UploadTrigger(f"{self._name}-{name}-uploads", {
                    "bucket_name": self.buckets[name].physical_name, "bucket_arn": self.buckets[name].arn,
                    "account_id": self._plan.account_id, "listeners": [self._listener(each) for each in bucket.listeners],
                }, self._child)  # fmt: skip

    def _listener(self, listener: ListenerPlan) -> Any:
        told = {"key": f"{listener.kind}-{listener.name}", "prefix": listener.prefix, "suffix": listener.suffix}
        if listener.kind == "topic":
            return {**told, "topic_arn": self.topics[listener.name].arn}
        function = self.functions[listener.name]
        return {**told, "function_name": function.physical_name, "alias_name": function.alias_name, "alias_arn": function.alias_arn}

    def _make_schedules(self) -> None:
        plan = self._plan.scheduler
        if plan is None:
            return
        make_schedules(
            f"{self._name}-schedules", self._plan, plan, self.functions, self._child, **self._encrypted, alarm_topic_arn=self._shared["alarm_topic_arn"]
        )

    def _make_ordered_triggers(self) -> None:
        for name, trigger in self._plan.ordered_triggers.items():
            source = self.tables[trigger.source].stream_arn if trigger.kind == "table" else self.streams[trigger.source].arn
            OrderedTrigger(f"{self._name}-{name}", arguments(
                trigger, "function", "kind", "source", tags=self._plan.tags, source_arn=source,
                alias_arn=self.functions[trigger.function].alias_arn, failures_arn=self.functions[trigger.function].failures_arn,
            ), self._child)  # fmt: skip
