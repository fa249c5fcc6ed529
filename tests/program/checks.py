"""What must hold for every resource of the program, whatever the environment. Each check returns what is wrong.

The emulator would not notice most of these, AWS does: it refuses, answers 500 at first, or never sends an alarm.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pulumi

from tests.program.counted import counted
from tests.program.graph import Graph, Node
from tests.program.metrics import METRICS, alarms_of_one_metric, dimension_exists
from tests.program.timings import function_of, timings

ONE_NAME_FOR_MANY = (
    "iam/rolePolicy", "lambda/alias", "apigatewayv2/stage", "apigatewayv2/authorizer", "apigateway/requestValidator", "apigateway/model",
    "apigateway/authorizer", "cloudwatch/logMetricFilter",
)  # fmt: skip
"""Types whose names are unique within a role, function, API or log group only."""

PHASES = ("pilot", "standardize", "scale")

NOT_FROZEN = tuple(f"apigateway/{kind}" for kind in ("deployment", "stage", "methodSettings", "usagePlan", "usagePlanKey", "apiKey"))
"""Types of a REST API that a deployment does not hold: what is changed there holds at once."""


def parents(graph: Graph) -> Iterator[str]:
    """Everything but the provider, the handshake and the two kinds of top-level components has a component as parent."""
    for node in graph.nodes:
        top = node.kind in ("Stash", "aws", "Foundation", "Workload")
        parent = graph.by_urn.get(node.parent)
        if top != (parent is None):
            yield f"{node.urn}: parent is {node.parent}"
        elif parent is not None and not node.name.startswith(parent.name):
            yield f"{node.urn}: the name does not begin with that of its parent, {parent.name}"
        if node.custom and node.type.startswith("aws:") and "::aws::" not in node.provider:
            yield f"{node.urn}: has the provider {node.provider!r}, not the stack's"


def components(above: type = pulumi.ComponentResource) -> Iterator[type]:
    """Every class of component that the package has, published or not."""
    for kind in above.__subclasses__():
        if kind.__module__.startswith("serverless_platform."):
            yield kind
        yield from components(kind)


def tokens(graph: Graph) -> Iterator[str]:
    known = {component.__name__ for component in components()}
    for node in graph.nodes:
        if not node.custom and node.type not in {f"serverless-platform:index:{name}" for name in known}:
            yield f"{node.urn}: the token {node.type} is none of ours"
        if not node.custom and node.registered_outputs is None:
            yield f"{node.urn}: registered no outputs, so it stays 'creating' until the end"


def edges(graph: Graph) -> Iterator[str]:
    """What AWS checks or needs at creation comes first."""

    def need(later: Node, earlier: list[Node], why: str) -> Iterator[str]:
        if not earlier:
            yield f"{later.urn}: has nothing to come after: {why}"
        for node in earlier:
            if not graph.comes_after(later, node):
                yield f"{later.urn}: may be made before {node.urn}: {why}"

    def siblings(node: Node, kind: str) -> list[Node]:
        return [each for each in graph.all(kind) if each.parent == node.parent]

    for node in graph.all("lambda/function"):
        yield from need(
            node, siblings(node, "cloudwatch/logGroup"), "Lambda makes a missing log group, without retention and key"
        )
        yield from need(node, siblings(node, "iam/rolePolicy"), "the first invocation needs its permissions")
        workload = graph.by_urn[graph.by_urn[node.parent].parent]
        state = [each for each in graph.under(workload) if each.kind in ("dynamodb/table", "sqs/queue", "s3/bucket") and _told(node, each)]
        for each in state:
            yield from need(node, [each], "it is told of it")
    for node in graph.all("lambda/eventSourceMapping"):
        function = function_of(graph, node.inputs["functionName"])
        yield from need(node, siblings(function, "iam/rolePolicy"), "Lambda tries to read from the queue with the role")
        yield from need(node, siblings(function, "lambda/alias"), "Lambda refuses a mapping to an alias that is not there")
    for node in graph.all("apigatewayv2/integration"):
        permissions = [each for each in siblings(node, "lambda/permission")
                       if each.inputs["function"] == function_of(graph, node.inputs["integrationUri"]).inputs["name"]]  # fmt: skip
        yield from need(node, permissions, "without the permission the first request is answered with 500")
    for node in graph.all("apigateway/integration"):
        yield from need(node, siblings(node, "lambda/permission"), "without the permission the first request is answered with 500")
    for node in graph.all("apigateway/deployment"):
        for kind in ("apigateway/integration", "apigateway/method", "apigateway/response"):
            yield from need(node, siblings(node, kind), "a deployment is a snapshot of what is there")
        frozen = [each for each in graph.nodes if each.parent == node.parent and each.kind.startswith("apigateway/") and each.kind not in NOT_FROZEN]
        for each in frozen:
            if each.urn not in node.property_dependencies.get("triggers", []):
                yield f"{node.urn}: a change of {each.urn} would not reach callers: the deployment's trigger does not depend on it"
    for node in graph.all("apigateway/methodSettings"):
        if node.inputs["methodPath"] != "*/*":
            everywhere = [each for each in siblings(node, "apigateway/methodSettings") if each.inputs["methodPath"] == "*/*"]
            yield from need(node, everywhere, "settings of all methods would overwrite it")
    for node in graph.all("cloudwatch/eventTarget"):
        yield from need(node, siblings(node, "lambda/permission"), "EventBridge does not try an event again that Lambda refuses")
    for node in graph.all("scheduler/schedule"):
        yield from need(node, siblings(node, "iam/rolePolicy"), "a run that the role may not start is lost")
    for node in graph.all("lambda/functionEventInvokeConfig"):
        yield from need(node, siblings(node, "iam/rolePolicy"), "Lambda tries whether the role may send there")
        yield from need(node, siblings(node, "sqs/queuePolicy"), "what is given up finds a queue with its policy")
    for node in graph.all("apigatewayv2/stage"):
        yield from need(node, siblings(node, "apigatewayv2/route"), "the first deployment would have no routes")
        yield from need(node, siblings(node, "cloudwatch/logGroup"), "API Gateway refuses a log group that is not there")
    for node in graph.all("lambda/permission"):
        yield from need(node, [function_of(graph, f"function:{node.inputs['function']}:live", "lambda/alias")],
                        "Lambda refuses a permission on an alias that is not there")  # fmt: skip
    for node in graph.all("s3/bucketPolicy"):
        yield from need(node, siblings(node, "s3/bucketPublicAccessBlock"), "S3 answers 409 to two changes of access at once")
    for node in graph.all("s3/bucketOwnershipControls"):
        yield from need(node, siblings(node, "s3/bucketPolicy"), "S3 answers 409 to two changes of access at once")
    for node in graph.all("s3/bucketLifecycleConfiguration"):
        yield from need(node, siblings(node, "s3/bucketVersioning"), "its rules are on versions")
    for node in graph.all("sqs/queue"):
        if "redrivePolicy" in node.inputs:
            arn = json.loads(node.inputs["redrivePolicy"])["deadLetterTargetArn"]
            dead = [each for each in graph.all("sqs/queue") if arn.endswith(f":{each.inputs['name']}")]
            yield from need(node, dead, "SQS refuses a dead-letter queue that is not there")
    for node in [*alarms_of_one_metric(graph), *graph.all("cloudwatch/compositeAlarm"), *graph.all("budgets/budget"), *graph.all("sns/topicSubscription")]:
        told = str(node.inputs)
        policies = [each for each in graph.all("sns/topicPolicy") if f"'{each.inputs['arn']}'" in told]
        yield from need(node, policies, "the topic must admit who publishes to it")


def alarms(graph: Graph) -> Iterator[str]:
    """Every alarm can fire: metric, dimensions, threshold; and reach somebody: action, topic, its policy, its key."""
    for alarm in alarms_of_one_metric(graph):
        inputs = alarm.inputs
        dimensions = inputs.get("dimensions", {})
        metrics = METRICS.get(inputs["namespace"], {}).get(tuple(sorted(dimensions)), {}) or counted(graph, inputs["namespace"], dimensions)
        if inputs["metricName"] not in metrics:
            yield f"{alarm.urn}: {inputs['namespace']} publishes no {inputs['metricName']} with dimensions {sorted(dimensions)}"
            continue
        for name, value in dimensions.items():
            if not dimension_exists(graph, name, value):
                yield f"{alarm.urn}: dimension {name}={value} names nothing in the program"
        rate = metrics[inputs["metricName"]] and inputs.get("statistic") == "Average"
        low, high = (0, 1) if rate else (0, float("inf"))
        beyond = inputs["comparisonOperator"] == "GreaterThanThreshold"
        if inputs["comparisonOperator"] == "LessThanThreshold" and not _told_of_silence(graph, alarm):
            yield f"{alarm.urn}: is silent when nothing at all is counted"
        if not (low <= inputs["threshold"] < high if beyond else low < inputs["threshold"] <= high):
            yield f"{alarm.urn}: threshold {inputs['threshold']} is outside of what the statistic can reach, {low} to {high}"
        if inputs["datapointsToAlarm"] > inputs["evaluationPeriods"]:
            yield f"{alarm.urn}: needs {inputs['datapointsToAlarm']} of {inputs['evaluationPeriods']} data points"
        if not (inputs.get("alarmDescription") or "").strip():
            yield f"{alarm.urn}: has no description"
        if not inputs.get("alarmActions"):
            yield f"{alarm.urn}: alarmActions is empty"
        for action in inputs.get("alarmActions") or []:
            yield from (f"{alarm.urn}: {wrong}" for wrong in unreachable(graph, action, "cloudwatch.amazonaws.com"))
        for key in ("okActions", "insufficientDataActions"):
            if inputs.get(key):
                yield f"{alarm.urn}: {key} sends a mail when the alarm is made: it begins without data and goes to OK"
    yield from _second_windows(graph)
    yield from _indexes_watched(graph)
    for budget in graph.all("budgets/budget"):
        for notification in budget.inputs["notifications"]:
            for topic in notification["subscriberSnsTopicArns"]:
                yield from (f"{budget.urn}: {wrong}" for wrong in unreachable(graph, topic, "budgets.amazonaws.com"))
    watched = {alarm.inputs["dimensions"].get("QueueName") for alarm in alarms_of_one_metric(graph)
               if alarm.inputs["metricName"] == "ApproximateNumberOfMessagesVisible"}  # fmt: skip
    for queue in graph.all("sqs/queue"):
        if "redrivePolicy" not in queue.inputs and queue.inputs["name"] not in watched:
            yield f"{queue.urn}: a dead-letter queue without an alarm on its depth"


def _told_of_silence(graph: Graph, alarm: Node) -> bool:
    """Whether somebody is told when nothing is counted: by this alarm, or by another on the same metric."""
    watched = {key: alarm.inputs.get(key) for key in ("namespace", "metricName", "dimensions")}
    return any(each.inputs["treatMissingData"] == "breaching" for each in alarms_of_one_metric(graph)
               if {key: each.inputs.get(key) for key in watched} == watched)  # fmt: skip


def roles(graph: Graph) -> Iterator[str]:
    """Every function has a role of its own, named for function and environment, under the boundary."""
    used: dict[str, str] = {}
    for function in graph.all("lambda/function"):
        role = next((each for each in graph.all("iam/role") if each.outputs["arn"] == function.inputs["role"]), None)
        if role is None:
            yield f"{function.urn}: its role is not in the program"
            continue
        if role.urn in used:
            yield f"{function.urn}: shares its role with {used[role.urn]}"
        used[role.urn] = function.urn
        if not role.inputs["name"].startswith(function.inputs["name"]):
            yield f"{role.urn}: is called {role.inputs['name']}, its function {function.inputs['name']}"
    for role in graph.all("iam/role"):
        if not re.fullmatch(
            r"arn:aws:iam::\d{12}:policy/serverless-platform-boundary-(local|dev|prod)-eu-west-1", role.inputs.get("permissionsBoundary") or ""
        ):
            yield f"{role.urn}: its boundary is {role.inputs.get('permissionsBoundary')}"


def alias_only(graph: Graph) -> Iterator[str]:
    """Nothing invokes a function but through its alias."""
    for node in graph.all("lambda/eventSourceMapping"):
        if not node.inputs["functionName"].endswith(":live"):
            yield f"{node.urn}: invokes {node.inputs['functionName']}"
    for node in graph.all("apigatewayv2/integration"):
        if not node.inputs["integrationUri"].endswith(":live/invocations"):
            yield f"{node.urn}: invokes {node.inputs['integrationUri']}"
    for node in graph.all("lambda/permission"):
        if node.inputs.get("qualifier") != "live":
            yield f"{node.urn}: is on the qualifier {node.inputs.get('qualifier')}"


def names(graph: Graph) -> Iterator[str]:
    """No phase in any logical or physical name; no Output was turned into text; no name twice."""
    seen: dict[tuple[str, str], str] = {}
    for node in graph.nodes:
        physical = str(node.inputs.get("name") or node.inputs.get("bucket") or node.inputs.get("dashboardName") or node.inputs.get("alarmName") or "")
        for phase in PHASES:
            if phase in node.name or phase in physical:
                yield f"{node.urn}: the phase is in its name {physical}"
        if "Calling __str__" in json.dumps([node.name, node.inputs], default=str):
            yield f"{node.urn}: an Output was turned into text"
        if (
            physical
            and node.custom
            and node.kind not in ONE_NAME_FOR_MANY
        ):
            other = seen.setdefault((node.kind, physical), node.urn)
            if other != node.urn and not node.kind.startswith("s3/"):
                yield f"{node.urn}: has the physical name {physical}, as {other}"


def grants(graph: Graph) -> Iterator[str]:
    """What Lambda itself needs of a function's role: to log, to trace, to read its queues and their key."""
    for function in graph.all("lambda/function"):
        policies = [each for each in graph.all("iam/rolePolicy") if each.parent == function.parent]
        allowed = {
            (action, resource)
            for policy in policies
            for statement in json.loads(policy.inputs["policy"])["Statement"]
            for action in statement["Action"]
            for resource in statement["Resource"]
        }
        group = (
            f"arn:aws:logs:{':'.join(function.outputs['arn'].split(':')[3:5])}:log-group:/aws/lambda/{function.inputs['name']}:*"
        )
        needed = {("logs:CreateLogStream", group), ("logs:PutLogEvents", group), ("xray:PutTraceSegments", "*"),
                  ("kms:Decrypt", function.inputs["kmsKeyArn"])}  # fmt: skip
        for mapping in graph.all("lambda/eventSourceMapping"):
            if function_of(graph, mapping.inputs["functionName"]) is function:
                queue = mapping.inputs["eventSourceArn"]
                if ":sqs:" not in queue:
                    continue
                needed |= {(f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
        for action, resource in sorted(needed - allowed):
            yield f"{function.urn}: may not {action} on {resource}"


def state_is_protected(graph: Graph, protected: bool) -> Iterator[str]:
    for kind in ("dynamodb/table", "sqs/queue", "s3/bucket", "cognito/userPool"):
        for node in graph.all(kind):
            if node.protect != protected:
                yield f"{node.urn}: protect is {node.protect}"
    for node in graph.all("dynamodb/table"):
        if node.inputs["deletionProtectionEnabled"] != protected:
            yield f"{node.urn}: deletion protection is {node.inputs['deletionProtectionEnabled']}"
    for node in graph.all("s3/bucket"):
        if node.inputs["forceDestroy"] == protected:
            yield f"{node.urn}: forceDestroy is {node.inputs['forceDestroy']}"
    for node in graph.all("secretsmanager/secret"):
        days = node.inputs["recoveryWindowInDays"]
        if node.name.endswith("-probe-secret"):
            continue  # made anew by a command, and its name has to be free when the workload comes back to its phase: test_probe.py
        if days != (30 if protected else 0):  # its name is taken for as long, so that the stack could not be made again
            yield f"{node.urn}: can be brought back for {days:g} days"


EVERYWHERE = (parents, tokens, edges, alarms, roles, alias_only, grants, timings, names)


def _told(function: Node, resource: Node) -> bool:
    """Whether an environment variable of the function holds the resource's name or URL."""
    told = set(function.inputs["environment"]["variables"].values())
    return bool(told & {resource.inputs.get("name"), resource.inputs.get("bucket"), resource.outputs.get("url")} - {None, ""})


def _second_windows(graph: Graph) -> Iterator[str]:
    """What fails callers also fires for traffic so sparse that minutes on end never hold two calls."""
    failures = {"Errors", "5xx", "5XXError", "IntegrationError", "ExecutionError"}
    seconds: dict[tuple[Any, ...], int] = {}
    for alarm in alarms_of_one_metric(graph):
        inputs = alarm.inputs
        if inputs["metricName"] in failures and "Resource" not in inputs["dimensions"]:  # of a release, which takes minutes
            watched = (inputs["namespace"], inputs["metricName"], tuple(sorted(inputs["dimensions"].items())))
            seconds[watched] = max(seconds.get(watched, 0), inputs["period"] * inputs["evaluationPeriods"])
    for (namespace, metric, dimensions), longest in seconds.items():
        if longest < 3600:
            yield f"{namespace} {metric} {dict(dimensions)}: no alarm looks back for an hour, only {longest:.0f} s"


def _indexes_watched(graph: Graph) -> Iterator[str]:
    watched = {(alarm.inputs["metricName"], alarm.inputs["dimensions"].get("TableName"), alarm.inputs["dimensions"].get("GlobalSecondaryIndexName"))
               for alarm in alarms_of_one_metric(graph)}  # fmt: skip
    for table in graph.all("dynamodb/table"):
        for index in table.inputs.get("globalSecondaryIndexes", []):
            for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
                if (metric, table.inputs["name"], index["name"]) not in watched:
                    yield f"{table.urn}: no alarm on {metric} of the index {index['name']}"


def unreachable(graph: Graph, action: str, service: str) -> Iterator[str]:
    """Why `service` could not publish to the topic `action`."""
    topic = next((each for each in graph.all("sns/topic") if each.outputs["arn"] == action), None)
    if topic is None:
        yield f"the action {action} is no topic of the program"
        return
    policy = next((each for each in graph.all("sns/topicPolicy") if each.inputs["arn"] == action), None)
    if policy is None or not _admits(policy.inputs["policy"], service, {"sns:Publish"}):
        yield f"the topic {action} does not admit {service}"
    key = next((each for each in graph.all("kms/key") if each.outputs["arn"] == topic.inputs.get("kmsMasterKeyId")), None)
    if key is None or not _admits(key.inputs["policy"], service, {"kms:Decrypt", "kms:GenerateDataKey*"}):
        yield f"the key of the topic {action} does not admit {service}"


def _admits(policy: str, service: str, actions: set[str]) -> bool:
    allowed: set[str] = set()
    for statement in json.loads(policy)["Statement"]:
        services = statement.get("Principal", {}) if isinstance(statement.get("Principal"), dict) else {}
        named = services.get("Service", [])
        if statement["Effect"] == "Allow" and service in ([named] if isinstance(named, str) else named):
            action = statement["Action"]
            allowed |= {action} if isinstance(action, str) else set(action)
    return actions <= allowed
