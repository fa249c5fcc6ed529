"""What AWS limits as a whole, each once with its source: documents that grow with a workload, and what an account holds in a region."""

from dataclasses import dataclass
from typing import Literal

from . import environment


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

NEARLY_FULL = 0.8
"""Share of a limit above which a plan says so, though it is kept."""
