"""Where policy documents are: type of resource -> property, what the document does there, and for which service.

A test compares the table with the installed provider: a property that holds a document is in here, or in the test's list of those that
hold something else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from guardrails.documents import structured
from guardrails.documents.model import DocumentError, Parsed, Statement, parse
from guardrails.values import Undecided, Unknown, Values, as_text


class Kind(StrEnum):
    GRANT = "what a role, user or group may do"
    TRUST = "who may take a role"
    RESOURCE = "who may reach a resource"
    LIMIT = "the most that roles may do"


@dataclass(frozen=True)
class Place:
    path: str
    kind: Kind
    service: str = "iam"


def _of(service: str, path: str = "policy", *, kind: Kind = Kind.RESOURCE) -> tuple[Place, ...]:
    return (Place(path, kind, service),)


GRANT = _of("iam", kind=Kind.GRANT)

PLACES: Mapping[str, tuple[Place, ...]] = {
    "aws:iam/role:Role": (Place("assumeRolePolicy", Kind.TRUST), Place("inlinePolicies.*.policy", Kind.GRANT)),
    "aws:iam/rolePolicy:RolePolicy": GRANT,
    "aws:iam/policy:Policy": GRANT,
    "aws:iam/userPolicy:UserPolicy": GRANT,
    "aws:iam/groupPolicy:GroupPolicy": GRANT,
    "aws:sqs/queue:Queue": _of("sqs"),
    "aws:sqs/queuePolicy:QueuePolicy": _of("sqs"),
    "aws:sns/topic:Topic": _of("sns"),
    "aws:sns/topicPolicy:TopicPolicy": _of("sns"),
    "aws:kms/key:Key": _of("kms"),
    "aws:kms/keyPolicy:KeyPolicy": _of("kms"),
    "aws:kms/externalKey:ExternalKey": _of("kms"),
    "aws:kms/replicaKey:ReplicaKey": _of("kms"),
    "aws:kms/replicaExternalKey:ReplicaExternalKey": _of("kms"),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": _of("events"),
    "aws:schemas/registryPolicy:RegistryPolicy": _of("schemas"),
    "aws:secretsmanager/secret:Secret": _of("secretsmanager"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _of("secretsmanager"),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": _of("dynamodb"),
    "aws:kinesis/resourcePolicy:ResourcePolicy": _of("kinesis"),
    "aws:s3/bucket:Bucket": _of("s3"),
    "aws:s3/bucketPolicy:BucketPolicy": _of("s3"),
    "aws:s3/accessPoint:AccessPoint": _of("s3"),
    "aws:s3control/accessPointPolicy:AccessPointPolicy": _of("s3"),
    "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": _of("s3-object-lambda"),
    "aws:lambda/resourcePolicy:ResourcePolicy": _of("lambda"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _of("logs", "policyDocument"),
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": _of("logs", "accessPolicy"),
    "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy": _of("logs", "deliveryDestinationPolicy"),
    "aws:xray/resourcePolicy:ResourcePolicy": _of("xray", "policyDocument"),
    "aws:apigateway/restApi:RestApi": _of("execute-api"),
    "aws:apigateway/restApiPolicy:RestApiPolicy": _of("execute-api"),
    "aws:apigateway/domainName:DomainName": _of("execute-api"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _of("ecr"),
    "aws:ecr/registryPolicy:RegistryPolicy": _of("ecr"),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": _of("ecr", "repositoryPolicy"),
    "aws:backup/vaultPolicy:VaultPolicy": _of("backup"),
    "aws:glue/resourcePolicy:ResourcePolicy": _of("glue"),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _of("elasticfilesystem"),
    "aws:opensearch/domain:Domain": _of("es", "accessPolicies"),
    "aws:opensearch/domainPolicy:DomainPolicy": _of("es", "accessPolicies"),
}

STRUCTURED: Mapping[str, tuple[Place, ...]] = {
    "serverless-platform:index:Function": (Place("statements", Kind.GRANT), Place("keyStatements", Kind.GRANT)),
    "aws:lambda/permission:Permission": _of("lambda", "principal"),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": _of("lambda", "principal"),
    "aws:cloudwatch/eventPermission:EventPermission": _of("events", "principal"),
    "aws:kms/grant:Grant": _of("kms", "granteePrincipal"),
}
"""What says the same without a document: grants that components send as inputs, known in a preview even where the document is not,
and permissions that AWS writes into a document of its own."""


BOUNDARY = re.compile(r"-boundary(-[a-z0-9-]+)?$")
"""With environment and region behind it, as the platform's own; see `boundary_name` of the contract."""


def is_boundary(name: object) -> bool:
    """Whether a policy's name or ARN says that it is a permissions boundary: these limit, and may be as wide as that needs."""
    return isinstance(name, str) and BOUNDARY.search(name) is not None


@dataclass(frozen=True)
class Document:
    """One policy of a resource. path: where a finding shows it. unknown: path of what is not known yet; error: why it is no document."""

    path: str
    kind: Kind
    service: str
    parsed: Parsed | None = None
    unknown: str = ""
    error: str = ""
    as_inputs: bool = False
    """Whether it comes from structured inputs."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self.parsed.statements if self.parsed else ()


def documents(type_: str, props: Values) -> tuple[Document, ...]:
    """All policies of a resource, parsed."""
    return tuple(_found(type_, props))


def _found(type_: str, props: Values) -> Iterator[Document]:
    for place in STRUCTURED.get(type_, ()):
        yield from _from_inputs(type_, place, props)
    for place in PLACES.get(type_, ()):
        kind = Kind.LIMIT if type_ == "aws:iam/policy:Policy" and is_boundary(props.get("name")) else place.kind
        for path, value in _values(place.path, props):
            if value is None:
                continue
            try:
                yield Document(path, kind, place.service, parse(as_text(value)))
            except Undecided as undecided:
                yield Document(path, kind, place.service, unknown=undecided.path)
            except DocumentError as error:
                yield Document(path, kind, place.service, error=str(error))


def _from_inputs(type_: str, place: Place, props: Values) -> Iterator[Document]:
    try:
        statements = tuple(structured.READ[type_](place.path, props))
    except Undecided as undecided:
        yield Document(place.path, place.kind, place.service, unknown=undecided.path, as_inputs=True)
    else:
        yield Document(place.path, place.kind, place.service, Parsed("", statements, False), as_inputs=True)


def _values(path: str, props: Values) -> Iterator[tuple[str, object]]:
    head, star, tail = path.partition(".*.")
    found = props.get(head)
    if not star or isinstance(found, Unknown):
        yield head, found
    elif isinstance(found, Values):
        for position, entry in found.items():
            yield f"{head}.{position}.{tail}", entry.get(tail) if isinstance(entry, Values) else entry


def reads(*kinds: Kind, with_inputs: bool = True, services: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Type -> properties for a rule's `reads`: places of documents of these kinds, of these services or of all. with_inputs: those of STRUCTURED too."""
    tables = [PLACES, STRUCTURED] if with_inputs else [PLACES]
    found = {
        type_: tuple(path for place in places if place.kind in kinds and (place.service in services or not services) for path in _paths(type_, place))
        for table in tables for type_, places in table.items()
    }  # fmt: skip
    return {type_: paths for type_, paths in found.items() if paths}


def _paths(type_: str, place: Place) -> tuple[str, ...]:
    return structured.PATHS.get((type_, place.path), (place.path.replace(".*", ""),)) + (("name",) if type_ == "aws:iam/policy:Policy" else ())
