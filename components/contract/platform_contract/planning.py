"""Manifest + settings + phase -> plan. Pure: the same input gives the same plan, on every machine."""

from collections.abc import Mapping

from platform_contract.gates import Case, unearned
from platform_contract.kinds.bucket.plan import BucketPlan
from platform_contract.kinds.bus.plan import plan_rules
from platform_contract.kinds.dataset.plan import DatasetsPlan, plan_datasets
from platform_contract.kinds.function.plan import plan_function
from platform_contract.kinds.queue.plan import plan_queue_triggers
from platform_contract.kinds.schedule.plan import plan_schedules
from platform_contract.kinds.stream.plan import plan_subscriptions
from platform_contract.manifest import Manifest
from platform_contract.manifest.connections import connections_of
from platform_contract.manifest.reading import FOLDER
from platform_contract.phases import features_of
from platform_contract.plan import access
from platform_contract.plan.account import account_problems, assumed
from platform_contract.plan.foundation import own_tags
from platform_contract.plan.limits import plan_limits, too_large
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.rotation import plan_rotations
from platform_contract.plan.sections import plan_apis, plan_sections
from platform_contract.plan.workload_scope import plan_budget, plan_key, plan_trace_group
from platform_contract.platform.diagnostics import Problem, ProblemsError
from platform_contract.platform.identity import token_keys
from platform_contract.platform.name_limits import PhysicalNameError
from platform_contract.platform.scope import Scope
from platform_contract.platform.settings import PHASES, Phase, Settings


def plan_workload(manifest: Manifest, settings: Settings, phase: str | None = None) -> WorkloadPlan:
    """Everything that is made of `manifest`. phase: holds it back further than the settings do.

    Raises ProblemsError where AWS would refuse something for its size or the phase is not earned, ValueError for an unknown phase.
    """
    plan, file = draft(manifest, settings, effective_phase(manifest.phase, settings.maximum_phase, phase)), f"{FOLDER}/{manifest.name}.yaml"
    if problems := [*too_large(plan, file), *unearned(Case(manifest, settings, plan), file)]:
        raise ProblemsError(problems)
    return plan


def draft(manifest: Manifest, settings: Settings, phase: Phase) -> WorkloadPlan:
    """The plan of a workload as it would be in `phase`, whether or not it may be there. Raises ProblemsError for a name that AWS would refuse."""
    scope, services = manifest.scope(settings), access.services_of(manifest)
    connections = connections_of(settings, manifest)
    sections = plan_sections(scope, manifest, connections)
    plan = WorkloadPlan(
        name=manifest.name,
        owner=manifest.owner,
        phase=phase,
        data_class=manifest.data_class,
        account_id=settings.account_id,
        region=settings.region,
        boundary_arn=settings.boundary_arn,
        endpoint_url=settings.endpoint_url,
        token_keys=token_keys(settings),
        tags=own_tags(settings, manifest.owner, manifest.name, manifest.data_class),
        key=plan_key(scope, services, ()),  # below again: its policy names the roles of everything else
        functions={name: plan_function(scope, name, spec, connections) for name, spec in manifest.functions.items()},
        **sections,
        **plan_apis(scope, manifest, connections),
        rotations=plan_rotations(settings, manifest),
        queue_triggers=plan_queue_triggers(connections),
        rules=plan_rules(scope, connections),
        scheduler=plan_schedules(scope, connections),
        datasets=_datasets(scope, manifest, sections["buckets"]),
        ordered_triggers=plan_subscriptions(connections),
        trace_group=plan_trace_group(scope),
        budget=plan_budget(scope, manifest.cost.monthly_budget_usd),
    )
    plan = _with_features(plan, settings, manifest)
    restoring = [role for feature in features_of(phase) if feature.name in plan.features for role in feature.restoring_roles(plan.features[feature.name])]
    plan = plan.model_copy(update={"key": plan_key(scope, services, plan.role_names(), restoring)})
    return plan.model_copy(update={"limits": plan_limits(plan, settings)})


def _datasets(scope: Scope, manifest: Manifest, buckets: Mapping[str, BucketPlan]) -> DatasetsPlan | None:
    """They lie in one bucket."""
    name = next((buckets[it.bucket].physical_name for it in manifest.datasets.values()), "")
    return plan_datasets(scope, manifest.datasets, name)


def _with_features(plan: WorkloadPlan, settings: Settings, manifest: Manifest) -> WorkloadPlan:
    """The pilot's plan with what its phase changes on it, and with what its phase adds. Raises ProblemsError for a name that AWS would refuse."""
    for feature in features_of(plan.phase):
        try:
            plan = feature.change(settings, manifest, plan)
            part = feature.plan(settings, manifest, plan)
        except PhysicalNameError as wrong:  # of what a phase adds: names of the pilot were checked with the manifest
            place = "name" if wrong.part == "workload name" else f"phase ({feature.name})"
            raise ProblemsError([Problem(f"{FOLDER}/{manifest.name}.yaml", place, "", wrong.of_manifest, wrong.fix)]) from None
        if part is not None:
            plan = plan.model_copy(update={"features": {**plan.features, feature.name: part}})
    return plan


def plan_all(manifests: Mapping[str, Manifest], settings: Settings) -> dict[str, WorkloadPlan]:
    """The plan of every workload of a stack, by name. Raises ProblemsError with all that AWS would refuse of any of them."""
    plans: dict[str, WorkloadPlan] = {}
    problems: list[Problem] = []
    for name, manifest in manifests.items():
        try:
            plans[name] = plan_workload(manifest, settings)
        except ProblemsError as wrong:
            problems += wrong.problems
    problems += account_problems(plans, settings, assumed(settings))
    if problems:
        raise ProblemsError(problems)
    return plans


def effective_phase(wanted: Phase, *limits: str | None) -> Phase:
    """The earliest of the phase that the manifest asks for and the limits; a limit never pushes a workload ahead."""
    given: list[Phase] = [wanted]
    for limit in limits:
        if limit and limit not in PHASES:
            raise ValueError(f"phase: must be one of {', '.join(PHASES)}, not {limit!r}")
        given += [phase for phase in PHASES if phase == limit]
    return min(given, key=PHASES.index)
