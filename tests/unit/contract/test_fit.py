"""The guides' criteria, the break-even with numbers reckoned by hand, and the flags, each with a manifest beside it that has none."""

import pytest

from platform_contract.fit.break_even import break_even
from platform_contract.fit.criteria import CRITERIA, judge, report
from platform_contract.fit.flags import flags
from platform_contract.manifest import Manifest

from .samples import MANIFEST, drop, manifest, put

CASES = [
    ("as it is", {}, "strong", None),
    ("longer than Lambda runs", {"duration_ms_p95": 900_001}, "unfit", "a run takes longer than Lambda's 15 minutes"),
    ("faster than a cold start", {"latency_target_ms": 49}, "unfit", "an answer within 50 ms cannot be kept: a cold start alone takes longer"),
    ("steady with state in memory", {"state": "memory", "traffic": "steady"}, "unfit", "state in memory under steady load needs a process that stays"),
    ("state in memory", {"state": "memory"}, "weak", "state in memory is lost between runs: move it into a table"),
    ("long chain", {"chained_calls": 3}, "weak", "more than 2 services are waited for one after the other: use a queue or a workflow"),
    ("own runtime", {"custom_runtime": True}, "weak", "it wants control of the runtime that Lambda does not give"),
    ("steady and high", {"traffic": "steady", "requests_per_month": 15_000_000}, "weak", "load is steady and beyond the break-even: containers are cheaper"),
    ("steady and low", {"traffic": "steady"}, "strong", None),
    ("bursty and high", {"requests_per_month": 15_000_000}, "strong", None),
    ("slower than wanted", {"duration_ms_p95": 400}, "weak", "one run takes longer than the latency target"),
]  # fmt: skip


def profiled(**changes):
    return Manifest.model_validate({**MANIFEST, "profile": {**MANIFEST["profile"], **changes}})


def changed(*breaks):
    return Manifest.model_validate(manifest(*breaks))


