"""Phases have to be earned: what each demands, what is told where it is missing, and that a stack only ever holds back."""

import re
from pathlib import Path

import pytest

from platform_contract.climb import phases
from platform_contract.gates import GATES, Case, lacks, other_accounts, unearned
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.phases import FEATURES
from platform_contract.planning import draft, plan_workload
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.prices import PRICES
from platform_contract.platform.settings import Phase
from tests.unit.contract.samples import manifest, put, settings

ROOT = Path(__file__).resolve().parents[3]
MANIFESTS = load_manifests(ROOT / "workloads", stack_settings(ROOT, "dev"))
ORDERS = MANIFESTS["orders"]


def case(written: Manifest, phase: Phase) -> Case:
    judged = stack_settings(ROOT, "dev")
    return Case(written, judged, draft(written, judged, phase))


def missing(it: Case, phase: Phase) -> list[str]:
    return [field for _, (field, _, _) in lacks(it, phase)]


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_workload_can_answer_what_all_phases_ask(name):
    assert missing(case(MANIFESTS[name], "scale"), "scale") == []


@pytest.mark.parametrize(("field", "change"), [
    ("functions.gate.smoke", lambda it: {"functions": {**it.functions, "gate": it.functions["gate"].model_copy(update={"smoke": []})}}),
    ("operations.after_rollback", lambda it: {"operations": it.operations.model_copy(update={"after_rollback": None})}),
    ("operations.access_review", lambda it: {"operations": it.operations.model_copy(update={"access_review": None})}),
    ("operations.promotion", lambda it: {"operations": it.operations.model_copy(update={"promotion": None})}),
    ("operations.cost_review", lambda it: {"operations": it.operations.model_copy(update={"cost_review": None})}),
    ("operations.escalation", lambda it: {"operations": it.operations.model_copy(update={"escalation": None})}),
    ("slo", lambda _: {"slo": None}),
])  # fmt: skip
def test_an_answer_that_is_not_given_is_missed(field, change):
    assert missing(case(ORDERS.model_copy(update=change(ORDERS)), "scale"), "scale") == [field]


def _rollout(plan, **changed):
    return {"features": {**plan.features, "rollout": plan.features["rollout"].model_copy(update=changed)}}


@pytest.mark.parametrize(("field", "change"), [
    ("functions.api", lambda it: _rollout(it, groups={"gate": it.features["rollout"].groups["gate"]})),
    ("functions.gate", lambda it: _rollout(it, groups={
        **it.features["rollout"].groups, "gate": it.features["rollout"].groups["gate"].model_copy(update={"version_alarms": ()})})),
    ("functions.api", lambda it: {"functions": {**it.functions, "api": it.functions["api"].model_copy(update={"alarms": ()})}}),
    ("cost.monthly_budget_usd", lambda it: {"budget": it.budget.model_copy(update={"receivers": ()})}),
    ("cost.monthly_budget_usd", lambda it: {"budget": it.budget.model_copy(update={"forecast_percent": ()})}),
    ("operations.access_review.accounts", lambda it: {"key": it.key.model_copy(
        update={"policy": it.key.policy.replace(it.account_id, "999999999999")})}),
])  # fmt: skip
def test_what_the_plan_does_not_hold_is_missed(field, change):
    sound = case(ORDERS, "scale")
    broken = Case(sound.manifest, sound.settings, sound.plan.model_copy(update=change(sound.plan)))
    assert missing(broken, "scale") == [field]


def test_an_account_that_was_reviewed_is_no_lack():
    review = ORDERS.operations.access_review.model_copy(update={"accounts": ["999999999999"]})
    sound = case(ORDERS.model_copy(update={"operations": ORDERS.operations.model_copy(update={"access_review": review})}), "standardize")
    opened = sound.plan.model_copy(update={"key": sound.plan.key.model_copy(update={"policy": sound.plan.key.policy.replace(sound.plan.account_id, "999999999999")})})
    assert other_accounts(opened) == {"999999999999"}
    assert missing(Case(sound.manifest, sound.settings, opened), "standardize") == []


