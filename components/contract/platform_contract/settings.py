"""Settings of one stack: data, checked before anything is made. They hold no secrets."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from platform_contract.problems import ProblemsError, problems_of
from platform_contract.standards.logs import RETENTION_DAYS

__all__ = ["Identity", "ProblemsError", "Settings", "Team", "load_settings"]

PROJECT = "serverless-platform"
Phase = Literal["pilot", "standardize", "scale"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$", max_length=32)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Team(Plain):
    """A team that may own workloads."""

    contact: str = Field(min_length=1, description="Where people reach the team: a channel or a page")
    on_call_email: Email = Field(description="Told of the budgets of its workloads")
    cost_centre: str = Field(min_length=1, max_length=64, description="Cost allocation tag")


class Identity(Plain):
    """Who issues the tokens that `authorizer: jwt` accepts: a managed user pool, or an issuer and its audiences."""

    managed: bool = Field(default=False, description="Make a Cognito user pool and accept its tokens")
    issuer: str | None = Field(default=None, pattern=r"^https://\S+$", description="URL whose keys sign the tokens")
    audiences: tuple[str, ...] = Field(default=(), description="Audiences (or client ids) that are accepted")

    @model_validator(mode="after")
    def _one_issuer(self) -> "Identity":
        if self.managed == bool(self.issuer):
            raise ValueError("must say who issues tokens; give either `managed: true` or `issuer` with `audiences`")
        if self.issuer and not self.audiences:
            raise ValueError("accepts tokens that were issued for anybody; add `audiences`")
        return self


class Rollout(Plain):
    """How a new version of a function gets traffic, from the phase `standardize` on."""

    strategy: Literal["all_at_once", "canary", "linear"] = Field(
        description="All traffic at once, a share first, or step by step"
    )
    step_percent: int = Field(default=10, ge=1, le=100, description="Share of the traffic of each step, in percent")
    interval_minutes: int = Field(default=5, ge=1, le=60, description="Time between steps, in minutes")


class Settings(Plain):
    """Everything in which one stack differs from another."""

    environment: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,9}$")] = Field(
        description="Name of the environment; first part of every physical name, so at most 10 letters and digits"
    )
    account_id: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] = Field(
        description="AWS account, 12 digits in quotes; an update in any other account is refused"
    )
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = Field(description="AWS region")
    endpoint_url: str | None = Field(
        default=None, pattern=r"^http://127\.0\.0\.1:\d+$", description="The embedded cloud; null on AWS"
    )
    boundary_policy_name: str = Field(
        default="serverless-platform-boundary", pattern=r"^[\w+=,.@-]{1,128}$",
        description="IAM policy, made by bootstrap/, under which every role of a workload is put",
    )  # fmt: skip
    identity: Identity = Field(description="Who issues the tokens that jwt routes accept")
    teams: dict[Name, Team] = Field(min_length=1, description="Teams that may own workloads, by name")
    alarm_receivers: tuple[Email, ...] = Field(default=(), description="E-mail addresses that every alarm is sent to")
    log_retention_days: int = Field(description="How long logs are kept at least, in days; one of CloudWatch Logs' values")
    protect_state: bool = Field(description="Refuse deletion and replacement of tables, queues, buckets and the user pool")
    rollout: Rollout = Field(description="How new versions get traffic, from standardize on")
    reserved_concurrency_default: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Most runs at once of a function that says nothing itself; null: no limit of its own",
    )
    lambda_architecture: Literal["arm64", "x86_64"] = Field(default="arm64", description="Processor of the functions")
    lambda_runtime: Annotated[str, StringConstraints(pattern=r"^python3\.1[1-4]$")] = Field(
        default="python3.13", description="Lambda runtime of the functions"
    )
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = Field(default="INFO", description="Lowest level that functions log")
    maximum_phase: Phase = Field(default="scale", description="Holds workloads back in an earlier phase; never pushes one ahead")
    workloads: tuple[Name, ...] = Field(default=(), description="Only these workloads; empty: all. For the local stack")

    @field_validator("endpoint_url", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return value or None

    @field_validator("log_retention_days")
    @classmethod
    def _known_retention(cls, value: int) -> int:
        if value not in RETENTION_DAYS:
            raise ValueError(f"must be one of CloudWatch Logs' values: {', '.join(map(str, RETENTION_DAYS))}")
        return value

    @model_validator(mode="after")
    def _whole_stack(self) -> "Settings":
        if self.workloads and not self.endpoint_url:
            raise ValueError("workloads: may be filtered on the local stack only; a stack on AWS always holds all of them")
        return self

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`, which every ARN begins with."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rpartition("-")[0].rpartition("-")[0], "aws")

    @property
    def boundary_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:policy/{self.boundary_policy_name}"


def load_settings(values: Mapping[str, object], file: str) -> Settings:
    """The settings of one stack from its configuration. Raises ProblemsError with everything that is wrong with it."""
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        raise ProblemsError(problems_of(error, Settings, file)) from None
