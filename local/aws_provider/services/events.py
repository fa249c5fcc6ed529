"""Amazon EventBridge: buses, rules, targets and archives. Schedules of EventBridge Scheduler are in `scheduler`."""

import json
from typing import Any

from platform_contract.languages.patterns import INVALID, wrong_in_pattern
from platform_contract.languages.schedules import parts_of, wrong_expression

from ..calls import Failed, Work
from ..convert import to_members
from ..entry import Call, Const, Refusal, Resource, State, Tagging
from .common import range_of, refused

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceARN": "arn"}, shape="list")
DEFAULT = "default"
"""Name of the bus that every account has."""

HOURS_24 = 86_400
MAXIMUM_RETRIES = 185
"""EventBridge API reference, RetryPolicy: at most 185 attempts, an event is kept for one minute to 24 hours."""


def _bus(state: State) -> str:
    return str(state.get("eventBusName") or DEFAULT)


def _rule_words(state: State) -> State:
    """A rule of the default bus has no bus in its id and ARN."""
    on_default = state.get("eventBusName", DEFAULT) == DEFAULT
    return {"path": state.get("name") if on_default else f"{state['eventBusName']}/{state.get('name')}"}


def _rule_id(id: str) -> State:
    """`BUS/RULE` or `RULE`. A partner's bus has slashes in its name."""
    bus, _, name = id.rpartition("/")
    return {"id": id, "eventBusName": bus or DEFAULT, "name": name}


def _rule_has_a_cause(inputs: State) -> list[tuple[str, str]]:
    """EventBridge user guide, "Setting a schedule pattern for scheduled rules": as EventBridge Scheduler has it, but no at()."""
    found, schedule = [], inputs.get("scheduleExpression")
    if isinstance(schedule, str):
        wrong = wrong_expression(schedule)
        if parts_of(schedule)[0] == "at":
            wrong = "must be rate(...) or cron(...)", "use scheduler.Schedule for a single time"
        if wrong:
            found.append(("scheduleExpression", f"scheduleExpression='{schedule}': {wrong[0]}; {wrong[1]}"))
    if inputs.get("eventPattern") is None and inputs.get("scheduleExpression") is None:
        found.append(("eventPattern", "one of eventPattern, scheduleExpression has to be given"))
    if inputs.get("scheduleExpression") is not None and _bus(inputs) != DEFAULT:
        where = f"eventBusName='{inputs['eventBusName']}'"
        told = f"scheduleExpression, {where}: scheduled rules are on the default bus only; use scheduler.Schedule"
        found.append(("scheduleExpression", told))
    return found


def _pattern(inputs: State) -> list[tuple[str, str]]:
    """What PutRule and CreateArchive refuse in a pattern, in their words. What EventBridge only takes for something else is for the manifest's check."""
    text = inputs.get("eventPattern")
    if not isinstance(text, str):
        return []
    try:
        pattern = json.loads(text)
    except ValueError:
        return [("eventPattern", f"eventPattern: {INVALID}Invalid JSON")]
    found = (each for each in wrong_in_pattern(pattern) if each.refused)
    return [("eventPattern", f"eventPattern{''.join(f'/{part}' for part in each.path)}: {INVALID}{each.reason}") for each in found]


def _target_words(state: State) -> State:
    bus = state.get("eventBusName", DEFAULT)
    return {"path": f"{'' if bus == DEFAULT else f'{bus}-'}{state.get('rule')}-{state.get('targetId')}"}


def _target_id(id: str) -> State:
    """`BUS/RULE/TARGET` or `RULE/TARGET`, as the official provider imports it."""
    path, _, target = id.rpartition("/")
    bus, _, rule = path.rpartition("/")
    if not rule:
        raise Failed(f"the id of an event target to import has the form [BUS/]RULE/TARGET; '{id}' has not")
    found = {"eventBusName": bus or DEFAULT, "rule": rule, "targetId": target}
    return {"id": _target_words(found)["path"], **found}


def _put_target(work: Work) -> State:
    operation = work.client().meta.service_model.operation_model("PutTargets")
    target = to_members(work.state, operation.input_shape.members["Targets"].member, work.fields, work.entry.api)
    answer = work.call("put_targets", EventBusName=_bus(work.state), Rule=work.state["rule"], Targets=[target])
    _all_accepted("PutTargets", answer)
    return {}


def _remove_target(work: Work) -> None:
    state = work.state
    _all_accepted(
        "RemoveTargets", work.call("remove_targets", EventBusName=_bus(state), Rule=state["rule"], Ids=[state["targetId"]])
    )


