"""Which control of which other tool is covered by which rule, or left out, and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from guardrails.rule import Level, Rule

FILE = Path(__file__).with_name("controls.yaml")
TOOLS = {"fsbp": "Security Hub (FSBP)", "checkov": "checkov", "cdk_nag": "cdk-nag", "serverless_rules": "serverless-rules"}


@dataclass(frozen=True)
class Control:
    """name: what it is about. ids: by tool. rules: named ones that cover it, beside those whose sources name an id. left_out: why nothing does."""

    name: str
    ids: dict[str, tuple[str, ...]]
    rules: tuple[str, ...]
    left_out: str
    documents: bool
    own: bool

    def covered_by(self, rules: Iterable[Rule]) -> list[Rule]:
        wanted = [re.compile(rf"(?<![\w.]){re.escape(each)}(?!\w)") for ids in self.ids.values() for each in ids]
        return [rule for rule in rules if rule.id in self.rules or any(each.search(source) for each in wanted for source in rule.sources)]


@cache
def controls() -> tuple[Control, ...]:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))["controls"]
    return tuple(
        Control(each["control"], {tool: tuple(each[tool]) for tool in TOOLS if tool in each}, tuple(each.get("rules", ())), each.get("left_out", ""), "documents" in each, "own" in each)
        for each in found
    )


def page(rules: tuple[Rule, ...], generated: str) -> str:
    """docs/reference/rules/coverage.md."""
    lines = [generated, "# Controls of others, and which rule covers them", ""]
    judged = [control for control in controls() if control.covered_by(rules)]
    left = [control for control in controls() if not control.covered_by(rules) and control.left_out]
    waiting = len(controls()) - len(judged) - len(left)
    lines += [f"{len(controls())} controls: {len(judged)} are covered, {len(left)} are left out for a reason, {waiting} wait for the rules about policy documents.", ""]
    for own, title in ((False, "Of other tools"), (True, "Of no other tool")):
        heads = [] if own else list(TOOLS.values())
        lines += [f"## {title}", "", "| " + " | ".join(["control", *heads, "covered by"]) + " |", "|---" * (len(heads) + 2) + "|"]
        for control in controls():
            if control.own is own:
                cells = [control.name, *(", ".join(control.ids.get(tool, ())) for tool in TOOLS if not own), _answer(control, rules)]
                lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _answer(control: Control, rules: tuple[Rule, ...]) -> str:
    found = control.covered_by(rules)
    if found:
        return ", ".join(f"[{rule.id}]({rule.id}.md)" + (" (opt-in)" if rule.level is Level.OPT_IN else "") for rule in found)
    return f"left out: {control.left_out}" if control.left_out else "not yet: policy documents"
