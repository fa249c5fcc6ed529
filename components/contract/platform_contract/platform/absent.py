"""What people look for in a manifest and do not find: why it is not here, and what there is instead. The page docs/reference/not-here.md is made of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PAGE = "docs/reference/not-here.md"


@dataclass(frozen=True)
class Absent:
    """One thing that a manifest cannot ask for."""

    title: str
    when: Literal["deliberately", "yet"]
    fields: tuple[str, ...]
    """As people write it."""
    why: str
    instead: str
    """What to do, from the word that begins it."""

    @property
    def anchor(self) -> str:
        """Of its section of the page."""
        return re.sub(r"[^a-z0-9 -]", "", self.title.lower()).replace(" ", "-")


ABSENT = (
    Absent(
        "Handlers in other languages", "deliberately", ("runtime", "language", "node", "nodejs", "java", "go"),
        "One language has one tracer, one way to log without secrets, one idempotency and one set of tests. A second one would be half as good at each.",
        "write the handler in Python; the stack's settings name its version (`lambda_runtime`)",
    ),
    Absent(
        "Function URLs", "deliberately", ("url", "function_url", "urls"),
        "A URL of a function has no throttle, no access log and no authorizer but IAM, and invokes past what an alarm on an API watches.",
        "give the function a trigger `http`: a route costs about a dollar for a million requests",
    ),
    Absent(
        "IAM statements", "deliberately", ("iam", "iam_role_statements", "policies", "policy", "permissions", "role", "statements"),
        "Hand-written statements grow stars. Verbs become the least actions, those on the key included, and guardrails compare what is granted with what is used.",
        "name resource and verbs under `uses`; `make least-privilege` tells which verbs are enough",
    ),
    Absent(
        "Layers of a workload's own", "deliberately", ("layers", "layer"),
        "Each layer is a set of versions that nobody scans. All workloads of a stack share one, locked with hashes and built once.",
        "add the package to handlers/requirements.in (docs/how-to/add-a-package.md)",
    ),
    Absent(
        "Caches in the network", "deliberately", ("elasticache", "redis", "memcached", "valkey"),
        "ElastiCache lives in a VPC and is paid by the hour, used or not. That is the opposite of what this platform is for.",
        "cache at the edge (`http_api: {cdn: {cached: ...}}`), at the stage (`rest_api: {cache_gb: 0.5}`), or in a table with `expires_at`",
    ),
    Absent(
        "Resources of any type", "deliberately", ("resources", "resource", "cloudformation", "extensions", "outputs"),
        "What the platform does not know has no alarms, no key, no guardrails and no price.",
        "use the components, or plain Pulumi, in a project of your own beside the workload; guardrails judge it as well",
    ),
    Absent(
        "VPC", "yet", ("vpc", "vpc_config", "subnets", "subnet_ids", "security_groups", "security_group_ids"),
        "Functions in a VPC need subnets, a way out for every call, and endpoints that are paid by the hour. Nothing that the platform offers lies in one.",
        "reach what lies in a VPC through an API in front of it",
    ),
    Absent(
        "Relational databases", "yet", ("database", "databases", "rds", "aurora", "postgres", "sql"),
        "They lie in a VPC, which the platform has not yet; Aurora's Data API would do without one.",
        "keep state in `tables`, and files that are queried with SQL in `datasets`",
    ),
    Absent(
        "Container images", "yet", ("image", "image_uri", "container", "dockerfile", "docker", "package_type"),
        "Lambda runs images of up to 10 GB, but they want a registry, scans, and a build that the embedded cloud has no daemon for.",
        "keep code and packages below 250 MB, unzipped, in a bundle and the layer",
    ),
    Absent(
        "Domains of an API's own", "yet", ("domain", "domains", "domain_name", "custom_domain", "hosted_zone", "certificate_arn"),
        "Names and certificates belong to whoever owns the zone. A distribution before an HTTP API has one already, WORKLOAD.DOMAIN, from the stack's settings.",
        "write `http_api: {cdn: {}}` and give the stack `cdn: {domain, certificate_arn}` (docs/how-to/protect-an-api.md), or map the API's id in a project of your own",
    ),
    Absent(
        "Resources of another workload", "yet", ("imports", "external", "external_resources"),
        "`shares` and `uses: {shipping.shipments: [publish]}` are read and refused: order of creation, keys and resource policies between workloads are not built.",
        "call an API of the workload that owns it",
    ),
)  # fmt: skip
"""In the order of the page: what is left out for good, then what may come."""


def absent(location: Sequence[int | str]) -> Absent | None:
    """What an unknown field of a manifest asks for, at its top, in a function or in an API; None for one that nobody has asked for."""
    sections = {1: ("",), 2: ("http_api", "rest_api", "websocket_api", "graphql"), 3: ("functions",)}.get(len(location), ())
    if "" not in sections and location[0] not in sections:
        return None
    return next((each for each in ABSENT if str(location[-1]).lower() in each.fields), None)
