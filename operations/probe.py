"""What a probe proves itself with, made anew: a user of its own in the managed pool, and the value of its API key."""

import json
import secrets
import string
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from operations.clients import clients_in
from operations.errors import OperationError
from operations.inventory import workload_of
from platform_contract.inventory import Inventory

PASSWORD_CHARACTERS = 32
SIGNS = "-_.!+"
"""Of those that Cognito counts as symbols, such as need no quoting anywhere."""


def user_of(inventory: Inventory, workload: str) -> str:
    """Name of the user: the pool takes addresses, and nobody receives mail under this one (RFC 2606)."""
    return f"probe-{workload}@{inventory.environment}.invalid"


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Gives the probe a password that nobody sees, and its key, both into its secret. Again: a new password. Raises OperationError."""
    probe, where = workload_of(inventory, options.workload).probe, f"the workload {options.workload} in {inventory.environment}"
    if probe is None:
        raise OperationError(f"{where} has no probe: it is not in the phase scale, or no smoke request is on a route of it")
    if not probe.secret_name:
        yield f"the probe of {options.workload} needs nothing but its role"
        return
    clients = clients_in(inventory.region)
    if probe.issuer == "issuer":
        raise OperationError(
            f"the tokens of {where} come from {inventory.identity.issuer}: make a client there that gets tokens by client credentials, then set "
            f'{{"client_id": ..., "client_secret": ...}} (perhaps "scope", "audience"{", " + chr(34) + "api_key" + chr(34) if probe.key_id else ""}) by '
            f"`python -m operations secret {options.workload}/probe`"
        )
    value: dict[str, str] = {}
    if probe.issuer == "pool":
        user = user_of(inventory, options.workload)
        value = {"username": user, "password": _new_password()}
        yield _make_user(clients("cognito-idp"), inventory.identity.user_pool_id, user, value["password"])
    if probe.key_id:
        key = clients("apigateway").get_api_key(apiKey=probe.key_id, includeValue=True)
        value["api_key"] = key["value"]
        yield f"its API key is {key['name']}"
    clients("secretsmanager").put_secret_value(SecretId=probe.secret_name, SecretString=json.dumps(value))
    yield f"{probe.secret_name} holds {' and '.join(name.replace('_', ' ') for name in value)}: the next run uses it, and `run-schedule {options.workload}/probe` is one"


def _make_user(cognito: Any, pool: str, user: str, password: str) -> str:
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS", UserAttributes=[
            {"Name": "email", "Value": user}, {"Name": "email_verified", "Value": "true"},
        ])  # fmt: skip
        told = "is new"
    except cognito.exceptions.UsernameExistsException:
        told = "has a new password"
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    return f"the user {user} of {pool} {told}; it is in no group"


def _new_password() -> str:
    """With one of each kind that the pool asks for."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SIGNS)
    chosen = [secrets.choice(kind) for kind in kinds] + [secrets.choice("".join(kinds)) for _ in range(PASSWORD_CHARACTERS - len(kinds))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)
