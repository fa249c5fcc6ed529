"""Names in AWS: deterministic, so that ARNs and permissions are known before the update; never cut, because a cut name hides a clash."""

import re

from platform_contract.platform import logs
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings

API = "http"
"""The name of a workload's HTTP API; it has one."""

REST = "rest"
"""The name of a workload's REST API; it has one."""

GRAPHQL = "graphql"
"""The name of a workload's GraphQL API; it has one."""

SOCKET = "socket"
"""The name of a workload's WebSocket API, and of what `uses` calls it; it has one."""

ALARMS_KEY = "alarms"
"""What the key of the alarm topic is called after; no workload may be called so."""


def _generation(number: int) -> str:
    return "" if number == 1 else f"-g{number}"


def prefix(settings: Settings, workload: str) -> str:
    """Begin of all names of a workload."""
    return f"{settings.environment}-{workload}"


def function_name(settings: Settings, workload: str, function: str) -> str:
    return checked_name(
        "function", f"{prefix(settings, workload)}-{function}", {"workload name": workload, "function name": function}
    )


def role_name(settings: Settings, workload: str, function: str) -> str:
    """IAM is global: the name carries the region, so two regions of one account do not clash."""
    name = f"{prefix(settings, workload)}-{function}-{settings.region}"
    return checked_name("role", name, {"workload name": workload, "function name": function})


def table_name(settings: Settings, workload: str, table: str, generation: int = 1) -> str:
    name = f"{prefix(settings, workload)}-{table}{_generation(generation)}"
    return checked_name("table", name, {"workload name": workload, "table name": table})


def queue_name(settings: Settings, workload: str, queue: str, generation: int = 1, *, fifo: bool = False) -> str:
    """The name of a FIFO queue ends with `.fifo`, SQS's rule."""
    name = f"{prefix(settings, workload)}-{queue}{_generation(generation)}{_fifo(fifo)}"
    return checked_name("queue", name, {"workload name": workload, "queue name": queue})


def dead_letter_name(settings: Settings, workload: str, queue: str, generation: int = 1, *, fifo: bool = False) -> str:
    name = f"{prefix(settings, workload)}-{queue}{_generation(generation)}-dead{_fifo(fifo)}"
    return checked_name("queue", name, {"workload name": workload, "queue name": queue})


def _fifo(fifo: bool) -> str:
    return ".fifo" if fifo else ""


def failures_name(settings: Settings, workload: str, function: str) -> str:
    """Queue of what a function was invoked for and gave up."""
    name = f"{prefix(settings, workload)}-{function}-failed"
    return checked_name("queue", name, {"workload name": workload, "function name": function})


def topic_name(settings: Settings, workload: str, topic: str) -> str:
    name = f"{prefix(settings, workload)}-{topic}"
    return checked_name("topic", name, {"workload name": workload, "topic name": topic})


def bus_name(settings: Settings, workload: str, bus: str) -> str:
    return checked_name("bus", f"{prefix(settings, workload)}-{bus}", {"workload name": workload, "bus name": bus})


def archive_name(settings: Settings, workload: str, bus: str) -> str:
    return checked_name("archive", f"{prefix(settings, workload)}-{bus}", {"workload name": workload, "bus name": bus})


def registry_name(settings: Settings, workload: str, bus: str) -> str:
    return checked_name("schema registry", f"{prefix(settings, workload)}-{bus}", {"workload name": workload, "bus name": bus})


def rule_name(settings: Settings, workload: str, function: str, index: int) -> str:
    """Rule of the function's trigger number `index`."""
    name = f"{prefix(settings, workload)}-{function}-{index}"
    return checked_name("rule", name, {"workload name": workload, "function name": function})


def schedule_name(settings: Settings, workload: str, function: str, index: int) -> str:
    name = f"{prefix(settings, workload)}-{function}-{index}"
    return checked_name("schedule", name, {"workload name": workload, "function name": function})


def schedule_group_name(settings: Settings, workload: str) -> str:
    return checked_name("schedule", prefix(settings, workload), {"workload name": workload})


def service_role_name(settings: Settings, workload: str, service: str) -> str:
    """Role that an AWS service takes for the workload, such as EventBridge Scheduler."""
    return checked_name("role", f"{prefix(settings, workload)}-{service}-{settings.region}", {"workload name": workload})


def workflow_name(settings: Settings, workload: str, workflow: str) -> str:
    name = f"{prefix(settings, workload)}-{workflow}"
    return checked_name("workflow", name, {"workload name": workload, "workflow name": workflow})


def workflow_role_name(settings: Settings, workload: str, workflow: str) -> str:
    """Apart from the role of a function of the same name."""
    name = f"{prefix(settings, workload)}-{workflow}-states-{settings.region}"
    return checked_name("role", name, {"workload name": workload, "workflow name": workflow})


def workflow_log_group(settings: Settings, workload: str, workflow: str) -> str:
    return checked_name(
        "log group", f"{logs.LOG_GROUP_STATES_PREFIX}{workflow_name(settings, workload, workflow)}", {"workload name": workload}
    )


def secret_name(settings: Settings, workload: str, secret: str) -> str:
    """Never ends with a dash and six characters, whatever the secret is called: Secrets Manager puts those behind the name in
    the ARN, and takes them off what is asked for by an ARN without them (Secrets Manager API reference, CreateSecret)."""
    return checked_name("secret", f"{prefix(settings, workload)}-{secret}.secret", {"workload name": workload, "secret name": secret})


def parameter_name(settings: Settings, workload: str, parameter: str) -> str:
    return checked_name("parameter", f"/{settings.environment}/{workload}/{parameter}", {"workload name": workload})