@pytest.mark.parametrize(("changes", "verdict", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(changes, verdict, reason):
    fit = judge(profiled(**changes))
    assert fit.verdict == verdict
    assert reason is None or reason in getattr(fit, verdict)
    assert reason is not None or not (fit.weak or fit.unfit)


def test_every_criterion_is_met_by_a_case():
    met = {reason for case in CASES for fit in [judge(profiled(**case[1]))] for reason in (*fit.unfit, *fit.weak, *fit.strong)}
    assert met == {it.reason for it in CRITERIA}


def test_the_break_even_by_hand():
    """Two functions (HTTP, queue without a window, so a message a run) of 512 MB and 60 ms on ARM, behind an HTTP API:

    1 M events: 2 M requests x 0.20 = 0.40; 2 M x 0.06 s x 0.5 GB x 0.0000133334 = 0.80; API 1.11; together 2.310004.
    Containers: 2 x 730 h x (0.25 x 0.03238 + 0.5 x 0.00356) = 14.4175; load balancer 730 h x 0.0252 = 18.396; together 32.8135.
    32.8135 / 2.310004 = 14.204954 M. Busy: 2 x 0.06 s x 512/1769 vCPU x 14.2 M = 493 thousand s; two tasks have 788 thousand at 60 %.
    """
    even = break_even(profiled())
    assert (even.request_usd, even.compute_usd, even.edge_usd) == pytest.approx((0.40, 0.800004, 1.11))
    assert (even.vcpu, even.memory_gb) == (0.25, 0.5)
    assert (even.task_usd, even.balancer_usd) == pytest.approx((7.20875, 18.396))
    assert (even.requests, even.tasks) == (14_204_954, 2)
    assert not even.containers_are_cheaper
    assert break_even(profiled(requests_per_month=14_204_954)).containers_are_cheaper
    assert not break_even(profiled(requests_per_month=14_204_953)).containers_are_cheaper


def test_where_two_tasks_do_not_carry_the_load_more_are_reckoned():
    """One function of 512 MB and 10 s behind an API: 0.20 + 66.667 + 1.11 = 67.977 for 1 M.

    A run is busy for 10 x 512/1769 = 2.8943 s, a task has 0.25 x 0.6 x 2,628,000 = 394,200 s a month. With n tasks the break-even is
    (7.20875 n + 18.396) / 67.977 M; these runs fit into n tasks from 306,930 n + 783,250 <= 394,200 n on: 9 tasks.
    """
    even = break_even(changed(put("profile.duration_ms_p95", 10_000), drop("functions.worker")))
    assert even.tasks == 9
    assert even.requests == pytest.approx((9 * 7.20875 + 18.396) / 67.977e-6, rel=1e-5)
    assert ", with 9 tasks, for two do not carry that load;" in "\n".join(even.lines())


def test_where_a_task_does_less_for_its_price_there_is_no_break_even():
    """A task of 0.25 vCPU with the 2 GB that such a run needs: 11.107 for 394,200 s, Lambda 9.08 for as many."""
    even = break_even(changed(
        put("profile.duration_ms_p95", 10_000), drop("functions.api"), put("functions.worker.memory_mb", 1769)
    ))  # fmt: skip
    assert (even.requests, even.containers_are_cheaper, even.memory_gb) == (None, False, 2)
    assert list(even.lines())[-1] == "- break-even: none: for its price, such a task does less of this work than Lambda does"


@pytest.mark.parametrize(
    ("window", "traffic", "runs"),
    [(0, "bursty", 1), (1, "bursty", 5 / 120), (1, "steady", 1), (300, "bursty", 1 / 100), (20, "steady", 1 / (2e6 / 2_628_000 * 20 / 5))],
)
def test_batches_are_as_large_as_the_load_fills_them(window, traffic, runs):
    """120 a second at the peak, 0.76 on average; five pollers share them."""
    trigger = {"queue": "paid", "batch_size": 100 if window else 10, "batching_window_seconds": window}
    it = changed(put("functions.worker.triggers", [{"queue": trigger}]), put("profile.traffic", traffic))
    (worker,) = (run for run in break_even(it).runs if run.function == "worker")
    assert worker.per_event == pytest.approx(runs)


def test_the_report_shows_the_verdict_the_reasons_and_the_numbers():
    told = report(profiled(requests_per_month=15_000_000, chained_calls=3))
    assert told.startswith("**orders: weak**\n")
    for line in (
        "- against it: more than 2 services are waited for one after the other: use a queue or a workflow (guide: Start With Workload Fit)",
        "- for it: load comes and goes, and costs nothing while it is gone (guide: Start With Workload Fit)",
        "- functions: USD 2.31 for 1 M events = 0.40 requests + 0.80 compute + 1.11 API "
        "(api: 1 runs x 60 ms x 512 MB, worker: 1 runs x 60 ms x 512 MB)",
        "- containers: USD 32.81 a month = 2 x 7.21 Fargate tasks on ARM of 0.25 vCPU, 0.5 GB + 18.40 load balancer (unconfirmed)",
        "- break-even: 14,204,954 events a month, spread evenly; the manifest expects 15,000,000, 1.06 times that: "
        "containers are cheaper if its load, which is bursty, becomes even",
    ):
        assert line in told.splitlines()


def siblings(count, **differences):
    def apply(content):
        for number in range(count):
            content["functions"][f"part-{number}"] = {
                "handler": "orders.parts.handler", "triggers": [{"http": {"route": f"GET /parts/{number}"}}],
                "uses": {"orders": ["read"]}, **differences.get(f"part_{number}", {}),
            }  # fmt: skip

    return apply


def test_a_manifest_of_moderate_size_has_no_flags():
    assert flags(profiled()) == []
    assert flags(changed(siblings(2))) == []


def test_too_many_tiny_functions():
    (flag,) = flags(changed(siblings(3)))
    assert flag == (
        "too many tiny functions: part-0, part-1, part-2 have the same kind of trigger (http) and the same resources (orders); "
        "one function with several routes is released, watched and kept warm as one"
    )
    assert flags(changed(siblings(3, part_1={"uses": {"receipts": ["read"]}}))) == [], "other resources"
    assert flags(changed(siblings(3, part_1={"uses": {}, "triggers": [{"http": {"route": "GET /x"}}]}))) == [], "no resources"


def test_branches_with_a_queue_each_are_no_tiny_functions():
    def branches(content):
        for number in range(3):
            content["queues"][f"branch-{number}"] = {}
            content["functions"][f"branch-{number}"] = {
                "handler": "orders.branch.handler", "triggers": [{"queue": {"queue": f"branch-{number}"}}], "uses": {"orders": ["write"]},
            }  # fmt: skip

    assert flags(changed(branches)) == []


def test_too_much_reach_by_resources_and_verbs():
    def reach(content):
        content["tables"] |= {f"t{number}": {"partition_key": "id"} for number in range(3)}
        content["functions"]["api"]["uses"] = {name: ["read", "write"] for name in content["tables"]}

    assert flags(changed(reach)) == [], "eight pairs"
    (flag,) = flags(changed(reach, put("functions.api.uses.paid", ["send"])))
    assert flag == (
        "too much reach: api has 9 pairs of resource and verb (5 resources), and 8 are enough for one purpose; split it by what needs which"
    )


def test_too_much_reach_by_triggers():
    (flag,) = flags(changed(
        drop("functions.worker"),
        put("functions.api.triggers", [{"http": {"route": "POST /orders"}}, {"queue": {"queue": "paid"}}]),
    ))  # fmt: skip
    assert flag == (
        "too much reach: api is triggered by http and queue; each is a purpose of its own, and gets the permissions of all: "
        "give each a function"
    )


def test_a_synchronous_chain():
    (flag,) = flags(profiled(chained_calls=2))
    assert flag == (
        "synchronous chain: callers of api wait for 2 more services, one after the other; at 99.9 % each, the chain is there 99.70% of the "
        "time: answer 202 and go on behind a queue or a workflow"
    )
    assert flags(changed(put("profile.chained_calls", 2), drop("functions.api"))) == [], "nobody waits behind a queue"
