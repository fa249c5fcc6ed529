"""Secrets: kept for a while, read anew once after a refusal, never in a text that somebody may log."""

import pytest
from handler_support import numbers


@pytest.fixture
def name(aws) -> str:
    name = f"secret-{next(numbers)}"
    aws.client("secretsmanager").create_secret(Name=name, SecretString='{"api_key": "first-key"}')
    return name


@pytest.fixture
def reads(aws, monkeypatch) -> list[str]:
    from shared.clients import client

    real, seen = client("secretsmanager").get_secret_value, []

    def counted(**options):
        seen.append(options["SecretId"])
        return real(**options)

    monkeypatch.setattr(client("secretsmanager"), "get_secret_value", counted)
    return seen


@pytest.fixture
def secret(name, reads):
    from shared.clients import client
    from shared.secrets import ApiCredential, Secret

    return Secret(client("secretsmanager"), name, ApiCredential, cache_seconds=60)


def rotate(aws, name: str, text: str) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)


def key(credential) -> str:
    return credential.api_key.get_secret_value()


def test_it_is_read_once_and_kept(secret, reads):
    assert [key(secret.value()) for _ in range(3)] == ["first-key"] * 3
    assert len(reads) == 1


def test_it_is_read_again_when_its_time_is_over(secret, reads, name, aws):
    from datetime import datetime, timedelta

    secret.value()
    rotate(aws, name, '{"api_key": "second-key"}')
    assert key(secret.value()) == "first-key"
    for stored, kept in list(secret._provider.store.items()):
        assert timedelta(seconds=50) < kept.ttl - datetime.now() <= timedelta(seconds=60)
        secret._provider.store[stored] = kept._replace(ttl=datetime.now() - timedelta(seconds=1))
    assert key(secret.value()) == "second-key"


def test_after_a_refusal_the_rotated_value_is_used_at_once(secret, reads, name, aws):
    from shared.external import Refused, with_credential

    secret.value()
    rotate(aws, name, '{"api_key": "second-key"}')
    tried: list[str] = []

    def use(credential):
        tried.append(key(credential))
        if tried[-1] == "first-key":
            raise Refused("bureau: answered 401")
        return "done"

    assert with_credential(secret, use) == "done"
    assert (tried, len(reads)) == (["first-key", "second-key"], 2)
    assert with_credential(secret, use) == "done"  # the new one is kept
    assert (len(tried), len(reads)) == (3, 2)


def test_a_refusal_without_rotation_is_not_tried_again(secret, reads):
    from shared.errors import PermanentFailure
    from shared.external import Refused, with_credential

    tried = []

    def use(credential):
        tried.append(1)
        raise Refused("bureau: answered 401")

    with pytest.raises(PermanentFailure, match=r"^bureau: answered 401; the credential is refused$"):
        with_credential(secret, use)
    assert (len(tried), len(reads)) == (1, 2)


def test_if_the_rotated_one_is_refused_too_it_ends_there(secret, name, aws):
    from shared.errors import PermanentFailure
    from shared.external import Refused, with_credential

    secret.value()
    rotate(aws, name, '{"api_key": "second-key"}')
    tried = []

    def use(credential):
        tried.append(1)
        raise Refused("bureau: answered 403")

    with pytest.raises(PermanentFailure, match="the one after its rotation too"):
        with_credential(secret, use)
    assert len(tried) == 2


def test_what_another_thread_has_read_meanwhile_is_not_read_again(secret, reads, name, aws):
    refused = secret.value()
    rotate(aws, name, '{"api_key": "second-key"}')
    assert key(secret.refreshed(refused)) == key(secret.refreshed(refused)) == "second-key"
    assert len(reads) == 2


@pytest.mark.parametrize("text", ['{"api_key": ""}', '{"key": "top-secret"}', "top-secret", '["top-secret"]', '{"api_key": ["top-secret"]}'])
def test_a_secret_of_another_shape_is_permanent_and_not_quoted(secret, name, aws, text, log):
    from shared.errors import PermanentFailure
    from shared.observability import logger

    rotate(aws, name, text)
    with pytest.raises(PermanentFailure, match=f"^secret {name} is not a ApiCredential") as caught:
        secret.value()
    logger.error("failed", exc_info=caught.value)
    assert "top-secret" not in str(caught.value) + log.stream.getvalue()


def test_a_secret_that_is_not_there_may_be_there_later(aws):
    from shared.clients import client
    from shared.errors import TransientFailure
    from shared.secrets import ApiCredential, Secret

    with pytest.raises(TransientFailure, match="secret gone cannot be read") as caught:
        Secret(client("secretsmanager"), "gone", ApiCredential).value()
    assert caught.value.reason == "secret-unreadable"


def test_printing_it_shows_nothing(secret, log):
    from shared.observability import logger

    credential = secret.value()
    logger.info("credential", credential=str(credential), again=repr(credential), dumped=str(credential.model_dump()))
    assert "first-key" not in log.stream.getvalue()


@pytest.mark.parametrize("seconds", [0, 4, 3601])
def test_the_time_in_memory_is_bounded(aws, seconds):
    from shared.clients import client
    from shared.secrets import ApiCredential, Secret

    with pytest.raises(ValueError, match="must be from 5 to 3600 seconds"):
        Secret(client("secretsmanager"), "x", ApiCredential, cache_seconds=seconds)


def test_a_secret_that_rotates_and_has_no_value_yet_may_have_one_later(secret, name, aws):
    """The first version of one that rotates holds nothing until somebody sets it: callers go on as without the other side."""
    from platform_contract.kinds.secret import limits as standard
    from shared.errors import TransientFailure
    from shared.secrets import NOT_SET

    assert NOT_SET == standard.INITIAL_TEXT
    rotate(aws, name, NOT_SET)
    with pytest.raises(TransientFailure, match=f"^secret {name} has no value yet$") as caught:
        secret.value()
    assert caught.value.reason == "secret-unreadable"
