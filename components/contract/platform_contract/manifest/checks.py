"""What one manifest has to fulfil beyond the form of its fields; no check needs another manifest."""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date

from platform_contract.fit.criteria import judge
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.languages.clocks import wrong_schedule
from platform_contract.manifest import names
from platform_contract.manifest.capacity_checks import check_maxima, check_shards
from platform_contract.manifest.concurrency_checks import check_concurrency
from platform_contract.manifest.connection_checks import Broken, check_connections
from platform_contract.manifest.dataset_checks import check_datasets
from platform_contract.manifest.edge_checks import check_domain, check_edge
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.probe_checks import check_probe
from platform_contract.manifest.provisioned_checks import check_starts
from platform_contract.manifest.queue_checks import check_queues
from platform_contract.manifest.rest_checks import check_rest
from platform_contract.manifest.route_checks import check_routes, routes_of
from platform_contract.manifest.workflow_checks import check_workflows
from platform_contract.platform import backup, lambda_, release_names
from platform_contract.platform.data_class import CLASSES
from platform_contract.platform.diagnostics import choices, did_you_mean
from platform_contract.platform.name_limits import PhysicalNameError
from platform_contract.platform.settings import Settings
from platform_contract.registry import SECTIONS, is_reserved

SECRET_NAME = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)$")
"""End of a variable's name that says its value is a secret."""


def check_alone(manifest: Manifest, file_stem: str, settings: Settings | None, today: date) -> Iterator[Broken]:
    """Everything that is wrong with one manifest. Without settings (they are broken themselves), what they decide is not checked."""
    if manifest.name != file_stem:
        yield (
            "name",
            manifest.name,
            f"must be the name of its file, {file_stem}",
            f"rename the file to {manifest.name}.yaml, or the workload",
        )
    yield from _one_meaning_each(manifest)
    yield from _smoke(manifest)
    yield from _copies(manifest)
    yield from check_probe(manifest)
    yield from _handlers(manifest)
    yield from check_routes(manifest)
    yield from check_queues(manifest)
    yield from check_shards(manifest)
    yield from check_maxima(manifest)
    yield from check_connections(manifest)
    yield from check_datasets(manifest)
    yield from check_rest(manifest)
    yield from check_edge(manifest)
    yield from check_workflows(manifest)
    yield from _schedules(manifest, today)
    yield from _variables(manifest)
    yield from _parameters(manifest)
    yield from _fit(manifest, today)
    yield from _reviewed(manifest, today)
    if settings is not None:
        yield from _teams(manifest, settings)
        yield from _named_users(manifest, settings)
        yield from _rates(manifest, settings)
        yield from _tiers(manifest, settings)
        yield from check_domain(manifest, settings)
        yield from check_concurrency(manifest, settings)
        yield from check_starts(manifest, settings, today)
        yield from _identity(manifest, settings)
        if manifest.graphql and not settings.identity.managed:
            yield ("graphql", None, f"needs the managed user pool, and in {settings.environment} tokens come from {settings.identity.issuer}",
                   "use an HTTP API, which takes tokens from either")  # fmt: skip
        yield from _names(manifest, settings)


def _smoke(manifest: Manifest) -> Iterator[Broken]:
    for name, spec in manifest.functions.items():
        routes = [trigger.http.route for trigger in spec.triggers if trigger.http] + [trigger.rest.route for trigger in spec.triggers if trigger.rest]
        for index, smoke in enumerate(spec.smoke):
            if smoke.request and all(smoke.parameters_in(route) is None for route in routes):
                fix = f"take one of {', '.join(routes)}" if routes else "give the `event` as Lambda hands it over"
                yield (f"functions.{name}.smoke[{index}].request", smoke.request, "is on no HTTP or REST route of the function", fix)
    if manifest.phase != "pilot" and release_names.CHECKS in manifest.functions:
        yield (f"functions.{release_names.CHECKS}", None, "is what the platform calls its own function that checks new versions", "give it another name")


def _copies(manifest: Manifest) -> Iterator[Broken]:
    """In every phase: the copy of one workload's table may not have the name of another's table."""
    for section in ("tables", "functions"):
        for name in manifest.section(section):
            if name == backup.COPY or (section == "tables" and name.endswith(f"-{backup.COPY}")):
                yield f"{section}.{name}", None, "is what the platform calls its restore check, which deletes a table of that name", "give it another name"


def _one_meaning_each(manifest: Manifest) -> Iterator[Broken]:
    kinds: dict[str, Mapping[str, object]] = {section: manifest.section(section) for section in SECTIONS}
    for section, resources in kinds.items():
        for name in resources:
            others = [other for other in kinds if other != section and name in kinds[other]]
            if others and section == min(section, *others, key=list(kinds).index):
                yield (f"{others[0]}.{name}", None, f"has the name of one of the {section}, so `uses: {{{name}: ...}}` would mean both",
                       "give each its own name")  # fmt: skip
    asking = [name for name, function in manifest.functions.items() if function.idempotency]
    if asking and dynamodb.IDEMPOTENCY_TABLE in manifest.tables:
        yield (f"tables.{dynamodb.IDEMPOTENCY_TABLE}", None,
               f"is the name of the table that the platform adds, because the function '{asking[0]}' asks for idempotency",
               "rename the table")  # fmt: skip


