"""IAM: verb -> least actions, by kind of resource. Nobody writes IAM JSON: manifests name verbs.

`read` and `write` are what a first version asks for; the verbs of one action are what `make least-privilege` asks for
once it has seen what a function really calls.

Source of actions and their resources: Service Authorization Reference. Source of the KMS actions: the developer guides'
pages on encryption at rest of each service.
"""

from dataclasses import dataclass
from typing import Literal

from . import states

Kind = Literal["table", "queue", "bucket", "topic", "bus", "stream", "workflow", "secret", "parameter", "socket"]


@dataclass(frozen=True)
class Permission:
    """Actions on a resource: `arn_suffixes` are put behind its ARN, one resource of the statement each; none for actions that IAM knows
    on no resource."""

    actions: tuple[str, ...]
    arn_suffixes: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Verb:
    """What one word in `uses` allows."""

    permissions: tuple[Permission, ...]
    key_actions: tuple[str, ...]
    """On the workload's key, only through the service (`via`)."""
    meaning: str


_TABLE_AND_INDEXES = ("", "/index/*")
_OBJECTS = ("/*",)
SECRET_ARN_SUFFIX = "-??????"
"""What Secrets Manager puts behind a secret's name in its ARN, in a policy that is written before the secret is made."""

_KEY_READ = ("kms:Decrypt", "kms:DescribeKey")
_KEY_WRITE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")


def _on_items(action: str, key_actions: tuple[str, ...], meaning: str) -> Verb:
    """A verb of one action on a table."""
    return Verb((Permission((f"dynamodb:{action}",)),), key_actions, meaning)


