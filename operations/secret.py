"""A value for a secret, which the platform makes without one."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Iterator

from operations.clients import clients_in
from operations.errors import OperationError
from operations.inventory import secret_of
from platform_contract.inventory import Inventory

LONGEST_BYTES = 65536
"""Secrets Manager's limit for a secret's value (Secrets Manager quotas)."""


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Makes what was typed or piped in the current value. The value is never an argument: those are seen by others, and kept by shells."""
    name = secret_of(inventory, options.name)
    value = _typed(options.name)
    if not value:
        raise OperationError("the value is empty: nothing was changed")
    if len(value.encode()) > LONGEST_BYTES:
        raise OperationError(f"the value has {len(value.encode()):,} bytes: Secrets Manager takes {LONGEST_BYTES:,}; nothing was changed")
    version = clients_in(inventory.region)("secretsmanager").put_secret_value(SecretId=name, SecretString=value)["VersionId"]
    yield f"{name} has a new value, version {version}. Functions that have read it keep the old one for up to five minutes."


def _typed(name: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"value of {name} (not shown): ")
    return sys.stdin.read().rstrip("\n")
