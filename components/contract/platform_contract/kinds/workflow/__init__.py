"""A Step Functions workflow."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.workflow.metrics import METRICS
from platform_contract.kinds.workflow.plan import plan_workflow, workflow_arn
from platform_contract.platform.usage import EXPRESS_GB_S, TRANSITIONS, Use
from platform_contract.platform.verbs import Permission, Verb

KIND = Kind(
    "workflow", plan=plan_workflow, arn=workflow_arn, section="workflows", service="states", variable="WORKFLOW_", told="arn",
    verbs={
        "start": Verb((Permission(("states:StartExecution",)),), (), "start executions and go on",
                      (Use(f"transitions, {TRANSITIONS} a run", "transition", TRANSITIONS),), wakes=True),
        "run": Verb((Permission(("states:StartSyncExecution",)),), ("kms:Decrypt",), "run an express workflow and wait for its result",
                    (Use("express runs", "express_run"), Use("express runs of 1 s, 64 MB", "express_compute", EXPRESS_GB_S)), wakes=True),
        "answer": Verb((Permission(("states:SendTaskSuccess",), ()),), (),
                       "answer the token of a step that waits, be it with a no; IAM knows no resource for it", ()),
    },
    triggers={"workflow": Trigger((), "answered")},  # its states are counted where it is started
    metrics=METRICS,
)  # fmt: skip
