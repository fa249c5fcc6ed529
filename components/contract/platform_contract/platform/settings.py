"""Settings of one stack: everything in which environments differ. Data from stack configuration; no secrets."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from platform_contract.platform import apigateway, lambda_, logs, quotas
from platform_contract.platform.boundary import boundary_name
from platform_contract.platform.cdn_settings import CdnSettings
from platform_contract.platform.diagnostics import Problem, ProblemsError, broken, from_validation
from platform_contract.platform.text_types import Email, Form, Name, Sentence, Strict, once

__all__ = ["Identity", "Phase", "ProblemsError", "Settings", "Team", "load_settings"]

EMBEDDED_ACCOUNT_ID = "000000000000"
"""Account of the embedded cloud; AWS gives it to nobody."""

PREFIX = "serverless-platform:"
"""Namespace of the keys in a stack file."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Phase = Literal["pilot", "standardize", "scale"]
PHASES: tuple[Phase, ...] = ("pilot", "standardize", "scale")

AccountId = Annotated[str, Form(r"\d{12}", "must be the 12 digits of an AWS account", 'write them in quotes: "123456789012"')]
Region = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d", "must be the name of an AWS region", "write it like eu-west-1")]
Environment = Annotated[
    str,
    Form(
        "[a-z][a-z0-9]{1,11}",
        "must be 2 to 12 lower-case letters and digits, beginning with a letter",
        "write it like dev or prod",
    ),
]
PolicyName = Annotated[
    str,
    Form(r"[\w+=,.@-]{1,128}", "must be the name of an IAM policy: letters, digits and +=,.@_-", "write the name, not the ARN"),
]
RoleName = Annotated[
    str,
    Form(
        r"([\w+=,.@-]+/)*[\w+=,.@-]{1,64}", "must be the name of an IAM role, with its path: no ARN, no wildcard",
        "write deploy, or aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Deploy_0123456789abcdef",
    ),
]
CostCentre = Annotated[
    str, Form(r"[A-Za-z0-9-]{1,32}", "must be 1 to 32 letters, digits and dashes", "ask finance for the number, such as cc-1234")
]
Issuer = Annotated[
    str,
    Form(
        r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?(/[^\s?#]*)?",
        "must be the address of an issuer: https://HOST/PATH, without user, query or fragment",
        "write the `iss` of its tokens, with or without a slash at the end as it is there",
    ),
]
Audience = Annotated[
    str, Form(r"[^\s,]{1,256}", "must be 1 to 256 characters without blanks and commas", "write the `aud` or `client_id` of the tokens")
]
Claim = Annotated[
    str, Form(r"[^\s,]{1,128}", "must be the name of a claim at the top of a token, without blanks", "write it like groups or https://example.com/groups")
]
MonitorArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:ce::\d{12}:anomalymonitor/[A-Za-z0-9-]+", "must be the ARN of a monitor of AWS Cost Anomaly Detection",
        "write what `aws ce get-anomaly-monitors` tells of the account, or null",
    ),
]
CONFIGURATION = "/.well-known/openid-configuration"
"""Where an issuer says how it works. Source: OpenID Connect Discovery 1.0, section 4."""


POOL_GROUPS_CLAIM = "cognito:groups"
"""Where a user pool lists the groups of a user."""


class Team(Strict):
    """A team that owns workloads."""

    contact: Sentence = Field(description="Where the team is reached in office hours: a chat channel or an address.")
    on_call_email: Email = Field(description="Address that reaches whoever is on call.")
    cost_centre: CostCentre = Field(description="Cost centre that its workloads are charged to.")


class Identity(Strict):
    """Who issues the tokens that HTTP routes accept: the platform's own user pool, or somebody else."""

    managed: bool = Field(default=False, description="Make a Cognito user pool that issues the tokens.")
    issuer: Issuer | None = Field(
        default=None, description="Issuer of the tokens, if the pool is not managed here: an OpenID provider that signs with RSA, told as its tokens tell it."
    )
    audiences: Annotated[list[Audience], AfterValidator(once)] = Field(
        default=[], max_length=apigateway.MAXIMUM_AUDIENCES, description="Audiences (or client ids) accepted of that issuer."
    )
    groups_claim: Claim = Field(
        default=POOL_GROUPS_CLAIM, description="Claim of its tokens that lists the groups of a user; that of a user pool is cognito:groups."
    )

    @field_validator("issuer")
    @classmethod
    def _no_configuration(cls, value: str | None) -> str | None:
        if value and value.rstrip("/").endswith(CONFIGURATION):
            raise broken("is the address of the issuer's configuration", "write the `issuer` that it answers")
        return value

    @model_validator(mode="after")
    def _one_issuer(self) -> "Identity":
        if self.managed == bool(self.issuer):
            raise broken(
                "must say who issues tokens, and only one", "write {managed: true}, or {issuer: https://..., audiences: [...]}"
            )
        if self.issuer and not self.audiences:
            raise broken("names an issuer without audiences, so every token of that issuer would be accepted", "add `audiences`")
        if self.managed and self.audiences:
            raise broken("has audiences, which the managed user pool sets by itself", "remove `audiences`")
        if self.managed and self.groups_claim != POOL_GROUPS_CLAIM:
            raise broken(f"is not where the managed user pool lists groups, which is {POOL_GROUPS_CLAIM}", "remove it", field="groups_claim")
        return self


