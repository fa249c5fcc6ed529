"""A Lambda function with everything that belongs to it alone: role, log group, versions, alias `live`, alarms."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pulumi
from pulumi_aws import lambda_

from platform_contract.kinds.function.plan import FunctionPlan, ReferencePlan
from platform_contract.plan.function_by_itself import FunctionSpecByItself, plan_by_itself
from platform_contract.platform.diagnostics import Problem, ProblemsError
from platform_contract.platform.identity import token_keys

from ..args.function import FunctionArgs
from ..args.inputs import FunctionTargetArgs
from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..monitoring.logs import make_log_group
from ..planned import Planned, planned, settings_of
from .failures import make_failures
from .identity import identity

ALIAS = "live"
"""The only way into a function: no trigger and no tool invokes a version or $LATEST."""


class Function(pulumi.ComponentResource):
    """A function that runs under a role of its own, logs JSON into a group of its own, is traced, and is invoked through
    its alias `live` only."""

    physical_name: pulumi.Output[str]
    """Name of the function in AWS."""
    arn: pulumi.Output[str]
    """ARN of the function, without a version."""
    alias_arn: pulumi.Output[str]
    """ARN of the alias `live`: what triggers invoke."""
    alias_invoke_arn: pulumi.Output[str]
    """The alias as API Gateway wants it in an integration."""
    alias_name: pulumi.Output[str]
    """`live`."""
    version: pulumi.Output[str]
    """The newest version, published by the update."""
    role_arn: pulumi.Output[str]
    """ARN of its role."""
    role_name: pulumi.Output[str]
    """Name of its role, for what a feature allows it besides."""
    log_group_name: pulumi.Output[str]
    """Name of its log group."""
    failures_arn: pulumi.Output[str]
    """ARN of its queue of failures, once the queue's policy is in force; empty text where it has none."""
    failures_url: pulumi.Output[str]
    """URL of its queue of failures; empty text where it has none."""
    target: pulumi.Output[FunctionTargetArgs]
    """What everything that invokes it needs of it."""

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = args if isinstance(args, Planned) else _by_itself(name, args)
        super().__init__("serverless-platform:index:Function", name, _shown(made.plan), opts)
        self._planned = made
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_log_group()
        self._make_role()
        self._make_function()
        self._make_alias()
        self._keep_failures()
        make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)
        self.physical_name, self.arn = self._function.name, self._function.arn
        self.alias_arn, self.alias_invoke_arn, self.alias_name = self._alias.arn, self._alias.invoke_arn, self._alias.name
        self.version = self._function.version
        self.target = cast(Any, {  # of outputs: what is known at preview stays known
            "function_name": self.physical_name, "alias_name": self.alias_name, "alias_arn": self.alias_arn, "invoke_arn": self.alias_invoke_arn,
            "failures_arn": self.failures_arn,
        })  # fmt: skip
        self.role_arn, self.role_name, self.log_group_name = self._role.arn, self._role.name, self._log_group.name
        self.register_outputs({
            "failures_arn": self.failures_arn, "failures_url": self.failures_url,
            "physical_name": self.physical_name, "arn": self.arn, "alias_arn": self.alias_arn,
            "alias_invoke_arn": self.alias_invoke_arn, "alias_name": self.alias_name, "role_arn": self.role_arn,
            "log_group_name": self.log_group_name, "version": self.version, "target": self.target,
        })  # fmt: skip

    def _make_log_group(self) -> None:
        self._log_group = make_log_group(
            self._name, group_name=self._plan.log_group_name, retention_days=self._plan.log_retention_days,
            key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child,
            protection=self._plan.log_protection,
        )  # fmt: skip

    def _make_role(self) -> None:
        self._role = make_role(
            self._name, role_name=self._plan.role_name, description=f"Of the function {self._plan.physical_name}, of it alone.",
            account_id=self._shared.account_id, boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child,
        )  # fmt: skip
        self.policies = make_policies(
            self._name, role=self._role, statements=self._plan.statements, key_arn=self._shared.key_arn,
            key_statements=self._plan.key_statements, assigned_statements=self._given.get("assigned_statements", ()), opts=self._child,
        )  # fmt: skip

    def _make_function(self) -> None:
        self._function = lambda_.Function(self._name, **self._planned.inputs(
            name=self._plan.physical_name,
            description=self._plan.description,
            role=self._role.arn,
            code=self._given["code"],
            layers=[layer] if (layer := self._given.get("layer_arn")) else None,
            handler=self._plan.handler,
            runtime=self._plan.runtime,
            architectures=[self._plan.architecture],
            memory_size=self._plan.memory_mb,
            timeout=self._plan.timeout_seconds,
            reserved_concurrent_executions=self._plan.reserved_concurrency,
            environment=lambda_.FunctionEnvironmentArgs(variables={**self._plan.environment, **self._given.get("references", {})}),
            kms_key_arn=self._shared.key_arn,
            logging_config=lambda_.FunctionLoggingConfigArgs(
                log_format="JSON",
                # The output, not the text: Lambda makes a missing group by itself, without retention and key.
                log_group=self._log_group.name,
                application_log_level=self._plan.log_level,
                system_log_level="INFO",
            ),
            tracing_config=lambda_.FunctionTracingConfigArgs(mode="Active"),
            publish=True,
            snap_start=lambda_.FunctionSnapStartArgs(apply_on="PublishedVersions") if self._plan.snap_start else None,
            tags=self._shared.tags,
        ), opts=pulumi.ResourceOptions(
            # The first invocation may come at once, and Lambda keeps the credentials of a role for a while.
            parent=self, depends_on=self.policies,
        ))  # fmt: skip

    def _make_alias(self) -> None:
        # Where releases own version and routing, nothing else of the alias may ever change: the provider sends the whole alias with any change,
        # and with it the version that the state remembers, which would be a rollback that nobody asked for.
        owned = ["functionVersion", "routingConfig"] if self._plan.released else None
        self._alias = lambda_.Alias(
            f"{self._name}-{ALIAS}", name=ALIAS, function_name=self._function.name, function_version=self._function.version,
            description="What every trigger invokes.", opts=pulumi.ResourceOptions(parent=self, ignore_changes=owned),
        )  # fmt: skip

    def _keep_failures(self) -> None:
        self.failures_arn = self.failures_url = pulumi.Output.from_input("")
        if self._plan.failures is None:
            return
        queue, policy = make_failures(
            self._name, self._plan.failures, key_arn=self._shared.key_arn, alarm_topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags,
            opts=self._child,
        )  # fmt: skip
        self.failures_arn, self.failures_url = settled_with(queue.arn, policy), queue.url
        if self._plan.asynchronous:
            lambda_.FunctionEventInvokeConfig(
                self._name, function_name=self._function.name, qualifier=self._alias.name,
                maximum_retry_attempts=self._plan.asynchronous.maximum_retries,
                maximum_event_age_in_seconds=self._plan.asynchronous.maximum_age_seconds,
                destination_config=lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(destination=self.failures_arn)
                ),
                # Lambda tries whether the role may send there, and refuses the destination if it may not.
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.policies),
            )  # fmt: skip


