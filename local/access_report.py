"""Granted against used: what every role of a stack may do, beside what it was seen to do in a run.

The run is recorded by `ministack_entry.py`; the grants are read from the roles themselves (`access_grants.py`). Two
findings fail: a call that was denied (a grant is missing), and a grant that nothing used (it is superfluous), unless it is
of the one table of actions whose use leaves no evidence in the embedded cloud (`WITHOUT_EVIDENCE`).
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from local.access_grants import Call, Grant, Role, granted, recorded, roles
from local.cloud import Cloud
from platform_contract.platform import iam
from platform_contract.registry import KINDS, VERBS


@dataclass(frozen=True)
class Silent:
    """Actions that are used on AWS, but leave no evidence in the embedded cloud, and why."""

    actions: tuple[str, ...]
    reason: str
    where: Callable[[Grant, Role], bool] = lambda grant, role: True
    """Narrows the entry: the same action elsewhere must be seen."""

    def holds(self, grant: Grant, role: Role) -> bool:
        return any(fnmatchcase(grant.action, pattern) for pattern in self.actions) and self.where(grant, role)


def _reads_for_it(grant: Grant, role: Role) -> bool:
    return any(fnmatchcase(source, pattern) for source in role.sources for pattern in grant.resources)


def _delivers_for_it(grant: Grant, role: Role) -> bool:
    return any(fnmatchcase(target, pattern) for target in role.destinations for pattern in grant.resources)


def _is_for_it(grant: Grant, role: Role) -> bool:
    """The key is used through a service that the role uses, or by Lambda for the function's environment."""
    return grant.through == "lambda" or grant.through in role.services


def _was_told(grant: Grant, role: Role) -> bool:
    named = re.compile(re.escape(grant.resource) + r"(?![\w-])")  # not where it is the beginning of a longer name
    return grant.resource != "*" and not role.is_of_functions and any(named.search(text) for text in role.told)


def _was_told_to_log(_: Grant, role: Role) -> bool:
    settings = [json.loads(text).get("loggingConfiguration") or {} for text in role.told]
    return any(each.get("level", "OFF") != "OFF" for each in settings)


def _is_told_to_log_fields(_: Grant, role: Role) -> bool:
    return any(json.loads(text).get("fieldLogLevel", "NONE") != "NONE" for text in role.told)


def _is_asked_by_code(grant: Grant, role: Role) -> bool:
    return any(grant.action == action and fnmatchcase(arn, pattern) for action, arn in role.asked for pattern in grant.resources)


WITHOUT_EVIDENCE: tuple[Silent, ...] = (
    Silent(iam.LOG_ACTIONS, "the embedded cloud writes a function's log itself", lambda _, role: role.is_of_functions),
    Silent(
        iam.TRACE_ACTIONS, "segments go to a daemon by UDP, which sends them on AWS; the embedded cloud has no X-Ray",
        lambda _, role: role.is_of_functions,
    ),
    Silent(("kms:*",), "services use the key in the role's name; there, without a call of KMS", _is_for_it),
    Silent(
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        "Lambda's event source mapping does it in the role's name; there, without asking IAM", _reads_for_it,
    ),
    Silent(
        ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary",
         "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard"),
        "Lambda's event source mapping does it in the role's name; there, without asking IAM", _reads_for_it,
    ),
    Silent(
        ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"),
        "Lambda's event source mapping does it in the role's name; there, without asking IAM", _reads_for_it,
    ),
    Silent(
        ("sqs:SendMessage", "sns:Publish"),
        "Lambda sends what a function failed on in the role's name; there, without asking IAM", _delivers_for_it,
    ),
    Silent(
        iam.WORKFLOW_LOG_ACTIONS, "Step Functions asks CloudWatch to take its log; there it writes none",
        _was_told_to_log,
    ),
    Silent(
        iam.WORKFLOW_TRACE_ACTIONS, "Step Functions sends its traces itself; the embedded cloud forgets that it should",
        lambda _, role: role.principals == {"states.amazonaws.com"},
    ),
    Silent(iam.LOG_ACTIONS, "AppSync writes its log itself; there it writes none", _is_told_to_log_fields),
    Silent(("dynamodb:*",), "AppSync does what the code of its functions says; there, without asking IAM", _is_asked_by_code),
    Silent(("*",), "the service does what it was told with this role; there, without asking IAM", _was_told),
)  # fmt: skip
"""The one table. An entry is as narrow as its reason: sqs:ReceiveMessage on a queue that no mapping reads must be seen."""


