"""A secret that belongs to no manifest: what its component is asked for. Rotation needs a manifest, which names the function that hands the value over."""

from platform_contract.kinds.secret.spec import Holds
from platform_contract.platform.text_types import Strict


class SecretSpecByItself(Strict):
    """A secret in Secrets Manager, encrypted with the workload's key. Its value is set by whoever has it; never by the program."""

    holds: Holds