class RestrictedData(Strict):
    """Who besides a workload's own roles may use the key of one whose data is `restricted`. AWS does not check that a role exists: a name
    with a mistake in it is a role that may not."""

    deploying_roles: list[RoleName] = Field(min_length=1, description="Roles that run the update: they make what the key encrypts.")
    break_glass_roles: list[RoleName] = Field(
        min_length=1, description="Roles that people take in an incident, and to set secrets; an alarm on their use is wise."
    )


class AccountQuotas(Strict):
    """What AWS allows the account of the stack in its region."""

    concurrent_executions: int = Field(
        default=quotas.ACCOUNT["concurrent_executions"].most or 0, ge=10,
        description='Runs of functions at the same time: the quota "Concurrent executions" of Lambda. A new account has far less.',
    )  # fmt: skip
    roles: int = Field(default=quotas.ACCOUNT["roles"].most or 0, ge=1, description='The quota "Roles per account" of IAM.')


class Settings(Strict):
    """All that a stack decides. Every field is a key `serverless-platform:FIELD` of Pulumi.STACK.yaml."""

    environment: Environment = Field(description="Name of the environment; the first part of every name in AWS.")
    account_id: AccountId = Field(
        description="AWS account of the stack; the provider refuses every other one. 000000000000 is the embedded cloud."
    )
    region: Region = Field(description="AWS region of the stack.")
    endpoint_url: str | None = Field(default=None, description="Address of the embedded cloud, on this machine; null on AWS.")
    boundary_policy_name: PolicyName | None = Field(
        default=None,
        description="Name of the permissions boundary, if it is not the one that `bootstrap/environment` makes: serverless-platform-boundary-ENVIRONMENT-REGION.",
    )
    identity: Identity = Field(default=Identity(managed=True), description="Who issues the tokens that HTTP routes accept.")
    teams: dict[Name, Team] = Field(min_length=1, description="Teams that may own workloads.")
    alarm_receivers: list[Email] = Field(min_length=1, description="Addresses that every alarm is sent to.")
    alarms: Literal["all", "page"] = Field(
        default="all", description="Which alarms are made: all, or only those that call somebody at once. Each costs USD 0.10 a month."
    )
    log_retention_days: int = Field(description="Days for which logs are kept; `data_class` of a workload may ask for longer.")
    restricted_data: RestrictedData | None = Field(
        default=None, description="Who may reach restricted data besides the workload itself; required where a workload's `data_class` is restricted."
    )
    protect_state: bool = Field(description="Refuse deletion of tables, queues, buckets and the user pool.")
    rollout: Literal["all_at_once", "canary", "linear"] = Field(
        default="all_at_once",
        description="How a new version gets traffic, from the phase standardize on; a pilot gets all at once.",
    )
    reserved_concurrency: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Most runs at the same time of each function whose manifest says nothing; null leaves it to the account's pool.",
    )
    account_quotas: AccountQuotas = Field(
        default=AccountQuotas(),
        description="What AWS allows the account, where it is not what every account gets. Checked before anything is made; before an update on AWS "
        "the account itself is asked.",
    )
    cost_anomaly_monitor_arn: MonitorArn | None = Field(
        default=None,
        description="Monitor of AWS Cost Anomaly Detection that the account has for its services (bootstrap/README.md); alarm_receivers are told of what it finds. "
        "null: of nothing.",
    )
    trace_groups: bool = Field(
        default=True, description="Make an X-Ray group for each workload, by which its traces are found; AWS allows an account 25."
    )
    api_rate_per_second: float = Field(
        default=500,
        gt=0,
        le=apigateway.MAXIMUM_RATE_PER_SECOND,
        description="Requests a second and API beyond which callers get 429.",
    )
    api_burst: int = Field(
        default=1000, ge=1, le=apigateway.MAXIMUM_BURST, description="Requests at once and API beyond which callers get 429."
    )
    cdn: CdnSettings | None = Field(
        default=None, description="Domain and certificate of distributions; required where a workload has `http_api.cdn`."
    )
    lambda_architecture: Literal["arm64", "x86_64"] = Field(default="arm64", description="Processor of all functions.")
    lambda_runtime: str = Field(default=lambda_.DEFAULT_RUNTIME, description="Lambda runtime of all functions.")
    log_level: Literal["DEBUG", "INFO"] = Field(
        default="INFO",
        description="Lowest level that functions log. Not above INFO: Lambda takes lines without a level for INFO, metrics among them, "
        "and would drop them.",
    )
    maximum_phase: Phase = Field(default="scale", description="Holds workloads back: none is in a later phase here than this.")
    workloads: list[Name] = Field(
        default=[], description="Bring up only these workloads; only on the embedded cloud. Empty: all."
    )

    @field_validator("endpoint_url")
    @classmethod
    def _loopback_only(cls, value: str | None) -> str | None:
        if value is None:
            return value
        parts = urlsplit(value)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK or not parts.port:
            raise broken(
                "must be on this machine: it stands for AWS and is given no real credentials",
                "write http://127.0.0.1:4566, or null for AWS",
            )
        return value

    @field_validator("alarm_receivers")
    @classmethod
    def _told_once(cls, value: list[str]) -> list[str]:
        """A subscription is named by the letters and digits of its address: two that differ in the rest only are one resource."""
        by_name: dict[str, str] = {}
        for address in value:
            name = "".join(letter if letter.isalnum() else "-" for letter in address.lower())
            if name in by_name:
                raise broken(
                    f"{address!r} and {by_name[name]!r} differ in punctuation only, or not at all", "name each receiver once"
                )
            by_name[name] = address
        return value

    @field_validator("log_retention_days")
    @classmethod
    def _known_retention(cls, value: int) -> int:
        if value not in logs.RETENTION_DAYS:
            longer = next((days for days in logs.RETENTION_DAYS if days > value), logs.RETENTION_DAYS[-1])
            raise broken("must be a number of days that CloudWatch Logs knows", f"the next longer one is {longer}")
        return value

    @field_validator("lambda_runtime")
    @classmethod
    def _known_runtime(cls, value: str) -> str:
        if value not in lambda_.RUNTIMES:
            raise broken(
                "must be a Python runtime of Lambda that is still maintained", f"choose one of {', '.join(lambda_.RUNTIMES)}"
            )
        return value

    @model_validator(mode="after")
    def _cloud_and_account_agree(self) -> "Settings":
        if (self.account_id == EMBEDDED_ACCOUNT_ID) != (self.endpoint_url is not None):
            raise broken(
                "an endpoint_url and the account 000000000000 belong together: both mean the embedded cloud",
                "set both, or neither", field="endpoint_url",
            )  # fmt: skip
        if self.cost_anomaly_monitor_arn and f"::{self.account_id}:" not in self.cost_anomaly_monitor_arn:
            raise broken(
                "is of another account, whose monitors only that account may subscribe to",
                f"name the monitor of {self.account_id}, or null", field="cost_anomaly_monitor_arn",
            )  # fmt: skip
        if self.workloads and self.endpoint_url is None:
            raise broken("must be empty on AWS: workloads that it does not name would be deleted", "remove it", field="workloads")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the stack is on the embedded cloud instead of AWS."""
        return self.endpoint_url is not None

    @property
    def partition(self) -> str:
        """First part of every ARN: aws, aws-cn or aws-us-gov."""
        return partition_of(self.region)

    @property
    def boundary_name(self) -> str:
        """Name of the permissions boundary of the environment's roles."""
        return self.boundary_policy_name or boundary_name(self.environment, self.region)

    @property
    def boundary_arn(self) -> str:
        """ARN of the permissions boundary."""
        return f"arn:{self.partition}:iam::{self.account_id}:policy/{self.boundary_name}"

    def phase_of(self, wanted: Phase) -> Phase:
        """The phase that a workload is in here: the one it wants, unless `maximum_phase` holds it back."""
        return min(wanted, self.maximum_phase, key=PHASES.index)


