"""The entries of the waiver file, read and checked."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from guardrails.waivers import Place, Waiver

WORDS = {
    "missing": "is required", "extra_forbidden": "is no field of a waiver", "date_from_datetime_parsing": "is no date of the calendar, as 2027-01-31 is",
    "date_parsing": "is no date of the calendar, as 2027-01-31 is", "string_type": "must be text", "model_type": "must be a waiver: rule, urn, reason, owner, expires",
}  # fmt: skip
"""Pydantic's errors in the words of this file; its own words for the rest."""


class Entry(BaseModel):
    """One entry as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    urn: str
    reason: Annotated[str, Field(min_length=15)]
    owner: Annotated[str, Field(min_length=1)]
    expires: date

    @field_validator("urn")
    @classmethod
    def _place(cls, urn: str) -> str:
        Place.parse(urn)
        return urn

    def waiver(self) -> Waiver:
        return Waiver(self.rule, Place.parse(self.urn), self.urn, self.reason, self.owner, self.expires)


def read(raw: list[Any], rule_ids: set[str], where: str) -> tuple[list[Waiver], list[str]]:
    """(waivers, problems as sentences) of the list in the file."""
    waivers: list[Waiver] = []
    broken: list[str] = []
    for position, item in enumerate(raw):
        rule = item.get("rule") if isinstance(item, dict) else None
        try:
            entry = Entry.model_validate(item)
        except ValidationError as error:
            for found in error.errors():
                field = "".join(f".{step}" for step in found["loc"])
                value = "not set" if found["type"] == "missing" else repr(found["input"])
                problem = WORDS.get(found["type"], found["msg"].removeprefix("Value error, "))
                broken.append(
                    f"Waiver of rule {rule!r}: {where}[{position}]{field}={value}: {problem}; correct the field or remove the waiver"
                )
            continue
        if entry.rule not in rule_ids:
            broken.append(f"Waiver of rule {rule!r}: {where}[{position}].rule={rule}: there is no such rule; correct the name")
            continue
        waivers.append(entry.waiver())
    return waivers, broken
