"""What AWS accepts as a name, service by service, and what is said of a name that it would refuse."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class NameLimit:
    """What a service accepts as a name."""

    shortest: int
    longest: int
    pattern: str
    source: str


LIMITS: dict[str, NameLimit] = {
    "function": NameLimit(1, 64, r"[A-Za-z0-9_-]+", "Lambda API reference, CreateFunction"),
    "layer": NameLimit(1, 140, r"[A-Za-z0-9_-]+", "Lambda API reference, PublishLayerVersion"),
    "role": NameLimit(1, 64, r"[\w+=,.@-]+", "IAM API reference, CreateRole"),
    "policy": NameLimit(1, 128, r"[\w+=,.@-]+", "IAM API reference, CreatePolicy"),
    "table": NameLimit(3, 255, r"[A-Za-z0-9_.-]+", "DynamoDB API reference, CreateTable"),
    "queue": NameLimit(1, 80, r"[A-Za-z0-9_-]+(\.fifo)?", "SQS API reference, CreateQueue"),
    "bucket": NameLimit(3, 63, r"[a-z0-9][a-z0-9.-]*[a-z0-9]", "S3 guide, bucket naming rules"),
    "log group": NameLimit(1, 512, r"[A-Za-z0-9_/.#$-]+", "CloudWatch Logs API reference, CreateLogGroup"),
    "key alias": NameLimit(7, 256, r"alias/[A-Za-z0-9/_-]+", "KMS API reference, CreateAlias"),
    "topic": NameLimit(1, 256, r"[A-Za-z0-9_-]+", "SNS API reference, CreateTopic"),
    "alarm": NameLimit(1, 255, r"[^\n]+", "CloudWatch API reference, PutMetricAlarm"),
    "query": NameLimit(1, 255, r"[^\n]+", "CloudWatch Logs API reference, PutQueryDefinition"),
    "dashboard": NameLimit(1, 255, r"[A-Za-z0-9_-]+", "CloudWatch API reference, PutDashboard"),
    "api": NameLimit(1, 128, r"[^\n]+", "API Gateway V2 API reference, CreateApi"),
    "trace policy": NameLimit(1, 128, r"[\w+=,.@-]+", "X-Ray API reference, PutResourcePolicy"),
    "user pool": NameLimit(1, 128, r"[\w\s+=,.@-]+", "Cognito API reference, CreateUserPool"),
    "bus": NameLimit(1, 256, r"[A-Za-z0-9_.-]+", "EventBridge API reference, CreateEventBus"),
    "rule": NameLimit(1, 64, r"[A-Za-z0-9_.-]+", "EventBridge API reference, PutRule"),
    "archive": NameLimit(1, 48, r"[A-Za-z0-9_.-]+", "EventBridge API reference, CreateArchive"),
    "schema registry": NameLimit(1, 64, r"[A-Za-z0-9_.-]+", "EventBridge Schemas API reference, CreateRegistry"),
    "schedule": NameLimit(1, 64, r"[A-Za-z0-9_.-]+", "EventBridge Scheduler API reference, CreateSchedule"),
    "stream": NameLimit(1, 128, r"[A-Za-z0-9_.-]+", "Kinesis API reference, CreateStream"),
    "workflow": NameLimit(1, 80, r"[A-Za-z0-9_-]+", "Step Functions API reference, CreateStateMachine"),
    "secret": NameLimit(1, 512, r"[A-Za-z0-9/_+=.@-]+", "Secrets Manager API reference, CreateSecret"),
    "parameter": NameLimit(1, 1011, r"/[A-Za-z0-9_./-]+", "Systems Manager API reference, PutParameter"),
    "database": NameLimit(1, 255, r"[a-z][a-z0-9_]*", "Athena guide, names of databases and tables"),
    "workgroup": NameLimit(1, 128, r"[A-Za-z0-9._-]+", "Athena API reference, CreateWorkGroup"),
    "trace group": NameLimit(1, 32, r"[A-Za-z0-9_-]+", "X-Ray API reference, CreateGroup"),
    "configuration application": NameLimit(1, 64, r"[^\n]+", "AppConfig API reference, CreateApplication"),
    "deployment strategy": NameLimit(1, 64, r"[^\n]+", "AppConfig API reference, CreateDeploymentStrategy"),
    "deployment application": NameLimit(1, 100, r"[^\n]+", "CodeDeploy API reference, CreateApplication"),
    "web acl": NameLimit(1, 128, r"[A-Za-z0-9_-]+", "WAF API reference, CreateWebACL and VisibilityConfig"),
    "cache policy": NameLimit(1, 128, r"[A-Za-z0-9_-]+", "CloudFront API reference, CreateCachePolicy"),
    "host": NameLimit(1, 253, r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", "RFC 1123, section 2.1"),
    "backup vault": NameLimit(2, 50, r"[A-Za-z0-9_-]+", "AWS Backup API reference, CreateBackupVault"),
    "budget": NameLimit(1, 100, r"[^:\\]+", "Budgets API reference, CreateBudget"),
}
"""Kind -> limits of its name, each as its service documents it."""


class PhysicalNameError(ValueError):
    """A name that AWS would refuse. `part` is the part of the manifest or settings to shorten, `over` by how many characters."""

    def __init__(self, kind: str, name: str, part: str, rule: str, fix: str, over: int = 0) -> None:
        self.kind, self.name, self.part, self.rule, self.fix, self.over = kind, name, part, rule, fix, over
        super().__init__(f"{kind} name '{name}': {rule}; {fix}")

    @property
    def of_manifest(self) -> str:
        """What is wrong, for the reader of a manifest that leads to the name."""
        return f"its {self.kind} name in AWS, '{self.name}', {self.rule}"


def article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def checked_name(kind: str, name: str, parts: dict[str, str]) -> str:
    """`name` if the service accepts it. `parts`: what it is made of, by what the reader calls it.

    Raises PhysicalNameError that says which part to shorten, and by how much.
    """
    limit = LIMITS[kind]
    if len(name) > limit.longest:
        part = max(parts, key=lambda each: len(parts[each]))
        over = len(name) - limit.longest
        raise PhysicalNameError(
            kind, name, part, f"has {len(name)} characters, and AWS allows {limit.longest} for {article(kind)} {kind} ({limit.source})",
            f"shorten the {part} '{parts[part]}' by {over} character{'' if over == 1 else 's'}", over,
        )  # fmt: skip
    if len(name) < limit.shortest or not re.fullmatch(limit.pattern, name):
        raise PhysicalNameError(
            kind, name, next(iter(parts)), f"must match {limit.pattern} and have {limit.shortest} characters or more ({limit.source})",
            "use lower-case letters, digits and dashes",
        )  # fmt: skip
    return name
