"""Classes of data: what `data_class` of a manifest decides about the key, the logs, what they redact and who may read.

One row for each class; everything that depends on the class reads it here. Why so: docs/decisions/0007-data-class.md.
"""

from dataclasses import dataclass
from typing import Any, Literal

DataClass = Literal["public", "internal", "confidential", "restricted"]
"""From the least to the most secret."""

KeyUsers = Literal["account", "services", "named"]
Redacts = Literal["nothing", "personal", "unlisted"]

PERSONAL = ("EmailAddress", "CreditCardNumber", "CreditCardSecurityCode", "CreditCardExpiration")
SECRETS = ("AwsSecretKey", "OpenSshPrivateKey", "PgpPrivateKey", "PkcsPrivateKey", "PuttyPrivateKey")
"""Managed data identifiers of CloudWatch Logs that find little else. Source: its guide, "CloudWatch Logs managed data identifiers for sensitive
data types". Few for confidential data: each more of them finds more that is none."""

_ACCOUNTS = tuple(f"BankAccountNumber-{country}" for country in ("DE", "ES", "FR", "GB", "IT", "US"))
_PHONES = tuple(f"PhoneNumber-{country}" for country in ("BR", "DE", "ES", "FR", "GB", "IT", "US"))
IDENTIFYING = ("Name", "Address", "IpAddress", "LatLong", *_ACCOUNTS, *_PHONES)
"""Those that also find what only may be personal: for restricted data, where a masked field too many does no harm."""


@dataclass(frozen=True)
class Rules:
    """What a class decides."""

    key_users: KeyUsers
    """Who may use the workload's key, and so read what lies under it: see KEY_USERS."""
    least_log_days: int
    """Days that logs are kept at least outside of the embedded cloud."""
    most_log_days: int
    """Days that logs are kept at most."""
    redacts: Redacts
    """What the logger of the functions masks: see REDACTS."""
    masked_identifiers: tuple[str, ...]
    """What CloudWatch Logs looks for and masks in every log group of the workload; nothing: no data protection policy."""


CLASSES: dict[str, Rules] = {
    "public": Rules("account", 1, 731, "nothing", ()),
    "internal": Rules("account", 1, 731, "nothing", ()),
    "confidential": Rules("services", 30, 1827, "personal", (*PERSONAL, *SECRETS)),
    "restricted": Rules("named", 90, 3653, "unlisted", (*PERSONAL, *SECRETS, *IDENTIFYING)),
}
"""Class -> what it decides. Least days: who read it must stay answerable for as long as an incident usually takes to be found. Most
days: cost, and data kept longer than needed. Choices of this platform. Every class has a customer-managed key of its workload."""

KEY_USERS: dict[str, str] = {
    "account": "whoever IAM of the account allows it",
    "services": "its own roles; besides them whoever IAM of the account allows it, but only through a service of the region, and grants only to services",
    "named": "its own roles, and those that `restricted_data` of the stack's settings names: deploying and break-glass roles. Not an administrator with every "
    "permission of IAM, unless they change the key's policy, which is in the trail",
}
"""Who may use the key -> in words. Administration (the key's policy, rotation, deletion) stays with IAM of the account, or nobody could
mend a wrong policy."""

REDACTS: dict[str, str] = {
    "nothing": "nothing",
    "personal": "fields with the name of something personal or secret, and e-mail addresses, telephone, card and account numbers and credentials in any text, errors included",
    "unlisted": "all of that, and every field that is not in the list of ids, counts and durations; of errors it keeps the type and the place",
}
"""What the logger masks -> in words; the names and patterns are in handlers/shared/redaction.py."""

IDENTIFIER_ARN = "arn:{partition}:dataprotection::aws:data-identifier/{name}"
PROTECTION_VERSION = "2021-06-01"
PROTECTION_CHARACTERS = 30_720
"""Longest data protection policy. Source: CloudWatch Logs API reference, PutDataProtectionPolicy."""


def protection_document(data_class: str, partition: str) -> dict[str, Any] | None:
    """The data protection policy of a log group, as CloudWatch Logs takes it; None for classes whose logs are shown as they are.

    Two statements with the same identifiers: one finds, one masks. Findings go nowhere but into the metric LogEventsWithFindings.
    """
    identifiers = [IDENTIFIER_ARN.format(partition=partition, name=name) for name in CLASSES[data_class].masked_identifiers]
    if not identifiers:
        return None
    return {
        "Name": data_class, "Description": f"Masks personal and secret data in logs of {data_class} workloads.", "Version": PROTECTION_VERSION,
        "Statement": [
            {"Sid": "Find", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": {}}}},
            {"Sid": "Mask", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    }  # fmt: skip
