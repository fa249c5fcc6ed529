"""loans' part in the rotation of the bureau's key: hands it over, tries it, and says clearly why it cannot."""

import json
import uuid

import pytest
from handler_support import Context, make_table, numbers

from tests.fakes.bureau import Bureau

OLD, NEW = "key-of-today", "key-of-tomorrow"


@pytest.fixture
def secret(aws) -> str:
    name = f"bureau-{next(numbers)}"
    return str(aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"api_key": OLD}))["ARN"])


@pytest.fixture
def pending(aws, secret) -> str:
    token = str(uuid.uuid4())
    text = json.dumps({"api_key": NEW})
    aws.client("secretsmanager").put_secret_value(SecretId=secret, ClientRequestToken=token, VersionStages=["AWSPENDING"], SecretString=text)
    return token


@pytest.fixture
def bureau():
    with Bureau(keys={OLD}) as fake:
        yield fake


@pytest.fixture
def run(aws, monkeypatch, secret, pending, bureau):
    from loans import rotate_key

    parameter = f"/test/bureau-url-{next(numbers)}"
    aws.client("ssm").put_parameter(Name=parameter, Value=bureau.url, Type="String")
    monkeypatch.setenv("WORKLOAD", "loans")
    monkeypatch.setenv("SECRET_BUREAU", secret.rpartition(":")[2][:-7])  # the ARN's last part without the dash and six characters
    monkeypatch.setenv("TABLE_BREAKERS", make_table(aws, "name"))
    monkeypatch.setenv("PARAMETER_BUREAU_URL", parameter)
    rotate_key.parts.cache_clear()

    def step(name: str, **change) -> None:
        event = {"step": name, "secret_id": secret, "version_id": pending, **change}
        assert rotate_key.handler(event, Context(remaining_milliseconds=20_000)) is None

    yield step
    rotate_key.parts.cache_clear()


def test_the_new_key_is_handed_over_with_the_old_one_and_both_are_good(run, bureau):
    run("setSecret")
    assert bureau.keys == {OLD, NEW}
    (seen,) = bureau.seen
    assert (seen.path, seen.headers["authorization"], seen.body) == ("/v1/keys/next", f"Bearer {OLD}", {"api_key": NEW})
    run("testSecret")
    assert (bureau.seen[-1].path, bureau.seen[-1].headers["authorization"]) == ("/v1/keys/current", f"Bearer {NEW}")


def test_to_test_changes_nothing_at_the_bureau(run, bureau):
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure, match="the new key is not accepted"):
        run("testSecret")
    assert bureau.keys == {OLD}


def test_another_secret_is_not_handed_over(run, aws, bureau):
    from shared.errors import PermanentFailure

    other = aws.client("secretsmanager").create_secret(Name=f"other-{uuid.uuid4().hex}", SecretString=json.dumps({"api_key": NEW}))["ARN"]
    with pytest.raises(PermanentFailure, match=r"^secret_id: is not the ARN of the secret "):
        run("setSecret", secret_id=other)
    assert bureau.keys == {OLD} and bureau.seen == []


def test_twice_is_once(run, bureau):
    run("setSecret")
    run("setSecret")
    assert bureau.keys == {OLD, NEW}


def test_a_key_that_was_handed_over_before_the_old_one_was_withdrawn_is_fine(run, bureau):
    bureau.keys = {NEW}
    run("setSecret")
    assert [seen.answered for seen in bureau.seen] == ["401", "ok"]


def test_an_old_key_that_is_not_accepted_any_more_is_a_failure(run, bureau):
    from shared.errors import PermanentFailure

    bureau.keys = {"somebody else's"}
    with pytest.raises(PermanentFailure, match="bureau: answered 401; the new key is not accepted"):
        run("setSecret")


@pytest.mark.parametrize("word", ["400", "404", "redirect"])
def test_a_bureau_that_does_not_take_it_is_a_failure_for_good(run, bureau, word):
    from shared.errors import PermanentFailure

    bureau.then(word)
    with pytest.raises(PermanentFailure) as raised:
        run("setSecret")
    assert NEW not in str(raised.value) and OLD not in str(raised.value)
    assert bureau.keys == {OLD}


def test_what_passes_is_tried_again(run, bureau):
    bureau.then("500", "cut")
    run("setSecret")
    assert [seen.answered for seen in bureau.seen] == ["500", "cut", "ok"]


def test_a_bureau_that_is_down_is_a_failure_that_may_pass_and_counts_for_the_circuit(run, bureau):
    from shared.errors import TransientFailure

    bureau.default = "500"
    for _ in range(5):
        with pytest.raises(TransientFailure):
            run("setSecret")
    told = len(bureau.seen)
    with pytest.raises(TransientFailure, match="not called, it failed too often"):
        run("setSecret")
    assert len(bureau.seen) == told, "the circuit is open"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "finishSecret"}, "step: Input should be 'setSecret' or 'testSecret'"),
        ({"version_id": "short"}, "version_id: String should have at least 32 characters"),
        ({"value": NEW}, "value: Extra inputs are not permitted"),
    ],
)
def test_what_is_no_step_is_refused(run, change, told):
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure) as raised:
        run(**{"name": "setSecret", **change})
    assert str(raised.value) == told


def test_a_version_that_is_not_there_may_be_there_later(run):
    from shared.errors import TransientFailure

    with pytest.raises(TransientFailure, match="cannot be read"):
        run("setSecret", version_id=str(uuid.uuid4()))


def test_a_value_of_another_form_is_not_quoted(run, aws, secret, bureau):
    from shared.errors import PermanentFailure

    aws.client("secretsmanager").put_secret_value(SecretId=secret, SecretString='{"apikey": "hush"}')
    with pytest.raises(PermanentFailure) as raised:
        run("setSecret")
    assert str(raised.value) == f"secret {secret}, AWSCURRENT: api_key is not as ApiCredential says"
    assert bureau.seen == []


def test_the_version_is_the_correlation_id_and_no_key_is_logged(run, bureau, log, pending):
    run("setSecret")
    run("testSecret")
    done = [line for line in log.all() if line["message"] == "rotation step done"]
    assert [(line["step"], line["correlation_id"]) for line in done] == [("setSecret", pending), ("testSecret", pending)]
    assert OLD not in str(log.all()) and NEW not in str(log.all())
    assert {seen.headers["x-correlation-id"] for seen in bureau.seen} == {pending}
