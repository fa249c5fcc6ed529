"""The probe: how often it calls the workload as a client does, and what it leaves out."""

from pydantic import Field

from platform_contract.platform import probe
from platform_contract.platform.routes import Route
from platform_contract.platform.text_types import Sentence, Strict


class ProbeSpec(Strict):
    """From the phase scale on, the platform sends the smoke requests of all functions to their routes, from outside, as a client."""

    every_minutes: int = Field(
        default=probe.DEFAULT_MINUTES, ge=1, le=probe.LONGEST_MINUTES, description=f"Minutes from one run to the next; {probe.ALARM_RUNS} failed ones on end page."
    )
    leaves_out: dict[Route, Sentence] = Field(
        default={}, description="Route that it does not call though a smoke request is on it -> why, such as a third party that bills each call."
    )
