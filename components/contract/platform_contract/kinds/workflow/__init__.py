"""A Step Functions workflow."""

from platform_contract.kinds.kind import Kind, Metrics, Permission, Traffic, Trigger, Verb
from platform_contract.platform.alarm_standard import any_at_all
from platform_contract.platform.usage import EXPRESS_GB_S, TRANSITIONS, Use

_MACHINE = {"StateMachineArn": "{state_machine_arn}"}

KIND = Kind(
    "workflow", section="workflows", service="states", variable="WORKFLOW_", told="arn",
    verbs={
        "start": Verb((Permission(("states:StartExecution",)),), (), "start executions and go on",
                      (Use(f"transitions, {TRANSITIONS} a run", "transition", TRANSITIONS),), wakes=True),
        "run": Verb((Permission(("states:StartSyncExecution",)),), ("kms:Decrypt",), "run an express workflow and wait for its result",
                    (Use("express runs", "express_run"), Use("express runs of 1 s, 64 MB", "express_compute", EXPRESS_GB_S)), wakes=True),
        "answer": Verb((Permission(("states:SendTaskSuccess",), ()),), (),
                       "answer the token of a step that waits, be it with a no; IAM knows no resource for it", ()),
    },
    triggers={"workflow": Trigger((), "answered")},  # its states are counted where it is started
    metrics={
        "workflow": Metrics("Workflows", (
            any_at_all("failed", "AWS/States", "ExecutionsFailed", _MACHINE,
                       "an execution has failed: what it had begun may be half done", "page"),
            any_at_all("timed-out", "AWS/States", "ExecutionsTimedOut", _MACHINE, "an execution took longer than it may and was ended", "page"),
            any_at_all("throttled", "AWS/States", "ExecutionThrottled", _MACHINE,
                       "steps wait because the account's rate of transitions is used up, five minutes on end", "ticket", minutes=5),
        ), traffic=(Traffic("ExecutionsStarted", "Sum"), Traffic("ExecutionsSucceeded", "Sum"))),
    },
)  # fmt: skip
