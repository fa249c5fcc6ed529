"""A secret of Secrets Manager, and its rotation."""

from platform_contract.kinds.kind import Kind, Metrics
from platform_contract.kinds.secret.plan import plan_secret, secret_arn
from platform_contract.platform.alarm_standard import any_at_all
from platform_contract.platform.usage import Use
from platform_contract.platform.verbs import Permission, Verb

ARN_SUFFIX = "-??????"
"""What Secrets Manager puts behind a secret's name in its ARN, in a policy that is written before the secret is made."""

KIND = Kind(
    "secret", plan=plan_secret, arn=secret_arn, section="secrets", service="secretsmanager", variable="SECRET_",
    verbs={"read": Verb((Permission(("secretsmanager:GetSecretValue",), (ARN_SUFFIX,)),), ("kms:Decrypt",), "read the value",
                        (Use("reads, cached", "secret_request", 0.01),))},
    metrics={
        "rotation": Metrics("Functions", (
            # A rotation is a handful of invocations a month: a rate over three minutes would miss the one that counts.
            any_at_all("failed", "AWS/Lambda", "Errors", {"FunctionName": "{function_name}"},
                       "a step of a secret's rotation has failed; the value before it is still in force", "ticket"),
        )),
    },
    idle=(Use("secrets", "secret"),),
)  # fmt: skip
