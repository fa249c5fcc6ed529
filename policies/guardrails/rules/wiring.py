"""How resources hang together, over the whole graph: whoever invokes may, nobody writes over another, failures reach a place that
fits, and one time limit does not undo another."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from guardrails.joins import meant
from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, NotKnown, Outcome, Rule, Scope, Severity, StackCheck
from guardrails.values import Unknown, as_mapping, each

FUNCTION, ALIAS, QUEUE = "aws:lambda/function:Function", "aws:lambda/alias:Alias", "aws:sqs/queue:Queue"
PERMISSION, MAPPING = "aws:lambda/permission:Permission", "aws:lambda/eventSourceMapping:EventSourceMapping"
TARGET, SUBSCRIPTION, SCHEDULE = "aws:cloudwatch/eventTarget:EventTarget", "aws:sns/topicSubscription:TopicSubscription", "aws:scheduler/schedule:Schedule"
INTEGRATION_V2, INTEGRATION = "aws:apigatewayv2/integration:Integration", "aws:apigateway/integration:Integration"
AUTHORIZER, POOL, ROUTE = "aws:apigatewayv2/authorizer:Authorizer", "aws:cognito/userPool:UserPool", "aws:apigatewayv2/route:Route"
ROLE, WORKLOAD, BUDGET = "aws:iam/role:Role", "serverless-platform:index:Workload", "aws:budgets/budget:Budget"
COMPONENT, HTTP_API, GROUP = "serverless-platform:index:Function", "serverless-platform:index:HttpApi", "aws:cloudwatch/logGroup:LogGroup"

LAMBDA_TIMEOUT_SECONDS = 3
AUTHORIZER_SECONDS, TRIGGER_SECONDS, INTEGRATION_MILLISECONDS = 10, 5, {INTEGRATION: 29_000, INTEGRATION_V2: 30_000}
"""How long API Gateway waits for an authorizer, Cognito for a trigger, and an API for its function unless it says otherwise."""


def role_is_of_one_function(role: Resource, stack: Stack) -> Iterator[Outcome]:
    functions = stack.holders(FUNCTION, "role").to(role)
    if len(functions) > 1:
        yield Finding("name", role.get("name"), f"is the role of {len(functions)} functions ({', '.join(sorted(each.name for each in functions)[:3])}), so each may do what any of them needs")
    elif not functions:
        stack.holders(FUNCTION, "role").may_lead_to(role)


def _invoked(resource: Resource, path: str, stack: Stack) -> list[Resource]:
    """The functions that a property leads to, through their alias too, or by an ARN in letters (in a path of API Gateway as well)."""
    top = path.split(".")[0]
    found = list(resource.referred(top, FUNCTION))
    value = resource.get(path)
    if not found and isinstance(value, str) and ":function:" in value:
        name = value.split(":function:", 1)[1].split(":")[0].split("/")[0]
        found = stack.named(FUNCTION, name)
    return found


INVOKERS = {TARGET: ("arn", "events.amazonaws.com"), SUBSCRIPTION: ("endpoint", "sns.amazonaws.com"), INTEGRATION_V2: ("integrationUri", "apigateway.amazonaws.com"), INTEGRATION: ("uri", "apigateway.amazonaws.com"),
            AUTHORIZER: ("authorizerUri", "apigateway.amazonaws.com")}  # fmt: skip


def invoker_may_invoke(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    path, principal = INVOKERS[resource.type]
    for function in _invoked(resource, path, stack):
        permissions = [each for each in stack.of(PERMISSION) if any(other.urn == function.urn for other in meant(stack, each, "function", FUNCTION))]
        if not any(isinstance(each.get("principal"), Unknown) or each.get("principal") == principal for each in permissions):
            yield Finding(path, function.get("name"), f"{principal} has no permission to invoke function '{function.name}', so nothing would arrive, without an error anywhere")
    if isinstance(resource.get(path), Unknown) and not resource.references.get(path):
        yield NotKnown(path)


def invokes_alias(resource: Resource, stack: Stack) -> Iterator[Outcome]:
    path = {MAPPING: "functionName", SCHEDULE: "target"}.get(resource.type) or INVOKERS[resource.type][0]
    direct = [other for other in resource.references.get(path, ()) if other.type == FUNCTION]
    through = [other for other in resource.references.get(path, ()) if other.type == ALIAS]
    value = resource.get("target.arn" if resource.type == SCHEDULE else path)
    if direct and not through:
        yield Finding(path, direct[0].get("name"), f"invokes function '{direct[0].name}' and not its alias, so callers get every upload at once")
    elif isinstance(value, Unknown):
        if not resource.references.get(path):
            yield NotKnown(value.path)
    elif isinstance(value, str) and ":function:" in value and not through:
        name = value.split(":function:", 1)[1].split("/")[0]
        if ":" not in name or name.endswith(":$LATEST"):
            yield Finding(path, name, "invokes the function and not its alias, so callers get every upload at once")


def api_waits_for_function(integration: Resource, stack: Stack) -> Iterator[Outcome]:
    path = INVOKERS[integration.type][0]
    for function in _invoked(integration, path, stack):
        yield from _within(function, integration.get("timeoutMilliseconds"), INTEGRATION_MILLISECONDS[integration.type], "the API waits", "timeoutMilliseconds")


def authorizer_is_quick(authorizer: Resource, stack: Stack) -> Iterator[Outcome]:
    for function in _invoked(authorizer, "authorizerUri", stack):
        yield from _within(function, AUTHORIZER_SECONDS * 1000, 0, "API Gateway waits", "authorizerUri")


def trigger_is_quick(pool: Resource, stack: Stack) -> Iterator[Outcome]:
    config = pool.get("lambdaConfig")
    if isinstance(config, Unknown) and not pool.references.get("lambdaConfig"):
        yield NotKnown("lambdaConfig")
    for function in pool.referred("lambdaConfig", FUNCTION):
        yield from _within(function, TRIGGER_SECONDS * 1000, 0, "Cognito waits", "lambdaConfig")


def _within(function: Resource, wait: Any, default: int, who: str, path: str) -> Iterator[Outcome]:
    timeout = function.get("timeout")
    for value in (wait, timeout):
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
            return
    milliseconds, seconds = int(default if wait is None else wait), int(LAMBDA_TIMEOUT_SECONDS if timeout is None else timeout)
    if seconds * 1000 > milliseconds:
        yield Finding(path, milliseconds, f"{who} {milliseconds} ms and function '{function.name}' may take {seconds * 1000}: the caller gets an error while the work goes on")


def dead_letters_fit(queue: Resource, stack: Stack) -> Iterator[Outcome]:
    """What a queue gives up goes to one of the same kind, which keeps it for longer than the queue itself."""
    redrive = queue.get("redrivePolicy")
    if isinstance(redrive, Unknown):
        yield NotKnown("redrivePolicy")
        return
    if not redrive:
        return
    arn = as_mapping(redrive, "redrivePolicy").get("deadLetterTargetArn")
    for dead in stack.named(QUEUE, arn) if isinstance(arn, str) else ():
        if bool(dead.get("fifoQueue")) != bool(queue.get("fifoQueue")):
            yield Finding("redrivePolicy", arn, f"'{dead.name}' is {'a' if dead.get('fifoQueue') else 'no'} FIFO queue, and AWS refuses the pair in the middle of the update")
        kept, lasting = (each.get("messageRetentionSeconds") for each in (queue, dead))
        if isinstance(kept, Unknown) or isinstance(lasting, Unknown):
            yield NotKnown("messageRetentionSeconds")
        elif (345_600 if lasting is None else lasting) <= (345_600 if kept is None else kept):
            yield Finding("redrivePolicy", arn, f"'{dead.name}' keeps a message for {int(lasting or 345_600)} s counted from when it was first sent, and '{queue.name}' itself for {int(kept or 345_600)}")


def function_does_not_feed_itself(mapping: Resource, stack: Stack) -> Iterator[Outcome]:
    """A function that may write where its own work comes from, as its component tells."""
    source = mapping.get("eventSourceArn")
    functions = {str(each.get("name")) for each in _invoked(mapping, "functionName", stack)}
    for component in stack.of(COMPONENT):
        if component.get("physicalName") not in functions:
            continue
        if isinstance(source, Unknown):
            yield NotKnown("eventSourceArn")
            return
        places = (source, str(source).split("/stream/")[0])
        for statement in each(component.get("statements")):
            writes = [str(action) for action in each(statement.get("actions")) if str(action).split(":")[-1] in WRITES]
            if writes and any(name in places for name in each(statement.get("resources")) if not isinstance(name, Unknown)):
                yield Finding("eventSourceArn", source, f"function '{component.name}' may {', '.join(writes)} where its own work comes from, so one record could run without end")


WRITES = ("SendMessage", "PutRecord", "PutRecords", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


def concurrency_adds_up(function: Resource, stack: Stack) -> Iterator[Outcome]:
    reserved = function.get("reservedConcurrentExecutions")
    if isinstance(reserved, Unknown):
        yield NotKnown("reservedConcurrentExecutions")
        return
    if reserved is None or reserved < 0:
        return
    wanted = 0
    for mapping in stack.holders(MAPPING, "functionName").to(function):
        most = mapping.get("scalingConfig.maximumConcurrency")
        if isinstance(most, Unknown):
            yield NotKnown("scalingConfig.maximumConcurrency")
            return
        wanted += int(most or 0)
    if wanted > reserved:
        yield Finding("reservedConcurrentExecutions", reserved, f"its queues may ask for {wanted} at once; the rest is throttled, and each throttle counts as a try")


def log_group_is_ours(function: Resource, stack: Stack) -> Iterator[Outcome]:
    name = function.get("loggingConfig.logGroup")
    if isinstance(name, Unknown):
        if not function.references.get("loggingConfig"):
            yield NotKnown("loggingConfig.logGroup")
    elif name and not stack.named(GROUP, str(name)):
        yield Finding("loggingConfig.logGroup", name, "is no group of this program, so nobody sets its retention and key")


def route_knows_its_callers(route: Resource, stack: Stack) -> Iterator[Outcome]:
    """An open route is one that its API component says is open: what a manifest asks for, and a reviewer has seen."""
    kind, key = route.get("authorizationType"), route.get("routeKey")
    for value in (kind, key):
        if isinstance(value, Unknown):
            yield NotKnown(value.path)
            return
    messages_of_a_socket = key != "$connect" and " " not in str(key) and _is_socket(route, stack)
    if (kind or "NONE") != "NONE" or messages_of_a_socket or str(key).startswith("OPTIONS "):
        return
    for component in stack.of(HTTP_API):
        for declared in each(component.get("routes")):
            if f"{component.name}-{declared.get('suffix')}" == route.name and declared.get("authorizer") == "none":
                return
    yield Finding("authorizationType", kind, f"everybody on the internet could call '{key}'")


def _is_socket(route: Resource, stack: Stack) -> bool:
    api = route.get("apiId")
    named = stack.named("aws:apigatewayv2/api:Api", api) if isinstance(api, str) else []
    return any(each.get("protocolType") == "WEBSOCKET" for each in (*route.references.get("apiId", ()), *named))


def workload_has_budget(workload: Resource, stack: Stack) -> Iterator[Outcome]:
    for budget in stack.of(BUDGET):
        filters = budget.get("costFilters")
        if isinstance(filters, Unknown):
            yield NotKnown("costFilters")
            return
        for entry in each(filters):
            if any(str(value).endswith(f"${workload.name}") for value in each(entry.get("values"))):
                return
    yield Finding("owner", workload.get("owner"), f"nobody would learn what '{workload.name}' costs until the bill comes")




def _of(type_: str, logical: str, refers: dict[str, str] | None = None, /, **properties: object) -> Given:
    return Given(type_, properties, logical, refers or {})


FN_ARN = "arn:aws:lambda:eu-west-1:000000000000:function:api"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:000000000000:orders"
_API, _LIVE = _of(FUNCTION, "api", name="api", timeout=10), _of(ALIAS, "live", {"functionName": "api"}, functionName="api")
_MAY = _of(PERMISSION, "may", {"function": "api"}, function=UNKNOWN, principal="apigateway.amazonaws.com")
_BY_API = Given(INTEGRATION_V2, {"integrationUri": UNKNOWN, "timeoutMilliseconds": 11_000}, refers={"integrationUri": "live"})
_IN_LETTERS = Given(INTEGRATION_V2, {"integrationUri": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FN_ARN}:live/invocations"})
_DEAD = {"arn": QUEUE_ARN + "-dead", "name": "orders-dead"}
_REDRIVE = '{"deadLetterTargetArn": "' + QUEUE_ARN + '-dead", "maxReceiveCount": 5}'
_FED = Given(MAPPING, {"eventSourceArn": QUEUE_ARN, "functionName": UNKNOWN}, refers={"functionName": "live"})
_FIRST, _POLICY = _of(QUEUE, "orders", arn=QUEUE_ARN, name="orders"), Given("aws:sqs/queuePolicy:QueuePolicy", {"queueUrl": UNKNOWN}, refers={"queueUrl": "orders"})


def _fed(*actions: str, source: str = QUEUE_ARN) -> Given:
    return _of(COMPONENT, "component", physicalName="api", statements=[{"actions": list(actions), "resources": [source]}])


def _rule(id_: str, title: str, why: str, fix: str, severity: Severity, sources: tuple[str, ...], reads: dict[str, tuple[str, ...]], joins: tuple[str, ...], check: StackCheck, *cases: tuple[Case, Given, tuple[Given, ...]]) -> Rule:
    return Rule(id=id_, title=title, why=why, fix=fix, severity=severity, sources=sources, reads=reads, joins=joins, check_stack=check,
                cases=tuple(replace(case, subject=subject, given=given, scope=Scope.STACK) for case, subject, given in cases))  # fmt: skip


def _case(name: str, subject: Given, *given: Given, finds: str = "", waits: str = "") -> tuple[Case, Given, tuple[Given, ...]]:
    return Case(name, subject, finds=(finds,) if finds else (), waits=(waits,) if waits else ()), subject, given


OWN = "serverless-platform: what hangs together is judged together"
RULES = (
    _rule("role-is-of-one-function", "Every function has a role of its own.", "A shared role grants each function what any of them needs, and nobody dares to take anything away.", "make a role for each function, as the platform's Function does", Severity.HIGH,
          (OWN, "AWS Well-Architected serverless lens SEC2"), {ROLE: ("name",), FUNCTION: ("role",)}, (ROLE,), role_is_of_one_function,
          _case("one function", Given(ROLE, {"name": "r"}), _of(FUNCTION, "a", {"role": "subject"}, role=UNKNOWN)), _case("of no function", Given(ROLE, {"name": "r"}), _of(FUNCTION, "a", role="another")),
          _case("two functions", Given(ROLE, {"name": "r"}), _of(FUNCTION, "a", {"role": "subject"}, role=UNKNOWN), _of(FUNCTION, "b", {"role": "subject"}, role=UNKNOWN), finds="name=r: is the role of 2 functions (a, b)"),
          _case("whose role is not known yet", Given(ROLE, {"name": "r"}), _of(FUNCTION, "a", role=UNKNOWN), waits="role")),
    _rule("invoker-may-invoke", "What invokes a function has the permission to.", "Without it nothing arrives, and there is no error anywhere.", "make a Permission for the service, as the platform's triggers do", Severity.HIGH, (OWN, "AWS Lambda guide, resource-based policies"),
          {**{type_: (path,) for type_, (path, _) in INVOKERS.items()}, PERMISSION: ("function", "principal"), FUNCTION: ("name",)}, tuple(INVOKERS), invoker_may_invoke,
          _case("may", _BY_API, _API, _LIVE, _MAY), _case("may, in letters", _IN_LETTERS, _API, _LIVE, _MAY), _case("a queue is no function", Given(TARGET, {"arn": QUEUE_ARN})),
          _case("may not", _BY_API, _API, _LIVE, finds="integrationUri=api: apigateway.amazonaws.com has no permission to invoke function 'api'"),
          _case("another service may", Given(TARGET, {"arn": FN_ARN + ":live"}), _API, _LIVE, _MAY, finds="events.amazonaws.com has no permission"), _case("whom is not known yet", Given(TARGET, {"arn": UNKNOWN}), waits="arn")),
    _rule("function-is-invoked-through-alias", "Functions are invoked through their alias.", "Whoever invokes the function itself gets every upload at once, without canary and way back.", "give the alias's ARN, as the platform's triggers do", Severity.HIGH, (OWN, "AWS Lambda guide, aliases"),
          {**{type_: (path,) for type_, (path, _) in INVOKERS.items()}, MAPPING: ("functionName",), SCHEDULE: ("target.arn",)}, (*INVOKERS, MAPPING, SCHEDULE), invokes_alias,
          _case("through the alias", _BY_API, _API, _LIVE), _case("in letters", _IN_LETTERS), _case("a queue", Given(TARGET, {"arn": QUEUE_ARN})),
          _case("the function itself", Given(MAPPING, {"functionName": UNKNOWN}, refers={"functionName": "api"}), _API, finds="functionName=api: invokes function 'api' and not its alias"),
          _case("in letters, without", Given(SCHEDULE, {"target": {"arn": FN_ARN}}), finds="target=api: invokes the function and not its alias"), _case("$LATEST", Given(TARGET, {"arn": FN_ARN + ":$LATEST"}), finds="arn=api:$LATEST"),
          _case("not known yet", Given(TARGET, {"arn": UNKNOWN}), waits="arn")),
    _rule("api-waits-for-its-function", "An API waits for as long as its function may take.", "The caller gets an error, tries again, and the first try is still at work.", "lower the function's timeout, or raise timeoutMilliseconds", Severity.HIGH, (OWN, "API Gateway guide, quotas"),
          {INTEGRATION_V2: ("integrationUri", "timeoutMilliseconds"), INTEGRATION: ("uri", "timeoutMilliseconds"), FUNCTION: ("name", "timeout")}, (INTEGRATION_V2, INTEGRATION), api_waits_for_function,
          _case("longer", _BY_API, _API, _LIVE), _case("exactly", replace(_BY_API, props={"integrationUri": UNKNOWN, "timeoutMilliseconds": 10_000}), _API, _LIVE), _case("AWS's 30 seconds", _IN_LETTERS, _of(FUNCTION, "api", name="api", timeout=30)),
          _case("shorter", replace(_BY_API, props={"integrationUri": UNKNOWN, "timeoutMilliseconds": 9_999}), _API, _LIVE, finds="timeoutMilliseconds=9999: the API waits 9999 ms and function 'api' may take 10000"),
          _case("longer than AWS's 30 seconds", _IN_LETTERS, _of(FUNCTION, "api", name="api", timeout=31), finds="the API waits 30000 ms"), _case("not known yet", _BY_API, _of(FUNCTION, "api", name="api", timeout=UNKNOWN), _LIVE, waits="timeout")),
    _rule("authorizer-answers-in-time", "A function that authorizes ends within 10 seconds.", "API Gateway waits no longer, and answers 500.", "lower the function's timeout", Severity.MEDIUM, (OWN, "API Gateway guide, Lambda authorizers"), {AUTHORIZER: ("authorizerUri",), FUNCTION: ("name", "timeout")}, (AUTHORIZER,),
          authorizer_is_quick, _case("ten seconds", Given(AUTHORIZER, {"authorizerUri": UNKNOWN}, refers={"authorizerUri": "live"}), _API, _LIVE),
          _case("eleven", Given(AUTHORIZER, {"authorizerUri": UNKNOWN}, refers={"authorizerUri": "live"}), _of(FUNCTION, "api", name="api", timeout=11), _LIVE, finds="authorizerUri=10000: API Gateway waits 10000 ms and function 'api' may take 11000"),
          _case("not known yet", Given(AUTHORIZER, {"authorizerUri": UNKNOWN}, refers={"authorizerUri": "live"}), _of(FUNCTION, "api", name="api", timeout=UNKNOWN), _LIVE, waits="timeout")),
    _rule("sign-in-trigger-answers-in-time", "A function that Cognito calls ends within 5 seconds.", "Cognito waits no longer, and nobody can sign in.", "lower the function's timeout", Severity.MEDIUM, (OWN, "Cognito guide, Lambda triggers"), {POOL: ("lambdaConfig",), FUNCTION: ("name", "timeout")}, (POOL,), trigger_is_quick,
          _case("five seconds", Given(POOL, {"lambdaConfig": UNKNOWN}, refers={"lambdaConfig": "api"}), _of(FUNCTION, "api", name="api", timeout=5)), _case("none", Given(POOL, {"name": "p"})),
          _case("six", Given(POOL, {"lambdaConfig": UNKNOWN}, refers={"lambdaConfig": "api"}), _of(FUNCTION, "api", name="api", timeout=6), finds="lambdaConfig=5000: Cognito waits 5000 ms"), _case("not known yet", Given(POOL, {"lambdaConfig": UNKNOWN}), waits="lambdaConfig")),
    _rule("dead-letters-outlast-the-queue", "Dead letters lie in a queue of the same kind that keeps them for longer.", "A message's age is counted from its first sending: in a queue that keeps it no longer, it expires as it arrives.", "raise messageRetentionSeconds of the dead-letter queue (the platform: 14 days)", Severity.HIGH,
          (OWN, "SQS guide, dead-letter queues"), {QUEUE: ("redrivePolicy", "messageRetentionSeconds", "fifoQueue", "name")}, (QUEUE,), dead_letters_fit,
          _case("fourteen days", Given(QUEUE, {"redrivePolicy": _REDRIVE}), _of(QUEUE, "dead", **_DEAD, messageRetentionSeconds=1_209_600)), _case("none", Given(QUEUE, {"name": "q"})), _case("of another program", Given(QUEUE, {"redrivePolicy": _REDRIVE})),
          _case("as long as the queue", Given(QUEUE, {"redrivePolicy": _REDRIVE}), _of(QUEUE, "dead", **_DEAD), finds="'dead' keeps a message for 345600 s"),
          _case("another kind", Given(QUEUE, {"redrivePolicy": _REDRIVE, "fifoQueue": True}), _of(QUEUE, "dead", **_DEAD, messageRetentionSeconds=1_209_600), finds="'dead' is no FIFO queue"),
          _case("not known yet", Given(QUEUE, {"redrivePolicy": UNKNOWN}), waits="redrivePolicy")),
    _rule("function-does-not-feed-itself", "A function may not write where its own work comes from.", "One record then runs in a circle, as fast as Lambda can, until the budget is gone.", "write elsewhere, or take the verb out of the manifest's `uses`", Severity.HIGH, (OWN, "AWS Lambda guide, recursive patterns"),
          {MAPPING: ("eventSourceArn", "functionName"), FUNCTION: ("name",), COMPONENT: ("physicalName", "statements.actions", "statements.resources")}, (MAPPING,), function_does_not_feed_itself,
          _case("reads", _FED, _API, _LIVE, _fed("sqs:ReceiveMessage", "sqs:DeleteMessage")), _case("writes elsewhere", _FED, _API, _LIVE, _fed("sqs:SendMessage", source=QUEUE_ARN + "-other")),
          _case("writes", _FED, _API, _LIVE, _fed("sqs:SendMessage"), finds="function 'component' may sqs:SendMessage where its own work comes from"),
          _case("not known yet", replace(_FED, props={"eventSourceArn": UNKNOWN, "functionName": UNKNOWN}), _API, _LIVE, _fed("sqs:SendMessage"), waits="eventSourceArn")),
    _rule("concurrency-of-queues-adds-up", "The queues of a function ask for no more than is reserved for it.", "The rest is throttled, each throttle counts as a try, and good messages end among the dead letters.", "raise reservedConcurrentExecutions, or lower maximumConcurrency", Severity.HIGH, (OWN, "AWS Lambda guide, SQS maximum concurrency"),
          {FUNCTION: ("reservedConcurrentExecutions",), MAPPING: ("functionName", "scalingConfig.maximumConcurrency")}, (FUNCTION,), concurrency_adds_up,
          _case("exactly", Given(FUNCTION, {"reservedConcurrentExecutions": 5}), _of(MAPPING, "m", {"functionName": "subject"}, functionName=UNKNOWN, scalingConfig={"maximumConcurrency": 5})), _case("nothing reserved", Given(FUNCTION, {"name": "f"})),
          _case("one more", Given(FUNCTION, {"reservedConcurrentExecutions": 5}), _of(MAPPING, "m", {"functionName": "subject"}, functionName=UNKNOWN, scalingConfig={"maximumConcurrency": 6}), finds="reservedConcurrentExecutions=5: its queues may ask for 6 at once"),
          _case("not known yet", Given(FUNCTION, {"reservedConcurrentExecutions": UNKNOWN}), waits="reservedConcurrentExecutions")),
    _rule("lambda-log-group-is-of-this-program", "A function logs into a group that this program makes.", "Another group has a retention and a key that nobody here has set.", "make the LogGroup, as the platform's Function does", Severity.MEDIUM, ("serverless-rules WS1004", OWN), {FUNCTION: ("loggingConfig.logGroup",), GROUP: ("name",)}, (FUNCTION,),
          log_group_is_ours, _case("made here", Given(FUNCTION, {"loggingConfig": {"logGroup": "/aws/lambda/f"}}), _of(GROUP, "g", name="/aws/lambda/f")), _case("made elsewhere", Given(FUNCTION, {"loggingConfig": {"logGroup": "/aws/lambda/f"}}), finds="loggingConfig.logGroup=/aws/lambda/f: is no group of this program"),
          _case("not known yet", Given(FUNCTION, {"loggingConfig": {"logGroup": UNKNOWN}}), waits="loggingConfig.logGroup")),
    _rule("api-route-knows-its-callers", "Routes of HTTP and WebSocket APIs ask who calls, unless a manifest says they are open.", "An open route is found by scanners within the hour. What is meant to be open says so where a reviewer reads it.", "set authorizationType, or `authorizer: none` in the manifest", Severity.HIGH,
          ("cdk-nag AwsSolutions-APIG4", "checkov CKV_AWS_309", "Security Hub APIGateway.8"), {ROUTE: ("authorizationType", "routeKey", "apiId"), HTTP_API: ("routes",)}, (ROUTE,), route_knows_its_callers,
          _case("asks", Given(ROUTE, {"routeKey": "GET /a", "authorizationType": "JWT"})), _case("preflight", Given(ROUTE, {"routeKey": "OPTIONS /a", "authorizationType": "NONE"})),
          _case("open on purpose", Given(ROUTE, {"routeKey": "GET /a", "authorizationType": "NONE"}, "http-get-a"), _of(HTTP_API, "http", routes=[{"route": "GET /a", "suffix": "get-a", "authorizer": "none"}])),
          _case("open, and its component says otherwise", Given(ROUTE, {"routeKey": "GET /a", "authorizationType": "NONE"}, "http-get-a"), _of(HTTP_API, "http", routes=[{"route": "GET /a", "suffix": "get-a", "authorizer": "jwt"}]), finds="authorizationType=NONE: everybody on the internet could call 'GET /a'"),
          _case("open", Given(ROUTE, {"routeKey": "GET /a"}), finds="authorizationType=not set"), _case("a message over a connection that was asked", Given(ROUTE, {"routeKey": "send"}, refers={"apiId": "chat"}), _of("aws:apigatewayv2/api:Api", "chat", protocolType="WEBSOCKET")),
          _case("not known yet", Given(ROUTE, {"routeKey": "GET /a", "authorizationType": UNKNOWN}), waits="authorizationType")),
    _rule("workload-has-budget", "Every workload has a budget.", "A loop is otherwise found by its bill, a month later.", "let the phase make it: the platform's Budget filters by the workload's tag", Severity.MEDIUM, (OWN, "AWS Well-Architected COST03-BP05"), {WORKLOAD: ("owner",), BUDGET: ("costFilters",)}, (WORKLOAD,), workload_has_budget,
          _case("has one", _of(WORKLOAD, "orders", owner="commerce"), _of(BUDGET, "b", costFilters=[{"name": "TagKeyValue", "values": ["user:workload$orders"]}])),
          _case("another has one", _of(WORKLOAD, "orders", owner="commerce"), _of(BUDGET, "b", costFilters=[{"name": "TagKeyValue", "values": ["user:workload$loans"]}]), finds="owner=commerce: nobody would learn what 'orders' costs"),
          _case("none", _of(WORKLOAD, "orders", owner="commerce"), finds="nobody would learn"), _case("not known yet", _of(WORKLOAD, "orders", owner="commerce"), _of(BUDGET, "b", costFilters=UNKNOWN), waits="costFilters")),
)  # fmt: skip
