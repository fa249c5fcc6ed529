"""Waivers: who may break which rule, where, why, and until when. A bad or expired one is itself a finding.

Read once when the pack starts, judged against today's date at every use. Loading never raises: whatever is wrong with the
file becomes a problem that the pack reports as mandatory, and a waiver that is not valid waives nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

WAIVER_FILE = "waivers.yaml"
SHOWN_FILE = f"policies/{WAIVER_FILE}"
LONGEST_LIFE = timedelta(days=180)
"""Half a year: an exception that lives longer is a decision and belongs into the rule."""


class Waiver(BaseModel):
    """One exception. `urn` is a shell pattern over resource URNs; stack and (part of) the resource's name are literal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    urn: Annotated[str, Field(pattern=r"^urn:pulumi:[^*?:]+::.+::[^:]*[^:*?][^:]*$")]
    reason: Annotated[str, Field(min_length=15)]
    owner: Annotated[str, Field(min_length=1)]
    expires: date


@dataclass(frozen=True)
class Waivers:
    entries: tuple[Waiver, ...] = ()
    broken: tuple[str, ...] = ()
    """Problems of the file and of single entries, as sentences."""
    today: Callable[[], date] = date.today

    def covers(self, rule_id: str, urn: str) -> bool:
        return any(w.rule == rule_id and self._in_force(w) and fnmatchcase(urn, w.urn) for w in self.entries)

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


def load_waivers(path: Path, rule_ids: set[str], today: Callable[[], date] = date.today) -> Waivers:
    """The waivers of a file. No file is no waivers; everything else that is wrong is in `broken`."""
    if not path.exists():
        return Waivers(today=today)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        text = " ".join(str(error).split())
        return Waivers(broken=(f"Waivers: {SHOWN_FILE}: cannot be read ({text}); repair the file",), today=today)
    raw: Any = document.get("waivers") if isinstance(document, dict) else None
    if not isinstance(raw, list) or set(document) != {"waivers"}:
        return Waivers(broken=(f"Waivers: {SHOWN_FILE}: must hold one list named 'waivers'; repair the file",), today=today)
    entries: list[Waiver] = []
    broken: list[str] = []
    for position, item in enumerate(raw):
        where = f"{SHOWN_FILE}: waivers[{position}]"
        rule = item.get("rule") if isinstance(item, dict) else None
        try:
            waiver = Waiver.model_validate(item)
        except ValidationError as error:
            for found in error.errors():
                field = "".join(f".{step}" for step in found["loc"])
                value = "not set" if found["type"] == "missing" else repr(found["input"])
                broken.append(
                    f"Waiver of rule {rule!r}: {where}{field}={value}: {found['msg']}; correct the field or remove the waiver"
                )
            continue
        if waiver.rule not in rule_ids:
            broken.append(f"Waiver of rule {rule!r}: {where}.rule={waiver.rule}: there is no such rule; correct the name")
            continue
        entries.append(waiver)
    return Waivers(tuple(entries), tuple(broken), today)
