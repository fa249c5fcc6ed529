"""A GraphQL API on a table: AppSync with resolvers in JavaScript, callers with tokens of the user pool."""

import pulumi
from pulumi_aws import appsync, iam

from platform_contract.kinds.graphql_api.plan import GraphqlPlan
from platform_contract.platform.documents import APPSYNC

from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..monitoring.logs import make_log_group
from ..planned import Planned


class GraphqlApi(pulumi.ComponentResource):
    """An API in which every operation needs a token, and resolvers decide from the data itself who may do what."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    arn: pulumi.Output[str]
    """ARN of the API."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS."""

    def __init__(self, name: str, made: Planned[GraphqlPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        for field, functions in made.given["pipelines"].items():
            if unknown := [each for each in functions if each not in made.given["functions"]]:
                raise ValueError(f"GraphqlApi '{name}': the resolver of {field} runs '{unknown[0]}'; there is {', '.join(made.given['functions'])}")
        super().__init__("serverless-platform:index:GraphqlApi", name, {"physicalName": made.plan.physical_name, "pipelines": made.given["pipelines"]}, opts)
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_api()
        self._make_source()
        self._make_resolvers()
        make_alarms(
            name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, assigned={"GraphQLAPIId": self._api.id},
            opts=self._child,
        )  # fmt: skip
        self.api_id, self.arn = self._api.id, self._api.arn
        self.endpoint = self._api.uris.apply(lambda uris: str((uris or {}).get("GRAPHQL", "")))  # an offline preview knows none
        self.register_outputs({"api_id": self.api_id, "arn": self.arn, "endpoint": self.endpoint})

    def _role(self, suffix: str, role_name: str, what_for: str) -> iam.Role:
        return make_role(
            f"{self._name}{suffix}", role_name=role_name, description=what_for, account_id=self._shared.account_id,
            boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child, service=APPSYNC,
        )  # fmt: skip

    def _make_api(self) -> None:
        role = self._role("-logs", self._plan.log_role_name, f"Of AppSync, to log what {self._plan.physical_name} does.")
        policies = make_policies(
            f"{self._name}-logs", role=role, statements=self._plan.log_statements, key_arn=self._shared.key_arn, key_statements=[], opts=self._child
        )
        pool = pulumi.Output.from_input(self._given["user_pool_arn"]).apply(lambda arn: arn.rpartition("/")[2])
        self._api = appsync.GraphQLApi(
            self._name, name=self._plan.physical_name, authentication_type="AMAZON_COGNITO_USER_POOLS", schema=self._given["schema_text"],
            user_pool_config=appsync.GraphQLApiUserPoolConfigArgs(user_pool_id=pool, aws_region=self._shared.region, default_action="ALLOW"),
            log_config=appsync.GraphQLApiLogConfigArgs(
                # Arguments and results are the workload's data: errors are logged, without them.
                cloudwatch_logs_role_arn=role.arn, field_log_level="ERROR", exclude_verbose_content=True,
            ),
            introspection_config="ENABLED" if self._plan.introspection else "DISABLED", query_depth_limit=self._plan.query_depth,
            resolver_count_limit=self._plan.resolver_count, xray_enabled=True, tags=self._shared.tags,
            # AppSync tries whether it may log with the role.
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )  # fmt: skip
        # Its name is known when the API is: it is there before anything answers, and AppSync may not make one itself.
        self._log_group = make_log_group(
            self._name, group_name=pulumi.Output.concat(self._plan.log_group_prefix, self._api.id),
            retention_days=self._plan.log_retention_days, key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child,
            protection=self._plan.log_protection,
        )  # fmt: skip

    def _make_source(self) -> None:
        role = self._role("", self._plan.role_name, f"Of AppSync, to work on the table of {self._plan.physical_name}.")
        policies = make_policies(
            self._name, role=role, statements=self._plan.statements, key_arn=self._shared.key_arn, key_statements=self._plan.key_statements,
            opts=self._child,
        )  # fmt: skip
        self._source = appsync.DataSource(
            self._name, api_id=self._api.id, name="table", type="AMAZON_DYNAMODB", service_role_arn=role.arn,
            dynamodb_config=appsync.DataSourceDynamodbConfigArgs(table_name=self._given["table_name"], region=self._shared.region),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*policies, *self._log_group.made]),
        )  # fmt: skip

    def _make_resolvers(self) -> None:
        functions = {
            name: appsync.Function(
                f"{self._name}-{name}", api_id=self._api.id, name=name, data_source=self._source.name, code=code, opts=self._child,
                runtime=appsync.FunctionRuntimeArgs(name=self._plan.runtime_name, runtime_version=self._plan.runtime_version),
            )
            for name, code in self._given["functions"].items()
        }  # fmt: skip
        for field, code in self._given["resolvers"].items():
            kind, _, name = field.partition(".")
            appsync.Resolver(
                f"{self._name}-{kind}-{name}", api_id=self._api.id, type=kind, field=name, kind="PIPELINE", code=code,
                runtime=appsync.ResolverRuntimeArgs(name=self._plan.runtime_name, runtime_version=self._plan.runtime_version),
                pipeline_config=appsync.ResolverPipelineConfigArgs(
                    functions=[functions[each].function_id for each in self._given["pipelines"].get(field, [])]
                ),
                opts=self._child,
            )  # fmt: skip
