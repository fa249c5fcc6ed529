"""What `make up` makes of the answers to a route's example."""

import pytest

from local import smoke


class Answers:
    """Stands for a stack: answers with these statuses, one after the other, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.keys = list(statuses), []

    def request(self, method, url, body=None, headers=None, token=True):
        self.keys.append(headers["idempotency-key"])
        status = self.statuses.pop(0)
        return status, {"message": f"answered with {status}"}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(smoke.time, "sleep", lambda _: None)


@pytest.mark.parametrize(
    ("statuses", "last", "calls"),
    [
        ((201,), 201, 1),
        ((504, 503, 201), 201, 3),  # a busy machine
        ((0, 200), 200, 2),  # a connection that was cut
        ((400, 200), 400, 1),  # an example that is wrong is wrong at once
        ((500, 500, 500, 500, 201), 500, smoke.CALLS),  # what stays broken is told
    ],
)
def test_an_example_is_called_again_on_5xx_alone_and_with_the_same_key(statuses, last, calls):
    stack = Answers(*statuses)
    assert smoke.example(stack, "POST", "http://127.0.0.1/orders", {}, {}) == (last, {"message": f"answered with {last}"}, calls)
    assert len(stack.keys) == calls and len(set(stack.keys)) == 1