def _handlers(manifest: Manifest) -> Iterator[Broken]:
    package = manifest.name.replace("-", "_")
    if package in lambda_.TAKEN_PACKAGES or package in sys.stdlib_module_names:
        yield ("name", manifest.name, f"is taken: its code would lie in handlers/{package}/ and stand in the way of Python's or the platform's own {package}",
               "choose a longer name")  # fmt: skip
    for name, function in manifest.functions.items():
        if function.handler.split(".")[0] != package:
            yield (f"functions.{name}.handler", function.handler, f"must begin with the workload's own package, {package}",
                   f"put the code into handlers/{package}/ and write {package}.{'.'.join(function.handler.split('.')[1:])}")  # fmt: skip


def _schedules(manifest: Manifest, today: date) -> Iterator[Broken]:
    for name, function in manifest.functions.items():
        for index, trigger in enumerate(function.triggers):
            if trigger.schedule and (wrong := wrong_schedule(trigger.schedule.expression, trigger.schedule.timezone, today)):
                yield f"functions.{name}.triggers[{index}].schedule.expression", trigger.schedule.expression, *wrong


def _variables(manifest: Manifest) -> Iterator[Broken]:
    for name, function in manifest.functions.items():
        for variable in function.environment:
            path = f"functions.{name}.environment.{variable}"
            if is_reserved(variable):
                yield path, None, "is a variable that Lambda or the platform sets", "choose another name"
            elif SECRET_NAME.search(variable):
                yield (path, None, "is a secret by its name, and environment variables are readable in the console",
                       "keep it in Secrets Manager; if it is none, choose another name")  # fmt: skip


def _parameters(manifest: Manifest) -> Iterator[Broken]:
    for name, spec in manifest.parameters.items():
        if SECRET_NAME.search(name.upper().replace("-", "_")):
            yield (f"parameters.{name}", None, "is a secret by its name, and parameters are plain text that this file holds",
                   "put it under `secrets`; if it is none, choose another name")  # fmt: skip
        if any("{{" in value for value in (spec.value, *spec.values.values())):
            yield f"parameters.{name}.value", spec.value, "holds `{{`, which Systems Manager takes for another parameter's name", "write it differently"


def _fit(manifest: Manifest, today: date) -> Iterator[Broken]:
    fit, waiver = judge(manifest), manifest.fit_waiver
    if waiver and waiver.expires_on < today:
        yield (
            "fit_waiver.expires_on",
            waiver.expires_on,
            "is over",
            "decide anew: build it on something else, or set a later day and say why",
        )
    elif fit.verdict == "unfit" and not waiver:
        yield ("profile", None, f"is unfit for serverless: {'; '.join(fit.unfit)}",
               "choose another platform for it, or add `fit_waiver: {reason: ..., expires_on: ...}`")  # fmt: skip


def _reviewed(manifest: Manifest, today: date) -> Iterator[Broken]:
    review = manifest.operations.access_review
    if review and review.reviewed_on > today:
        yield "operations.access_review.reviewed_on", review.reviewed_on, "is a day that has not come yet", "write the day of the last review"


def _teams(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    asked = manifest.operations
    named = {
        "owner": manifest.owner, "operations.promotion.approver": asked.promotion and asked.promotion.approver,
        "operations.cost_review.reviewer": asked.cost_review and asked.cost_review.reviewer,
    }  # fmt: skip
    for field, team in named.items():
        if team and team not in settings.teams:
            hint = did_you_mean(team, settings.teams)
            yield (field, team, f"is no team of the stack's settings; there is {choices(settings.teams)}",
                   hint or "add the team to `teams` in the stack's settings")  # fmt: skip


def _named_users(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    if CLASSES[manifest.data_class].key_users == "named" and settings.restricted_data is None:
        yield ("data_class", manifest.data_class,
               f"needs roles that may use its key, and the settings of {settings.environment} name none",
               "add `restricted_data: {deploying_roles: [...], break_glass_roles: [...]}` to the stack's settings")  # fmt: skip


def _rates(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    served = any(function.kinds() & {"http", "rest"} for function in manifest.functions.values())
    if served and manifest.profile.peak_per_second > settings.api_rate_per_second:
        yield ("profile.peak_per_second", manifest.profile.peak_per_second,
               f"is above the {settings.api_rate_per_second:g} requests a second after which an API answers 429 in {settings.environment}",
               "raise api_rate_per_second in the stack's settings, or correct the profile")  # fmt: skip


def _tiers(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    for name, tier in manifest.rest_api.tiers.items():
        for field, given, most, setting in (
            ("requests_per_second", tier.requests_per_second, settings.api_rate_per_second, "api_rate_per_second"),
            ("burst", tier.burst, settings.api_burst, "api_burst"),
        ):
            if given > most:
                yield (f"rest_api.tiers.{name}.{field}", given,
                       f"is above the {most:g} after which the whole API answers 429 in {settings.environment}",
                       f"lower it, or raise {setting} in the stack's settings")  # fmt: skip


def _identity(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    for _, _, path, given in routes_of(manifest):
        if not given.public and given.authorizer == "cognito" and not settings.identity.managed:
            yield (f"{path}.authorizer", "cognito",
                   f"needs the managed user pool, and in {settings.environment} tokens come from {settings.identity.issuer}",
                   "use an HTTP API with `authorizer: jwt`, which takes tokens from either")  # fmt: skip


def _names(manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    worst: dict[str, tuple[str, PhysicalNameError]] = {}
    for path, make in names.physical_names(manifest, settings):
        try:
            make()
        except PhysicalNameError as error:
            # One word that is too long is too long in many names: the one that asks for the most is told.
            place = "name" if error.part == "workload name" else ".".join(path.split(".")[:2])
            if place not in worst or error.over > worst[place][1].over:
                worst[place] = (path, error)
    for path, wrong in worst.values():
        yield path, None, wrong.of_manifest, wrong.fix
