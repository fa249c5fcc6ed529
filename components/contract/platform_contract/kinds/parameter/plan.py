"""What is made of a parameter in the manifest."""

from platform_contract.kinds.parameter.spec import ParameterSpec
from platform_contract.platform import naming
from platform_contract.platform.base import Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class ParameterPlan(Plain):
    physical_name: str
    arn: str
    value: str


def plan_parameter(scope: Scope, name: str, spec: ParameterSpec, connections: Connections) -> ParameterPlan:
    """One parameter."""
    settings = scope.settings
    physical = naming.parameter_name(settings, scope.workload, name)
    return ParameterPlan(physical_name=physical, arn=naming.parameter_arn(settings, physical), value=spec.value_in(settings.environment))


def parameter_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.parameter_arn(settings, naming.parameter_name(settings, workload, name))