def _all_accepted(operation: str, answer: dict[str, Any]) -> None:
    """Operations on lists of targets succeed as calls even when an entry fails."""
    for each in answer.get("FailedEntries", []):
        code = each.get("ErrorCode", "")
        raise Failed(f"events:{operation} was refused: {code}: {each.get('ErrorMessage', '')}", code)


def _read_target(work: Work) -> State | None:
    read = Call("list_targets_by_rule", only=("rule", "eventBusName"), take="Targets", pick=("Id", "targetId"))
    found = work.do(read)
    return {**found, "rule": work.state["rule"], "eventBusName": _bus(work.state)} if found else None


def _one_input(inputs: State) -> list[tuple[str, str]]:
    given = [name for name in ("input", "inputPath", "inputTransformer") if inputs.get(name) is not None]
    return [(given[1], f"at most one of input, inputPath, inputTransformer; here: {', '.join(given)}")] if len(given) > 1 else []


def _paths_are_used(inputs: State) -> list[tuple[str, str]]:
    """EventBridge user guide, "Transforming input": names of paths do not begin with AWS, at most 100."""
    paths = (inputs.get("inputTransformer") or {}).get("inputPaths") if isinstance(inputs.get("inputTransformer"), dict) else None
    if not isinstance(paths, dict):
        return []
    where = "inputTransformer.inputPaths"
    found = [(where, f"{where}.{name}: names that begin with AWS are reserved") for name in paths if name.startswith("AWS")]
    return found + ([(where, f"{where}: has {len(paths)} paths, must have at most 100")] if len(paths) > 100 else [])


def _retention(work: Work) -> int | None:
    """Days; 0 keeps events for ever, which is how a removed retention is said."""
    days = work.state.get("retentionDays")
    return int(days) if days is not None else (0 if work.old is not None else None)


def _put_bus_policy(work: Work) -> State:
    work.call("put_permission", EventBusName=_bus(work.state), Policy=work.state["policy"])
    return {}


def _read_bus_policy(work: Work) -> State | None:
    """Whether there is a policy: its text is not what was put (see the entry's refusals)."""
    bus = _bus(work.state)
    return {"eventBusName": bus} if work.call("describe_event_bus", Name=bus).get("Policy") else None


def _remove_bus_policy(work: Work) -> None:
    work.call("remove_permission", EventBusName=_bus(work.state), RemoveAllPermissions=True)


NOT_SENT = dict.fromkeys(
    ("ecsTarget", "batchTarget", "redshiftTarget", "runCommandTargets", "sagemakerPipelineTarget"),
    "the emulator has no such target",
)