def test_a_phase_that_is_not_earned_is_refused_with_all_that_is_missing():
    asking = Manifest.model_validate(manifest(put("phase", "standardize")))
    with pytest.raises(ProblemsError) as refused:
        plan_workload(asking, settings())
    assert str(refused.value) == """\
5 problems, so nothing was made:

workloads/orders.yaml
  phase = standardize
    is not earned yet: 4 answers missing
    fix: supply what is told here, or write `phase: pilot`
  functions.api.smoke
    has no event that a new version must answer, and the phase standardize asks: How is a new version checked before callers reach it?
    fix: add events that leave nothing behind, such as {request: GET /orders/none, status: 404}
  functions.worker.smoke
    has no event that a new version must answer, and the phase standardize asks: How is a new version checked before callers reach it?
    fix: add events that leave nothing behind, such as {request: GET /orders/none, status: 404}
  operations.after_rollback
    says nothing of data that the newer version has written, and the phase standardize asks: What becomes of data when a version goes back?
    fix: write in one sentence what the version before does with it
  operations.access_review
    nobody has reviewed which other accounts have access; the plan names none, and the phase standardize asks: Who has reviewed cross-account access?
    fix: write {accounts: [], reviewer: WHO, reviewed_on: YYYY-MM-DD} after the review"""


def test_the_last_phase_that_is_earned_is_named():
    standing = ORDERS.model_copy(update={"operations": ORDERS.operations.model_copy(update={"escalation": None})})
    first = next(unearned(case(standing, "scale"), "orders.yaml"))
    assert (first.rule, first.fix) == ("is not earned yet: 1 answer missing", "supply what is told here, or write `phase: standardize`")


def test_a_stack_holds_back_and_asks_for_no_more_than_it_gives():
    asking = Manifest.model_validate(manifest(put("phase", "standardize")))
    assert plan_workload(asking, settings(maximum_phase="pilot")).phase == "pilot"


def test_a_stack_never_pushes_ahead():
    assert plan_workload(Manifest.model_validate(manifest()), settings(maximum_phase="scale")).phase == "pilot"


def test_without_functions_there_is_nothing_to_release():
    assert "rollout" not in case(MANIFESTS["boards"], "standardize").plan.features


def test_each_gate_names_its_guide_and_the_last_phase_asks_the_four_hard_questions():
    assert all(gate.guide and gate.section and gate.question.endswith("?") for gate in GATES)
    hard = [gate.question for gate in GATES if gate.section == "Phase 3: Scale"]
    assert hard == ["How are releases promoted?", "How are failures detected?", "How is cost watched?", "Who owns the operating model?"]


def test_what_is_missing_for_the_next_phase_is_told():
    judged = settings(maximum_phase="standardize")
    bare = Manifest.model_validate(manifest())
    told = phases({"orders": bare, "kept": ORDERS.model_copy(update={"phase": "scale"})}, judged)
    lines = told.splitlines()
    assert lines[0] == "stack dev: at most standardize"
    assert lines[2] == "orders  pilot: 4 missing for standardize"
    assert lines[3].startswith("          functions.api.smoke: has no event that a new version must answer; add events")
    assert lines[7] == "kept    scale, held back to standardize by the stack's maximum_phase: nothing follows"


def test_the_report_says_what_the_step_costs():
    """Alarms, dashboards and metrics: what a phase adds is billed though nothing, or little, happens."""
    prod, pilot = stack_settings(ROOT, "prod"), ORDERS.model_copy(update={"phase": "pilot"})
    [*_, line] = phases({"orders": pilot}, prod).splitlines()
    told = re.search(r"nothing is missing for standardize; it adds USD (\d+\.\d\d) a month", line)
    assert told
    standardized = pilot.model_copy(update={"phase": "standardize"})
    alarms = len(plan_workload(standardized, prod).alarm_names()) - len(plan_workload(pilot, prod).alarm_names())
    billed = alarms * PRICES["alarm"].each + sum(use.quantity * PRICES[use.price].each for feature in FEATURES["standardize"] for use in (*feature.idle, *feature.active))
    assert float(told[1]) == pytest.approx(billed, abs=0.01)


def test_a_name_that_a_later_phase_makes_too_long_is_a_problem_and_no_crash():
    """The pilot's names fit; the role that starts restore checks is the longest of all."""
    judged, name = stack_settings(ROOT, "prod"), "orders-" + "x" * 19
    renamed = ORDERS.model_copy(update={"name": name, "phase": "scale"})
    with pytest.raises(ProblemsError) as told:
        plan_workload(renamed, judged)
    assert [str(problem) for problem in told.value.problems] == [
        f"workloads/{name}.yaml: name: its role name in AWS, 'prod-{name}-restore-check-scheduler-eu-west-1', has 65 characters, and AWS allows 64 for a role "
        f"(IAM API reference, CreateRole); shorten the workload name '{name}' by 1 character"
    ]
    [*_, first, second] = phases({name: renamed.model_copy(update={"phase": "standardize"})}, judged).splitlines()
    assert first.endswith("standardize: AWS would refuse it in scale")
    assert second.strip().startswith(f"name: its role name in AWS, 'prod-{name}-restore-check-scheduler-eu-west-1', has 65 characters")
