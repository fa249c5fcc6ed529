"""What is made of a workflow in the manifest: the definition as Step Functions reads it, what its role may, its alarms."""

import json
from collections.abc import Mapping
from typing import Any

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.workflow import limits as states
from platform_contract.kinds.workflow.metrics import METRICS
from platform_contract.kinds.workflow.spec import WorkflowSpec, steps_of
from platform_contract.platform import iam, lambda_, naming
from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, StatementPlan
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class WorkflowPlan(Plain):
    physical_name: str
    arn: str
    type: str
    """STANDARD or EXPRESS."""
    definition: str
    """Amazon States Language, as JSON text; known at preview."""
    functions: tuple[str, ...]
    """Functions that are its steps: it is made after them."""
    role_name: str
    log_group_name: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    log_level: str
    """ALL for express workflows, which keep no history of their own; ERROR for standard ones."""
    key_reuse_seconds: int
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...]
    alarms: tuple[AlarmPlan, ...]


def plan_workflow(scope: Scope, name: str, spec: WorkflowSpec, connections: Connections) -> WorkflowPlan:
    """One workflow, whose steps are functions with `connections.timeouts`."""
    settings = scope.settings
    physical = naming.workflow_name(settings, scope.workload, name)
    arn = naming.workflow_arn(settings, physical)
    functions = tuple(sorted(steps_of(spec.states)))
    definition = {
        "Comment": f"{name} of {scope.workload}",
        "StartAt": spec.start_at,
        "TimeoutSeconds": spec.timeout_seconds,
        "States": _states(scope, connections, spec.states),
    }
    return WorkflowPlan(
        physical_name=physical, arn=arn, type=spec.type.upper(), definition=json.dumps(definition, sort_keys=True), functions=functions,
        role_name=naming.workflow_role_name(settings, scope.workload, name),
        log_group_name=naming.workflow_log_group(settings, scope.workload, name),
        log_retention_days=retention_days(scope), log_protection=log_protection(scope), log_level="ALL" if spec.type == "express" else "ERROR",
        key_reuse_seconds=states.KEY_REUSE_SECONDS,
        statements=(
            StatementPlan(sid="Steps", actions=("lambda:InvokeFunction",),
                          resources=tuple(alias_arn(scope, function) for function in functions)),
            StatementPlan(sid="Logs", actions=iam.WORKFLOW_LOG_ACTIONS, resources=("*",)),
            StatementPlan(sid="Traces", actions=iam.WORKFLOW_TRACE_ACTIONS, resources=("*",)),
        ),
        key_statements=(
            KeyStatementPlan(sid="Executions", actions=states.KEY_ACTIONS, condition={"StringEquals": {states.KEY_CONTEXT: arn}}),
            KeyStatementPlan(sid="LogDelivery", actions=states.LOG_KEY_ACTIONS, condition={"StringEquals": {
                states.LOG_KEY_CONTEXT: f"arn:{settings.partition}:logs:{settings.region}:{settings.account_id}:*",
            }}),
        ),
        alarms=plan_metrics(scope, "workflow", METRICS["workflow"], name, {"state_machine_arn": arn}),
    )  # fmt: skip


def alias_arn(scope: Scope, function: str) -> str:
    """ARN of the alias of a function of the workload."""
    return f"{naming.function_arn(scope.settings, naming.function_name(scope.settings, scope.workload, function))}:{lambda_.ALIAS}"


def _states(scope: Scope, connections: Connections, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _state(scope, connections, state) for name, state in given.items()}


def _state(scope: Scope, connections: Connections, state: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(state)
    if made["Type"] == "Task":
        return _task(scope, connections, made)
    if made["Type"] == "Parallel":
        made["Branches"] = [{**branch, "States": _states(scope, connections, branch["States"])} for branch in made["Branches"]]
    if made["Type"] == "Map":
        processor = made["ItemProcessor"]
        made["ItemProcessor"] = {
            **processor, "ProcessorConfig": {"Mode": "INLINE"}, "States": _states(scope, connections, processor["States"]),
        }  # fmt: skip
    return made


def _task(scope: Scope, connections: Connections, state: dict[str, Any]) -> dict[str, Any]:
    """A step that invokes a function by its alias and is tried again when that may help.

    By the alias's ARN, so that the function's own answer is the result, without an envelope of status and headers.
    """
    settings = scope.settings
    function, callback = state.pop("Function"), state.pop("Callback", False)
    arn = alias_arn(scope, function)
    if callback:
        payload = {**(state.pop("Parameters", None) or {}), "task_token.$": "$$.Task.Token"}
        # Retry is for the question; TimeoutSeconds, the manifest's own, is for the answer.
        wait = {"Resource": f"arn:{settings.partition}:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": arn, "Payload": payload}}  # fmt: skip
        return {"Retry": _retries(settings), **state, **wait}
    timeout = connections.timeouts[function] + states.STEP_MARGIN_SECONDS
    return {"Retry": _retries(settings), "TimeoutSeconds": timeout, **state, "Resource": arn}


def _retries(settings: Settings) -> list[dict[str, Any]]:
    """What a step is tried again for, unless the manifest gives a list of its own."""
    errors = [*states.LAMBDA_ERRORS, states.TRANSIENT, *([states.EMULATED_ERROR] if settings.embedded else [])]
    return [{
        "ErrorEquals": errors, "IntervalSeconds": states.RETRY_INTERVAL_SECONDS, "MaxAttempts": states.RETRY_ATTEMPTS,
        "BackoffRate": states.RETRY_BACKOFF, "MaxDelaySeconds": states.RETRY_LONGEST_SECONDS, "JitterStrategy": "FULL",
    }]  # fmt: skip


def workflow_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.workflow_arn(settings, naming.workflow_name(settings, workload, name))
