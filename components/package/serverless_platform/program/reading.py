"""Reads a project's folder: stack settings, manifests, handlers. For the program and the tools; components read nothing."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

import platform_contract
import serverless_platform
from platform_contract.features.dashboard_body import body_of
from platform_contract.features.dashboards import index_of
from platform_contract.manifest import Manifest, check_handlers, load_manifests, read_graphql, schema_path, workload_folder
from platform_contract.manifest.stack_files import check_stack, stack_values
from platform_contract.plan.cost_anomalies import plan_cost_anomalies
from platform_contract.plan.foundation import FoundationPlan, plan_foundation
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.platform import Platform
from platform_contract.planning import plan_all
from platform_contract.platform.diagnostics import Problem, ProblemsError
from platform_contract.platform.guardrails import digest
from platform_contract.platform.settings import PREFIX, Settings, load_settings

from ..bundles import Modules, write_bundle
from ..planned import Planned, Shared
from .layers import LayerTarget, find_layer, layer_target

OFFLINE = "SERVERLESS_PLATFORM_OFFLINE"
"""Environment variable of offline previews: they have no layer, which takes downloads."""


@dataclass(frozen=True)
class Project:
    """A folder with workloads and handlers, and the settings of one stack."""

    root: Path
    stack: str
    settings: Settings
    manifests: dict[str, Manifest]
    plans: dict[str, WorkloadPlan]
    """Of every workload, by name."""

    @property
    def build(self) -> Path:
        return self.root / ".build"

    @property
    def handlers(self) -> Path:
        return self.root / "handlers"

    @property
    def requirements(self) -> Path:
        return self.handlers / "requirements.txt"

    @property
    def layer_target(self) -> LayerTarget:
        settings = self.settings
        return layer_target(settings.lambda_architecture, settings.lambda_runtime, embedded=settings.embedded)

    @property
    def is_real(self) -> bool:
        """Whether its resources are made in AWS: not in an embedded cloud, not in throw-away state."""
        return not self.settings.embedded and os.environ.get(OFFLINE) != "1"

    @property
    def digest(self) -> str:
        """Of all that decides what is registered: settings, manifests, components."""
        texts = [self.stack, self.settings.model_dump_json(), *(each.model_dump_json() for each in self.manifests.values())]
        components = [digest(Path(module.__file__).parent) for module in (platform_contract, serverless_platform) if module.__file__]
        return hashlib.sha256("\0".join([*texts, *components]).encode()).hexdigest()

    @cached_property
    def foundation(self) -> FoundationPlan:
        return plan_foundation(self.settings)

    @cached_property
    def platform_text(self) -> str:
        """What workloads are told of the platform, as far as it is known before the update."""
        return Platform(settings=self.settings).to_text()

    def layer_archive(self) -> pulumi.Archive:
        """The layer. Offline its lock stands in for it: both change together, so a preview tells the truth."""
        if os.environ.get(OFFLINE) == "1":
            return pulumi.AssetArchive({self.requirements.name: pulumi.FileAsset(str(self.requirements))})
        return pulumi.FileArchive(str(find_layer(self.build, self.requirements, self.layer_target, self.stack)))

    def foundation_args(self) -> Any:
        """What its Foundation makes. Raises BundleError if the layer is missing or old."""
        plan, settings, index = self.foundation, self.settings, index_of(self.settings, self.plans)
        given = {
            "layer_code": self.layer_archive(), "cost_anomalies": plan_cost_anomalies(settings, self.plans),
            "index": {"name": index.physical_name, "body": body_of(index, settings.region, {})} if index else None,
        }  # fmt: skip
        return Planned(plan, Shared("platform", settings.account_id, settings.region, settings.boundary_arn, plan.tags, "", ""), given)

    def workloads(self) -> Iterator[tuple[str, Any]]:
        """(name, arguments) of every workload, without what the platform shares. Raises BundleError before the first one."""
        modules = Modules(self.handlers)
        bundles: dict[str, dict[str, pulumi.Archive]] = {
            name: {
                function: pulumi.FileArchive(
                    str(write_bundle(self.handlers, self.build, name, function, spec.handler, modules))
                )
                for function, spec in manifest.functions.items()
            }
            for name, manifest in self.manifests.items()
        }
        for name in self.manifests:
            text = (self.root / "workloads" / f"{name}.yaml").read_text()
            yield name, {"manifest": text, "code": bundles[name], "schemas": self._schemas(name), "platform": self.platform_text,
                        **self._graphql(name)}  # fmt: skip

    def _graphql(self, name: str) -> dict[str, Any]:
        if self.manifests[name].graphql is None:
            return {}
        return {"graphql": read_graphql(workload_folder(self.handlers, name)).model_dump()}

    def _schemas(self, name: str) -> dict[str, str]:
        models = sorted(set(self.manifests[name].models.values()))
        return {model: schema_path(self.handlers, name, model).read_text(encoding="utf-8") for model in models}


def read_program(root: Path) -> Project:
    """The project of the running program, with the settings that the engine passes. Raises ProblemsError."""
    config = {**get_config_env(), **CONFIG.get()}
    return _project(root, pulumi.get_stack(), {key: value for key, value in config.items() if key.startswith(PREFIX)})


def read_project(root: Path, stack: str) -> Project:
    """The project in `root` with the settings in its stack file, for tools. Raises ProblemsError."""
    return _project(root, stack, stack_values(root, stack))


def _project(root: Path, stack: str, config: Mapping[str, Any]) -> Project:
    """Raises ProblemsError with everything that is wrong with settings, manifests and handlers."""
    # Empty is not set: the engine passes YAML's null as empty text, and warns of it.
    values = {key: value for key, value in config.items() if value not in ("", None)}
    problems: list[Problem] = []
    settings, manifests, plans = None, {}, {}
    try:
        settings = load_settings(values, f"Pulumi.{stack}.yaml")
        problems += check_stack(root, stack, settings)
    except ProblemsError as wrong:
        problems += wrong.problems
    try:
        manifests = load_manifests(root / "workloads", settings)
        if settings is not None:
            plans = plan_all(manifests, settings)
    except ProblemsError as wrong:
        problems += wrong.problems
    try:
        check_handlers(manifests, root / "handlers")
    except ProblemsError as wrong:
        problems += wrong.problems
    if settings is None or problems:
        raise ProblemsError(problems)
    return Project(root, stack, settings, manifests, plans)
