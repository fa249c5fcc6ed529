"""Calls to an external API that misbehaves: a real server on this machine, and a breaker that tells what it was told."""

import json
import time

import pytest

from tests.fakes.bureau import Bureau


class Told:
    """Stands for the breaker; test_breaker.py has the real one."""

    name = "bureau"

    def __init__(self, probe: str | None = None) -> None:
        self.told: list[str] = []
        self.probe = probe

    def enter(self):
        from shared.breaker import Permit

        return Permit(probe=self.probe)

    def succeeded(self, permit) -> None:
        self.told.append("succeeded")

    def failed(self, permit) -> None:
        self.told.append("failed")


@pytest.fixture
def bureau():
    with Bureau() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


HASTY_SECONDS = 0.4
"""Of an attempt that is to end without an answer. All others have 20, and the time of the invocation stands still: how busy the machine is
must not matter."""
NO_ANSWER = ("slow", "drip")


@pytest.fixture
def call(bureau, waits):
    from shared.external import Answer, BadAnswer, Call, ExternalApi, Policy, json_call, send

    def read(answer):
        try:
            return answer.status, json.loads(answer.body)
        except ValueError:
            raise BadAnswer("not JSON") from None

    def make(breaker=None, *, left: float = 60, repeatable: bool = True, key: str = "key-1", url: str | None = None, hasty: int = 0, **policy):
        """`hasty`: how many attempts end without an answer."""
        begun: list[Call] = []

        def transport(base_url: str, sent: Call, seconds: float, largest: int) -> Answer:
            begun.append(sent)
            if len(begun) > hasty:
                return send(base_url, sent, seconds, largest)
            try:
                return send(base_url, sent, HASTY_SECONDS, largest)
            finally:  # the bureau may learn of it later than who has given up
                deadline = time.monotonic() + 60
                while len(bureau.seen) < len(begun) and time.monotonic() < deadline:
                    time.sleep(0.01)

        api = ExternalApi(
            url or bureau.url, breaker or Told(), Policy(**{"attempt_seconds": 20, **policy}),
            monotonic=lambda: 100.0, sleep=waits.append, transport=transport,
        )  # fmt: skip
        sent = json_call("POST", "/scores", '{"applicant_id": "a"}', {"authorization": f"Bearer {key}"}, repeatable)
        return api.call(sent, read, lambda: left)

    return make


def test_a_good_answer_comes_back_and_the_correlation_id_goes_along(call, bureau):
    from shared.observability import correlated

    breaker = Told()
    with correlated("corr-1"):
        assert call(breaker) == (200, {"score": 700, "reference": "bureau-1"})
    [seen] = bureau.seen
    assert (seen.path, seen.body, seen.headers["x-correlation-id"]) == ("/v1/scores", {"applicant_id": "a"}, "corr-1")
    assert breaker.told == ["succeeded"]


@pytest.mark.parametrize("word", ["500", "503", "429", "slow", "drip", "cut", "garbage", "huge", "408"])
def test_what_may_pass_is_tried_again(call, bureau, word, waits):
    bureau.then(word, word)
    breaker = Told()
    assert call(breaker, hasty=2 if word in NO_ANSWER else 0)[0] == 200
    assert [seen.answered for seen in bureau.seen] == [word, word, "ok"]
    assert breaker.told == ["succeeded"]
    assert len(waits) == 2 and 0 <= waits[0] <= 0.2 and 0 <= waits[1] <= 0.4


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("500", "answered 500"),
        ("slow", "no answer within 0.4 s"),
        ("drip", "no answer within 0.4 s"),
        ("cut", "the answer broke off"),
        ("garbage", "answered 200 with nonsense: not JSON"),
        ("huge", "the answer is larger than 1000000 bytes"),
    ],
)
def test_what_does_not_pass_fails_once_for_the_breaker_with_its_reason(call, bureau, word, reason):
    from shared.errors import TransientFailure

    bureau.default = word
    breaker = Told()
    with pytest.raises(TransientFailure, match=f"^bureau: {reason}") as caught:
        call(breaker, hasty=3 if word in NO_ANSWER else 0)
    assert (caught.value.reason, len(bureau.seen), breaker.told) == ("call-failed", 3, ["failed"])


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_the_call(call, bureau):
    """Each read of the socket gets its byte in time, so a timeout per read would wait for ever."""
    from shared.errors import TransientFailure

    bureau.default = "drip"
    with pytest.raises(TransientFailure, match=r"no answer within 0\.4 s"):
        call(attempts=1, hasty=1)


def test_an_answer_that_does_not_come_is_told_as_that_by_whatever_ends_the_wait(call, bureau, monkeypatch):
    """On a busy machine the timer may come after the socket's own limit."""
    from shared import external
    from shared.errors import TransientFailure

    class Late(external.threading.Timer):
        def run(self) -> None:
            self.finished.wait()

    monkeypatch.setattr(external.threading, "Timer", Late)
    bureau.default = "slow"
    with pytest.raises(TransientFailure, match=r"no answer within 0\.4 s"):
        call(attempts=1, hasty=1)


