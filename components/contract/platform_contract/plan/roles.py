"""Every role of a workload with its documents, as the package registers them; what AWS assigns is stood for by text of the same length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.schedule.plan import SchedulerPlan
from platform_contract.plan.model import WorkloadPlan, parts_of
from platform_contract.platform import documents, environment
from platform_contract.platform.base import AssignedStatementPlan, KeyStatementPlan, ServiceRolePlan, StatementPlan
from platform_contract.platform.settings import partition_of

API_ID = "a" * 10
"""As long as the id of an API, which AWS assigns."""

POOL_ID = "a" * 9
"""As long as a user pool's id behind its region."""

CONFIGURATION_ID = "a" * 7
"""As long as the ids of AppConfig's applications, environments and profiles."""

KEY_ID = "0" * 36
"""As long as the id of a key."""


@dataclass(frozen=True)
class RoleDocuments:
    """One role: who may take it, and its inline policies."""

    name: str
    field: str
    """Where in the manifest it comes from."""
    trust: dict[str, Any]
    inline: tuple[dict[str, Any], ...]


def role_documents(plan: WorkloadPlan) -> Iterator[RoleDocuments]:
    """The documents of every role of `plan.role_names()`."""
    for name, function in plan.functions.items():
        yield _of_function(plan, function, f"functions.{name}")
    for secret, rotation in plan.rotations.items():
        yield _of_function(plan, rotation.function, f"secrets.{secret}.rotation")
    for feature, part in plan.features.items():
        for function in parts_of(FunctionPlan, part):
            yield _of_function(plan, function, f"phase ({feature})")
        for role in parts_of(ServiceRolePlan, part):
            trust = documents.trust_policy(plan.account_id, role.service)
            yield RoleDocuments(role.role_name, f"phase ({feature})", trust, _inline(plan, role.statements, role.key_statements))
        for scheduler in parts_of(SchedulerPlan, part):
            yield _of_scheduler(plan, scheduler, f"phase ({feature})")
    for name, workflow in plan.workflows.items():
        yield RoleDocuments(
            workflow.role_name, f"workflows.{name}", documents.trust_policy(plan.account_id, documents.STATES, workflow.arn),
            _inline(plan, workflow.statements, workflow.key_statements),
        )  # fmt: skip
    if plan.scheduler:
        yield _of_scheduler(plan, plan.scheduler, "functions")
    for api in plan.graphql.values():
        trust = documents.trust_policy(plan.account_id, documents.APPSYNC)
        yield RoleDocuments(api.role_name, "graphql", trust, _inline(plan, api.statements, api.key_statements))
        yield RoleDocuments(api.log_role_name, "graphql", trust, _inline(plan, api.log_statements, ()))


def _of_scheduler(plan: WorkloadPlan, scheduler: SchedulerPlan, field: str) -> RoleDocuments:
    trust = documents.trust_policy(plan.account_id, documents.SCHEDULER, scheduler.group_arn)
    return RoleDocuments(scheduler.role_name, field, trust, _inline(plan, scheduler.statements, scheduler.key_statements))


def _of_function(plan: WorkloadPlan, function: FunctionPlan, field: str) -> RoleDocuments:
    inline = _inline(plan, function.statements, function.key_statements, function.assigned_statements)
    if environment.FLAGS_APPLICATION in function.environment:
        inline = (*inline, documents.flags_policy(flags_arn(plan)))
    return RoleDocuments(function.role_name, field, documents.trust_policy(plan.account_id), inline)


def _inline(
    plan: WorkloadPlan, statements: Sequence[StatementPlan], on_key: Sequence[KeyStatementPlan],
    on_assigned: Sequence[AssignedStatementPlan] = (),
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    key, known = assigned_arn(plan, "kms", f"key/{KEY_ID}"), _assigned_arns(plan)
    groups = (
        [each.model_dump() for each in statements],
        [{**each.model_dump(), "resources": [key]} for each in on_key],
        [{"sid": each.sid, "actions": each.actions, "resources": [known[each.kind] + suffix for suffix in each.arn_suffixes]} for each in on_assigned],
    )
    return tuple(documents.role_policy(group) for group in groups if group)


def _assigned_arns(plan: WorkloadPlan) -> dict[str, str]:
    """Kind of an AssignedStatementPlan -> ARN, as long as the one that AWS assigns."""
    api = assigned_arn(plan, "execute-api", API_ID)
    return {"socket": socket_arn(plan), "http_api": api, "rest_api": api, "user_pool": assigned_arn(plan, "cognito-idp", f"userpool/{plan.region}_{POOL_ID}")}


def assigned_arn(plan: WorkloadPlan, service: str, resource: str) -> str:
    """An ARN in the workload's account and region."""
    return f"arn:{partition_of(plan.region)}:{service}:{plan.region}:{plan.account_id}:{resource}"


def flags_arn(plan: WorkloadPlan) -> str:
    """ARN of the workload's flags in AppConfig."""
    return assigned_arn(plan, "appconfig", documents.configuration(CONFIGURATION_ID, CONFIGURATION_ID, CONFIGURATION_ID))


def socket_arn(plan: WorkloadPlan) -> str:
    """ARN of the stage of the workload's WebSocket API; empty if it has none."""
    return next((f"{assigned_arn(plan, 'execute-api', API_ID)}/{socket.stage}" for socket in plan.sockets.values()), "")
