"""Physical names: deterministic, so that ARNs and policies are known before an update, and within each service's limits."""

import re
from dataclasses import dataclass
from typing import Protocol


class Place(Protocol):
    """What names depend on beside the workload: `Settings` is one."""

    environment: str
    account_id: str
    region: str

    @property
    def partition(self) -> str: ...


@dataclass(frozen=True)
class Limit:
    """What a service accepts as a name, and where that is written."""

    characters: int
    pattern: str
    source: str
    fixed: str = ""
    """What follows the workload's parts: names that are global carry account and region."""


LIMITS = {
    "function": Limit(64, r"[A-Za-z0-9_-]+", "Lambda CreateFunction"),
    "role": Limit(64, r"[\w+=,.@-]+", "IAM CreateRole; IAM is global, so the region is in it", "-{region}"),
    "table": Limit(255, r"[A-Za-z0-9_.-]{3,}", "DynamoDB CreateTable"),
    "queue": Limit(80, r"[A-Za-z0-9_-]+", "SQS CreateQueue"),
    "dead_letter_queue": Limit(80, r"[A-Za-z0-9_-]+", "SQS CreateQueue", "-dead"),
    "bucket": Limit(63, r"[a-z0-9][a-z0-9-]{1,}[a-z0-9]", "S3 bucket naming rules; global, so account and region are in it", "-{account_id}-{region}"),
    "api": Limit(128, r".+", "API Gateway CreateApi"),
    "alarm": Limit(255, r"[^\x00-\x1f]+", "CloudWatch PutMetricAlarm"),
    "key_alias": Limit(256, r"alias/[A-Za-z0-9/_-]+", "KMS CreateAlias"),
    "log_group": Limit(512, r"[A-Za-z0-9._/#-]+", "CloudWatch Logs CreateLogGroup"),
    "topic": Limit(256, r"[A-Za-z0-9_-]+", "SNS CreateTopic"),
    "user_pool": Limit(128, r"[\w\s+=,.@-]+", "Cognito CreateUserPool"),
    "budget": Limit(100, r"[^:\\]+", "Budgets CreateBudget"),
    "layer": Limit(64, r"[A-Za-z0-9_-]+", "Lambda PublishLayerVersion allows 140; 64 keeps its ARN short"),
}  # fmt: skip


class NameTooLong(ValueError):
    """A name that the service would refuse. Never cut: two names cut alike would be one resource."""


def physical_name(kind: str, place: Place, *parts: str, generation: int = 1) -> str:
    """`{environment}-{part}-...` with what the kind needs. Raises NameTooLong naming the part to shorten.

    generation: above 1 it becomes part of the name, for a deliberate replacement of a resource that holds state.
    """
    limit = LIMITS[kind]
    own = "-".join(part for part in parts if part) + (f"-g{generation}" if generation > 1 else "")
    name = f"{place.environment}-{own}" + limit.fixed.format(region=place.region, account_id=place.account_id)
    if kind == "key_alias":
        name = f"alias/{name}"
    if len(name) > limit.characters:
        longest = max(parts, key=len)
        raise NameTooLong(
            f"gives the {kind.replace('_', ' ')} name {name!r} of {len(name)} characters, {limit.source} allows {limit.characters}; "
            f"shorten {longest!r} by {len(name) - limit.characters}"
        )
    if not re.fullmatch(limit.pattern, name):
        raise NameTooLong(
            f"gives the {kind.replace('_', ' ')} name {name!r}, which {limit.source} does not allow; it must match {limit.pattern}"
        )
    return name


def arn(place: Place, service: str, resource: str) -> str:
    """The ARN of a named resource; S3 and IAM leave out what is global there."""
    region = "" if service in ("s3", "iam") else place.region
    account = "" if service == "s3" else place.account_id
    return f"arn:{place.partition}:{service}:{region}:{account}:{resource}"


def function_log_group(function_name: str) -> str:
    return f"/aws/lambda/{function_name}"


def api_log_group(api_name: str) -> str:
    return f"/aws/apigateway/{api_name}"