VERBS: dict[Kind, dict[str, Verb]] = {
    "table": {
        "read": Verb(
            (
                Permission(("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem")),
                Permission(("dynamodb:Query",), _TABLE_AND_INDEXES),
            ),
            ("kms:Decrypt", "kms:DescribeKey"),
            "get and query items; no scan, which reads (and bills) a whole table",
        ),
        "write": Verb(
            (Permission(("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")),),
            ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
            "put, update and delete items",
        ),
        "get": _on_items("GetItem", _KEY_READ, "get one item by its key"),
        "batch-get": _on_items("BatchGetItem", _KEY_READ, "get up to 100 items by their keys in one call"),
        "query": Verb(
            (Permission(("dynamodb:Query",), _TABLE_AND_INDEXES),), _KEY_READ, "query the table and its indexes by key",
        ),
        "check": _on_items("ConditionCheckItem", _KEY_READ, "make a transaction depend on an item that it does not change"),
        "put": _on_items("PutItem", _KEY_WRITE, "put items, conditionally too, in a transaction too"),
        "update": _on_items("UpdateItem", _KEY_WRITE, "update items, in a transaction too"),
        "delete": _on_items("DeleteItem", _KEY_WRITE, "delete items, in a transaction too"),
        "batch-write": _on_items("BatchWriteItem", _KEY_WRITE, "put and delete up to 25 items in one call"),
        "follow": Verb(
            (Permission(("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
                        ("/stream/*",)),),
            ("kms:Decrypt",),
            "read its changes in order; a changes trigger implies it",
        ),
    },
    "queue": {
        "send": Verb(
            (Permission(("sqs:SendMessage",)),),
            ("kms:GenerateDataKey", "kms:Decrypt"),
            "send messages",
        ),
        "consume": Verb(
            (Permission(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")),),
            ("kms:Decrypt",),
            "receive and delete messages; a queue trigger implies it",
        ),
    },
    "bucket": {
        "read": Verb(
            (Permission(("s3:GetObject",), _OBJECTS), Permission(("s3:ListBucket",))),
            ("kms:Decrypt",),
            "get and list objects; without the list, a missing object is 403 instead of 404",
        ),
        "write": Verb(
            (Permission(("s3:PutObject", "s3:AbortMultipartUpload"), _OBJECTS),),
            ("kms:GenerateDataKey", "kms:Decrypt"),
            "put objects; Decrypt because S3 reads the parts of a multipart upload",
        ),
        "delete": Verb((Permission(("s3:DeleteObject",), _OBJECTS),), (), "delete objects; older versions stay"),
        "get": Verb((Permission(("s3:GetObject",), _OBJECTS),), ("kms:Decrypt",), "get objects whose keys it knows"),
        "put": Verb((Permission(("s3:PutObject",), _OBJECTS),), ("kms:GenerateDataKey",), "put objects in one call each, up to 5 GB"),
    },
    "topic": {
        "publish": Verb((Permission(("sns:Publish",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "publish messages"),
    },
    "bus": {
        "publish": Verb((Permission(("events:PutEvents",)),), (), "publish events; EventBridge itself encrypts them"),
    },
    "workflow": {
        "start": Verb((Permission(("states:StartExecution",)),), (), "start executions and go on"),
        "run": Verb((Permission(("states:StartSyncExecution",)),), ("kms:Decrypt",), "run an express workflow and wait for its result"),
        "answer": Verb(
            (Permission(("states:SendTaskSuccess",), ()),), (),
            "answer the token of a step that waits, be it with a no; IAM knows no resource for it",
        ),
    },
    "socket": {
        "send": Verb(
            (Permission(("execute-api:ManageConnections",), ("/POST/@connections/*",)),), (), "send to connections of the WebSocket API",
        ),
    },
    "secret": {
        "read": Verb((Permission(("secretsmanager:GetSecretValue",), (SECRET_ARN_SUFFIX,)),), ("kms:Decrypt",), "read the value"),
    },
    "parameter": {
        "read": Verb((Permission(("ssm:GetParameter",)),), (), "read the value, which is plain text"),
    },
    "stream": {
        "put": Verb((Permission(("kinesis:PutRecords",)),), ("kms:GenerateDataKey",), "put up to 500 records in one call"),
        "consume": Verb(
            (Permission(("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
                         "kinesis:ListShards")),),
            ("kms:Decrypt",),
            "read records in order; a stream trigger implies it",
        ),
    },
}

VIA_SERVICE: dict[str, str] = {
    "table": "dynamodb", "queue": "sqs", "bucket": "s3", "topic": "sns", "bus": "events", "stream": "kinesis",
    "workflow": "states", "secret": "secretsmanager", "parameter": "ssm", "socket": "execute-api", "environment": "lambda",
}  # fmt: skip
"""Kind -> service through which the key is used: condition kms:ViaService = SERVICE.REGION.amazonaws.com."""

FAILURE_ACTIONS, FAILURE_KEY_ACTIONS = ("sqs:SendMessage",), ("kms:Decrypt", "kms:GenerateDataKey")
"""What Lambda does with a function's role when it puts what was given up into the queue of failures, and needs of its key for it."""

ROTATION_ACTIONS = (
    "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
)  # fmt: skip
ROTATION_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
"""What the function that rotates a secret does with it, and needs of its key for it. Source: Secrets Manager guide, "Lambda rotation function
execution role permissions". No verb: nobody else may."""

RELEASE_TARGET_ACTIONS = ("codedeploy:ListDeploymentTargets", "codedeploy:BatchGetDeploymentTargets")
RELEASE_STATUS_ACTIONS = ("codedeploy:PutLifecycleEventHookExecutionStatus",)
RELEASE_METRIC_ACTIONS, RELEASE_LOG_ACTIONS = ("cloudwatch:GetMetricData",), ("logs:FilterLogEvents",)
"""What the function that checks new versions asks CodeDeploy for and tells it, and how it measures a version. No verbs: nobody else may."""

FLAG_ACTIONS = ("appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration")
"""What a function that reads feature flags does. No verb: `flags` of the function says it."""
MONITOR_ACTIONS = ("cloudwatch:DescribeAlarms",)
"""What AppConfig does in the name of an environment's monitors. On the alarms themselves, which CloudWatch takes for metric alarms (CloudWatch API
reference, DescribeAlarms: only composite alarms need "*")."""

ENVIRONMENT_KEY_ACTIONS = ("kms:Decrypt",)
"""What a function's role needs on the key that encrypts its environment variables."""

LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""On the function's own log group, `:*` behind its ARN. Not CreateLogGroup: the group is ours, or it is not logged to."""

LOG_ARN_SUFFIXES = (":*",)

TRACE_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
"""What active tracing needs; on "*", because X-Ray has no resources for them."""

WITHOUT_RESOURCE_LEVEL = frozenset(
    {
        "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries", "cloudwatch:PutMetricData", "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "states:SendTaskSuccess", "states:SendTaskFailure",
        "states:SendTaskHeartbeat", "sts:GetCallerIdentity", "sqs:ListQueues", "sns:ListTopics", "dynamodb:ListTables",
        "s3:ListAllMyBuckets", "kms:ListKeys", "kms:ListAliases", "kms:GenerateRandom", "secretsmanager:GetRandomPassword",
        "secretsmanager:ListSecrets", "ssm:DescribeParameters", "kinesis:ListStreams", "lambda:ListFunctions",
        "ec2:DescribeNetworkInterfaces", "codedeploy:ListDeploymentTargets", "codedeploy:BatchGetDeploymentTargets",
        *states.LOG_DELIVERY_ACTIONS,
    }
)  # fmt: skip
"""Actions that take no resource, so `Resource: "*"` says nothing. All others name what they act on."""