def partition_of(region: str) -> str:
    """First part of every ARN in `region`."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def load_settings(values: Mapping[str, object], file: str) -> Settings:
    """Settings from the configuration of a stack, as YAML reads it or as the engine passes it (all text, structures as JSON).

    Keys may carry the prefix `serverless-platform:`. Raises ProblemsError with every problem of `file`.
    """
    plain = {key.removeprefix(PREFIX): value for key, value in values.items()}
    secrets = [key for key, value in plain.items() if isinstance(value, Mapping) and set(value) == {"secure"}]
    if secrets:
        raise ProblemsError(
            Problem(file, key, "", "is a secret, and settings hold none", "keep it in Secrets Manager") for key in secrets
        )
    try:
        return Settings.model_validate({key: _from_engine(key, value) for key, value in plain.items()})
    except ValidationError as error:
        raise ProblemsError(from_validation(error, Settings, file)) from None


def _from_engine(key: str, value: Any) -> Any:
    """Text that stands for something else, as the engine passes it: 30, true, ["a"]."""
    field = Settings.model_fields.get(key)
    if field is not None and value in ("", "null") and type(None) in get_args(field.annotation):
        return None  # the engine passes a YAML null as an empty text
    if field is None or not isinstance(value, str) or _takes_text(field.annotation):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _takes_text(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return True
    return annotation is str or any(
        _takes_text(part) for part in get_args(annotation) if get_origin(annotation) not in (list, dict)
    )
