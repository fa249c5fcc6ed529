"""Registers a graph again that a preview has shown, resource by resource, and awaits it: what Pulumi itself costs.

`benchmarks/program.py` copies this file as the program of a project and names the preview's JSON in BENCHMARK_GRAPH. No
component, no plan, no pulumi_aws: types, names, parents, inputs, dependencies and protection come from the JSON.
"""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pulumi

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which the engine marks assets, archives and secrets."""
ASSET, ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"


def value(data: Any) -> Any:
    """An input as the engine shows it, as a program gives it."""
    if isinstance(data, list):
        return [value(each) for each in data]
    if not isinstance(data, dict):
        return data
    kind = data.get(SIGNATURE)
    if kind == ASSET:
        return pulumi.FileAsset(data["path"]) if "path" in data else pulumi.StringAsset(data["text"])
    if kind == ARCHIVE:
        return pulumi.FileArchive(data["path"]) if "path" in data else pulumi.AssetArchive(value(data["assets"]))
    if kind:
        raise ValueError(f"an input of kind {kind}, which the benchmark does not know")
    return {key: value(each) for key, each in data.items() if key != "__defaults"}


def _told(what: Any, _dependencies: Any) -> Any:
    return what


async def main() -> None:
    made: dict[str, pulumi.Resource] = {}
    for state in json.loads(Path(os.environ["BENCHMARK_GRAPH"]).read_text()):
        urn, kind = state["urn"], state["type"]
        name = urn.rsplit("::", 1)[-1]
        if kind == "pulumi:pulumi:Stack":
            continue
        options = pulumi.ResourceOptions(
            parent=made.get(state.get("parent")), protect=state.get("protect"),
            depends_on=[made[each] for each in state.get("dependencies", ()) if each in made],
        )  # fmt: skip
        if not state.get("custom"):
            made[urn] = pulumi.ComponentResource(kind, name, {}, options)
            continue
        inputs = {key: value(data) for key, data in state["inputs"].items() if key not in ("__defaults", "version")}
        if kind.startswith("pulumi:providers:"):  # blocks among their inputs may be JSON text
            inputs = {key: json.loads(it) if isinstance(it, str) and it[:1] in ("[", "{") else it for key, it in inputs.items()}
            made[urn] = pulumi.ProviderResource(kind.rsplit(":", 1)[-1], name, inputs, options)
            continue
        if provider := state.get("provider"):
            found = made[provider.rsplit("::", 1)[0]]
            assert isinstance(found, pulumi.ProviderResource)
            options.provider = found
        for key, urns in state.get("propertyDependencies", {}).items():
            if before := [made[each].urn for each in urns if each in made]:
                inputs[key] = pulumi.Output.all(*before).apply(partial(_told, inputs[key]))
        made[urn] = pulumi.CustomResource(kind, name, inputs, options)
    await pulumi.Output.all(*(resource.urn for resource in made.values())).future()


if __name__ == "__main__":
    pulumi.run(main)
