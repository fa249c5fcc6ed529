"""What workloads need at the same time, and what a stack takes of its account's quotas: the last that fits, the first that does not."""

import shutil
from pathlib import Path

import pytest

from platform_contract.__main__ import main
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.concurrency_checks import FULL, enough, peak_runs
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.plan.account import Account, account_problems, assumed, taken, wanted
from platform_contract.planning import plan_all
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.quotas import ACCOUNT
from platform_contract.platform.settings import Settings

from .samples import EVERYTHING, everything, manifest, problems_with, put, settings

ROOT = Path(__file__).resolve().parents[3]
RESERVED = "functions.api.reserved_concurrency"


def of(count: int, *breaks) -> dict[str, Manifest]:
    """So many workloads."""
    names = [f"orders-{number}" for number in range(count)]
    return {name: Manifest.model_validate(manifest(put("name", name), *breaks)) for name in names}


def problems(manifests: dict[str, Manifest], judged: Settings) -> list[str]:
    try:
        plan_all(manifests, judged)
    except ProblemsError as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


def test_a_peak_needs_room_in_the_reservation(tmp_path):
    """120 a second x 60 ms are 7.2 runs at once: of 9 they are exactly 80 %, of 8 they are 90 %."""
    assert problems_with(tmp_path, manifest(put(RESERVED, 9))) == []
    shutil.rmtree(tmp_path / "workloads")
    assert problems_with(tmp_path, manifest(put(RESERVED, 8))) == [
        "functions.api.reserved_concurrency=8: leaves no room: at the peak 120 a second x 60 ms need 7.2 runs at the same time, 90 % of it, and "
        "above 80 % the alarm of the function rings; raise it to 9 in the manifest, or correct the profile"
    ]


def test_the_stacks_reservation_is_judged_where_the_manifest_says_nothing(tmp_path):
    (told,) = problems_with(tmp_path, manifest(put("functions.worker.reserved_concurrency", 20)), settings(reserved_concurrency=8))
    assert told.startswith("functions.api.reserved_concurrency=8: leaves no room")
    shutil.rmtree(tmp_path / "workloads")
    assert problems_with(tmp_path, manifest(), settings(reserved_concurrency=9)) == []


def test_without_a_reservation_there_is_none_to_fill(tmp_path):
    assert problems_with(tmp_path, manifest(put("profile.peak_per_second", 400), put("profile.duration_ms_p95", 9000)), settings()) == []


@pytest.mark.parametrize(("peak", "least"), [(7.2, 9), (12, 15), (13.5, 17), (18, 23), (0.1, 1), (60, 75), (4, 5)])
def test_the_reservation_that_is_enough(peak, least):
    assert enough(peak) == least
    assert peak <= FULL * least + 1e-9 < peak + FULL, "one less would not be"


def peak_of(function: str, *breaks, content=manifest) -> float:
    return peak_runs(Manifest.model_validate(content(*breaks)), function)


def test_a_profile_is_about_the_functions_that_its_trigger_leads_to():
    assert peak_of("api") == 7.2, "two routes, and a request comes by one"
    assert peak_of("worker") == 0, "a request is not a message"
    queue = put("profile.trigger", "queue")
    assert peak_of("api", queue) == 0
    assert peak_of("worker", queue) == 7.2
    batches = {"queue": {"queue": "paid", "batch_size": 10, "batching_window_seconds": 1}}
    assert peak_of("worker", queue, put("functions.worker.triggers.0", batches)) == 0.72, "120 a second fill batches of ten"
    bounded = {"queue": {"queue": "paid", "maximum_concurrency": 5}}
    assert peak_of("worker", queue, put("functions.worker.triggers.0", bounded)) == 5, "what comes faster waits in the queue"


def test_a_schedule_starts_one_run_however_long_that_takes():
    assert peak_of("sweep", put("profile.trigger", "schedule"), put("profile.duration_ms_p95", 20_000), content=everything) == 0


def test_functions_that_are_asked_or_entered_once_for_each_request_count():
    known = Manifest.model_validate(EVERYTHING)
    asked = sorted(known.authorizer_functions | known.steps)
    assert asked, "a workload with everything has steps"
    for function in asked:
        if not known.functions[function].triggers:
            assert peak_runs(known, function) == pytest.approx(known.profile.peak_per_second * known.profile.duration_ms_p95 / 1000)


def test_functions_reserve_more_than_the_account_has():
    """Lambda keeps 100 of the account's 1000 for all others, and would refuse the last function in the middle of an update."""
    fits = of(1, put(RESERVED, 700))
    assert problems(fits, settings(reserved_concurrency=200)) == []
    assert problems(of(1, put(RESERVED, 701)), settings(reserved_concurrency=200)) == [
        "settings: account_quotas.concurrent_executions=1000: leaves 900 to reserve, because Lambda keeps 100 for all others, and the functions "
        'reserve 901 together (Lambda guide, "Lambda quotas": 1,000, and far less in a new account until it is used or a raise is asked for); '
        "lower reserved_concurrency in the stack's settings or in manifests, or let AWS raise the quota and write it into `account_quotas` of "
        "the stack's settings"
    ]
    assert problems(of(1, put(RESERVED, 701)), settings(reserved_concurrency=200, account_quotas={"concurrent_executions": 1001})) == []


