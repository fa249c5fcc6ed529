"""What Powertools' circuit breaker lacks (docs/decisions/0010-circuit-breaker.md). Where one of these fails, it can do it now: look again
whether it can take the place of `shared.breaker`."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, CircuitBreakerOpenError, base, circuit_breaker
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
from handler_support import items, make_table

from shared.external import Refused

SETTINGS: dict[str, Any] = {"failure_threshold": 5, "recovery_timeout": 30, "success_threshold": 1, "local_cache_max_age": 0}


class Circuit:
    """One of Powertools' circuits, in as many execution environments as calls are made."""

    def __init__(self, cloud, **settings: Any) -> None:
        self.cloud, self.table = cloud, make_table(cloud, "name")
        self._config = CircuitBreakerConfig(**{**SETTINGS, **settings})

    def call(self, work: Callable[[], Any], fresh: bool = True) -> Any:
        from shared.clients import client

        if fresh:  # what an execution environment keeps in memory
            base._LOCAL_FAILURES.clear()
            base._LOCAL_SUCCESSES.clear()
            base._LAST_OBSERVED_STATE.clear()
        store = CircuitBreakerDynamoDBPersistence(self.table, key_attr="name", boto3_client=client("dynamodb"))
        return circuit_breaker("bureau", store, config=self._config)(work)()

    def fail(self, fresh: bool = True) -> None:
        def work() -> None:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            self.call(work, fresh)

    def state(self) -> str | None:
        return next((item["state"]["S"] for item in items(self.cloud, self.table)), None)

    def pause_is_over(self) -> None:
        self.cloud.client("dynamodb").update_item(
            TableName=self.table, Key={"name": {"S": "bureau"}}, UpdateExpression="SET opened_at = :past",
            ExpressionAttributeValues={":past": {"N": "1000"}},
        )  # fmt: skip


def test_failures_are_counted_by_each_execution_environment_alone(aws):
    apart, together = Circuit(aws), Circuit(aws)
    for _ in range(20):
        apart.fail()
    assert apart.state() is None, "twenty failures in a row, of twenty environments"
    base._LOCAL_FAILURES.clear()
    for _ in range(5):
        together.fail(fresh=False)
    assert together.state() == "OPEN"


def test_a_refusal_that_shows_that_the_api_is_there_does_not_end_a_probe(aws):
    circuit = Circuit(aws, failure_threshold=1, ignored_exceptions=Refused)
    circuit.fail()
    circuit.pause_is_over()

    def refused() -> None:
        raise Refused("answered 401")

    with pytest.raises(Refused):
        circuit.call(refused)
    assert circuit.state() == "HALF_OPEN", "and nobody else calls until the lease is over"


def test_an_election_whose_answer_is_lost_is_lost_by_who_has_won_it(aws, losing):
    circuit = Circuit(aws, failure_threshold=1)
    circuit.fail()
    circuit.pause_is_over()
    losing.lose("PutItem", "half_open_owner")
    with pytest.raises(CircuitBreakerOpenError):
        circuit.call(lambda: "never called")
    assert (losing.lost, circuit.state()) == ("PutItem", "HALF_OPEN")
