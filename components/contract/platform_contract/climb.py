"""Where each workload is on the way from pilot to scale, and what it lacks for the next step."""

from collections.abc import Iterator, Mapping

from platform_contract.economics.estimate import cost
from platform_contract.gates import Case, lacks
from platform_contract.manifest import Manifest
from platform_contract.planning import draft, effective_phase
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import PHASES, Phase, Settings


def next_phase(phase: Phase) -> Phase | None:
    """The one after `phase`; None after the last."""
    return PHASES[PHASES.index(phase) + 1] if phase != PHASES[-1] else None


def phases(manifests: Mapping[str, Manifest], settings: Settings) -> str:
    """Every workload in one stack: the phase that it asks for, the one that it is in where the stack holds it back, what it lacks for the next."""
    widest = max(map(len, manifests), default=0)
    lines = [f"{name:<{widest}}  {line}" if not number else f"{'':<{widest}}  {line}"
             for name, manifest in manifests.items() for number, line in enumerate(_workload(manifest, settings))]  # fmt: skip
    return "\n".join([f"stack {settings.environment}: at most {settings.maximum_phase}", "", *lines]) + "\n"


def added_usd(manifest: Manifest, settings: Settings, following: Phase) -> float:
    """What a month costs more in `following` than in the phase that the manifest asks for. Raises ProblemsError where it has not earned it."""
    free = settings.model_copy(update={"maximum_phase": PHASES[-1]})
    later = manifest.model_copy(update={"phase": following})
    return cost(later, free).expected_usd - cost(manifest, free).expected_usd


def _workload(manifest: Manifest, settings: Settings) -> Iterator[str]:
    here, following = effective_phase(manifest.phase, settings.maximum_phase), next_phase(manifest.phase)
    held = f", held back to {here} by the stack's maximum_phase" if here != manifest.phase else ""
    if following is None:
        yield f"{manifest.phase}{held}: nothing follows"
        return
    try:
        missing = lacks(Case(manifest, settings, draft(manifest, settings, following)), following)
    except ProblemsError as wrong:
        yield f"{manifest.phase}{held}: AWS would refuse it in {following}"
        yield from (f"  {problem.field}: {problem.rule}; {problem.fix}" for problem in wrong.problems)
        return
    adds = "" if missing else f"; it adds USD {added_usd(manifest, settings, following):.2f} a month at the manifest's traffic"
    yield f"{manifest.phase}{held}: {f'{len(missing)} missing' if missing else 'nothing is missing'} for {following}{adds}"
    for gate, (field, rule, fix) in missing:
        yield f"  {field}: {rule}; {fix} (asked: {gate.question})"
