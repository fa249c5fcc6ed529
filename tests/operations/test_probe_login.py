"""What a probe proves itself with: a user with a password that nobody sees, its API key, both in its secret."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from operations import probe
from operations.errors import OperationError
from operations.inventory import function_of, schedule_of, secret_of
from platform_contract.inventory import Inventory
from tests.operations.fake_aws import inventory

FUNCTION = {"physical_name": "dev-shop-probe", "alias_arn": "-", "log_group": "/aws/lambda/dev-shop-probe", "timeout_seconds": 60, "failures_url": ""}
PROBE = {"function": FUNCTION, "secret_name": "dev-shop-probe.secret", "key_id": "", "issuer": "pool", "left_out": {}}


def stack(**changes: Any) -> Inventory:
    plain = inventory("dev-shop-api").to_plain()
    plain["identity"] = {"issuer": "https://id.example.com", "user_pool_id": "pool-1", "client_id": "c"}
    plain["workloads"]["shop"] |= {"probe": {**PROBE, **changes} if changes.get("probe", True) else None}
    plain["workloads"]["shop"]["schedules"] = {"probe-run": {"physical_name": "dev-shop-probe", "group_name": "dev-shop-probe"}}
    return Inventory.model_validate(plain)


class Aws:
    """Cognito, API Gateway and Secrets Manager, as far as the verb calls them."""

    class exceptions:
        class UsernameExistsException(Exception):
            pass

    def __init__(self) -> None:
        self.users: set[str] = set()
        self.passwords: list[str] = []
        self.kept: dict[str, Any] = {}

    def admin_create_user(self, UserPoolId: str, Username: str, MessageAction: str, UserAttributes: list[dict[str, str]]) -> None:
        assert (UserPoolId, MessageAction) == ("pool-1", "SUPPRESS"), "nobody receives its mail"
        if Username in self.users:
            raise self.exceptions.UsernameExistsException
        self.users.add(Username)

    def admin_set_user_password(self, UserPoolId: str, Username: str, Password: str, Permanent: bool) -> None:
        assert Username in self.users and Permanent
        self.passwords.append(Password)

    def get_api_key(self, apiKey: str, includeValue: bool) -> dict[str, str]:
        assert (apiKey, includeValue) == ("key-1", True)
        return {"name": "dev-shop-rest-probe", "value": "v4lue"}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:
        self.kept[SecretId] = json.loads(SecretString)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(probe, "clients_in", lambda region: lambda service: made)
    return made


def said(given: Inventory) -> list[str]:
    return list(probe.lines(SimpleNamespace(workload="shop"), given))  # type: ignore[arg-type]


def test_it_gets_a_user_of_its_own_and_a_password_that_nobody_sees(aws: Aws):
    told = said(stack())
    assert told == [
        "the user probe-shop@dev.invalid of pool-1 is new; it is in no group",
        "dev-shop-probe.secret holds username and password: the next run uses it, and `run-schedule shop/probe` is one",
    ]  # fmt: skip
    [password] = aws.passwords
    assert aws.kept == {"dev-shop-probe.secret": {"username": "probe-shop@dev.invalid", "password": password}}
    assert not any(password in line for line in told)


def test_again_it_gets_another_password(aws: Aws):
    said(stack())
    assert said(stack())[0] == "the user probe-shop@dev.invalid of pool-1 has a new password; it is in no group"
    assert len(set(aws.passwords)) == 2 and aws.kept["dev-shop-probe.secret"]["password"] == aws.passwords[-1]


def test_passwords_are_what_the_pool_asks_for(aws: Aws):
    for _ in range(50):
        said(stack())
    for password in aws.passwords:
        assert len(password) == 32 and all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[-_.!+]"))


def test_a_client_of_a_rest_api_gets_its_key(aws: Aws):
    assert said(stack(issuer="", key_id="key-1"))[0] == "its API key is dev-shop-rest-probe"
    assert aws.kept == {"dev-shop-probe.secret": {"api_key": "v4lue"}} and aws.passwords == []


def test_with_another_issuer_people_make_its_client(aws: Aws):
    with pytest.raises(OperationError, match=r'come from https://id\.example\.com: make a client there .*"scope", "audience", "api_key".*`python -m operations secret shop/probe`'):
        said(stack(issuer="issuer", key_id="key-1"))
    assert aws.kept == {}


def test_what_needs_nothing_gets_nothing(aws: Aws):
    assert said(stack(issuer="", secret_name="")) == ["the probe of shop needs nothing but its role"]


def test_a_workload_without_a_probe_is_told_so(aws: Aws):
    plain = stack().to_plain()
    plain["workloads"]["shop"]["probe"] = None
    with pytest.raises(OperationError, match="the workload shop in dev has no probe: it is not in the phase scale, or no smoke request is on a route of it"):
        said(Inventory.model_validate(plain))


def test_its_log_its_secret_and_its_schedule_have_names():
    given = stack()
    assert function_of(given, "shop/probe").log_group == "/aws/lambda/dev-shop-probe"
    assert secret_of(given, "shop/probe") == "dev-shop-probe.secret"
    assert schedule_of(given, "shop/probe").physical_name == "dev-shop-probe"
