"""Every control of the tools that others use is covered by a rule, or left out with a reason."""

from guardrails.catalogue import RULES
from guardrails.coverage import controls


def test_every_control_is_covered_or_left_out_for_a_reason() -> None:
    open_ = [control.name for control in controls() if not control.covered_by(RULES) and not control.left_out and not control.documents]
    assert open_ == []


def test_nothing_is_left_out_that_a_rule_covers() -> None:
    assert [control.name for control in controls() if control.left_out and control.covered_by(RULES)] == []


def test_controls_name_rules_that_exist() -> None:
    ids = {rule.id for rule in RULES}
    assert {rule for control in controls() for rule in control.rules} <= ids
    assert len({control.name for control in controls()}) == len(controls()) >= 200
