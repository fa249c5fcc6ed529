"""Two resources that write one policy: each update, the last one takes away what the other wrote."""

from collections.abc import Iterator, Mapping

from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity
from guardrails.values import Undecided, Unknown, Values

QUEUE, TOPIC, BUCKET, SECRET = "aws:sqs/queue:Queue", "aws:sns/topic:Topic", "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret"
KEY, API, ROLE = "aws:kms/key:Key", "aws:apigateway/restApi:RestApi", "aws:iam/role:Role"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
TOPIC_POLICY, BUCKET_POLICY = "aws:sns/topicPolicy:TopicPolicy", "aws:s3/bucketPolicy:BucketPolicy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

WRITERS: Mapping[str, tuple[str, str, str]] = {
    QUEUE_POLICY: ("queueUrl", QUEUE, "policy"),
    TOPIC_POLICY: ("arn", TOPIC, "policy"),
    BUCKET_POLICY: ("bucket", BUCKET, "policy"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn", SECRET, "policy"),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId", KEY, "policy"),
    "aws:apigateway/restApiPolicy:RestApiPolicy": ("restApiId", API, "policy"),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ("eventBusName", "aws:cloudwatch/eventBus:EventBus", ""),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("resourceArn", "aws:dynamodb/table:Table", ""),
    "aws:kinesis/resourcePolicy:ResourcePolicy": ("resourceArn", "aws:kinesis/stream:Stream", ""),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("repository", "aws:ecr/repository:Repository", ""),
    "aws:s3/bucketNotification:BucketNotification": ("bucket", BUCKET, ""),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("bucket", BUCKET, ""),
}  # fmt: skip
"""Type that writes the whole policy (or the whole notifications) of another -> the property that names it, its type, and the property with
which it writes its own."""

NAMES = ("name", "bucket", "arn", "id", "url")
"""Properties by which another resource may name one in letters."""

