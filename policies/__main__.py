"""The policy pack as the engine starts it (`python -u -m pulumi.policy <engine> <this folder>`).

The first line on stdout is the port, which `PolicyPack` prints; nothing here may print before it.
"""

from guardrails.pack import PACK_NAME, policies
from guardrails.phase import listen
from pulumi_policy import EnforcementLevel, PolicyPack

listen()
PolicyPack(name=PACK_NAME, policies=policies(), enforcement_level=EnforcementLevel.MANDATORY)
