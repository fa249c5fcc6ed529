"""What AWS limits as a whole, each once with its source: documents that grow with a workload, and what an account holds in a region."""

from dataclasses import dataclass
from typing import Literal

from platform_contract.platform import cloudfront, environment, lambda_


@dataclass(frozen=True)
class DocumentLimit:
    """How large a document may be."""

    what: str
    most: int
    unit: Literal["characters", "bytes"]
    """Characters: without white space, which IAM does not count."""
    source: str
    fix: str
    """What to do when one is larger."""


_IAM = 'IAM guide, "IAM and AWS STS quotas"'
_SPLIT = "split the function by what needs which"

DOCUMENTS: dict[str, DocumentLimit] = {
    "role": DocumentLimit(
        "all inline policies of a role together", 10_240, "characters", f"{_IAM}; cannot be raised", f"{_SPLIT}, or name fewer verbs",
    ),
    "trust": DocumentLimit(
        "trust policy of a role", 2048, "characters", f"{_IAM}; AWS raises it up to 8192", "let AWS raise the quota of the account",
    ),
    "boundary": DocumentLimit(
        "permissions boundary, a managed policy", 6144, "characters", f"{_IAM}; cannot be raised", "shorten `environment`, or allow fewer services",
    ),
    "function": DocumentLimit(
        "resource policy of a function's alias", 20_480, "bytes", 'Lambda guide, "Lambda quotas"; cannot be raised',
        "give the function fewer triggers: one event trigger with a wider pattern, or a function for each group of them",
    ),
    "environment": DocumentLimit(
        "environment variables of a function", environment.MAXIMUM_BYTES, "bytes",
        'Lambda guide, "Lambda quotas": names and values together; Lambda measures them as one JSON object',
        f"put large values into a file beside the code, or {_SPLIT}",
    ),
    "key": DocumentLimit(
        "policy of a key", 32_768, "bytes", 'KMS guide, "Resource quotas"; cannot be raised',
        "split the workload, or name fewer roles in `restricted_data`: the policy names each of them",
    ),
    "queue": DocumentLimit(
        "policy of a queue", 8192, "bytes", 'SQS guide, "Amazon SQS policy quotas"',
        "give the function fewer event triggers: the policy names the rule of each",
    ),
}  # fmt: skip
"""Kind of document -> its limit. Names have limits of their own: `names`, below."""

STATEMENT_ID_CHARACTERS = 100
"""Longest name of a statement in a function's policy: the provider makes it of the resource's name, with some letters of chance, and cuts it here.
Source: Lambda API reference, AddPermission."""



@dataclass(frozen=True)
class AccountQuota:
    """How many of something an account may hold."""

    what: str
    most: int | None
    """What AWS gives every account; None: no limit."""
    per: Literal["account", "account and region"]
    source: str
    fix: str
    """What to do when it is not enough."""


_RAISE = "let AWS raise the quota and write it into `account_quotas` of the stack's settings"
_MOVE = "bring some workloads up in another account"

ACCOUNT: dict[str, AccountQuota] = {
    "concurrent_executions": AccountQuota(
        "functions running at the same time", lambda_.ACCOUNT_CONCURRENCY, "account and region",
        'Lambda guide, "Lambda quotas": 1,000, and far less in a new account until it is used or a raise is asked for',
        f"lower reserved_concurrency in the stack's settings or in manifests, or {_RAISE}",
    ),
    "roles": AccountQuota("IAM roles", 1000, "account", 'IAM guide, "IAM and AWS STS quotas"; AWS raises it up to 10,000', f"{_RAISE}, or {_MOVE}"),
    "trace_groups": AccountQuota(
        "X-Ray groups", 25, "account and region", 'AWS General Reference, "AWS X-Ray endpoints and quotas": groups in an account; cannot be raised',
        f"set trace_groups to false in the stack's settings: traces are kept, and only their filters by workload go; or {_MOVE}",
    ),
    "trace_policies": AccountQuota(
        "X-Ray resource policies", 5, "account and region", "X-Ray API reference, PutResourcePolicy", "remove one that is not needed any more, or bring the stack up in another account",
    ),
    "deployment_strategies": AccountQuota(
        "AppConfig deployment strategies", 20, "account and region", 'AWS General Reference, "AWS AppConfig endpoints and quotas"; can be raised',
        _MOVE,
    ),
    "web_acls": AccountQuota(
        "web ACLs of APIs", 100, "account and region", 'WAF developer guide, "AWS WAF quotas"; can be raised', _MOVE,
    ),
    "cache_policies": AccountQuota(
        "cache policies", cloudfront.CACHE_POLICIES, "account", 'CloudFront developer guide, "Quotas"; can be raised',
        f"give routes of `http_api.cdn.cached` the same number of seconds: each number is a policy; or {_MOVE}",
    ),
    "alarms": AccountQuota(
        "CloudWatch alarms", None, "account and region", 'CloudWatch guide, "Using Amazon CloudWatch alarms": there is no limit to their number; each is billed', "",
    ),
}  # fmt: skip
"""What the stacks of an account share -> its quota. The first two can be raised, and stand in a stack's settings."""