def stream_name(settings: Settings, workload: str, stream: str, generation: int = 1) -> str:
    return checked_name("stream", f"{prefix(settings, workload)}-{stream}{_generation(generation)}", {"workload name": workload, "stream name": stream})


def database_name(settings: Settings, workload: str) -> str:  # names have no underscore, so no two become one
    return checked_name("database", prefix(settings, workload).replace("-", "_"), {"workload name": workload})


def catalog_table_name(dataset: str) -> str:
    return checked_name("database", dataset.replace("-", "_"), {"dataset name": dataset})


def workgroup_name(settings: Settings, workload: str) -> str:
    return checked_name("workgroup", prefix(settings, workload), {"workload name": workload})


def bucket_name(settings: Settings, workload: str, bucket: str, generation: int = 1) -> str:
    """Bucket names are unique in the whole world: the name carries account and region."""
    name = f"{prefix(settings, workload)}-{bucket}-{settings.account_id}-{settings.region}{_generation(generation)}"
    return checked_name("bucket", name, {"workload name": workload, "bucket name": bucket})


def api_name(settings: Settings, workload: str, api: str = API) -> str:
    return checked_name("api", f"{prefix(settings, workload)}-{api}", {"workload name": workload})


def route_suffix(route: str) -> str:
    """`get-orders-order-id` for `GET /orders/{order_id}`: two routes that differ in braces only are one to API Gateway."""
    return re.sub(r"[^a-z0-9]+", "-", route.lower()).strip("-") or "root"


def path_parameters(route: str) -> tuple[str, ...]:
    """Names of the {parameters} of a route."""
    return tuple(re.findall(r"\{(\w+)", route))


def function_log_group(settings: Settings, workload: str, function: str) -> str:
    return f"{logs.LOG_GROUP_FUNCTION_PREFIX}{function_name(settings, workload, function)}"


def api_log_group(settings: Settings, workload: str, api: str = API) -> str:
    """Log group of the access log."""
    return checked_name(
        "log group", f"{logs.LOG_GROUP_API_PREFIX}{api_name(settings, workload, api)}", {"workload name": workload}
    )


def key_alias(settings: Settings, owner: str) -> str:
    """Alias of the key of a workload, or of the platform's own things."""
    return checked_name("key alias", f"alias/{settings.environment}-{owner}", {"workload name": owner})


def alarm_name(settings: Settings, workload: str, component: str, suffix: str) -> str:
    """PutMetricAlarm overwrites an alarm of the same name, so it carries everything that tells it from others."""
    name = f"{prefix(settings, workload)}-{component}-{suffix}"
    return checked_name("alarm", name, {"workload name": workload, "component name": component})


def budget_name(settings: Settings, workload: str) -> str:
    """Budgets are global: the name carries the region."""
    return checked_name("budget", f"{prefix(settings, workload)}-{settings.region}", {"workload name": workload})


def trace_group_name(settings: Settings, workload: str) -> str:
    return checked_name("trace group", prefix(settings, workload), {"workload name": workload})


def alarm_topic_name(settings: Settings) -> str:
    return checked_name("topic", f"{settings.environment}-alarms", {"environment": settings.environment})


def trace_policy_name(settings: Settings) -> str:
    """Of X-Ray's policy about topics: at most 128 characters, as a topic's name is shorter than 256."""
    return checked_name("trace policy", f"{settings.environment}-topics", {"environment": settings.environment})


def user_pool_name(settings: Settings) -> str:
    return checked_name("user pool", f"{settings.environment}-users", {"environment": settings.environment})


def layer_name(settings: Settings) -> str:
    return checked_name("layer", f"{settings.environment}-packages", {"environment": settings.environment})


def _arn(settings: Settings, service: str, resource: str) -> str:
    return f"arn:{settings.partition}:{service}:{settings.region}:{settings.account_id}:{resource}"


def function_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "lambda", f"function:{name}")


def deployment_group_arn(settings: Settings, application: str, group: str) -> str:
    return _arn(settings, "codedeploy", f"deploymentgroup:{application}/{group}")


def role_arn(settings: Settings, name: str) -> str:
    return f"arn:{settings.partition}:iam::{settings.account_id}:role/{name}"


def table_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "dynamodb", f"table/{name}")


def queue_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "sqs", name)


def bucket_arn(settings: Settings, name: str) -> str:
    return f"arn:{settings.partition}:s3:::{name}"


def log_group_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "logs", f"log-group:{name}")


def topic_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "sns", name)


def alarm_arn(settings: Settings, name: str, region: str | None = None) -> str:
    """region: where it is, if not where the stack is."""
    arn = _arn(settings, "cloudwatch", f"alarm:{name}")
    return arn.replace(f":{settings.region}:", f":{region}:") if region else arn


def bus_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "events", f"event-bus/{name}")


def rule_arn(settings: Settings, bus: str, name: str) -> str:
    return _arn(settings, "events", f"rule/{bus}/{name}")


def archive_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "events", f"archive/{name}")


def schedule_group_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "scheduler", f"schedule-group/{name}")


def stream_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "kinesis", f"stream/{name}")


def workflow_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "states", f"stateMachine:{name}")


def secret_arn(settings: Settings, name: str) -> str:
    """Without the six characters that Secrets Manager puts behind it: in a policy, `-??????` stands for them."""
    return _arn(settings, "secretsmanager", f"secret:{name}")


def parameter_arn(settings: Settings, name: str) -> str:
    return _arn(settings, "ssm", f"parameter{name}")
