"""A plain parameter of Systems Manager."""

from platform_contract.kinds.kind import Kind, Permission, Verb

KIND = Kind(
    "parameter", section="parameters", service="ssm", variable="PARAMETER_",
    verbs={"read": Verb((Permission(("ssm:GetParameter",)),), (), "read the value, which is plain text", ())},
)  # fmt: skip
