"""A circuit breaker whose state all runs share: one item per external API in a DynamoDB table, partition key `name`.

- closed: calls go through. A success costs no write unless failures were counted.
- open: after `failures` failed calls in a row within `window_seconds`; nobody calls for `pause_seconds`.
- half-open: the pause is over. One run wins the right to probe by a conditional write; its success closes the breaker, its
  failure opens it for another pause. A probe that never reports is forgotten after `probe_seconds`.

Libraries keep this state in the process, where every execution environment of Lambda would learn of an outage alone; what Powertools'
own lacks is in docs/decisions/0010-circuit-breaker.md.
Clocks of different runs are compared; Lambda's differ by milliseconds, pauses are seconds.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.observability import count, logger
from shared.writes import update_item


class CircuitOpen(Exception):
    """The external API is taken for broken: nothing was sent."""

    def __init__(self, name: str, retry_after_seconds: float) -> None:
        super().__init__(f"{name}: not called, it failed too often; next try in {retry_after_seconds:.0f} s")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class BreakerPolicy:
    """When to stop calling, and for how long. Times in seconds."""

    failures: int = 5
    window_seconds: float = 60
    pause_seconds: float = 30
    probe_seconds: float = 20
    """More than one call can take."""


@dataclass(frozen=True)
class Permit:
    """The right to call once."""

    probe: str | None = None
    """Id of the probe where the breaker is half-open: then the call must not be repeated."""
    had_failures: bool = False


class Breaker:
    """The breaker of one external API. Where its table is away, calls go through: it must not become the outage."""

    def __init__(
        self, client: Any, table: str, name: str, policy: BreakerPolicy | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._table = table
        self.name = name
        self._policy = policy or BreakerPolicy()
        self._wall = wall

    def enter(self) -> Permit:
        """Asks for the right to call. Raises CircuitOpen; every permit must be reported as `succeeded` or `failed`."""
        try:
            item = self._client.get_item(TableName=self._table, Key=self._key(), ConsistentRead=True).get("Item", {})
            if item.get("state", {}).get("S") != "open":
                return Permit(had_failures=int(item.get("failures", {}).get("N", "0")) > 0)
            return self._try_probe(int(item["open_until"]["N"]) / 1000)
        except CircuitOpen:
            raise
        except Exception as error:
            self._away(error)
            return Permit()

    def succeeded(self, permit: Permit) -> None:
        """The API answered, be it with a refusal of what was sent: it is there."""
        if permit.probe:
            if self._update(
                "SET #state = :closed, failures = :zero REMOVE probe, probe_until, open_until",
                "probe = :probe",
                {":closed": {"S": "closed"}, ":zero": {"N": "0"}, ":probe": {"S": permit.probe}},
            ):
                logger.info("circuit closed", api=self.name)
        elif permit.had_failures:
            self._update("SET failures = :zero", "#state <> :open", {":zero": {"N": "0"}, ":open": {"S": "open"}})

    def failed(self, permit: Permit) -> None:
        """The API did not answer, or not in a way that makes sense."""
        now = self._wall()
        until = _milliseconds(now + self._policy.pause_seconds)
        if permit.probe:
            self._update(
                "SET open_until = :until REMOVE probe, probe_until",
                "probe = :probe",
                {":until": until, ":probe": {"S": permit.probe}},
            )
            return
        failures = self._count_failure(now)
        opened = failures >= self._policy.failures and self._update(
            "SET #state = :open, open_until = :until REMOVE probe, probe_until",
            "attribute_not_exists(#state) OR #state <> :open",
            {":open": {"S": "open"}, ":until": until},
        )
        if opened:
            count("CircuitOpened")
            logger.warning("circuit opened", api=self.name, failures=failures, pause_seconds=self._policy.pause_seconds)

    def _try_probe(self, open_until: float) -> Permit:
        now = self._wall()
        if now < open_until:
            raise CircuitOpen(self.name, open_until - now)
        probe = uuid.uuid4().hex
        won = self._write(
            "SET probe = :probe, probe_until = :until",
            # The pause again: since it was read, another probe may have failed and begun a new one.
            "#state = :open AND open_until <= :now AND (attribute_not_exists(probe) OR probe_until < :now)",
            {
                ":open": {"S": "open"},
                ":now": _milliseconds(now),
                ":probe": {"S": probe},
                ":until": _milliseconds(now + self._policy.probe_seconds),
            },
        )
        if not won:
            raise CircuitOpen(self.name, 1)
        logger.info("circuit half-open", api=self.name)
        return Permit(probe=probe)

    def _count_failure(self, now: float) -> int:
        """Failures in a row, this one included; those before the window are forgotten."""
        values = {":since": _milliseconds(now - self._policy.window_seconds), ":one": {"N": "1"}, ":zero": {"N": "0"}}
        ways = (
            ("ADD failures :one", "window_started > :since AND failures > :zero", values),
            (
                "SET failures = :one, window_started = :now, #state = if_not_exists(#state, :closed)",
                "attribute_not_exists(window_started) OR window_started <= :since OR failures = :zero",
                {**values, ":now": _milliseconds(now), ":closed": {"S": "closed"}},
            ),
        )
        for change, condition, given in (*ways, ways[0]):  # the last one where another run has begun the window meanwhile
            counted = self._update(change, condition, given)
            if counted is None or counted:
                return counted or 0
        return 1

    def _update(self, change: str, condition: str, values: dict[str, Any]) -> int | None:
        """`_write`, but a table that is away is told and not raised: then None."""
        try:
            return self._write(change, condition, values)
        except Exception as error:
            self._away(error)
            return None

    def _write(self, change: str, condition: str, values: dict[str, Any]) -> int:
        """0 if the condition does not hold, else the failures that are counted now, at least 1."""
        names = {"ExpressionAttributeNames": {"#state": "state"}} if "#state" in change + condition else {}  # a reserved word
        written = update_item(
            self._client, TableName=self._table, Key=self._key(), UpdateExpression=change, ConditionExpression=condition,
            ExpressionAttributeValues=values, **names,
        )  # fmt: skip
        return max(1, int(written.item.get("failures", {}).get("N", "0"))) if written.done else 0

    def _key(self) -> dict[str, Any]:
        return {"name": {"S": self.name}}

    def _away(self, error: Exception) -> None:
        logger.warning("state of the circuit unknown, calls go through", api=self.name, reason=type(error).__name__)


def _milliseconds(seconds: float) -> dict[str, str]:
    return {"N": str(int(seconds * 1000))}
