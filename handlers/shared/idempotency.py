"""Requests that may be sent twice: the same key and caller get the same answer, and the work is done once.

Apart from HTTP, because importing it costs boto3: functions that do not retry do not pay for it.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyValidationError,
)

from shared.errors import Problem
from shared.idempotency_keys import HEADER, reused
from shared.writes import Recognising


class Idempotency:
    """Remembers answers by operation, caller and key in the workload's idempotency table.

    `operation` is the prefix of every key: it must survive renamed functions and moved modules, or a retry that spans a
    deployment is done twice. The table has partition key `id` and TTL attribute `expiration`.
    """

    def __init__(self, operation: str, table_name: str, expires_after_seconds: int, client: Any) -> None:
        self._config = IdempotencyConfig(
            event_key_jmespath="[caller, key]",
            payload_validation_jmespath="payload",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=expires_after_seconds,
            hash_function="sha256",  # the default, MD5, is refused where FIPS is required
        )

        def once(*, request: dict[str, Any], work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
            return work()

        # As it is, a call whose answer was lost would find its own key at work, and be told so until the function's time is over.
        recognising: Any = Recognising(client)
        self._once = idempotent_function(
            once,
            data_keyword_argument="request",
            persistence_store=DynamoDBPersistenceLayer(table_name=table_name, boto3_client=recognising),
            config=self._config,
            key_prefix=operation,
        )

    def run(
        self, context: Any, *, caller: str, key: str, payload: dict[str, Any], work: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """The result of `work`, or of the earlier call with this caller, key and payload.

        Raises Problem 409 while that call is still at work, 422 where it had another payload. When `work` raises, the key
        is free again. `context` is Lambda's: its remaining time frees the key of a call that timed out.
        """
        self._config.register_lambda_context(context)
        try:
            return self._once(request={"caller": caller, "key": key, "payload": payload}, work=work)
        except IdempotencyValidationError:
            raise reused() from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise Problem(
                409, "a request with this key is still at work; try again in a second", HEADER, {"retry-after": "1"}
            ) from None
