"""What is made of a bucket in the manifest."""

from platform_contract.kinds.bucket import limits
from platform_contract.kinds.bucket.spec import BucketSpec
from platform_contract.platform import naming
from platform_contract.platform.base import Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class ListenerPlan(Plain):
    """Who is told of new objects in a bucket: a function or a topic."""

    kind: str
    """function or topic."""
    name: str
    prefix: str
    suffix: str


class BucketPlan(Plain):
    physical_name: str
    arn: str
    expire_after_days: int | None
    expiring_prefixes: dict[str, int]
    """Folder of what can be had again -> days after which it is deleted."""
    noncurrent_days: int
    upload_origins: tuple[str, ...]
    upload_headers: tuple[str, ...]
    listeners: tuple[ListenerPlan, ...]
    protect: bool


def plan_bucket(scope: Scope, name: str, spec: BucketSpec, connections: Connections) -> BucketPlan:
    """One bucket, with who is told of its new objects."""
    settings = scope.settings
    physical = naming.bucket_name(settings, scope.workload, name, spec.generation)
    return BucketPlan(
        physical_name=physical, arn=naming.bucket_arn(settings, physical), expire_after_days=spec.expire_after_days,
        expiring_prefixes=dict(connections.expiring.get(name, {})),
        noncurrent_days=limits.NONCURRENT_DAYS, upload_origins=tuple(spec.upload_origins), upload_headers=limits.UPLOAD_HEADERS,
        listeners=tuple(ListenerPlan(kind=it.kind, name=it.name, prefix=it.prefix, suffix=it.suffix) for it in connections.listeners.get(name, ())),
        protect=settings.protect_state,
    )  # fmt: skip


def bucket_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.bucket_arn(settings, naming.bucket_name(settings, workload, name, spec.generation))
