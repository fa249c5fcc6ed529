"""A GraphQL API on a table: AppSync with resolvers in JavaScript, callers with tokens of the user pool."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import appsync, iam

from platform_contract.platform.documents import APPSYNC

from ..arguments import PlainArguments, checked
from ..iam.grants import KeyStatementArgs, StatementArgs, make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import AlarmArgs, make_alarms
from ..monitoring.logs import make_log_group


class GraphqlApiArgs(TypedDict):
    """Arguments of a GraphqlApi."""

    physical_name: str
    """Name of the API, at most 128 characters."""
    account_id: str
    """Account in which AppSync may take the roles."""
    region: str
    """Region of user pool and table."""
    boundary_arn: str
    """ARN of the permissions boundary of the roles."""
    schema_text: str
    """The schema, in GraphQL's own language."""
    resolvers: dict[str, str]
    """TYPE.FIELD -> code of its resolver."""
    functions: dict[str, str]
    """Name -> code of a function that resolvers run."""
    pipelines: dict[str, list[str]]
    """TYPE.FIELD -> functions that its resolver runs, in order."""
    runtime_name: str
    """Name of the resolvers' runtime."""
    runtime_version: str
    """Version of the resolvers' runtime."""
    table_name: pulumi.Input[str]
    """Name of the table: the output of a Table."""
    user_pool_arn: pulumi.Input[str]
    """ARN of the user pool whose tokens callers need."""
    role_name: str
    """Name of the role that AppSync takes to work on the table."""
    statements: list[StatementArgs]
    """What that role may do with the table."""
    key_statements: list[KeyStatementArgs]
    """What that role needs of the workload's key."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    log_role_name: str
    """Name of the role that AppSync takes to write its log."""
    log_statements: list[StatementArgs]
    """What that role may: write the log."""
    log_group_prefix: str
    """Begin of the name of its log group; AWS assigns the rest."""
    log_retention_days: int
    """How long its log is kept, in days."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    query_depth: int
    """How deep a query may be nested, 1 to 75."""
    resolver_count: int
    """Resolvers that one query may run, 1 to 10000."""
    introspection: bool
    """Whether callers may ask for the schema."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms; the dimension GraphQLAPIId is added here."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=1, max_length=128)
    schema_text: str = pydantic.Field(min_length=1)
    resolvers: dict[str, str] = pydantic.Field(min_length=1)
    functions: dict[str, str]
    pipelines: dict[str, list[str]]
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    query_depth: int = pydantic.Field(ge=1, le=75)
    resolver_count: int = pydantic.Field(ge=1, le=10000)
    introspection: bool

    @pydantic.model_validator(mode="after")
    def _known(self) -> "_Knobs":
        for field in self.resolvers:
            for name in self.pipelines.get(field, []):
                if name not in self.functions:
                    raise ValueError(f"the resolver of {field} runs '{name}'; there is {', '.join(self.functions)}")
        return self


class GraphqlApi(pulumi.ComponentResource):
    """An API in which every operation needs a token, and resolvers decide from the data itself who may do what."""

    api_id: pulumi.Output[str]
    """Id of the API."""
    arn: pulumi.Output[str]
    """ARN of the API."""
    endpoint: pulumi.Output[str]
    """URL of the API on AWS."""

    def __init__(self, name: str, args: GraphqlApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("GraphqlApi", name, _Knobs, GraphqlApiArgs, args)
        super().__init__("serverless-platform:index:GraphqlApi", name, {"physicalName": knobs.physical_name, "pipelines": knobs.pipelines}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_api()
        self._make_source()
        self._make_resolvers()
        make_alarms(
            name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], assigned={"GraphQLAPIId": self._api.id},
            opts=self._child,
        )  # fmt: skip
        self.api_id, self.arn = self._api.id, self._api.arn
        self.endpoint = self._api.uris.apply(lambda uris: str((uris or {}).get("GRAPHQL", "")))  # an offline preview knows none
        self.register_outputs({"api_id": self.api_id, "arn": self.arn, "endpoint": self.endpoint})

    def _role(self, suffix: str, role_name: str, what_for: str) -> iam.Role:
        args = self._args
        return make_role(
            f"{self._name}{suffix}", role_name=role_name, description=what_for, account_id=args["account_id"],
            boundary_arn=args["boundary_arn"], tags=args["tags"], opts=self._child, service=APPSYNC,
        )  # fmt: skip

    def _make_api(self) -> None:
        args, knobs = self._args, self._knobs
        role = self._role("-logs", args["log_role_name"], f"Of AppSync, to log what {knobs.physical_name} does.")
        policies = make_policies(
            f"{self._name}-logs", role=role, statements=args["log_statements"], key_arn=args["key_arn"], key_statements=[], opts=self._child
        )
        pool = pulumi.Output.from_input(args["user_pool_arn"]).apply(lambda arn: arn.rpartition("/")[2])
        self._api = appsync.GraphQLApi(
            self._name, name=knobs.physical_name, authentication_type="AMAZON_COGNITO_USER_POOLS", schema=knobs.schema_text,
            user_pool_config=appsync.GraphQLApiUserPoolConfigArgs(user_pool_id=pool, aws_region=args["region"], default_action="ALLOW"),
            log_config=appsync.GraphQLApiLogConfigArgs(
                # Arguments and results are the workload's data: errors are logged, without them.
                cloudwatch_logs_role_arn=role.arn, field_log_level="ERROR", exclude_verbose_content=True,
            ),
            introspection_config="ENABLED" if knobs.introspection else "DISABLED", query_depth_limit=knobs.query_depth,
            resolver_count_limit=knobs.resolver_count, xray_enabled=True, tags=args["tags"],
            # AppSync tries whether it may log with the role.
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )  # fmt: skip
        # Its name is known when the API is: it is there before anything answers, and AppSync may not make one itself.
        self._log_group = make_log_group(
            self._name, group_name=pulumi.Output.concat(args["log_group_prefix"], self._api.id),
            retention_days=knobs.log_retention_days, key_arn=args["key_arn"], tags=args["tags"], opts=self._child,
            protection=knobs.log_protection,
        )  # fmt: skip

    def _make_source(self) -> None:
        args = self._args
        role = self._role("", args["role_name"], f"Of AppSync, to work on the table of {self._knobs.physical_name}.")
        policies = make_policies(
            self._name, role=role, statements=args["statements"], key_arn=args["key_arn"], key_statements=args["key_statements"],
            opts=self._child,
        )  # fmt: skip
        self._source = appsync.DataSource(
            self._name, api_id=self._api.id, name="table", type="AMAZON_DYNAMODB", service_role_arn=role.arn,
            dynamodb_config=appsync.DataSourceDynamodbConfigArgs(table_name=args["table_name"], region=args["region"]),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*policies, *self._log_group.made]),
        )  # fmt: skip

    def _make_resolvers(self) -> None:
        args, knobs = self._args, self._knobs
        functions = {
            name: appsync.Function(
                f"{self._name}-{name}", api_id=self._api.id, name=name, data_source=self._source.name, code=code, opts=self._child,
                runtime=appsync.FunctionRuntimeArgs(name=args["runtime_name"], runtime_version=args["runtime_version"]),
            )
            for name, code in knobs.functions.items()
        }  # fmt: skip
        for field, code in knobs.resolvers.items():
            kind, _, name = field.partition(".")
            appsync.Resolver(
                f"{self._name}-{kind}-{name}", api_id=self._api.id, type=kind, field=name, kind="PIPELINE", code=code,
                runtime=appsync.ResolverRuntimeArgs(name=args["runtime_name"], runtime_version=args["runtime_version"]),
                pipeline_config=appsync.ResolverPipelineConfigArgs(
                    functions=[functions[each].function_id for each in knobs.pipelines.get(field, [])]
                ),
                opts=self._child,
            )  # fmt: skip
