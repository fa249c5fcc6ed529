"""Amazon EventBridge Scheduler."""

from typing import Any

from platform_contract.languages.clocks import time_zones
from platform_contract.languages.schedules import wrong_expression

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceArn": "arn"}, shape="list")
DEFAULT = "default"
"""Name of the group that every account has."""


def _expression(inputs: State) -> list[tuple[str, str]]:
    """What CreateSchedule refuses; the emulator takes whatever it is given and then never fires."""
    found = []
    text, zone = inputs.get("scheduleExpression"), inputs.get("scheduleExpressionTimezone")
    if isinstance(text, str) and (wrong := wrong_expression(text)):
        found.append(("scheduleExpression", f"scheduleExpression='{text}': {wrong[0]}; {wrong[1]}"))
    if isinstance(zone, str) and zone not in time_zones():
        found.append(("scheduleExpressionTimezone", f"scheduleExpressionTimezone='{zone}': is no time zone; write it like Europe/Berlin"))
    return found


def _words(state: State) -> State:
    return {"group": state.get("groupName") or DEFAULT}


def _window(inputs: State) -> list[tuple[str, str]]:
    window = inputs.get("flexibleTimeWindow")
    if not isinstance(window, dict):
        return []
    where, minutes = "flexibleTimeWindow.maximumWindowInMinutes", window.get("maximumWindowInMinutes")
    if window.get("mode") == "FLEXIBLE" and minutes is None:
        return [(where, f"missing '{where}': a flexible window needs its length")]
    if window.get("mode") == "OFF" and minutes is not None:
        return [(where, f"{where}: has no meaning where flexibleTimeWindow.mode is OFF")]
    return []


def _known_targets(inputs: State) -> list[tuple[str, str]]:
    target = inputs.get("target")
    names = ("ecsParameters", "sagemakerPipelineParameters")
    return [(f"target.{name}", f"target.{name}: the embedded cloud's provider does not send it; the emulator has no such target")
            for name in names if isinstance(target, dict) and target.get(name)]  # fmt: skip


def _group(work: Work) -> Any:
    return work.state.get("groupName") or DEFAULT


RESOURCES = [
    Resource(
        "aws:scheduler/schedule:Schedule", "scheduler", id="{group}/{name}", named="name", words=_words,
        identify=lambda id: {"id": id, "groupName": id.partition("/")[0], "name": id.partition("/")[2]},
        known={"arn": "arn:{partition}:scheduler:{region}:{account}:schedule/{group}/{name}"}, api={"ScheduleArn": "arn"},
        # UpdateSchedule takes the whole schedule: what is left out gets its default back.
        create=Call("create_schedule"), update=(Call("update_schedule", to_empty=False),),
        read=Call("get_schedule", {"GroupName": _group}), delete=(Call("delete_schedule", {"GroupName": _group}),),
        assigned=frozenset({"groupName", "actionAfterCompletion"}),
        checks=(_expression, _window, _known_targets),
        aws_refuses=(
            Refusal("scheduler-schedule-after-its-group", "The group has to exist.", needs="scheduler/scheduleGroup of groupName"),
            Refusal("scheduler-role-is-taken", "CreateSchedule is refused unless scheduler.amazonaws.com may take the role of the target.", needs="iam/role of target"),
            Refusal("scheduler-role-may-invoke", "A schedule whose role may not call its target fails at every run; the emulator asks no role.", needs="iam/rolePolicy of target"),
            Refusal("scheduler-dead-letters", "The dead-letter queue is a standard queue, and the role of the target needs sqs:SendMessage on it (with a key of its own also kms:Decrypt and kms:GenerateDataKey); the emulator neither retries nor fills it."),
            Refusal("scheduler-past-runs-at-once", "The emulator runs a schedule at() of the past at once, and looks every 10 seconds; AWS refuses a time of the past and is exact to the minute."),
            Refusal("scheduler-group-deletes-slowly", "A group is deleted with its schedules in the background, and its name is not free until then."),
        ),
    ),
    Resource(
        "aws:scheduler/scheduleGroup:ScheduleGroup", "scheduler", id="{name}", named="name", tags=TAGS, api={"ScheduleGroupArn": "arn"},
        known={"arn": "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}"},
        create=Call("create_schedule_group"), read=Call("get_schedule_group"), delete=(Call("delete_schedule_group", {"Name": "id"}),),
        aws_refuses=(
            Refusal("scheduler-500-groups", "An account has at most 500 schedule groups in a region (a quota that can be raised)."),
        ),
    ),
]  # fmt: skip