def test_nobody_there_is_tried_again_even_if_the_call_is_not_repeatable(call, waits):
    from shared.errors import TransientFailure

    with pytest.raises(TransientFailure, match="no connection: ConnectionRefusedError"):
        call(repeatable=False, url="http://127.0.0.1:1")
    assert len(waits) == 2


def test_a_call_that_may_not_be_repeated_is_sent_once(call, bureau, waits):
    from shared.errors import TransientFailure

    bureau.default = "500"
    with pytest.raises(TransientFailure):
        call(repeatable=False)
    assert (len(bureau.seen), waits) == (1, [])


def test_retry_after_is_honoured_within_its_bound(call, bureau, waits):
    bureau.then("429:3")
    assert call()[0] == 200
    assert len(waits) == 1 and 3 <= waits[0] <= 3.2


def test_a_longer_retry_after_ends_the_call_and_is_handed_on(call, bureau, waits):
    from shared.errors import TransientFailure

    bureau.then("429:6")
    with pytest.raises(TransientFailure) as caught:
        call()
    assert (caught.value.retry_after_seconds, waits, len(bureau.seen)) == (6, [], 1)


def test_an_answer_that_is_understood_is_not_tried_again_whatever_it_says(call, bureau):
    bureau.then("unknown")
    breaker = Told()
    assert call(breaker) == (404, {"message": "no history"})
    assert (len(bureau.seen), breaker.told) == (1, ["succeeded"])


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_refused_credential_is_told_apart_and_is_no_failure_of_the_api(call, bureau, status):
    """Either may come for a key that was rotated: an unknown one is 401, and one that is no longer allowed 403."""
    from shared.external import Refused

    bureau.then(status)
    breaker = Told()
    with pytest.raises(Refused, match=f"answered {status}"):
        call(breaker)
    assert (len(bureau.seen), breaker.told) == (1, ["succeeded"])


def test_redirects_are_not_followed(call, bureau):
    from shared.errors import PermanentFailure

    bureau.then("redirect")
    with pytest.raises(PermanentFailure, match="answered 302"):
        call()


def test_a_probe_is_one_attempt(call, bureau):
    from shared.errors import TransientFailure

    bureau.default = "500"
    breaker = Told(probe="p")
    with pytest.raises(TransientFailure):
        call(breaker)
    assert (len(bureau.seen), breaker.told) == (1, ["failed"])


def test_the_whole_call_ends_before_the_invocation_does():
    """On a clock of the test's own: every attempt lasts as long as it may, every wait as long as it is."""
    from shared.errors import TransientFailure
    from shared.external import Call, ExternalApi, Policy, _Passing

    now, attempts = [100.0], []

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    def hangs(base_url: str, call: Call, seconds: float, largest: int):
        attempts.append(seconds)
        pass_by(seconds)
        raise _Passing("no answer in time")

    policy = Policy(attempts=50, attempt_seconds=0.4, reserve_seconds=1.5)
    api = ExternalApi("http://localhost", Told(), policy, monotonic=lambda: now[0], sleep=pass_by, transport=hangs)
    with pytest.raises(TransientFailure):
        api.call(Call("GET", "/", repeatable=True), lambda answer: answer, lambda: 2.5)
    assert now[0] <= 100 + 2.5 - 1.5
    assert 2 <= len(attempts) <= 4 and max(attempts) <= 0.4


def test_without_time_nothing_is_sent_and_the_breaker_learns_nothing(call, bureau):
    from shared.errors import TransientFailure

    breaker = Told()
    with pytest.raises(TransientFailure, match="time is nearly over") as caught:
        call(breaker, left=1.6)
    assert (caught.value.reason, bureau.seen, breaker.told) == ("no-time", [], [])


def test_an_attempt_that_was_cut_short_by_the_invocation_is_not_held_against_the_api(call, bureau):
    from shared.errors import TransientFailure

    bureau.default = "slow"
    breaker = Told()
    with pytest.raises(TransientFailure, match=r"no answer within 0\.3 s"):
        call(breaker, left=1.8, attempt_seconds=3.0, attempts=1)
    assert breaker.told == []


def test_the_waits_are_spread_over_the_whole_range(call, bureau, waits):
    from shared.errors import TransientFailure

    bureau.default = "500"
    for _ in range(15):
        with pytest.raises(TransientFailure):
            call(attempts=2)
    assert min(waits) < 0.1 < max(waits) <= 0.2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", 7.0), ("0", 0.0), ("Fri, 15 Jan 2027 08:00:09 GMT", 9.0), ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0), ("soon", None), ("", None), ("-1", None), ("²", None)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(text, expected):
    from shared.external import Answer, retry_after_seconds

    assert retry_after_seconds(Answer(429, {"retry-after": text}), lambda: 1_800_000_000) == expected


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://bureau.example/v1", True), ("http://127.0.0.1:8080/v1", True), ("http://localhost:1", True),
        ("http://bureau.example", False), ("http://127.0.0.1.example", False), ("https://user:pass@bureau.example", False),
        ("https://bureau.example/?q", False), ("ftp://bureau.example", False),
    ],
)  # fmt: skip
def test_plain_http_goes_to_this_machine_only(url, good):
    import re

    from shared.external import HTTPS_OR_LOCAL

    assert bool(re.match(HTTPS_OR_LOCAL, url)) is good
