"""Secrets, parameters and schemas: what is refused before any call, and what deletion really does."""

from typing import Any

import pytest

from . import wire

pytestmark = pytest.mark.emulator

SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
ROTATION, PARAMETER = "aws:secretsmanager/secretRotation:SecretRotation", "aws:ssm/parameter:Parameter"
REGISTRY, SCHEMA = "aws:schemas/registry:Registry", "aws:schemas/schema:Schema"


FINE: dict[str, dict[str, Any]] = {
    SECRET: {"name": "credit-bureau"},
    VERSION: {"secretId": "credit-bureau", "secretString": "s"},
    ROTATION: {"secretId": "credit-bureau", "rotationRules": {"automaticallyAfterDays": 30}},
    PARAMETER: {"name": "/loans/limits", "type": "String", "value": "1"},
    REGISTRY: {"name": "notifications"},
    SCHEMA: {"name": "NotificationRequested", "registryName": "notifications", "type": "JSONSchemaDraft4", "content": "{}"},
}

REFUSED = [
    (SECRET, {"recoveryWindowInDays": 3}, "recoveryWindowInDays", "recoveryWindowInDays=3: must be 0, or 7 to 30"),
    (SECRET, {"policy": "{}"}, "policy", "policy: the embedded cloud's provider does not send it; use secretsmanager.SecretPolicy"),
    (SECRET, {"name": "credit bureau"}, "name", "name='credit bureau': must match [A-Za-z0-9/_+=.@-]+"),
    (VERSION, {"secretString": None}, "secretString", "exactly one of secretString, secretBinary has to be given; here: none"),
    (ROTATION, {"rotationRules": {"automaticallyAfterDays": 3, "scheduleExpression": "rate(3 days)"}}, "rotationRules",
     "exactly one of automaticallyAfterDays, scheduleExpression has to be given in rotationRules; here: automaticallyAfterDays, scheduleExpression"),
    (ROTATION, {"rotationRules": {"automaticallyAfterDays": 1001}}, "rotationRules.automaticallyAfterDays", "rotationRules.automaticallyAfterDays=1001: must be 1 to 1000"),
    (PARAMETER, {"name": "loans/limits"}, "name", "name='loans/limits': must match "),
    (PARAMETER, {"name": "/aws/limits"}, "name", "name='/aws/limits': must match "),
    (PARAMETER, {"value": "x" * 4097}, "value", "value: has 4097 bytes, must have at most 4096 (8192 with tier Advanced)"),
    (PARAMETER, {"keyId": "alias/one"}, "keyId", "keyId: is for type SecureString, not String"),
    (SCHEMA, {"type": "JSONSchemaDraft7"}, "type", "type='JSONSchemaDraft7': must be one of JSONSchemaDraft4, OpenApi3"),
    (SCHEMA, {"content": "<xml/>"}, "content", "content: is no JSON document: "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "wrong", "property", "told"), REFUSED, ids=[f"{each[0].split(':')[2]}-{each[2]}" for each in REFUSED]
)
def test_what_aws_refuses_is_refused_before_the_call(
    provider: wire.Provider, token: str, wrong: dict, property: str, told: str
) -> None:
    inputs = {key: value for key, value in {**FINE[token], **wrong}.items() if value is not None}
    assert provider.check(token, FINE[token])[1] == []
    found = provider.check(token, inputs)[1]
    assert [(name, reason[: len(told)]) for name, reason in found] == [(property, told)]


def test_a_deleted_secret_waits_and_its_name_is_taken(provider: wire.Provider, client: Any) -> None:
    """As on AWS: make the secret with recoveryWindowInDays=0 where that is in the way."""
    waiting = provider.make(SECRET, {"name": "waiting"})
    provider.delete(SECRET, waiting[0], waiting[1])
    assert client("secretsmanager").describe_secret(SecretId=waiting[0])["DeletedDate"]
    assert provider.read(SECRET, waiting[0], waiting[1], waiting[2])[0] == ""
    gone = provider.make(SECRET, {"name": "gone", "recoveryWindowInDays": 0})
    provider.delete(SECRET, gone[0], gone[1])
    with pytest.raises(client("secretsmanager").exceptions.ResourceNotFoundException):
        client("secretsmanager").describe_secret(SecretId=gone[0])


