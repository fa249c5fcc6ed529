"""A plain parameter of Systems Manager."""

from platform_contract.kinds.kind import Kind
from platform_contract.kinds.parameter.plan import parameter_arn, plan_parameter
from platform_contract.platform.verbs import Permission, Verb

KIND = Kind(
    "parameter", plan=plan_parameter, arn=parameter_arn, section="parameters", service="ssm", variable="PARAMETER_",
    verbs={"read": Verb((Permission(("ssm:GetParameter",)),), (), "read the value, which is plain text", ())},
)  # fmt: skip
