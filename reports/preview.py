"""The report of a preview: read in half a minute, first what cannot be undone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .changes import OPERATIONS, Change
from .data_loss import HOW_TO, STEP_BACK, Loss, losses, stepped_back
from .permissions import permitted
from .watching import unwatched

WORDS = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
SIGNS = {"create": "+", "update": "~", "replace": "+-", "delete": "-"}
LONGEST_SECTION = 12
"""Lines of a section; the whole list is in the file that the command names, and folded below the comment."""
NAMES = 3
"""Names of resources that one line gives."""


@dataclass
class Report:
    """What would happen to one stack."""

    stack: str
    base: str
    """Commit that it is compared with."""
    protected: bool
    """Whether `protect_state` is on in the stack."""
    account_id: str
    changes: list[Change]
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    """(level, resource, message) of the guardrails."""
    complete: bool = True
    """False: the preview has stopped before its end."""
    losses: list[Loss] = field(init=False)
    permitted: list[str] = field(init=False)
    unwatched: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.losses = losses(self.changes)
        self.permitted = permitted(self.changes, self.account_id)
        self.unwatched = unwatched(self.changes)

    @property
    def lost(self) -> list[str]:
        return [f"{loss.workload}: {line}" for loss in self.losses for line in loss.lines]

    def verdict(self) -> str:
        """The first line: how much of each."""
        if not self.changes:
            return "no changes" if self.complete else "it stopped before its end"
        parts = [
            f"DATA WOULD BE LOST in {len(self.lost)} {_plural(len(self.lost), 'place')}" if self.lost else "no data would be lost",
            f"{len(self.permitted)} more permitted" if self.permitted else "nothing more permitted",
            f"{len(self.unwatched)} watched less" if self.unwatched else "nothing watched less",
            f"{len(self.changes)} {_plural(len(self.changes), 'change')} in all",
        ]
        return ", ".join(parts) + ("" if self.complete else "; it stopped before its end, so there may be more")

    def sections(self) -> list[tuple[str, list[str]]]:
        """Title and lines, in the order of what a reader has to know first."""
        found = [
            ("Data that would be lost", [*_bounded(self.lost), *self.advice()] if self.lost else []),
            ("What becomes reachable or permitted", _bounded(self.permitted)),
            ("Alarms and failure paths lost", _bounded(self.unwatched)),
            ("Guardrails", _bounded(list(self._judged()))),
            ("The rest", rest(self.changes)),
        ]
        return [(title, lines) for title, lines in found if lines]

    def _judged(self) -> Iterator[str]:
        """What stops the update, whole; of what is advice, only which rule: there may be a screen of it."""
        found = list(dict.fromkeys(self.findings))
        yield from (f"{level}: {title}: {message}" for level, title, message in found if level == "mandatory")
        if advice := [title for level, title, _ in found if level != "mandatory"]:
            yield f"advice, of {len(advice)} {_plural(len(advice), 'rule')}: " + "; ".join(advice)

    def advice(self) -> list[str]:
        lines = [f"To keep it: leave its name, its keys and its type as they are. To move it first, or to give it up on purpose: {HOW_TO}"]
        if self.protected:
            lines.append(f"`protect_state` is on in {self.stack}: the update is refused as long as what holds the data is protected")
            lines += [
                f"{workload} steps back from the phase scale and keeps its tables. Its backups and the queue of its restore check go: {STEP_BACK}, says what to do with "
                + " and ".join(urn.rpartition("::")[2] for urn in urns)
                for workload, urns in stepped_back(self.changes).items()
            ]
        return lines

    def whole(self) -> list[str]:
        """Every change by itself."""
        lines = [
            f"{SIGNS[change.operation]:2} {change.type} {change.name}" + (f"  [{'; '.join(map(str, change.properties))}]" if change.properties else "")
            for change in self.changes
        ]
        urns = dict.fromkeys(urn for loss in self.losses for urn in loss.urns)
        return [*lines, *(["", "URNs of what holds the data:", *urns] if urns else [])]


def rest(changes: Sequence[Change]) -> list[str]:
    """Counts by workload, and below them what changes in the same way, once."""
    lines = []
    for workload in sorted({change.workload for change in changes}):
        own = [change for change in changes if change.workload == workload]
        counts = [(operation, sum(change.operation == operation for change in own)) for operation in OPERATIONS]
        lines.append(f"{workload}: {', '.join(f'{count} {WORDS[operation]}' for operation, count in counts if count)}")
    return [*lines, *_bounded(folded(changes))]


def folded(changes: Iterable[Change]) -> list[str]:
    """Updates and replacements, identical ones in one line, those of most resources first."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for change in changes:
        if change.operation in ("update", "replace"):
            groups.setdefault((SIGNS[change.operation], change.kind, tuple(map(str, change.properties))), []).append(change.name)
    lines = []
    for (sign, kind, properties), names in sorted(groups.items(), key=lambda each: -len(each[1])):
        named = ", ".join(sorted(names)[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")
        lines.append(f"{sign:2} {kind}{f' x{len(names)}' if len(names) > 1 else ''} {named}" + (f"  [{'; '.join(properties)}]" if properties else ""))
    return lines


def _bounded(lines: list[str]) -> list[str]:
    more = len(lines) - LONGEST_SECTION
    return lines if more <= 1 else [*lines[:LONGEST_SECTION], f"... and {more} more"]


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


LONGEST_COMMENT = 60_000
"""Characters of the folded list; GitHub takes 65,536 for a comment."""


def markdown(report: Report) -> str:
    """For a pull request's comment."""
    parts = [f"### Preview of `{report.stack}` against `{report.base[:12]}`: {report.verdict()}"]
    for title, lines in report.sections():
        fenced = title == "The rest"
        body = ["```", *lines, "```"] if fenced else [f"- {line}" for line in lines]
        parts.append("\n".join([f"**{title}**", "", *body]))
    if report.changes:
        whole = "\n".join(report.whole())
        cut = whole if len(whole) <= LONGEST_COMMENT else f"{whole[:LONGEST_COMMENT]}\n... the rest is in the log of the job"
        parts.append(f"<details><summary>every change</summary>\n\n```\n{cut}\n```\n</details>")
    return "\n\n".join(parts) + "\n"


def text(report: Report) -> str:
    """For a terminal."""
    parts = [f"Preview of {report.stack} against {report.base[:12]}: {report.verdict()}"]
    for title, lines in report.sections():
        parts.append("\n".join([title, *(f"  {line}" for line in lines)]))
    return "\n\n".join(parts)
