"""A client that keeps calling, as customers do while somebody works on the stack behind it."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Caller:
    """Calls again and again from a thread of its own until the block ends; what was answered is in `answers`."""

    call: Callable[[], tuple[int, Any]]
    pause_seconds: float = 0.5
    answers: list[tuple[int, Any]] = field(default_factory=list)

    def __enter__(self) -> "Caller":
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def _run(self) -> None:
        while not self._ended.is_set():
            self.answers.append(self.call())
            self._ended.wait(self.pause_seconds)

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=120)

    def statuses(self) -> set[int]:
        return {status for status, _ in self.answers}

    def wait_for(self, status: int, seconds: float = 60) -> None:
        """Until the next answer with `status`. Raises AssertionError if none comes."""
        begin, deadline = len(self.answers), time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(got == status for got, _ in self.answers[begin:]):
                return
            time.sleep(0.05)
        raise AssertionError(f"no answer with {status} within {seconds} s, but {self.statuses()}")


def order(access: Any, reference: str) -> Callable[[], tuple[int, Any]]:
    """A call that places an order, a new one each time. reference: what the orders carry, to tell who placed them."""
    api = access.inventory.workloads["orders"].apis["http"]
    url = access.url(api.api_id, api.stage) + "/orders"
    body = {"items": [{"sku": "TEA-GREEN", "quantity": 1}], "reference": reference}
    return lambda: access.request("POST", url, body, {"idempotency-key": uuid.uuid4().hex})