def test_a_new_account_has_nothing_to_reserve():
    (told,) = problems(of(1), settings(reserved_concurrency=20, account_quotas={"concurrent_executions": 10}))
    assert told.startswith("settings: account_quotas.concurrent_executions=10: leaves 0 to reserve")
    assert problems(of(1), settings(account_quotas={"concurrent_executions": 10})) == [], "and need not reserve anything"


def test_roles_of_all_workloads_together():
    each = len(plan_all(of(1), settings())["orders-0"].role_names())
    judged = settings(account_quotas={"roles": 3 * each})
    assert problems(of(3), judged) == []
    (told,) = problems(of(4), judged)
    assert told.startswith(f"settings: account_quotas.roles={3 * each}: is too small by {each}: the stack makes {4 * each} IAM roles (IAM guide")


def test_trace_groups_of_all_workloads_together():
    """X-Ray takes 25 in an account and raises it for nobody: beyond, workloads do without."""
    assert problems(of(25), settings()) == []
    (told,) = problems(of(26), settings())
    assert told.startswith("settings: trace_groups=25: is too small by 1: the stack makes 26 X-Ray groups (AWS General Reference")
    assert "set trace_groups to false in the stack's settings" in told
    without = plan_all(of(26), settings(trace_groups=False))
    assert {plan.trace_group for plan in without.values()} == {None}


def test_what_others_hold_is_taken_as_well():
    plans, judged = plan_all(of(2), settings(reserved_concurrency=10)), settings(reserved_concurrency=10)
    assert wanted(plans) == {"concurrent_executions": 40, "roles": 4, "trace_groups": 2, "trace_policies": 1, "deployment_strategies": 0,
                             "web_acls": 0, "cache_policies": 0, "alarms": sum(len(plan.alarm_names()) for plan in plans.values())}  # fmt: skip
    most = dict(assumed(judged).most)
    full = Account(most=most, others={"concurrent_executions": 860, "roles": 996, "trace_groups": 23, "trace_policies": 4, "deployment_strategies": 20, "web_acls": 100, "cache_policies": 20,
                                        "alarms": 10**6})  # fmt: skip
    assert list(account_problems(plans, judged, full)) == []
    assert {it.quota: it.left for it in taken(plans, full)} == dict.fromkeys(ACCOUNT, 0) | {"alarms": None}
    for quota in ("concurrent_executions", "roles", "trace_groups", "trace_policies", "deployment_strategies", "web_acls", "cache_policies"):
        beyond = Account(most=most, others={**full.others, quota: full.others[quota] + 1})
        (told,) = account_problems(plans, judged, beyond, "account 123456789012 in eu-west-1")
        assert told.file == "account 123456789012 in eu-west-1"
        assert f"{full.others[quota] + 1}" in told.rule, "what others hold is told"


@pytest.fixture
def project(tmp_path):
    for pattern in ("Pulumi.*.yaml", "workloads/*.yaml"):
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copytree(ROOT / "handlers", tmp_path / "handlers", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_stacks_that_share_an_account_share_its_quotas(project, capsys):
    """13 workloads in each of two stacks make 26 groups."""
    assert main(["--root", str(project), "check"]) == 0
    content = (project / "Pulumi.prod.yaml").read_text()
    (project / "Pulumi.prod.yaml").write_text(content.replace("222222222222", "111111111111"))
    assert main(["--root", str(project), "check"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("4 problems"), "for either stack: groups, and runs at the same time, of which each reserves 480"
    assert "  trace_groups = 25\n    is too small by 1: the stack makes 13 X-Ray groups, and the account has 13 others" in said
    assert "leaves 420 to reserve, because Lambda keeps 100 for all others and other functions of the account reserve 480" in said
    assert main(["--root", str(project), "account", "--stack", "dev"]) == 0
    assert "| X-Ray groups | 13 | 13 | 25 | -1 |" in capsys.readouterr().out
    (project / "Pulumi.prod.yaml").write_text(content.replace("222222222222", "111111111111").replace("region: eu-west-1", "region: eu-central-1"))
    assert main(["--root", str(project), "check"]) == 0, "both are counted by region"
    assert main(["--root", str(project), "account", "--stack", "dev"]) == 0
    told = capsys.readouterr().out
    assert "| X-Ray groups | 13 | 0 | 25 | 12 |" in told
    settings = stack_settings(project, "dev")
    roles = sum(len(plan.role_names()) for plan in plan_all(load_manifests(project / "workloads", settings), settings).values())
    assert f"| IAM roles | {roles} | {roles} | 1,000 | {1000 - 2 * roles} |" in told, "roles are not"
