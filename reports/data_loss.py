"""Data that would be lost: by a deletion, a replacement, another key, or because it is kept for less."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .changes import Change, at


@dataclass(frozen=True)
class State:
    """A type of resource that holds data."""

    word: str
    holds: str
    keys: tuple[str, ...] = ()
    """Properties that name the key under which it is encrypted."""
    kept: tuple[str, ...] = ()
    """Properties that say for how long it is kept; 0, or none: for ever."""
    apart: str = ""
    """A setting that is a resource of its own: what it is, instead of what holds the data."""
    note: str = ""
    """What AWS does about a deletion."""


TABLE, QUEUE, BUCKET, KEY = "aws:dynamodb/table:Table", "aws:sqs/queue:Queue", "aws:s3/bucket:Bucket", "aws:kms/key:Key"
VAULT = "aws:backup/vault:Vault"
STATES: dict[str, State] = {
    TABLE: State("table", "items", keys=("serverSideEncryption.kmsKeyArn",)),
    QUEUE: State("queue", "messages", keys=("kmsMasterKeyId",), kept=("messageRetentionSeconds",)),
    BUCKET: State("bucket", "objects", note="AWS deletes no bucket that holds objects, unless forceDestroy is set"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": State(
        "bucket", "objects", keys=("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",), apart="encryption"
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": State("bucket", "objects", apart="lifecycle"),
    "aws:kinesis/stream:Stream": State("stream", "records", keys=("kmsKeyId",), kept=("retentionPeriod",)),
    "aws:cloudwatch/eventArchive:EventArchive": State("archive", "events", keys=("kmsKeyIdentifier",), kept=("retentionDays",)),
    "aws:cognito/userPool:UserPool": State("user pool", "users with their passwords"),
    "aws:secretsmanager/secret:Secret": State("secret", "values", keys=("kmsKeyId",)),
    VAULT: State("vault", "backups", keys=("kmsKeyArn",), note="AWS deletes no vault that holds backups, unless forceDestroy is set"),
    KEY: State("key", "whatever is encrypted under it", note="it can be brought back during its waiting time"),
}
"""Logs are not here: deleting a function takes its log with it, and that is told among what is no longer watched."""

HOW_TO = "docs/how-to/retire-or-rename.md"
STEP_BACK = "docs/how-to/climb.md, \"Step back\""


def stepped_back(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Workload that loses its vault and no table, because its phase is before scale again -> URNs of what holds data and goes with the phase."""
    deleted = [change for change in changes if change.operation == "delete" and change.type in STATES]
    staying = {change.workload for change in deleted if change.type == VAULT} - {change.workload for change in deleted if change.type in (TABLE, KEY)}
    return {name: [change.urn for change in deleted if change.workload == name] for name in sorted(staying)}


@dataclass
class Loss:
    """What one workload would lose."""

    workload: str
    lines: list[str] = field(default_factory=list)
    urns: list[str] = field(default_factory=list)


def losses(changes: Iterable[Change]) -> list[Loss]:
    """By workload; of each in the order of STATES."""
    found: dict[str, Loss] = {}
    order = {type_: index for index, type_ in enumerate(STATES)}
    for change in sorted(changes, key=lambda each: (order.get(each.type, len(order)), each.name)):
        for line in _lost(change):
            loss = found.setdefault(change.workload, Loss(change.workload))
            loss.lines.append(line)
            loss.urns.append(change.urn)
    return [found[name] for name in sorted(found)]


def _lost(change: Change) -> Iterator[str]:
    state = STATES.get(change.type)
    if state is None or change.operation == "create":
        return
    what = f"{state.word} {change.name}"
    note = f" ({state.note})" if state.note else ""
    if change.operation == "delete" and not state.apart:
        yield f"{what} is deleted, with its {state.holds}{note}" if state.word != "key" else f"{what} is deleted, and {state.holds} cannot be read any more{note}"
        return
    if change.operation == "replace" and not state.apart:
        because = "; ".join(str(each).removesuffix(" (replaces)") for each in change.properties if each.replaces)
        yield f"{what} is replaced by an empty one, and its {state.holds} are gone: {because or 'its provider says so'}{note}"
        return
    for path in state.keys:
        if (changed := change.changed(path)) or (change.operation == "replace" and at(change.old, path) != at(change.new, path)):
            how = f": {changed.before} -> {changed.after}" if changed and changed.before and changed.after else ""
            yield f"{what} gets another key{how}; its {state.holds} stay under the old one, and are lost if that goes"
    yield from _kept(change, state, what)
    if change.type == TABLE:
        yield from _expiring(change, what)


def _kept(change: Change, state: State, what: str) -> Iterator[str]:
    for path in state.kept:
        before, after = at(change.old, path), at(change.new, path)
        if _is_less(before, after):
            yield f"{what} keeps its {state.holds} for less: {path} {_of(before)} -> {_of(after)}"
    if state.apart == "lifecycle":
        before, after = _expiry(change.old), _expiry(change.new)
        if _is_less(before, after):
            yield f"{what} deletes its {state.holds} sooner: after {_of(before)} -> {_of(after)} days"


def _is_less(before: object, after: object) -> bool:
    """Whether a number of days or seconds is smaller; none and 0 are for ever."""
    if not isinstance(after, (int, float)) or not after:
        return False
    return not isinstance(before, (int, float)) or not before or after < before


def _of(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) and value else "for ever"


def _expiry(inputs: object) -> float | None:
    """Days after which the first enabled rule deletes current objects."""
    rules = at(inputs, "rules")
    days = [at(rule, "expiration.days") for rule in rules if at(rule, "status") == "Enabled"] if isinstance(rules, list) else []
    return min((day for day in days if isinstance(day, (int, float)) and day), default=None)


def _expiring(change: Change, what: str) -> Iterator[str]:
    before, after = at(change.old, "ttl"), at(change.new, "ttl")
    on = at(after, "enabled") and at(after, "attributeName")
    if on and on != (at(before, "enabled") and at(before, "attributeName")):
        yield f"{what} deletes items from the time on that their {on} says"
