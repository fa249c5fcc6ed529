"""An event on a bus that invokes a function."""

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from platform_contract.kinds.bus import limits
from platform_contract.languages.patterns import wrong_in_pattern
from platform_contract.platform import retry_policy
from platform_contract.platform.diagnostics import broken, broken_parts
from platform_contract.platform.text_types import Name, Strict, once, plain


class PatternSpec(Strict):
    """Which events: each field lists what it may be; a field that is not given may be anything."""

    source: Annotated[list[str], AfterValidator(once)] = Field(min_length=1, description="Who published it.")
    detail_type: Annotated[list[str], AfterValidator(once)] = Field(min_length=1, description="What happened.")
    detail: Annotated[dict[str, Any], AfterValidator(plain)] = Field(
        default={}, description='Further conditions on the event\'s detail, in EventBridge\'s own form: {"data": {"priority": ["high"]}}.'
    )

    @model_validator(mode="after")
    def _readable(self) -> "PatternSpec":
        wrong = wrong_in_pattern({"detail": self.detail}) if self.detail else ()
        if refused := broken_parts("PatternSpec", ((each.path, each.value, each.rule, each.fix) for each in wrong)):
            raise refused
        if aws := [source for source in self.source if source.startswith("aws.")]:
            raise broken(f"holds {aws[0]}, and events of AWS come on the account's own bus only, which is not built yet",
                         "name a workload that publishes on this bus", field="source")  # fmt: skip
        size = len(json.dumps(self.document()))
        if size > limits.MAXIMUM_PATTERN_CHARACTERS:
            raise broken(f"has {size} characters as EventBridge gets it, which takes {limits.MAXIMUM_PATTERN_CHARACTERS}", "make it shorter")
        return self

    def document(self) -> dict[str, Any]:
        """As EventBridge takes it."""
        pattern: dict[str, Any] = {"source": self.source, "detail-type": self.detail_type}
        return {**pattern, "detail": self.detail} if self.detail else pattern


class InputSpec(Strict):
    """What the function gets instead of the whole event."""

    paths: dict[str, str] = Field(
        min_length=1, max_length=limits.MAXIMUM_INPUT_PATHS, description="Word -> JSON path in the event, such as $.detail.data."
    )
    template: str = Field(min_length=2, max_length=8192, description="JSON with <word> where the value goes; no quotes around it.")

    @model_validator(mode="after")
    def _coherent(self) -> "InputSpec":
        for word, path in self.paths.items():
            at = f"paths.{word}"
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", word) or word.lower().startswith("aws"):
                raise broken("must be letters, digits, `_` and `-`, and not begin with AWS", "choose another word", field=at)
            if not re.fullmatch(r"\$(\.[\w-]+(\[\d+\])?)*", path):
                raise broken("is no path that EventBridge reads", "write it like $.detail.data.name", field=at)
        used = set(re.findall(r"<([\w-]+)>", self.template))
        if quoted := re.search(r'"<([\w-]+)>"', self.template):
            raise broken(f"has quotes around <{quoted[1]}>, and EventBridge sets them itself where the value is text",
                         f"write <{quoted[1]}> without them", field="template")  # fmt: skip
        if missing := sorted(used - set(self.paths)):
            raise broken(f"uses <{missing[0]}>, which is not among the paths", "add it to `paths`", field="template")
        if unused := sorted(set(self.paths) - used):
            raise broken(f"does not use <{unused[0]}>", "use it in the template, or remove it from `paths`", field="template")
        plain = re.sub(rf"<(?:{'|'.join(map(re.escape, limits.GIVEN_WORDS))})>", "0", self.template)
        try:
            json.loads(re.sub(r"<[\w-]+>", "0", plain))
        except ValueError:
            raise broken("is not JSON once words are filled in", 'write it like {"order": <order>}', field="template") from None
        return self


class EventTrigger(Strict):
    """A rule on a bus of the same workload; what cannot be delivered waits in the function's queue of failures."""

    bus: Name = Field(description="Name of the bus, as under `buses`.")
    pattern: PatternSpec = Field(description="Which events.")
    input: InputSpec | None = Field(default=None, description="What the function gets; without it the whole event.")
    maximum_age_seconds: int = Field(
        default=retry_policy.DEFAULT_AGE_SECONDS, ge=retry_policy.MINIMUM_AGE_SECONDS, le=retry_policy.MAXIMUM_AGE_SECONDS,
        description="How long delivery is tried.",
    )  # fmt: skip
    maximum_retries: int = Field(
        default=limits.DEFAULT_RETRIES, ge=0, le=retry_policy.MAXIMUM_RETRIES, description="How often delivery is tried again."
    )
