"""What looks like a credential in a setting that many may read: by the setting's name, or by the value itself."""

import re

SECRET_NAME = re.compile(
    r"(SECRET|PASSWORD|PASSWD|PASSPHRASE|PASSCODE|TOKEN|CREDENTIALS?|(API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION|ACCOUNT)_?KEY)$",
    re.IGNORECASE,
)
"""At the end of the name: SECRET_NAME, TOKEN_ISSUER or PASSWORD_PARAMETER say where a secret is, not what it is."""

SECRET_VALUE = re.compile(
    "|".join([
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS: access keys
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",  # signed tokens (JWT)
        r"\bgh[pousr]_\w{36}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}",
        r"\bxox[abprs]-\w{8,}|\bhooks\.slack\.com/services/\w+/\w+/\w+",
        r"\b[sr]k_live_\w{8,}|\bwhsec_\w{8,}",  # Stripe
        r"\bAIza[\w-]{35}\b|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bnpm_\w{36}\b|\bpypi-AgEI\w{16,}",  # Google, SendGrid, registries
        # The password in an address: postgres://shop:hunter2@db, redis://:hunter2@cache. Not a port, not a placeholder.
        r"://[^\s/?#@:]{0,64}:(?!\d{1,5}[/?#])(?![{$<])[^\s@\"'<>]{1,256}@",
        # What is assigned in a connection string or a query: Server=db;Password=hunter2, ?access_token=hunter2.
        r"(?i:(?<![\w-])(?:password|passwd|pwd|(?:account|api|secret|access|sharedaccess)_?key|secret|(?:access_?|auth_?)?token|sig|x-amz-signature)"
        r"\s?=\s?)(?![{$<])[^;&\s\"']{6,}",
    ])
)  # fmt: skip
"""Published formats of credentials, and credentials inside of addresses and connection strings."""


def says_where(value: str) -> bool:
    """Whether a value with a secret's name says where the secret is, which an ARN does."""
    return value.startswith("arn:")
