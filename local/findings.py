"""Findings of the guardrails as a person reads them: by rule, with what to do once, the first places, and how many there are."""

from dataclasses import dataclass, field

from local.events import Summary, short

MOST_PLACES = 10


@dataclass
class Group:
    """Findings of one rule that are mended in the same way."""

    level: str
    title: str
    """What the rule asks for."""
    remedy: str
    places: list[str] = field(default_factory=list)
    """What is wrong where, each once: a rule may find the same before a resource is made and with the whole stack."""

    def lines(self) -> list[str]:
        """The title, the places, what to do."""
        more = len(self.places) - MOST_PLACES
        shown = [f"  {place}" for place in self.places[:MOST_PLACES]]
        count = f" ({len(self.places)} places)" if len(self.places) > 1 else ""
        return [
            f"{self.title}{count}", *shown, *([f"  and {more} more"] if more > 0 else []), *([f"  {self.remedy}"] if self.remedy else [])
        ]  # fmt: skip


def grouped(summary: Summary, *levels: str) -> list[Group]:
    """The findings of these levels, in the order in which their rules first found something.

    A message of the guardrails has three lines: what the rule asks for, what is wrong where, what to do. Another pack's may
    have any form; then each stands by itself, with the resource's name.
    """
    groups: dict[tuple[str, str, str], Group] = {}
    for level, urn, message in summary.findings:
        if level not in levels:
            continue
        title, *rest = message.splitlines()
        if len(rest) == 2:
            place, remedy = rest[0].strip(), rest[1].strip()
        else:
            place, remedy = "\n    ".join(filter(None, [short(urn), *(line.strip() for line in rest)])), ""
        group = groups.setdefault((level, title, remedy), Group(level, title, remedy))
        if place not in group.places:
            group.places.append(place)
    return list(groups.values())