def settled_with(value: pulumi.Output[str], resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """`value`, and whoever uses it comes after `resource`: for what is of use only once something else is in force."""
    return pulumi.Output.all(value, resource.id).apply(lambda both: str(both[0]))


def _shown(plan: FunctionPlan) -> dict[str, Any]:
    """What the engine, and so the rules, see of a Function: its plain facts and its grants."""
    return {
        "physicalName": plan.physical_name, "handler": plan.handler, "memoryMb": plan.memory_mb, "timeoutSeconds": plan.timeout_seconds,
        "statements": [each.model_dump(mode="json") for each in plan.statements], "keyStatements": [each.model_dump(mode="json") for each in plan.key_statements],
    }  # fmt: skip


def _by_itself(name: str, args: FunctionArgs) -> Planned[FunctionPlan]:
    """Of a function that belongs to no manifest: with what it knows of the resources that it uses. Raises ProblemsError."""
    made = planned("Function", name, args, FunctionArgs, FunctionSpecByItself, lambda scope, spec: plan_by_itself(scope, name, spec), lambda_.Function)
    references, missing = {}, []
    for variable, it in made.plan.references.items():
        value = _known(made.given, args, variable, it)
        if value is None:
            missing.append(Problem(f"Function '{name}'", f"resources.{it.name}", "", f"is required: the {it.kind} that it uses", "give it the output that says its name, URL or ARN"))
        else:
            references[variable] = value
    if missing:
        raise ProblemsError(missing)
    return replace(made, given={**made.given, "references": references})


def _known(given: Mapping[str, Any], args: FunctionArgs, variable: str, reference: ReferencePlan) -> pulumi.Input[str] | None:
    if reference.kind == "identity":
        keys = token_keys(settings_of(args["scope"]))
        return identity(variable, issuer=given["token_issuer"], audiences=given["token_audiences"], token_keys=keys)
    resource: pulumi.Input[str] | None = (given.get("resources") or {}).get(reference.name)
    return resource
