"""Waivers: who may break which rule, where, why, and until when. A bad or expired one is itself a finding.

Read once when the pack starts, judged against today's date at every use. Loading never raises: whatever is wrong with the
file becomes a problem that the pack reports as mandatory, and a waiver that is not valid waives nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

WAIVER_FILE = Path(__file__).resolve().parents[1] / "waivers.yaml"
SHOWN_FILE = f"policies/{WAIVER_FILE.name}"
LONGEST_LIFE = timedelta(days=180)
"""Half a year: an exception that lives longer is a decision and belongs into the rule."""
ANY = "*"


@dataclass(frozen=True)
class Place:
    """Resources by their URN: of one stack and project, of one type or any, with one name or a literal beginning of names."""

    stack: str
    project: str
    type: str
    name: str

    @classmethod
    def parse(cls, urn: str) -> "Place":
        """`urn:pulumi:<stack>::<project>::<type>::<name>`. Raises ValueError with the rule."""
        head, *rest = urn.split("::", 3)
        stack = head.removeprefix("urn:pulumi:")
        if head == stack or not stack or len(rest) != 3 or not all(rest):
            raise ValueError("must be urn:pulumi:<stack>::<project>::<type>::<name>")
        project, type_, name = rest
        literal = [stack, project, "" if type_ == ANY else type_, name.removesuffix(ANY)]
        if any(mark in part for part in literal for mark in "*?["):
            raise ValueError(
                "is literal, except that the type may be * and a name may end with one * (orders-*); there are no other patterns"
            )
        if name == ANY:
            raise ValueError("names no resource; a * stands only after the beginning of a name (orders-*)")
        return cls(stack, project, type_, name)

    def holds(self, urn: str) -> bool:
        head, project, type_, name = urn.split("::", 3)
        return (
            (head, project) == (f"urn:pulumi:{self.stack}", self.project)
            and self.type in (ANY, type_)
            and (name.startswith(self.name[:-1]) if self.name.endswith(ANY) else name == self.name)
        )


@dataclass(frozen=True)
class Waiver:
    """One exception."""

    rule: str
    place: Place
    urn: str
    """The place as it is written."""
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True)
class Waivers:
    entries: tuple[Waiver, ...] = ()
    broken: tuple[str, ...] = ()
    """Problems of the file and of single entries, as sentences."""
    today: Callable[[], date] = date.today

    def covers(self, rule_id: str, urn: str) -> bool:
        return bool(self.covering(rule_id, urn))

    def covering(self, rule_id: str, urn: str) -> list[Waiver]:
        """Those in force of a rule that hold for a resource."""
        return [each for each in self.entries if each.rule == rule_id and self._in_force(each) and each.place.holds(urn)]

    def of_stack(self, stack: str) -> list[Waiver]:
        """Those in force in a stack, `urn:pulumi:<stack>::<project>`."""
        return [each for each in self.entries if self._in_force(each) and f"urn:pulumi:{each.place.stack}::{each.place.project}" == stack]

    def problems(self) -> Iterator[str]:
        yield from self.broken
        for position, waiver in enumerate(self.entries):
            name = f"Waiver of rule '{waiver.rule}' for '{waiver.urn}' (owner {waiver.owner})"
            where = f"{SHOWN_FILE}: waivers[{position}].expires={waiver.expires}"
            if waiver.expires < self.today():
                yield f"{name}: {where}: it has expired; repair the resource and remove the waiver, or have it granted again"
            elif waiver.expires > self.today() + LONGEST_LIFE:
                yield (
                    f"{name}: {where}: must be at most {LONGEST_LIFE.days} days ahead "
                    f"({self.today() + LONGEST_LIFE}); choose an earlier date"
                )

    def _in_force(self, waiver: Waiver) -> bool:
        return self.today() <= waiver.expires <= self.today() + LONGEST_LIFE


class _Loader(yaml.SafeLoader):
    """Dates stay text: the entry's model reads them, and says which one does not exist."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_waivers(path: Path, rule_ids: set[str], today: Callable[[], date] = date.today) -> Waivers:
    """The waivers of a file. No file is no waivers; everything else that is wrong is in `broken`."""
    if not path.exists():
        return Waivers(today=today)
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        text = " ".join(str(error).split())
        return Waivers(broken=(f"Waivers: {SHOWN_FILE}: cannot be read ({text}); repair the file",), today=today)
    raw: Any = document.get("waivers") if isinstance(document, dict) else None
    if not isinstance(raw, list) or set(document) != {"waivers"}:
        return Waivers(broken=(f"Waivers: {SHOWN_FILE}: must hold one list named 'waivers'; repair the file",), today=today)
    if not raw:
        return Waivers(today=today)
    from guardrails.waiver_entries import read  # pydantic is a sixth of the pack's start, and most projects have no waiver

    entries, broken = read(raw, rule_ids, f"{SHOWN_FILE}: waivers")
    return Waivers(tuple(entries), tuple(broken), today)


def own_waivers(rule_ids: set[str]) -> Waivers:
    """The waivers of this pack."""
    return load_waivers(WAIVER_FILE, rule_ids)
