"""The policy server: the SDK's, with a loop of our own in the place of its own.

The SDK (pulumi_policy 1.21.0) calls every policy for every resource and decodes the resource for each of them. Here a request
is decoded once, and only where a rule looks at that type. Configuration, levels and the description of the pack stay the
SDK's. Its class is private: should it go or change, the pack does not start, and the engine then refuses to go on.
"""

import os
from typing import Any

import pulumi_policy.policy as sdk
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi_policy import EnforcementLevel, Policy

from guardrails import catalogue
from guardrails.decode import Decoded
from guardrails.judge import Judge, Told
from guardrails.pack import ANSWER, FOLDER, HANDSHAKE_NAME, HANDSHAKE_TYPE, PACK_NAME, pack_version
from guardrails.resource import Resource, Stack, current_type
from guardrails.values import Values
from guardrails.waivers import WAIVER_FILE, load_waivers


class Server(sdk._PolicyAnalyzerServicer):
    """Answers the engine. It calls from up to four threads; resources of one stack come in the order of their dependencies."""

    def __init__(self, name: str, version: str, policies: list[Policy], *more: Any) -> None:
        super().__init__(name, version, policies, *more)
        self._policies = {policy.name: policy for policy in policies}
        rules = catalogue.RULES
        waivers = load_waivers(FOLDER / WAIVER_FILE, {rule.id for rule in rules})
        self._always_updating = os.environ.get("PULUMI_DRY_RUN") == "false"
        self._judge = Judge(rules, waivers, updating=self._always_updating)

    def Configure(self, request: Any, context: Any) -> Any:
        answer = super().Configure(request, context)
        self._judge.off = frozenset(
            name for name, policy in self._policies.items() if self._get_enforcement_level(policy) is EnforcementLevel.DISABLED
        )
        return answer

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        """Notes the phase, which the SDK drops. An engine that does not tell is taken to preview: unknowns are then told only."""
        self._judge.updating = self._always_updating or not request.dry_run
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, _context: Any) -> Any:
        if not self._judge.wants(current_type(request.type)):
            return messages.AnalyzeResponse()
        return self._answer(self._judge.resource(_resource(request, {})))

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:
        return self._answer(self._judge.stack(_stack(request.resources)))

    def Remediate(self, request: Any, _context: Any) -> Any:
        """Only the handshake is changed; what no remediation changes is not decoded."""
        if request.type != HANDSHAKE_TYPE or request.name != HANDSHAKE_NAME:
            return messages.RemediateResponse()
        properties = struct_pb2.Struct()
        properties.CopyFrom(request.properties)
        properties["input"] = pack_version()
        policy = self._policies[ANSWER]
        return messages.RemediateResponse(remediations=[messages.Remediation(
            policyName=policy.name, policyPackName=PACK_NAME, policyPackVersion=pack_version(), description=policy.description,
            properties=properties,
        )])  # fmt: skip

    def _answer(self, told: list[Told]) -> Any:
        return messages.AnalyzeResponse(diagnostics=[self._diagnostic(each) for each in told])

    def _diagnostic(self, told: Told) -> Any:
        policy = self._policies[told.policy]
        level = self._get_enforcement_level(policy)
        if level is EnforcementLevel.REMEDIATE:  # configured so; what no remediation has mended stops the update
            level = EnforcementLevel.MANDATORY
        return messages.AnalyzeDiagnostic(
            policyName=policy.name, policyPackName=PACK_NAME, policyPackVersion=pack_version(), description=policy.description,
            message=f"{policy.description}\n{told.message}", urn=told.urn or "",
            enforcementLevel=self._map_enforcement_level(level),
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
