"""Amazon CloudWatch: alarms of alarms."""

import re
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State
from .cloudwatch import TAGS

CHILDREN = 100
"""CloudWatch user guide, "Create a composite alarm": alarms that a rule may name."""
OF_A_CHILD = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s()"']+))\s*\)""")
WORDS = ("AND", "OR", "NOT", "TRUE", "FALSE")


def children(rule: str) -> list[str]:
    """Names or ARNs of the alarms that a rule names, each once."""
    return list(dict.fromkeys(next(filter(None, found)) for found in OF_A_CHILD.findall(rule)))


def _rule(inputs: State) -> list[tuple[str, str]]:
    rule = inputs.get("alarmRule")
    if not isinstance(rule, str) or "AT_LEAST" in rule:
        return []
    if len(children(rule)) > CHILDREN:
        return [("alarmRule", f"alarmRule: names {len(children(rule))} alarms, at most {CHILDREN} are taken")]
    rest = OF_A_CHILD.sub("TRUE", rule)
    strange = [word for word in re.findall(r"[^\s()]+", rest) if word not in WORDS]
    if strange:
        told = f"knows ALARM(name), OK(name), INSUFFICIENT_DATA(name), {', '.join(WORDS)} and brackets"
        return [("alarmRule", f"alarmRule: '{strange[0][:80]}': a rule {told}")]
    if not rest.split() or rest.count("(") != rest.count(")"):
        return [("alarmRule", "alarmRule: is empty, or a bracket is open")]
    return []


def _suppressor(inputs: State) -> list[tuple[str, str]]:
    block = inputs.get("actionsSuppressor")
    names = ("alarm", "waitPeriod", "extensionPeriod")
    missing = [name for name in names if block.get(name) is None] if isinstance(block, dict) else []
    return [(f"actionsSuppressor.{name}", f"missing 'actionsSuppressor.{name}'") for name in missing]


def _of_suppressor(name: str) -> Any:
    def value(work: Work) -> Any:
        found = (work.state.get("actionsSuppressor") or {}).get(name)
        return int(found) if isinstance(found, float) else found

    return value


SUPPRESSOR = {f"ActionsSuppressor{member}": _of_suppressor(name) for member, name in (
    ("", "alarm"), ("WaitPeriod", "waitPeriod"), ("ExtensionPeriod", "extensionPeriod"))}  # fmt: skip


def _read(work: Work) -> State | None:
    """Never empty where the program gave something; what an answer leaves out keeps its value."""
    answer = work.call("describe_alarms", AlarmNames=[work.state["id"]], AlarmTypes=["CompositeAlarm"])
    alarm = next(iter(answer.get("CompositeAlarms", [])), None)
    if alarm is None:
        return None
    told = {member: value for member, value in alarm.items() if not member.startswith(("ActionsSuppress", "State"))}
    return work.properties(Call("describe_alarms"), told)


RESOURCES = [
    Resource(
        "aws:cloudwatch/compositeAlarm:CompositeAlarm", "cloudwatch", id="{alarmName}", named="alarmName", name_limit=255, tags=TAGS,
        api={"AlarmArn": "arn", "ActionsSuppressor": ""}, known={"arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        create=Call("put_composite_alarm", SUPPRESSOR), update=(Call("put_composite_alarm", {**SUPPRESSOR, "Tags": lambda _: None}),),
        read=_read, delete=(Call("delete_alarms", {"AlarmNames": lambda work: [work.state["id"]]}),), checks=(_rule, _suppressor),
        aws_refuses=(
            Refusal("cloudwatch-composite-overwrites", "PutCompositeAlarm overwrites an alarm of the same name, whoever made it; metric alarms and composite ones share the names."),
            Refusal("cloudwatch-composite-children-exist", "Every alarm that the rule names has to exist.", needs="cloudwatch/metricAlarm of alarmRule"),
            Refusal("cloudwatch-composite-holds-its-children", "DeleteAlarms refuses an alarm that a rule names: to take one away, the rule changes first, so one update cannot do both where the child keeps or changes its name."),
            Refusal("cloudwatch-composite-suppressor-exists", "The emulator keeps no actionsSuppressor; on AWS its alarm has to exist, in the same account and region."),
            Refusal("cloudwatch-composite-acts-on-topics", "A composite alarm tells topics, functions and incidents; it starts no scaling and touches no instance."),
        ),
    ),
]  # fmt: skip
