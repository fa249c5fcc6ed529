"""The gRPC service: what the engine asks, handed to the modules that know."""

import json
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from . import check, diff, lifecycle, offline, registry
from .calls import Failed
from .cloud import Cloud, Misconfigured
from .configuration import cloud_of, config_problems
from .entry import Resource, State
from .schema import Fields, fields
from .wire import from_struct, to_struct

SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
NO_NAMES = provider_pb2.CheckRequest.AutonamingOptions.DISABLE
KINDS = {  # kind of change -> in place, replacing
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


def type_of(urn: str) -> str:
    return urn.split("::")[2].split("$")[-1]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider. The engine calls it from several threads at once."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.cloud = Cloud()
        self.not_emulated = offline.NotEmulated()

    # What the engine asks of every provider

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": self.version}))

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        inputs = from_struct(request.news)
        failures = [provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in config_problems(inputs)]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = from_struct(request.old_inputs) or from_struct(request.olds), from_struct(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key) and not key.startswith("__"))
        return provider_pb2.DiffResponse(changes=SOME if changed else NONE, diffs=changed)

    def Configure(self, request: Any, context: Any) -> Any:
        try:
            self.cloud = cloud_of(from_struct(request.args))
        except Misconfigured as wrong:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(wrong))
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Invoke(self, request: Any, context: Any) -> Any:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{request.tok}: this provider has no data sources, because components make no invokes; "
            "account and region come from the settings",
        )

    def Call(self, request: Any, context: Any) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.tok}: this provider has no methods")

    def Construct(self, request: Any, context: Any) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.type}: this provider has no components")

    # Resources

    def Check(self, request: Any, context: Any) -> Any:
        entry, kind = self._entry(request.urn, context)
        inputs, olds = from_struct(request.news), from_struct(request.olds)
        inputs.pop("tagsAll", None)
        found = [*check.problems(entry, kind, inputs), *check.taken_away(entry, inputs, olds)]
        if request.autonaming.mode == NO_NAMES and entry.named and inputs.get(entry.named) is None:
            found.append(check.Problem(entry.named, f"missing '{entry.named}': the project's configuration makes up no names"))
        failures = [provider_pb2.CheckFailure(property=each.property, reason=f"{each.reason} [{request.urn}]") for each in found]
        if failures:
            return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
        if self.not_emulated.is_(entry.token):
            self.not_emulated.record(entry.token, request.urn)
        filled = check.filled(
            entry, kind, inputs, olds, name=request.urn.rsplit("::", 1)[-1], seed=request.randomSeed,
            default_tags=self.cloud.default_tags, proposed=request.autonaming.proposed_name,
        )  # fmt: skip
        return provider_pb2.CheckResponse(inputs=to_struct(filled))

    def Diff(self, request: Any, context: Any) -> Any:
        entry, kind = self._entry(request.urn, context)
        old = from_struct(request.old_inputs) or from_struct(request.olds)
        new = from_struct(request.news)
        found = diff.changes(entry, kind, old, new, tuple(request.ignoreChanges))
        replaces = sorted({each.property for each in found if each.replaces})
        return provider_pb2.DiffResponse(
            changes=SOME if found else NONE, diffs=sorted({each.property for each in found}), replaces=replaces, hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and diff.deletes_first(entry, old, new),
            detailedDiff={
                each.path: provider_pb2.PropertyDiff(kind=KINDS[each.kind][each.replaces], inputDiff=True) for each in found
            },
        )  # fmt: skip

    def Create(self, request: Any, context: Any) -> Any:
        entry, kind = self._entry(request.urn, context)
        inputs = from_struct(request.properties)
        if request.preview:
            previewed = offline.previewed(entry, kind, self.cloud, inputs)
            id = previewed.get("id")
            return provider_pb2.CreateResponse(id=id if isinstance(id, str) else "", properties=to_struct(previewed))
        if self._in_state_only(entry):
            id, made = offline.made(entry, kind, self.cloud, inputs, request.urn)
            return provider_pb2.CreateResponse(id=id, properties=to_struct(made))
        id, made = self._guarded(context, request.urn, lambda: lifecycle.create(entry, self.cloud, inputs), inputs)
        return provider_pb2.CreateResponse(id=id, properties=to_struct(made))

    def Read(self, request: Any, context: Any) -> Any:
        entry, _ = self._entry(request.urn, context)
        state, inputs = from_struct(request.properties), from_struct(request.inputs)
        if self._in_state_only(entry):
            return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        found = self._guarded(
            context, request.urn, lambda: lifecycle.read(entry, self.cloud, request.id, state, inputs or state), {}
        )
        if found is None:
            return provider_pb2.ReadResponse(id="")
        id, properties, now = found
        if not inputs and state:
            now = {}
        return provider_pb2.ReadResponse(id=id, properties=to_struct(properties), inputs=to_struct(now))

    def Update(self, request: Any, context: Any) -> Any:
        entry, kind = self._entry(request.urn, context)
        state, new = from_struct(request.olds), from_struct(request.news)
        old = from_struct(request.old_inputs) or state
        if request.preview or self._in_state_only(entry):
            changed = diff.changed_inputs(lifecycle.plain(old), lifecycle.plain(new), entry)
            result = offline.previewed(entry, kind, self.cloud, new, lifecycle.plain(state), changed)
            if not request.preview:
                result = offline.settled(entry, kind, self.cloud, new, request.urn, result)
            return provider_pb2.UpdateResponse(properties=to_struct(result))
        result = self._guarded(
            context, request.urn, lambda: lifecycle.update(entry, self.cloud, request.id, state, old, new), new
        )
        return provider_pb2.UpdateResponse(properties=to_struct(result))

    def Delete(self, request: Any, context: Any) -> Any:
        entry, _ = self._entry(request.urn, context)
        if not self._in_state_only(entry):
            state = {**from_struct(request.old_inputs), **from_struct(request.properties)}
            self._guarded(context, request.urn, lambda: lifecycle.delete(entry, self.cloud, request.id, state), {})
        return empty_pb2.Empty()

    # What these have in common

    def _in_state_only(self, entry: Resource) -> bool:
        return self.cloud.offline or self.not_emulated.is_(entry.token)

    def _entry(self, urn: str, context: Any) -> tuple[Resource, Fields]:
        token = type_of(urn)
        entry = registry.find(token)
        if entry is None:
            module = token.split(":")[1].split("/")[0] if token.count(":") == 2 else token
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"{token} ({urn}) is not known to the embedded cloud's provider; add an entry to "
                f"local/aws_provider/services/{module}.py, or, if the emulator lacks it, a line to "
                "local/aws_provider/data/not_emulated.json; then run: python -m aws_provider.generate",
            )
        assert entry is not None
        return entry, fields(token)

    def _guarded(self, context: Any, urn: str, act: Callable[[], Any], inputs: State) -> Any:
        try:
            return act()
        except lifecycle.HalfMade as half:
            detail = any_pb2.Any()
            detail.Pack(
                provider_pb2.ErrorResourceInitFailed(
                    id=half.id, properties=to_struct(half.properties), reasons=[str(half)], inputs=to_struct(inputs)
                )
            )
            context.abort_with_status(_Status(f"{half} [{urn}]", detail))
        except (Failed, OSError, ValueError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, f"{error} [{urn}]")
        return None


class _Status(grpc.Status):
    """A gRPC status with a detail, which the engine looks for in the trailing metadata."""

    def __init__(self, message: str, detail: any_pb2.Any) -> None:
        self.code, self.details = grpc.StatusCode.UNKNOWN, message
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[detail])
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)