EXCLUSIVE = {ROLE_POLICY: ("role", "inlinePolicies"), "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "managedPolicyArns")}
"""Type that adds one policy to a role -> the property that names the role, and that of a role which holds all of them and removes others."""


def has_one_writer(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    if resource.type in EXCLUSIVE:
        path, own = EXCLUSIVE[resource.type]
        for role in _named(resource, path, ROLE, stack):
            if stack.gives(role, own) and _set(role.get(own)):
                yield Finding(path, role.name, f"the role says itself which policies it has ({own}), and would remove this one")
        return
    path, owner, own = WRITERS[resource.type]
    if isinstance(resource.get(path), Unknown) and not resource.references.get(path):
        yield NotKnown(path)
        return
    for named in _named(resource, path, owner, stack):
        if own and stack.gives(named, own):
            yield Finding(path, named.name, f"it writes its {own} itself, so one would overwrite the other in every update")
    first = _writers(stack)[resource.type, _target(resource, path)]
    if first.urn != resource.urn:
        yield Finding(path, resource.get(path), f"{first.kind} '{first.name}' writes the same, so one would overwrite the other in every update")


def _named(resource: Resource, path: str, type_: str, stack: Stack) -> list[Resource]:
    referred = list(resource.referred(path, type_))
    value = resource.get(path)
    if referred or not isinstance(value, str):
        return referred
    return [other for other in stack.of(type_) if any(_is(other.get(name), value) for name in NAMES)]


def _is(value: object, wanted: str) -> bool:
    return isinstance(value, str) and value == wanted


def _target(resource: Resource, path: str) -> str:
    """What it writes to, as a key: the resource that is referred to, or the literal."""
    value = resource.get(path)
    referred = resource.referred(path, WRITERS[resource.type][1])
    return next((other.urn for other in referred), value if isinstance(value, str) else resource.urn)


def _writers(stack: Stack) -> Mapping[tuple[str, str], Resource]:
    """(type, target) -> the first that writes it."""
    found: dict[tuple[str, str], Resource] = stack.notes.setdefault("policy writers", {})
    if not found:
        for resource in stack.of(*WRITERS):
            found.setdefault((resource.type, _target(resource, WRITERS[resource.type][0])), resource)
    return found


def is_written(owner: Resource, stack: Stack) -> bool:
    """Whether a resource of the stack writes the policy of another. Raises `Undecided` where one writes, and of which is not known yet."""
    writers = _writers(stack)
    for type_, (path, kind, own) in WRITERS.items():
        if kind != owner.type or not own:
            continue
        names = [name for name in map(owner.get, NAMES) if isinstance(name, str)]
        if any((type_, target) in writers for target in (owner.urn, *names)):
            return True
        for writer in stack.of(type_):
            if (type_, writer.urn) in writers:
                raise Undecided(path)
    return False


def _set(value: object) -> bool:
    return isinstance(value, Unknown) or (len(value) > 0 if isinstance(value, Values) else bool(value))


RULES = (
    Rule(
        id="policy-has-one-writer",
        title="One resource writes a policy, or a bucket's notifications.",
        why="AWS keeps one policy for each queue, topic, bucket and so on. Two resources overwrite each other without an error: access comes and goes "
        "with every update.",
        fix="put all statements into one resource",
        severity=Severity.HIGH,
        reads={type_: (path,) for type_, (path, _, _) in WRITERS.items()} | {type_: (path,) for type_, (path, _) in EXCLUSIVE.items()}
        | {QUEUE: ("policy",), TOPIC: ("policy",), BUCKET: ("policy",), SECRET: ("policy",), KEY: ("policy",), API: ("policy",), ROLE: ("inlinePolicies", "managedPolicyArns")},
        joins=(*WRITERS, *EXCLUSIVE),
        check_stack=has_one_writer,
        sources=("awsguard iam-role-no-policy-management-conflicts", "pulumi-aws, notes on BucketNotification and QueuePolicy"),
        cases=(
            Case("one", Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, refers={"queueUrl": "q"}), given=(Given(QUEUE, {"name": "q"}, "q"),), scope=Scope.STACK),
            Case("two, by reference", Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, refers={"queueUrl": "q"}), scope=Scope.STACK, finds=("QueuePolicy 'other' writes the same",),
                 given=(Given(QUEUE, {"name": "q"}, "q"), Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, "other", {"queueUrl": "q"}))),
            Case("two, by name", Given(QUEUE_POLICY, {"queueUrl": "https://q"}), scope=Scope.STACK, finds=("queueUrl=https://q: QueuePolicy 'other' writes the same",),
                 given=(Given(QUEUE_POLICY, {"queueUrl": "https://q"}, "other"),)),
            Case("of which queue is not known yet", Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}), waits=("queueUrl",), scope=Scope.STACK),
            Case("of two queues", Given(QUEUE_POLICY, {"queueUrl": "https://q"}), given=(Given(QUEUE_POLICY, {"queueUrl": "https://p"}, "other"),), scope=Scope.STACK),
            Case("the queue itself", Given(QUEUE_POLICY, {"queueUrl": UNKNOWN}, refers={"queueUrl": "q"}), scope=Scope.STACK, finds=("queueUrl=q: it writes its policy itself",),
                 given=(Given(QUEUE, {"name": "q", "policy": "{}"}, "q"),)),
            Case("a role that holds all of its policies", Given(ROLE_POLICY, {"role": "r"}, refers={"role": "r"}), scope=Scope.STACK, finds=("role=r: the role says itself",),
                 given=(Given(ROLE, {"name": "r", "inlinePolicies": [{"name": "a"}]}, "r"),)),
            Case("a role that does not", Given(ROLE_POLICY, {"role": "r"}), given=(Given(ROLE, {"name": "r", "inlinePolicies": []}, "r"),), scope=Scope.STACK),
        ),
    ),
)  # fmt: skip
