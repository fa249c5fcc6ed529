"""The program: settings -> provider -> foundation -> workloads -> exports. What each environment differs in is data."""

from pathlib import Path

import pulumi

from platform_contract.plan.foundation import stack_tags
from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.guardrails import digest
from serverless_platform.bundles import BundleError
from serverless_platform.foundation import Foundation
from serverless_platform.program.await_resources import Settling
from serverless_platform.program.exports import export_inventory, export_platform
from serverless_platform.program.provider import make_provider
from serverless_platform.program.reading import Project, read_program
from serverless_platform.program.require_policy_pack import refuse_unjudged, refuse_unpreviewed
from serverless_platform.workload import Workload


async def main() -> pulumi.Inputs:
    guardrails = digest(Path(__file__).parent / "policies")
    nonce = await refuse_unjudged(guardrails)
    async with Settling() as settling:
        try:
            project = read_program(Path(__file__).parent)
            if project.is_real:
                refuse_unpreviewed(nonce, project.digest)
            return await make(project, guardrails, settling)
        except (ProblemsError, BundleError) as wrong:
            raise pulumi.RunError(str(wrong)) from wrong


async def make(project: Project, guardrails: str, settling: Settling) -> pulumi.Inputs:
    """Registers everything of `project`; what the stack exports, the digest of its guardrails included."""
    settings, stacked = project.settings, stack_tags(project.settings)
    foundation_args, each_workload = project.foundation_args(), list(project.workloads())
    inherited = pulumi.ResourceOptions(provider=make_provider(settings, stacked))
    foundation = Foundation("platform", foundation_args, inherited)
    workloads = {}
    for name, args in each_workload:
        await settling.pause()
        workloads[name] = Workload(name, {**args, **foundation.shared()}, inherited)
    return {
        "inventory": export_inventory(settings, foundation, workloads),
        "urls": {name: workload.urls for name, workload in workloads.items()},
        "platform": export_platform(settings, foundation, guardrails),
    }


pulumi.run(main)
