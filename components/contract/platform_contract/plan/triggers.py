"""What invokes functions besides APIs and queues, and the queue of what they give up."""

from collections.abc import Iterable

from platform_contract.kinds.bus.plan import RulePlan, plan_rule
from platform_contract.kinds.schedule import limits as scheduler
from platform_contract.kinds.schedule.plan import SchedulePlan, SchedulerPlan
from platform_contract.kinds.stream import limits as kinesis
from platform_contract.kinds.stream.plan import OrderedTriggerPlan
from platform_contract.manifest import Manifest
from platform_contract.manifest.names import SCHEDULES
from platform_contract.plan.access import failure_key_statements
from platform_contract.platform import dead_letters, iam, lambda_, naming
from platform_contract.platform.base import StatementPlan
from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.settings import Settings
from platform_contract.registry import plan_alarms

DAY = 86_400
"""Seconds."""


def plan_failures(settings: Settings, manifest: Manifest, function: str) -> FailuresPlan | None:
    """The function's queue of failures, if something that it is invoked for can be given up."""
    spec = manifest.functions[function]
    if not spec.gives_up:
        return None
    rules = tuple(
        naming.rule_arn(settings, naming.bus_name(settings, manifest.name, trigger.event.bus),
                        naming.rule_name(settings, manifest.name, function, index))
        for index, trigger in enumerate(spec.triggers)
        if trigger.event
    )  # fmt: skip
    return failures_of(settings, manifest, function, rules)


def failures_of(settings: Settings, manifest: Manifest, function: str, source_arns: tuple[str, ...] = ()) -> FailuresPlan:
    """The queue of failures of a function, the platform's own ones included. source_arns: rules that may send to it by themselves."""
    name = naming.failures_name(settings, manifest.name, function)
    return FailuresPlan(
        physical_name=name, arn=naming.queue_arn(settings, name), retention_seconds=dead_letters.DEAD_LETTER_RETENTION_DAYS * DAY,
        key_reuse_seconds=dead_letters.KEY_REUSE_SECONDS, source_arns=source_arns, protect=settings.protect_state,
        alarms=plan_alarms(manifest.scope(settings), "failures", function, {"queue_name": name}),
    )  # fmt: skip


def plan_rules(settings: Settings, manifest: Manifest) -> dict[str, RulePlan]:
    """By FUNCTION-INDEX."""
    return {
        f"{name}-{index}": plan_rule(manifest.scope(settings), name, index, trigger.event)
        for name, function in manifest.functions.items()
        for index, trigger in enumerate(function.triggers)
        if trigger.event
    }


def plan_scheduler(settings: Settings, manifest: Manifest) -> SchedulerPlan | None:
    """The workload's schedules with the role that starts their functions; None without a schedule."""
    schedules, functions = {}, []
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if not trigger.schedule:
                continue
            functions.append(name)
            schedules[f"{name}-{index}"] = SchedulePlan(
                physical_name=naming.schedule_name(settings, manifest.name, name, index), function=name,
                expression=trigger.schedule.expression, timezone=trigger.schedule.timezone,
                window_minutes=trigger.schedule.window_minutes, maximum_age_seconds=trigger.schedule.maximum_age_seconds,
                maximum_retries=trigger.schedule.maximum_retries, input=scheduler.INVOCATION_INPUT,
            )  # fmt: skip
    if not schedules:
        return None
    return scheduler_of(settings, manifest, naming.schedule_group_name(settings, manifest.name), "scheduler", functions, schedules, SCHEDULES)


def scheduler_of(
    settings: Settings, manifest: Manifest, group: str, service: str, functions: Iterable[str], schedules: dict[str, SchedulePlan], watched: str,
) -> SchedulerPlan:  # fmt: skip
    """A group of schedules with the role that starts their functions. service: ends the role's name. watched: what its alarms are called after."""
    names = sorted(set(functions))
    aliases = [f"{naming.function_arn(settings, naming.function_name(settings, manifest.name, name))}:{lambda_.ALIAS}" for name in names]
    failed = [naming.queue_arn(settings, naming.failures_name(settings, manifest.name, name)) for name in names]
    return SchedulerPlan(
        group_name=group, group_arn=naming.schedule_group_arn(settings, group),
        role_name=naming.service_role_name(settings, manifest.name, service),
        statements=(
            StatementPlan(sid="Start", actions=("lambda:InvokeFunction",), resources=tuple(aliases)),
            StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=tuple(failed)),
        ),
        key_statements=failure_key_statements(settings), schedules=schedules,
        alarms=plan_alarms(manifest.scope(settings), "schedule", watched, {"schedule_group": group}),
    )  # fmt: skip


def plan_ordered_triggers(manifest: Manifest) -> dict[str, OrderedTriggerPlan]:
    """By FUNCTION-SOURCE."""
    plans = {}
    for name, function in manifest.functions.items():
        for trigger in function.triggers:
            given = trigger.changes or trigger.stream
            if not given:
                continue
            kind, source = ("table", trigger.changes.table) if trigger.changes else ("stream", trigger.stream.stream)  # type: ignore[union-attr]
            plans[f"{name}-{source}"] = OrderedTriggerPlan(
                function=name, kind=kind, source=source, batch_size=given.batch_size,
                batching_window_seconds=given.batching_window_seconds, maximum_retries=given.maximum_retries,
                maximum_record_age_seconds=given.maximum_record_age_seconds, parallelization=given.parallelization,
                starting_position=kinesis.STARTING_POSITION,
            )  # fmt: skip
    return plans
