"""The policy pack as the engine starts it (`python -u -m pulumi.policy <engine> <this folder>`).

The first line on stdout is the port, which `PolicyPack` prints; nothing here may print before it.
"""

from guardrails.catalogue import RULES
from guardrails.pack import PACK_NAME, policies
from guardrails.server import install
from pulumi_policy import EnforcementLevel, PolicyPack

install()
PolicyPack(name=PACK_NAME, policies=policies(RULES), enforcement_level=EnforcementLevel.MANDATORY)
