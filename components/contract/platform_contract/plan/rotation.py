"""Rotation of secrets, decided: the platform's own function, one for each secret, with what it may do to that one."""

from platform_contract import naming, rotation_names
from platform_contract.plan import access
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.functions import DESCRIPTION_CHARACTERS, platform_variables
from platform_contract.plan.model import FunctionPlan, ReferencePlan, RotationPlan
from platform_contract.plan.plain import AlarmPlan, KeyStatementPlan, StatementPlan
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.settings import Settings
from platform_contract.specs import Manifest
from platform_contract.standards import environment, iam, lambda_, secrets

HANDLER = "rotation.handler.handler"
"""Entry point of the package's code (platform_functions/rotation)."""


def plan_rotations(settings: Settings, manifest: Manifest) -> dict[str, RotationPlan]:
    """By the secret's name."""
    return {
        name: RotationPlan(
            function=_function(settings, manifest, name), every_days=spec.rotation.every_days,
            # A value that only its readers have to know may be replaced at any time, and the first one should come at once: nobody sets it. One that
            # the other side has to take needs the value before it, which a person sets after the first update: to begin at once would fail.
            at_once=spec.rotation.function is None,
            initial_label=secrets.INITIAL, initial_text=secrets.INITIAL_TEXT,
        )
        for name, spec in manifest.secrets.items()
        if spec.rotation
    }  # fmt: skip


def _function(settings: Settings, manifest: Manifest, secret: str) -> FunctionPlan:
    physical = rotation_names.function_name(settings, manifest.name, secret)
    log_group = naming.function_log_group(settings, manifest.name, rotation_names.component(secret))
    hook = _hook(manifest, secret)
    seconds = secrets.ROTATION_SECONDS if hook is None else manifest.functions[hook].timeout_seconds + secrets.HOOK_MARGIN_SECONDS
    return FunctionPlan(
        physical_name=physical,
        arn=naming.function_arn(settings, physical),
        role_name=rotation_names.role_name(settings, manifest.name, secret),
        log_group_name=log_group,
        description=f"Rotates the secret {secret} of {manifest.name}."[:DESCRIPTION_CHARACTERS],
        handler=HANDLER,
        runtime=settings.lambda_runtime,
        architecture=settings.lambda_architecture,
        memory_mb=secrets.ROTATION_MEMORY_MB,
        timeout_seconds=seconds,
        log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
        log_level=settings.log_level,
        reserved_concurrency=None,  # it would be taken from others all the time, for a handful of runs a month
        environment=_variables(settings, manifest, secret),
        references={environment.ROTATION_HOOK: ReferencePlan(kind="function", name=hook)} if hook else {},
        statements=tuple(_statements(settings, manifest, secret, log_group)),
        key_statements=_key_statements(settings),
        assigned_statements=(),
        failures=None,
        asynchronous=None,
        alarms=_alarms(settings, manifest, secret, physical, seconds),
    )


def _hook(manifest: Manifest, secret: str) -> str | None:
    rotation = manifest.secrets[secret].rotation
    return rotation.function if rotation else None


def _variables(settings: Settings, manifest: Manifest, secret: str) -> dict[str, str]:
    rotation, hook = manifest.secrets[secret].rotation, _hook(manifest, secret)
    variables = platform_variables(settings, manifest)
    if rotation and rotation.field:
        variables[environment.ROTATION_FIELD] = rotation.field
    if hook:
        variables[environment.ROTATION_HOOK_SECONDS] = str(manifest.functions[hook].timeout_seconds)
    return variables


def _statements(settings: Settings, manifest: Manifest, secret: str, log_group: str) -> list[StatementPlan]:
    """Its log and traces, this secret, and the one function that it asks."""
    arn = naming.secret_arn(settings, naming.secret_name(settings, manifest.name, secret))
    statements = access.base_statements(naming.log_group_arn(settings, log_group))
    statements.append(StatementPlan(sid="Rotate", actions=iam.ROTATION_ACTIONS, resources=(arn + iam.SECRET_ARN_SUFFIX,)))
    if hook := _hook(manifest, secret):
        alias = f"{naming.function_arn(settings, naming.function_name(settings, manifest.name, hook))}:{lambda_.ALIAS}"
        statements.append(StatementPlan(sid="HandOver", actions=("lambda:InvokeFunction",), resources=(alias,)))
    return statements


def _key_statements(settings: Settings) -> tuple[KeyStatementPlan, ...]:
    return (
        access.through_service(settings, iam.VIA_SERVICE["environment"], set(iam.ENVIRONMENT_KEY_ACTIONS)),
        access.through_service(settings, iam.VIA_SERVICE["secret"], set(iam.ROTATION_KEY_ACTIONS)),
    )


def _alarms(settings: Settings, manifest: Manifest, secret: str, physical: str, seconds: int) -> tuple[AlarmPlan, ...]:
    component, names = rotation_names.component(secret), {"function_name": physical}
    alarms = plan_alarms(settings, manifest, "function", component, names, {"timeout_ms": seconds * 1000, "reserved_concurrency": None})
    return alarms + plan_alarms(settings, manifest, "rotation", component, names)