def test_a_new_version_is_current_and_the_old_one_stays_readable(provider: wire.Provider, client: Any) -> None:
    _, secret, _ = provider.make(SECRET, {"name": "turning", "recoveryWindowInDays": 0})
    old_id, old, _ = provider.make(VERSION, {"secretId": secret["arn"], "secretString": "one"})
    _, new, _ = provider.make(VERSION, {"secretId": secret["arn"], "secretString": "two"})
    assert client("secretsmanager").get_secret_value(SecretId="turning")["SecretString"] == "two"
    found = provider.read(VERSION, old_id, old, {"secretId": secret["arn"], "secretString": "one"})
    assert (found[1]["secretString"], found[1]["versionStages"]) == ("one", ["AWSPREVIOUS"])
    provider.delete(VERSION, old_id, old)
    assert client("secretsmanager").get_secret_value(SecretId="turning", VersionId=new["versionId"])["SecretString"] == "two"
    provider.delete(SECRET, secret["arn"], secret)


def test_a_version_with_a_label_of_its_own_is_current_only_if_it_is_the_first(provider: wire.Provider, client: Any) -> None:
    """As PutSecretValue does on AWS; the emulator would leave the secret without a current version."""
    _, secret, _ = provider.make(SECRET, {"name": "labelled", "recoveryWindowInDays": 0})
    _, first, _ = provider.make(VERSION, {"secretId": secret["arn"], "secretString": "{}", "versionStages": ["INITIAL"]})
    held = client("secretsmanager").describe_secret(SecretId="labelled")["VersionIdsToStages"]
    assert sorted(held[first["versionId"]]) == ["AWSCURRENT", "INITIAL"]
    client("secretsmanager").put_secret_value(SecretId="labelled", SecretString="set by somebody")
    provider.make(VERSION, {"secretId": secret["arn"], "secretString": "{}", "versionStages": ["LATER"]})
    assert client("secretsmanager").get_secret_value(SecretId="labelled")["SecretString"] == "set by somebody"
    provider.delete(SECRET, secret["arn"], secret)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_rotation_that_does_not_begin_at_once_leaves_the_current_version(provider: wire.Provider, client: Any, at_once: bool) -> None:
    """The emulator makes a copy of the value the current version in any case."""
    name = f"rotated-{at_once}".lower()
    _, secret, _ = provider.make(SECRET, {"name": name, "recoveryWindowInDays": 0})
    _, version, _ = provider.make(VERSION, {"secretId": secret["arn"], "secretString": "one"})
    rules = {"automaticallyAfterDays": 30}
    provider.make(ROTATION, {"secretId": secret["arn"], "rotationRules": rules, "rotateImmediately": at_once})
    current = client("secretsmanager").get_secret_value(SecretId=name)
    assert (current["VersionId"] == version["versionId"], current["SecretString"]) == (not at_once, "one")
    assert client("secretsmanager").describe_secret(SecretId=name)["RotationRules"] == {"AutomaticallyAfterDays": 30}
    provider.delete(SECRET, secret["arn"], secret)


def test_schemas_are_kept_in_state_with_the_arns_of_aws(provider: wire.Provider) -> None:
    id, registry, _ = provider.make(REGISTRY, FINE[REGISTRY])
    assert (id, registry["arn"]) == ("notifications", f"arn:aws:schemas:{wire.REGION}:{wire.ACCOUNT}:registry/notifications")
    id, schema, _ = provider.make(SCHEMA, FINE[SCHEMA])
    assert id == "NotificationRequested/notifications" and schema["version"] == "1"
    assert schema["arn"] == f"arn:aws:schemas:{wire.REGION}:{wire.ACCOUNT}:schema/notifications/NotificationRequested"
