"""The guides' criteria: what is strong, weak and unfit for serverless."""

import pytest

from platform_contract.fit import judge
from platform_contract.specs import ProfileSpec

from .samples import MANIFEST

CASES = [
    ("as it is", {}, "strong", None),
    ("longer than Lambda runs", {"duration_ms_p95": 900_001}, "unfit", "a run takes longer than Lambda's 15 minutes"),
    ("faster than a cold start", {"latency_target_ms": 49}, "unfit", "an answer within 50 ms cannot be kept: a cold start alone takes longer"),
    ("steady with state in memory", {"state": "memory", "traffic": "steady"}, "unfit", "state in memory under steady load needs a process that stays"),
    ("state in memory", {"state": "memory"}, "weak", "state in memory is lost between runs: move it into a table"),
    ("long chain", {"chained_calls": 3}, "weak", "more than 2 services are waited for one after the other: use a queue or a workflow"),
    ("own runtime", {"custom_runtime": True}, "weak", "it wants control of the runtime that Lambda does not give"),
    ("steady and high", {"traffic": "steady", "requests_per_month": 3_000_000_000}, "weak", "load is steady and high: compare the price of containers"),
    ("steady and low", {"traffic": "steady"}, "strong", None),
    ("slower than wanted", {"duration_ms_p95": 400}, "weak", "one run takes longer than the latency target"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "verdict", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(changes, verdict, reason):
    fit = judge(ProfileSpec.model_validate({**MANIFEST["profile"], **changes}))
    assert fit.verdict == verdict
    assert reason is None or reason in getattr(fit, verdict)
    assert reason is not None or not (fit.weak or fit.unfit)
