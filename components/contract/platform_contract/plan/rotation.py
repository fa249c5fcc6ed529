"""Rotation of secrets, decided: the platform's own function, one for each secret, with what it may do to that one."""

from platform_contract.kinds.function.plan import FunctionPlan, ReferencePlan
from platform_contract.kinds.function.platform_function import PlatformFunction, plan_platform_function
from platform_contract.kinds.secret import ARN_SUFFIX
from platform_contract.kinds.secret import limits as secrets
from platform_contract.manifest import Manifest
from platform_contract.plan.model import RotationPlan
from platform_contract.platform import environment, grants, iam, lambda_, naming, rotation_names
from platform_contract.platform.base import StatementPlan
from platform_contract.platform.settings import Settings
from platform_contract.registry import KINDS, plan_alarms

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
    hook, component = _hook(manifest, secret), rotation_names.component(secret)
    physical = rotation_names.function_name(settings, manifest.name, secret)
    seconds = secrets.ROTATION_SECONDS if hook is None else manifest.functions[hook].timeout_seconds + secrets.HOOK_MARGIN_SECONDS
    function = plan_platform_function(manifest.scope(settings), PlatformFunction(
        component=component, physical_name=physical, role_name=rotation_names.role_name(settings, manifest.name, secret), handler=HANDLER,
        description=f"Rotates the secret {secret} of {manifest.name}.", timeout_seconds=seconds, memory_mb=secrets.ROTATION_MEMORY_MB,
        statements=tuple(_statements(settings, manifest, secret)),
        key_statements=(grants.through_service(settings, KINDS["secret"].service, set(iam.ROTATION_KEY_ACTIONS)),),
        environment=_variables(manifest, secret),
        references={environment.ROTATION_HOOK: ReferencePlan(kind="function", name=hook)} if hook else {},
    ))  # fmt: skip
    alarms = plan_alarms(manifest.scope(settings), "rotation", component, {"function_name": physical})
    return function.model_copy(update={"alarms": function.alarms + alarms})


def _hook(manifest: Manifest, secret: str) -> str | None:
    rotation = manifest.secrets[secret].rotation
    return rotation.function if rotation else None


def _variables(manifest: Manifest, secret: str) -> dict[str, str]:
    rotation, hook = manifest.secrets[secret].rotation, _hook(manifest, secret)
    variables = {}
    if rotation and rotation.field:
        variables[environment.ROTATION_FIELD] = rotation.field
    if hook:
        variables[environment.ROTATION_HOOK_SECONDS] = str(manifest.functions[hook].timeout_seconds)
    return variables


def _statements(settings: Settings, manifest: Manifest, secret: str) -> list[StatementPlan]:
    """This secret, and the one function that it asks."""
    arn = naming.secret_arn(settings, naming.secret_name(settings, manifest.name, secret))
    statements = [StatementPlan(sid="Rotate", actions=iam.ROTATION_ACTIONS, resources=(arn + ARN_SUFFIX,))]
    if hook := _hook(manifest, secret):
        alias = f"{naming.function_arn(settings, naming.function_name(settings, manifest.name, hook))}:{lambda_.ALIAS}"
        statements.append(StatementPlan(sid="HandOver", actions=("lambda:InvokeFunction",), resources=(alias,)))
    return statements
