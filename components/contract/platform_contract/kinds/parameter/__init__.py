"""A plain parameter of Systems Manager."""

from platform_contract.kinds.kind import Kind, Permission, Verb
from platform_contract.kinds.parameter.plan import plan_parameter

KIND = Kind(
    "parameter", plan=plan_parameter, section="parameters", service="ssm", variable="PARAMETER_",
    verbs={"read": Verb((Permission(("ssm:GetParameter",)),), (), "read the value, which is plain text", ())},
)  # fmt: skip
