"""The pages of docs/reference/rules, made from the rules, so that none can be missing or out of date."""

import json
from collections.abc import Iterator
from pathlib import Path

from guardrails import coverage
from guardrails.catalogue import BY_SERVICE, RULES
from guardrails.rule import Case, Level, Rule, Scope
from guardrails.values import SENTINELS
from guardrails.waivers import LONGEST_LIFE, SHOWN_FILE

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules"
GENERATED = "<!-- Generated from policies/guardrails by `make docs`; do not edit. -->"


def pages() -> dict[str, str]:
    """File name -> text, the index included."""
    return {"README.md": _index(), "coverage.md": coverage.page(RULES, GENERATED)} | {f"{rule.id}.md": "\n".join(_page(rule)) + "\n" for rule in RULES}


def write(folder: Path = FOLDER) -> list[Path]:
    """Writes all pages and removes those of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in wanted]


def _index() -> str:
    lines = [
        GENERATED, "# Guardrails", "",
        "Judged by the engine before any resource changes (`policies/`, attached to every `pulumi up` and `preview`).",
        "A value that is not known before the update is told in the preview and judged in the update, before the resource",
        "is made. A rule that cannot judge refuses. Rules that are opt-in hold where the pack's configuration gives them a level.",
        "[Which controls of other tools they cover](coverage.md).",
    ]  # fmt: skip
    for service in BY_SERVICE:
        lines += ["", f"## {service}", "", "| rule | severity | |", "|---|---|---|"]
        lines += [f"| [{r.id}]({r.id}.md) | {r.severity}{', opt-in' if r.level is Level.OPT_IN else ''} | {r.title} |" for r in RULES if r.service == service]
    lines += [
        "", "## Waivers", "",
        f"`{SHOWN_FILE}` holds exceptions, each with rule, URN pattern, reason, owner and a date at most",
        f"{LONGEST_LIFE.days} days ahead. A malformed or expired waiver stops every update until it is corrected or removed.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> Iterator[str]:
    yield from (GENERATED, f"# {rule.id}", "", f"**{rule.title}**", "", rule.why, "")
    level = 'off, until the pack\'s configuration names it: `{"' + rule.id + '": "mandatory"}`' if rule.level is Level.OPT_IN else f"a finding is {rule.level}"
    yield f"- Severity: {rule.severity}; {level}"
    if rule.environments:
        yield f"- Holds in: {', '.join(rule.environments)}"
    yield f"- Judged: {_when(rule)}"
    yield f"- Sources: {'; '.join(rule.sources)}"
    yield from ("", "## What to do", "", rule.fix[0].upper() + rule.fix[1:] + ".", "", "## What it looks at", "")
    for type_, paths in rule.reads.items():
        yield f"- `{type_}`: {', '.join(f'`{path}`' for path in paths)}"
    yield from ("", "## Cases", "", "Each is a test, run in process and through the real policy server.")
    yield from ("", "| case | judged resource | outcome |", "|---|---|---|")
    yield from (f"| {case.name} | {_resources(case)} | {_outcome(case)} |" for case in rule.cases)
    yield from (
        "", "## Waiver", "", f"In `{SHOWN_FILE}`:", "", "```yaml", f"  - rule: {rule.id}",
        '    urn: "urn:pulumi:STACK::serverless-platform::*::RESOURCE"', "    reason: why this one may, for now",
        "    owner: TEAM", "    expires: YYYY-MM-DD", "```",
    )  # fmt: skip


def _when(rule: Rule) -> str:
    ways = []
    if rule.check:
        ways.append("each resource, before it is made or changed")
    if rule.check_stack:
        ways.append("the whole graph, at the end of the preview and of the update")
    return "; and ".join(ways)


def _resources(case: Case) -> str:
    shown = [_shown(dict(case.subject.props), case.subject.type)]
    shown += [f"with {_shown(dict(given.props), given.type)}" for given in case.given]
    return "<br>".join(shown)


def _shown(props: dict[str, object], type_: str) -> str:
    text = json.dumps({key: value for key, value in props.items() if value is not None}, ensure_ascii=False)
    for sentinel in SENTINELS:
        text = text.replace(f'"{sentinel}"', "(unknown)")
    return f"{type_.rsplit(':', 1)[-1]} `{text.replace('|', chr(92) + '|')}`"


def _outcome(case: Case) -> str:
    where = " (whole graph)" if case.scope is Scope.STACK else ""
    if case.finds:
        return f"**refused**{where}: " + "; ".join(text.replace("|", "\\|") for text in case.finds)
    if case.waits:
        return f"waits for {', '.join(case.waits)}{where}"
    return f"passes{where}"
