"""The registry of owners: one row for each workload, from the manifests, the settings and the plan."""

from pathlib import Path

from platform_contract.__main__ import main
from platform_contract.climb import phases
from platform_contract.economics.estimate import cost
from platform_contract.manifest import load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.pages import owners
from platform_contract.plan.model import parts_of
from platform_contract.planning import plan_workload
from platform_contract.platform.base import NamedAlarm

ROOT = Path(__file__).resolve().parents[3]
PROD = stack_settings(ROOT, "prod")
MANIFESTS = load_manifests(ROOT / "workloads", PROD)


def test_the_page_is_that_of_the_manifests():
    assert (ROOT / "docs/reference" / owners.FILE).read_text() == owners.page(MANIFESTS, PROD), "run `make docs`"


def test_a_row_says_who_answers_for_the_workload():
    row = dict(zip(owners.COLUMNS, next(row for row in owners.rows(MANIFESTS, PROD) if row[0] == "orders"), strict=True))
    plan = plan_workload(MANIFESTS["orders"], PROD)
    assert {name: row[name] for name in ("owner", "contact", "on call", "cost centre", "phase", "runbook")} == {
        "owner": "commerce", "contact": "#commerce", "on call": "commerce-on-call@example.com", "cost centre": "CC-100", "phase": plan.phase,
        "runbook": "docs/runbooks/orders.md",
    }  # fmt: skip
    assert row["expected a month"] == f"{cost(MANIFESTS['orders'], PROD).expected_usd:,.2f} USD" and row["budget a month"] == f"{MANIFESTS['orders'].cost.monthly_budget_usd:,.2f} USD"
    pages, _, tickets = row["alarms"].partition(" page, ")
    assert int(pages) > 0 and int(pages) + int(tickets.removesuffix(" ticket")) == sum(alarm.tells for alarm in parts_of(NamedAlarm, plan))


def test_what_a_stack_holds_back_is_told():
    held = PROD.model_copy(update={"maximum_phase": "pilot"})
    row = next(row for row in owners.rows({"orders": MANIFESTS["orders"]}, held))
    assert f"pilot (asks for {MANIFESTS['orders'].phase})" in row


def test_every_workload_costs_less_than_its_budget_at_the_load_that_it_expects():
    over = {name: usd for name, it in MANIFESTS.items() if (usd := cost(it, PROD).expected_usd) > it.cost.monthly_budget_usd}
    assert over == {}


def test_both_tables_are_commands(capsys):
    assert main(["--root", str(ROOT), "owners"]) == 0
    assert capsys.readouterr().out == owners.table(MANIFESTS, PROD)
    assert main(["--root", str(ROOT), "phases"]) == 0
    assert capsys.readouterr().out == phases(MANIFESTS, PROD)
