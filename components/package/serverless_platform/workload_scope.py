"""What a workload has once, for one that is written with components instead of a manifest."""

import pulumi

from platform_contract.plan.workload_scope import WorkloadScopeSpec, plan_workload_scope

from .args.workload_scope import WorkloadScopeArgs
from .iam.keys import make_key
from .monitoring.budgets import make_budget
from .monitoring.traces import make_trace_group
from .planned import planned


class WorkloadScope(pulumi.ComponentResource):
    """Key, budget and trace group of a workload, which is called as `scope.workload` says. Its components get `key_arn`, and the same `scope`."""

    key_arn: pulumi.Output[str]
    """ARN of the workload's key."""

    def __init__(self, name: str, args: WorkloadScopeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("WorkloadScope", name, args, WorkloadScopeArgs, WorkloadScopeSpec, plan_workload_scope)
        super().__init__("serverless-platform:index:WorkloadScope", name, {"workload": made.shared.workload}, opts)
        child, shared = pulumi.ResourceOptions(parent=self), made.shared
        self._key = make_key(name, made.plan.key, tags=shared.tags, opts=child)
        make_trace_group(name, made.plan.trace_group, tags=shared.tags, opts=child)
        make_budget(name, made.plan.budget, topic_arn=shared.alarm_topic_arn, tags=shared.tags, opts=child)
        self.key_arn = self._key.arn
        self.register_outputs({"key_arn": self.key_arn})