RESOURCES = [
    Resource(
        "aws:cloudwatch/eventBus:EventBus", "events", id="{name}", named="name", name_limit=256, tags=TAGS,
        api={"EventBusArn": "arn"}, known={"arn": "arn:{partition}:events:{region}:{account}:event-bus/{name}"},
        create=Call("create_event_bus"), update=(Call("update_event_bus"),), read=Call("describe_event_bus"),
        delete=(Call("delete_event_bus", {"Name": "id"}),),
        aws_refuses=(
            Refusal("events-bus-key-admits-events", "A bus with a customer managed key needs kms:DescribeKey, kms:Decrypt and kms:GenerateDataKey for events.amazonaws.com in the key's policy, its archive kms:ReEncrypt* as well, and no condition but the context; the emulator encrypts nothing.", needs="kms/key of kmsKeyIdentifier"),
            Refusal("events-bus-has-no-rules-left", "DeleteEventBus is refused while the bus has rules; the emulator deletes them with it."),
            Refusal("events-bus-undelivered-needs-a-queue", "The dead-letter queue of a bus keeps what could not be encrypted; its queue policy has to admit events.amazonaws.com.", needs="sqs/queuePolicy of deadLetterConfig"),
        ),
    ),
    Resource(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy", "events", id="{bus}", words=lambda state: {"bus": _bus(state)},
        identify=lambda id: {"id": id, "eventBusName": id}, json=frozenset({"policy"}), unread=frozenset({"policy"}),
        create=_put_bus_policy, update=(_put_bus_policy,), read=_read_bus_policy, delete=(_remove_bus_policy,),
        aws_refuses=(
            Refusal("events-bus-policy-after-its-bus", "The bus has to exist, and the principals too.", needs="cloudwatch/eventBus of eventBusName"),
            Refusal("events-bus-policy-is-the-emulators", "The emulator keeps a statement for everybody in the place of the document, and enforces none; a change made outside of Pulumi is not seen."),
        ),
    ),
    Resource(
        "aws:cloudwatch/eventRule:EventRule", "events", id="{path}", named="name", tags=TAGS, words=_rule_words, identify=_rule_id,
        api={"RuleArn": "arn"}, known={"arn": "arn:{partition}:events:{region}:{account}:rule/{path}"},
        create=Call("put_rule"), update=(Call("put_rule", {"Tags": Const(None)}),), read=Call("describe_rule"),
        delete=(Call("delete_rule", {"Force": lambda work: work.state.get("forceDestroy") or None}),),
        json=frozenset({"eventPattern"}), unread=frozenset({"forceDestroy"}), assigned=frozenset({"state"}),
        checks=(_rule_has_a_cause, _pattern, refused({"isEnabled": "use state"})),
        aws_refuses=(
            Refusal("events-rule-after-its-bus", "The bus has to exist.", needs="cloudwatch/eventBus of eventBusName"),
            Refusal("events-rule-has-no-targets-left", "DeleteRule is refused while the rule has targets; the emulator deletes them with it."),
            Refusal("events-rule-may-not-trigger-itself", "A rule whose target sends an event that the rule matches runs for ever, at your cost; nothing refuses it."),
        ),
    ),
    Resource(
        "aws:cloudwatch/eventTarget:EventTarget", "events", id="{path}", named="targetId", words=_target_words, identify=_target_id,
        api={"Id": "targetId", "InputPathsMap": "inputPaths", "SqsParameters": "sqsTarget", "KinesisParameters": "kinesisTarget",
             "HttpParameters": "httpTarget", "AppSyncParameters": "appsyncTarget", "GraphQLOperation": "graphqlOperation"},
        create=_put_target, update=(_put_target,), read=_read_target, delete=(_remove_target,), unread=frozenset({"forceDestroy"}),
        limits={
            "targetId": {"pattern": r"[.\-_A-Za-z0-9]+", "maxLength": 64}, "arn": {"maxLength": 1600}, "rule": {"maxLength": 64},
            "input": {"maxLength": 8192}, "inputPath": {"maxLength": 256}, "inputTransformer.inputTemplate": {"minLength": 1, "maxLength": 8192},
            "retryPolicy.maximumEventAgeInSeconds": range_of(60, HOURS_24), "retryPolicy.maximumRetryAttempts": range_of(0, MAXIMUM_RETRIES),
        },  # botocore's model of PutTargets, which takes lists
        checks=(_one_input, _paths_are_used, refused(NOT_SENT)),
        aws_refuses=(
            Refusal("events-target-after-its-rule", "The rule has to exist.", needs="cloudwatch/eventRule of rule"),
            Refusal("events-target-function-admits-events", "Events for a function that gives events.amazonaws.com no permission for this rule are lost after all retries; the emulator delivers them.", needs="lambda/permission of arn"),
            Refusal("events-target-dead-letters", "The emulator loses what a target refuses: it neither retries nor fills the dead-letter queue, which on AWS is a standard queue whose policy admits events.amazonaws.com for this rule.", needs="sqs/queuePolicy of deadLetterConfig"),
            Refusal("events-target-encrypted-queue", "A target or dead-letter queue with a key of its own needs kms:Decrypt and kms:GenerateDataKey for events.amazonaws.com in that key's policy."),
            Refusal("events-target-role-is-taken", "A target that EventBridge reaches by a role (state machine, stream, another bus) needs a role that events.amazonaws.com may take.", needs="iam/role of roleArn"),
            Refusal("events-rule-5-targets", "A rule has at most five targets."),
        ),
    ),
    Resource(
        "aws:cloudwatch/eventArchive:EventArchive", "events", id="{name}", named="name", name_limit=48,
        api={"ArchiveName": "name", "ArchiveArn": "arn"}, known={"arn": "arn:{partition}:events:{region}:{account}:archive/{name}"},
        create=Call("create_archive"), update=(Call("update_archive", {"RetentionDays": _retention}),), read=Call("describe_archive"),
        delete=(Call("delete_archive", {"ArchiveName": "id"}),), json=frozenset({"eventPattern"}), checks=(_pattern,),
        aws_refuses=(
            Refusal("events-archive-after-its-bus", "The bus has to exist.", needs="cloudwatch/eventBus of eventSourceArn"),
            Refusal("events-archive-key", "The archive of a bus with a customer managed key should have one too, whose policy admits events.amazonaws.com with kms:ReEncrypt* besides.", needs="kms/key of kmsKeyIdentifier"),
            Refusal("events-archive-keeps-its-own-rule", "AWS makes a managed rule on the bus for each archive, which counts against 300 rules per bus."),
        ),
    ),
]  # fmt: skip
