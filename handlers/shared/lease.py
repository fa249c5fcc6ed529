"""A lease in DynamoDB: of several runs at once one does the work, and a run that lost its lease can do no more harm.

One item per lease: `name` (the table's partition key), `holder` (drawn for each acquisition), `held_until` (milliseconds
since 1970), `fence` (the fencing token: grows with every acquisition) and `last_work`. The item is never deleted, and it
has no attribute for time to live on purpose: with the item the last fencing token would be forgotten, and a run of long
ago would have the higher one.
"""

import time
import uuid
from collections.abc import Callable
from typing import Any

from shared.writes import transact_write_items, update_item

SKEW_SECONDS = 5.0
"""By so much the clocks of two runs may differ. Lambda's hosts take the time from Amazon's service, which keeps them within
milliseconds; a run waits these seconds longer than the lease says before it takes it from somebody."""
SHORTEST_SECONDS = 5.0


class LeaseTaken(Exception):
    """Another run holds the lease, or may hold it as far as the clocks can be trusted."""


class WorkDone(Exception):
    """The piece of work for which the lease is wanted was the last one that was done under it."""


class LeaseLost(Exception):
    """The lease has ended or somebody else has it: this run must stop and write nothing more."""


class Leases:
    """Leases in one table, through a low-level DynamoDB client. `wall` and `monotonic` are clocks in seconds."""

    def __init__(
        self,
        client: Any,
        table: str,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._table = table
        self._wall = wall
        self._monotonic = monotonic

    def acquire(self, name: str, seconds: float, work: str) -> "Lease":
        """The lease `name` for `seconds`, to do the piece of work `work` (such as the time for which a run was planned).

        Raises LeaseTaken, or WorkDone where `work` was the last to be released as done: a run that is delivered twice
        and starts after the first has finished does nothing either. Other AWS errors pass through.
        """
        if seconds < SHORTEST_SECONDS:
            raise ValueError(f"a lease of {seconds} s is shorter than the clocks can be trusted; at least {SHORTEST_SECONDS} s")
        # Not an id of the request: a schedule that is delivered twice has the same one in both runs.
        holder = uuid.uuid4().hex
        started, now = self._monotonic(), self._wall()
        written = update_item(
            self._client,
            TableName=self._table,
            Key={"name": {"S": name}},
            UpdateExpression="SET holder = :holder, held_until = :until ADD fence :one",
            ConditionExpression=(
                "(attribute_not_exists(held_until) OR held_until < :free) AND (attribute_not_exists(last_work) OR last_work <> :work)"
            ),
            ExpressionAttributeValues={
                ":holder": {"S": holder},
                ":until": _milliseconds(now + seconds),
                ":free": _milliseconds(now - SKEW_SECONDS),
                ":one": {"N": "1"},
                ":work": {"S": work},
            },
        )
        if not written.done:
            if written.item.get("last_work") == {"S": work}:
                raise WorkDone(f"{name}: {work} is done")
            raise LeaseTaken(f"{name}: another run holds the lease")
        token = int(written.item["fence"]["N"])
        return Lease(self, name=name, holder=holder, token=token, seconds=seconds, work=work, ends=started + seconds)

    def update(self, lease: "Lease", change: str, values: dict[str, Any]) -> None:
        """Changes the item of `lease` if it is still this run's. Raises LeaseLost otherwise.

        A transaction of one, for its token: the call that gives the lease back, sent again because its answer was lost, may find that
        somebody else has taken it and given it back as well, so that nothing in the item tells of the first try.
        """
        held = lease.condition()["ConditionCheck"]
        values = {**held["ExpressionAttributeValues"], **values}
        if transact_write_items(self._client, [{"Update": {**held, "UpdateExpression": change, "ExpressionAttributeValues": values}}]):
            raise LeaseLost(f"{lease.name}: another run has taken the lease with a higher token than {lease.token}")

    def until(self, seconds: float) -> tuple[float, dict[str, str]]:
        """The end of a lease that begins now: by this machine's monotonic clock, and as it is written."""
        return self._monotonic() + seconds, _milliseconds(self._wall() + seconds)

    def left(self, ends: float) -> float:
        return ends - self._monotonic()

    @property
    def table(self) -> str:
        return self._table


class Lease:
    """What a run holds. Its end is measured from before the call that won it, on a clock that nobody sets."""

    def __init__(self, leases: Leases, *, name: str, holder: str, token: int, seconds: float, work: str, ends: float) -> None:
        self._leases = leases
        self._ends = ends
        self._seconds = seconds
        self._holder = holder
        self.name = name
        self.token = token
        """The fencing token: every later holder of the lease has a higher one."""
        self.work = work

    def condition(self) -> dict[str, Any]:
        """An entry for TransactWriteItems that lets the others happen only while the lease is this run's.

        That is the fence: whatever the clocks say, nothing is written once another run has the lease.
        """
        return {
            "ConditionCheck": {
                "TableName": self._leases.table,
                "Key": {"name": {"S": self.name}},
                "ConditionExpression": "holder = :holder AND fence = :fence",
                "ExpressionAttributeValues": {":holder": {"S": self._holder}, ":fence": {"N": str(self.token)}},
            }
        }

    def check(self) -> None:
        """Raises LeaseLost once the lease's time is over; asks nobody."""
        if self._leases.left(self._ends) <= 0:
            raise LeaseLost(f"{self.name}: the lease of {self._seconds:g} s is over")

    def renew(self) -> None:
        """Holds the lease for its seconds from now on. Raises LeaseLost if another run has it."""
        ends, until = self._leases.until(self._seconds)
        self._leases.update(self, "SET held_until = :until", {":until": until})
        self._ends = ends

    def release(self, done: bool) -> None:
        """Gives the lease back at once; `done` remembers its work, so that nobody does it again.

        Raises LeaseLost if another run has it: then what was done is not remembered as done.
        """
        remember = ", last_work = :work" if done else ""
        values = {":never": {"N": "0"}, **({":work": {"S": self.work}} if done else {})}
        self._leases.update(self, f"SET held_until = :never{remember} REMOVE holder", values)


def _milliseconds(seconds: float) -> dict[str, str]:
    return {"N": str(int(seconds * 1000))}
