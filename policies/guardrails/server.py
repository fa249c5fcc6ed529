"""The policy server: the SDK's, with a loop of our own in the place of its own.

The SDK (pulumi_policy 1.21.0) calls every policy for every resource and decodes the resource for each of them. Here a request
is decoded once, and only where a rule looks at that type. Configuration, levels and the description of the pack stay the
SDK's. Its class is private: should it go or change, the pack does not start, and the engine then refuses to go on.
"""

import os
from typing import Any

import pulumi_policy.policy as sdk
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi_policy import EnforcementLevel, Policy

from guardrails import catalogue
from guardrails.decode import Decoded
from guardrails.judge import Judge, Told
from guardrails.pack import FOLDER, PACK_NAME, pack_version
from guardrails.resource import Resource, Stack, current_type
from guardrails.values import Values
from guardrails.waivers import own_waivers
from platform_contract.platform.guardrails import QUESTION_NAME, QUESTION_TYPE, Answer, Nonce, digest, leave, pass_preview


class Server(sdk._PolicyAnalyzerServicer):
    """Answers the engine. It calls from up to four threads; resources of one stack come in the order of their dependencies."""

    def __init__(self, name: str, version: str, policies: list[Policy], *more: Any) -> None:
        super().__init__(name, version, policies, *more)
        self._policies = {policy.name: policy for policy in policies}
        rules = catalogue.RULES
        waivers = own_waivers({rule.id for rule in rules})
        self._always_updating = os.environ.get("PULUMI_DRY_RUN") == "false"
        self._digest, self._weakened = digest(FOLDER), dict[str, str]()
        self._asked, self._refused = list[Nonce](), False
        self._judge = Judge(rules, waivers, updating=self._always_updating)

    def Configure(self, request: Any, context: Any) -> Any:
        answer = super().Configure(request, context)
        levels = {name: self._level(policy) for name, policy in self._policies.items()}
        self._judge.off = frozenset(name for name, level in levels.items() if level is EnforcementLevel.DISABLED)
        self._weakened = {
            name: level.value
            for name, level in levels.items()
            if level is not EnforcementLevel.MANDATORY and self._policies[name].enforcement_level is EnforcementLevel.MANDATORY
        }
        return answer

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        """Notes the phase, which the SDK drops. An engine that does not tell is taken to preview: unknowns are then told only."""
        self._judge.updating = self._always_updating or not request.dry_run
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, _context: Any) -> Any:
        if request.type == QUESTION_TYPE and request.name == QUESTION_NAME:
            asked = request.options.customTimeouts
            if asked.create:  # somebody else's stash of that name asks nothing
                nonce = Nonce((round(asked.create), round(asked.update), round(asked.delete)))
                leave(nonce, Answer(self._digest, self._weakened))
                self._asked.append(nonce)
        if not self._judge.wants(current_type(request.type)):
            return messages.AnalyzeResponse()
        return self._answer(self._judge.resource(_resource(request, {})))

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:
        answer = self._answer(self._judge.stack(_stack(request.resources)))
        if not self._judge.updating and not self._refused:
            for nonce in self._asked:
                pass_preview(nonce)
        return answer

    def Remediate(self, _request: Any, _context: Any) -> Any:
        """No policy of the pack changes a resource, so nothing is decoded."""
        return messages.RemediateResponse()

    def _level(self, policy: Policy) -> EnforcementLevel:
        level = self._get_enforcement_level(policy)
        # There is no remediation in the pack: what is configured so stops the update.
        return EnforcementLevel.MANDATORY if level is EnforcementLevel.REMEDIATE else level

    def _answer(self, told: list[Told]) -> Any:
        diagnostics = [self._diagnostic(each) for each in told]
        self._refused |= any(each.enforcementLevel == messages.MANDATORY for each in diagnostics)
        return messages.AnalyzeResponse(diagnostics=diagnostics)

    def _diagnostic(self, told: Told) -> Any:
        policy = self._policies[told.policy]
        return messages.AnalyzeDiagnostic(
            policyName=policy.name, policyPackName=PACK_NAME, policyPackVersion=pack_version(), description=policy.description,
            message=f"{policy.description}\n{told.message}", urn=told.urn or "",
            enforcementLevel=self._map_enforcement_level(self._level(policy)),
            severity=self._map_severity(policy.severity),
        )  # fmt: skip


def install() -> None:
    """Has `PolicyPack` start this server. Called once, before the pack is built."""
    sdk._PolicyAnalyzerServicer = Server  # type: ignore[assignment, misc]


def _resource(request: Any, references: dict[str, tuple[Resource, ...]]) -> Resource:
    provider = Values(Decoded(request.provider.properties)) if request.HasField("provider") else None
    return Resource(
        current_type(request.type), request.name, request.urn, Values(Decoded(request.properties)), provider, references
    )


def _stack(requests: Any) -> Stack:
    """All resources with their references; resources refer to each other, so the mappings are filled in afterwards."""
    references: dict[str, dict[str, tuple[Resource, ...]]] = {request.urn: {} for request in requests}
    views = {request.urn: _resource(request, references[request.urn]) for request in requests}
    for request in requests:
        for path, others in request.propertyDependencies.items():
            references[request.urn][path] = tuple(views[urn] for urn in others.urns if urn in views)
    return Stack(tuple(views.values()))
