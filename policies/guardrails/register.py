"""The register of waivers as a page: who waived what, until when, and what is new since a commit."""

import subprocess
import tempfile
from pathlib import Path

from guardrails.waivers import SHOWN_FILE, WAIVER_FILE, Waiver, Waivers, load_waivers

HEAD = ("| rule | resource | owner | reason | expires | days left |", "|---|---|---|---|---|---|")


def register(waivers: Waivers, before: Waivers | None = None) -> str:
    """A Markdown table, the first to expire first. before: those of a commit, so that new and changed ones are marked."""
    known = set(before.entries) if before else set(waivers.entries)
    problems = list(waivers.problems())
    rows = [_row(each, (each.expires - waivers.today()).days, new=each not in known) for each in sorted(waivers.entries, key=lambda each: (each.expires, each.rule, each.urn))]
    gone = [f"Gone: {each.rule} for `{each.urn}`." for each in (before.entries if before else ()) if each not in waivers.entries]
    table = [*HEAD, *rows] if rows else ["Nothing is waived."]
    return "\n".join([*table, *(["", *gone] if gone else []), *(["", *problems] if problems else [])])


def _row(waiver: Waiver, days: int, *, new: bool) -> str:
    left = f"{days}" if days >= 0 else f"expired {-days} days ago"
    cells = (f"**new** {waiver.rule}" if new else waiver.rule, f"`{waiver.urn}`", waiver.owner, waiver.reason, str(waiver.expires), left)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def waivers_of(commit: str, rule_ids: set[str]) -> Waivers:
    """The waivers as a commit has them. Raises ValueError where there is no such commit here."""
    here = WAIVER_FILE.parent
    if subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=here, capture_output=True, check=False).returncode:
        raise ValueError(f"there is no commit {commit} here; fetch it, or name another with BASE=")
    shown = subprocess.run(["git", "show", f"{commit}:{SHOWN_FILE}"], cwd=here, capture_output=True, text=True, check=False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / WAIVER_FILE.name
        if shown.returncode == 0:
            file.write_text(shown.stdout, encoding="utf-8")
        return load_waivers(file, rule_ids)