@dataclass(frozen=True)
class Report:
    """What a run showed about the roles of a stack."""

    grants: Sequence[Grant]
    calls: Sequence[Call]
    roles: dict[str, Role]

    def __post_init__(self) -> None:
        for grant in self.grants:
            if (service := grant.action.partition(":")[0]) != "kms":
                self.roles[grant.role].services.add(service)

    @property
    def denied(self) -> list[Call]:
        """Calls for which a grant is missing, each once."""
        return sorted({call for call in self.calls if call.decision != "Allow"})

    def used(self, grant: Grant) -> bool:
        return any(call.decision == "Allow" and grant.covers(call) for call in self.calls)

    def silent(self, grant: Grant) -> str:
        """Why the grant leaves no evidence; empty if it should."""
        role = self.roles[grant.role]
        return next((entry.reason for entry in WITHOUT_EVIDENCE if entry.holds(grant, role)), "")

    @property
    def unused(self) -> list[Grant]:
        """Grants that nothing used although their use would have been seen."""
        return [grant for grant in self.grants if not self.used(grant) and not self.silent(grant)]

    def findings(self) -> list[str]:
        """What must change, one sentence each."""
        missing = [f"{c.role}: was denied {c.action} on {c.resource} ({c.decision}): grant it" for c in self.denied]
        surplus = [f"{g.role}: never used {g.action} on {g.resource}: {self._advice(g)}" for g in self.unused]
        return sorted(set(missing)) + sorted(set(surplus))

    def _advice(self, grant: Grant) -> str:
        """The verbs of one action each that fit what was used of the resource."""
        service = grant.action.partition(":")[0]
        kind = next((kind for kind in VERBS if KINDS[kind].service == service), None)
        seen = {c.action for g in self.grants if (g.role, g.resource) == (grant.role, grant.resource)
                for c in self.calls if c.decision == "Allow" and g.covers(c)}  # fmt: skip
        verbs = VERBS[kind] if kind else {}
        fitting = [
            name for name, verb in verbs.items()
            if {action for each in verb.permissions for action in each.actions} <= seen and name not in ("read", "write", "send")
        ]  # fmt: skip
        return f"the verbs of what was used are [{', '.join(fitting)}]" if fitting else "take it away, or drive it"

    def text(self) -> str:
        """The report for people, by role: an action, what became of it, the resource."""
        lines = []
        for role in sorted(self.roles):
            rows = []
            for grant in sorted(g for g in self.grants if g.role == role):
                reason = self.silent(grant)
                verdict = "used" if self.used(grant) else "no evidence" if reason else "NEVER USED"
                via = f" through {grant.through}" if grant.through else ""
                rows.append((verdict, grant.action, short(grant.resource) + via))
            rows += [("DENIED", call.action, short(call.resource)) for call in self.denied if call.role == role]
            width = max((len(action) for _, action, _ in rows), default=0)
            lines += ["", role] + [f"  {verdict:11}  {action:{width}}  {resource}" for verdict, action, resource in rows]
        counts = {name: sum(line.startswith(f"  {name:11}  ") for line in lines) for name in VERDICTS}
        reasons = sorted({(grant.action, self.silent(grant)) for grant in self.grants if not self.used(grant) and self.silent(grant)})
        lines += ["", "No evidence, because:"] + [f"  {action}: {reason}" for action, reason in reasons]
        lines += ["", f"{len(self.roles)} roles: " + ", ".join(f"{count} {name}" for name, count in counts.items())]
        return "\n".join(lines).lstrip("\n")


VERDICTS = ("used", "no evidence", "NEVER USED", "DENIED")


def report(cloud: Cloud, log: Path) -> Report:
    """The report about everything that the log holds now."""
    return Report(granted(cloud), recorded(log), roles(cloud))


def short(arn: str) -> str:
    """An ARN without what all of a stack have in common."""
    return re.sub(r"^arn:[^:]*:[^:]*:[^:]*:[^:]*:", "", arn)
