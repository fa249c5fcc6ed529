"""Starts ministack as `local.cloud` needs it: with authorization on, and nothing that happens in silence.

It runs in the emulator's environment, which has nothing of this project.

What every role asked for and what it was told is written to the file that SERVERLESS_PLATFORM_ACCESS_LOG names; smoke checks and
`local.access_report` read it. ministack decides every call in one function, `iam_evaluator.enforce`. It is wrapped before anything
else imports it, so that its answer is kept with the role, the action and the resource that it was about. The decision stays ministack's.

One decision is added: whether a role that asks for an object that is not there may know so (`s3:ListBucket`).

One condition is put right: `aws:PrincipalArn` of a role's session is the role's ARN, as on AWS; ministack compares the session's.

One thing is pretended: every request counts as sent over TLS. On this machine all traffic is plain http on the loopback
interface, and the platform's queues, buckets and topics deny that (`aws:SecureTransport`), as they should on AWS. So the embedded
cloud says nothing about those denials; the program's tests assert that the statements are there.

A read of a configuration in AppConfig is an action on that configuration; ministack asks IAM about none.

A function whose module cannot be imported gets its traceback into its log, as on AWS; ministack leaves that log empty.

Every run of a function is measured, whoever invoked it, under the dimensions that Lambda publishes; ministack measures the Invoke API
only, by the function's name. So the error rate and the latency of a new version behind an alias can be read here as on AWS. What was
invoked through an alias is told so in `invoked_function_arn`, too.

What a function counts in its log, in the embedded metric format, becomes metrics, as CloudWatch Logs does it on AWS; ministack keeps the lines only.

A table that was restored says from what, as on AWS, and a role that restores is asked for the table that it restores; ministack tells the
first of backups only, and asks the second for everything.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any

LOG_VARIABLE = "SERVERLESS_PLATFORM_ACCESS_LOG"
AUTHORIZED_AS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
}
"""Operations that IAM knows by another name, which ministack does not translate (Service Authorization Reference)."""

_asked: ContextVar[Any] = ContextVar("asked", default=None)
"""The context of the evaluation that runs inside the current `enforce`: who, what, on which resource."""


class Log:
    """JSON lines: {role, action, resource, decision}. What was allowed stands once; what was denied at most once a second.

    decision is ministack's: Allow; Deny (by a statement); ImplicitDeny (no statement allows it).
    """

    AGAIN_SECONDS = 1.0

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as the process lives
        self._written: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def write(self, role: str, action: str, resource: str, decision: str) -> None:
        fact, now = (role, action, resource, decision), time.monotonic()
        with self._lock:
            last = self._written.get(fact)
            if last is None or (decision != "Allow" and now - last >= self.AGAIN_SECONDS):
                self._written[fact] = now
                self._file.write(json.dumps(dict(zip(("role", "action", "resource", "decision"), fact, strict=True))) + "\n")


def role_of(principal_arn: str) -> str:
    """`arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` -> ROLE; empty for anybody else (the account's root deploys)."""
    kind, _, rest = principal_arn.rpartition(":")[2].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else ""


def is_missing(object_arn: str) -> bool:
    """Whether the bucket is there and the object is not. ministack tells everybody that; S3 tells those who may list the
    bucket, and others that they may not get the object."""
    from ministack.services import s3  # type: ignore[import-not-found, unused-ignore]

    name, _, key = object_arn.removeprefix("arn:aws:s3:::").partition("/")
    bucket = s3._buckets.get(name)
    return bucket is not None and key not in bucket["objects"]


def install(evaluator: Any, log: Log) -> None:
    """Wraps the evaluator's functions. To be called before another module of ministack has imported them."""
    evaluate, enforce, pin_request_origin = evaluator.evaluate, evaluator.enforce, evaluator.pin_request_origin
    resolve = evaluator._resolve_condition_key
    # What the emulator does by itself (a topic's delivery to a queue) has no request: its transport is this default.
    evaluator._request_origin = ContextVar("request_origin", default=("127.0.0.1", True))

    @wraps(evaluate)
    def evaluate_and_note(ctx: Any, *policies: Any) -> Any:
        _asked.set(ctx)
        return evaluate(ctx, *policies)

    @wraps(enforce)
    def enforce_and_write(access_key_id: str, iam_action: str, *more: Any, **named: Any) -> Any:
        iam_action = AUTHORIZED_AS.get(iam_action, iam_action)
        token = _asked.set(None)
        try:
            refused = enforce(access_key_id, iam_action, *more, **named)
            asked = _asked.get()
        finally:
            _asked.reset(token)
        if asked is not None and (role := role_of(asked.principal_arn)):
            log.write(role, iam_action, asked.resource_arn, refused.decision if refused else "Allow")
            if refused is None and iam_action == "s3:GetObject" and is_missing(asked.resource_arn):
                bucket = asked.resource_arn.partition("/")[0]
                refused = enforce(access_key_id, "s3:ListBucket", "s3", asked.region, resource_arn=bucket)
                if refused is None:
                    log.write(role, "s3:ListBucket", bucket, "Allow")
        return refused

    @wraps(resolve)
    def resolve_as_aws(key: str, ctx: Any) -> Any:
        role = role_of(ctx.principal_arn) if key.lower() == "aws:principalarn" else ""
        return f"arn:aws:iam::{ctx.principal_account}:role/{role}" if role else resolve(key, ctx)

    evaluator._resolve_condition_key = resolve_as_aws
    evaluator.evaluate = evaluate_and_note
    evaluator.enforce = enforce_and_write
    evaluator.pin_request_origin = lambda source_ip, secure_transport: pin_request_origin(source_ip, True)


def name_configurations(actions: Any, appconfig: Any) -> None:
    """Makes a read of AppConfig an action on the configuration that is read; ministack knows neither and asks nobody."""
    extract, extract_action = actions.extract_resource_arn, actions.extract_iam_action
    reads = {("POST", "/configurationsessions"): "StartConfigurationSession", ("GET", "/configuration"): "GetLatestConfiguration"}

    def read_of(service: str, method: str, path: str) -> str | None:
        return reads.get((method, path.rstrip("/"))) if service in ("appconfig", "appconfigdata") else None  # requests are signed for the first

    def configuration(path: str, body: bytes, query: dict[str, Any]) -> tuple[str, ...]:
        """Ids of application, environment and profile; none where there are no such."""
        if path.rstrip("/").endswith("/configurationsessions"):
            asked = json.loads(body or b"{}")
            application = appconfig._resolve_application_id(asked.get("ApplicationIdentifier", ""))
            found: tuple[Any, ...] = (
                application,
                appconfig._resolve_environment_id(application, asked.get("EnvironmentIdentifier", "")),
                appconfig._resolve_configuration_profile_id(application, asked.get("ConfigurationProfileIdentifier", "")),
            )
        else:
            token = query.get("configuration_token", "")
            session = appconfig._sessions.get(token[0] if isinstance(token, list) else token) or {}
            found = tuple(session.get(f"{name}Identifier") for name in ("Application", "Environment", "ConfigurationProfile"))
        return found if all(found) else ()

    @wraps(extract)
    def extract_or_find(service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], region: str, account: str) -> Any:
        found = configuration(path, body, query) if read_of(service, method, path) else ()
        if not found:
            return extract(service, method, path, headers, body, query, region, account)
        application, environment, profile = found
        return f"arn:aws:appconfig:{region}:{account}:application/{application}/environment/{environment}/configuration/{profile}"

    @wraps(extract_action)
    def extract_or_name(service: str, method: str, path: str, *more: Any) -> Any:
        read = read_of(service, method, path)
        return f"appconfig:{read}" if read else extract_action(service, method, path, *more)

    actions.extract_resource_arn, actions.extract_iam_action = extract_or_find, extract_or_name


INIT_FAILED = 'json.dumps({"status": "error", "error": str(e)})'
"""In ministack's worker script: what it tells when the handler's module cannot be imported."""


def tell_failed_starts(runtime: Any) -> None:
    """Makes a failed import of a handler a failed run with its traceback in the log, instead of a run of which nothing is known."""
    script = runtime._PYTHON_WORKER_SCRIPT
    if script.count(INIT_FAILED) != 1:
        raise RuntimeError("this version of ministack starts Python functions in another way: look at local/ministack_entry.py")
    runtime._PYTHON_WORKER_SCRIPT = script.replace(INIT_FAILED, 'json.dumps({"status": "error", "error": str(e) + "\\n" + traceback.format_exc()})')
    invoke = runtime.Worker.invoke

    @wraps(invoke)
    def invoke_or_tell(worker: Any, *given: Any, **named: Any) -> dict[str, Any]:
        try:
            return invoke(worker, *given, **named)
        except RuntimeError as error:  # of the start alone: what a handler raises is an answer
            worker.kill()
            first, _, trace = str(error).partition("\n")
            text = f"Unable to import module {worker.config.get('Handler', '').rpartition('.')[0]!r}: {first.removeprefix('Worker init failed: ')}"
            return {"status": "error", "error": text, "trace": f"[ERROR] Runtime.ImportModuleError: {text}\n{trace}".rstrip()}

    runtime.Worker.invoke = invoke_or_tell


KEPT_POINTS = 10_000
"""Points of a metric that are kept at least; ministack keeps all of two weeks in memory."""


def dimensions_of(config: dict[str, Any]) -> list[dict[str, str]]:
    """The sets of dimensions under which Lambda publishes a run (Lambda developer guide, "Dimensions"): of the function; of the alias or
    version that was invoked; and of the version behind the alias."""
    name, version = config["FunctionName"], config.get("Version", "$LATEST")
    qualifier = "".join(config.get("FunctionArn", "").split(":")[7:8])
    found = [{"FunctionName": name}]
    if qualifier and qualifier != "$LATEST":
        found.append({"FunctionName": name, "Resource": f"{name}:{qualifier}"})
        if qualifier != version:
            found.append({**found[-1], "ExecutedVersion": version})
    return found


EMBEDDED = '"CloudWatchMetrics"'
"""In every line that counts."""


def embedded_metrics(log: str) -> Iterator[tuple[str, str, float, str, dict[str, str]]]:
    """(namespace, name, value, unit, dimensions) of all that the lines of a log count (CloudWatch user guide, "Embedded metric format")."""
    for line in log.splitlines():
        if EMBEDDED not in line:
            continue
        try:
            document = json.loads(line[line.index("{") :])
            for directive in document["_aws"]["CloudWatchMetrics"]:
                for names in directive["Dimensions"]:
                    dimensions = {name: str(document[name]) for name in names}
                    for metric in directive["Metrics"]:
                        values = document[metric["Name"]]
                        for value in values if isinstance(values, list) else [values]:
                            yield directive["Namespace"], metric["Name"], float(value), metric.get("Unit", "None"), dimensions
        except (ValueError, KeyError, TypeError):
            continue  # as on AWS: a line that is none of the format is text


def measure_every_run(lambdas: Any, metrics: Any) -> None:
    """Records Invocations, Errors, Throttles and Duration where ministack runs a function, instead of where Invoke answers.

    A query without dimensions adds up all sets, so its sums count a run through an alias three times.
    """
    dispatch, effective = lambdas._execute_function_dispatch, lambdas._effective_func_record_for_qualifier

    def keep(namespace: str, name: str, value: float, unit: str, dimensions: dict[str, str]) -> None:
        metrics.record_metric(namespace, name, value, unit, dimensions)
        points = metrics._metric_bucket((namespace, name, metrics._dims_key(dimensions)))
        if len(points) > 2 * KEPT_POINTS:
            del points[:KEPT_POINTS]

    def record(config: dict[str, Any], **values: float) -> None:
        for dimensions in dimensions_of(config):
            for name, value in values.items():
                keep("AWS/Lambda", name, value, "Milliseconds" if name == "Duration" else "Count", dimensions)

    @wraps(effective)
    def effective_with_alias(func: Any, qualifier: str | None) -> Any:
        """The record of the version behind an alias, whose ARN is that of the alias, as in what the Invoke API runs."""
        found, config = effective(func, qualifier)
        if config is None or qualifier not in func.get("aliases", {}):
            return found, config
        config = {**config, "FunctionArn": ":".join([*config["FunctionArn"].split(":")[:7], str(qualifier)])}
        return {**found, "config": config}, config

    @wraps(dispatch)
    def dispatch_and_measure(func: Any, config: dict[str, Any], *more: Any) -> Any:
        started = time.monotonic()
        result = dispatch(func, config, *more)
        for counted in embedded_metrics(result.get("log") or ""):
            keep(*counted)
        if result.get("throttle"):
            record(config, Throttles=1)
        else:
            milliseconds = (time.monotonic() - started) * 1000
            record(config, Invocations=1, Errors=1 if result.get("error") else 0, Throttles=0, Duration=milliseconds)
        return result

    def emit_throttles(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        """What is refused before it runs; what Invoke tells afterwards (with a duration) has been recorded."""
        if throttle and not duration_ms:
            record({"FunctionName": function_name}, Throttles=1)

    lambdas._effective_func_record_for_qualifier = effective_with_alias
    lambdas._execute_function_dispatch = dispatch_and_measure
    lambdas._emit_lambda_metrics = emit_throttles


def tell_restores(tables: Any, actions: Any) -> None:
    """Makes RestoreSummary a part of what DescribeTable says of a table that was restored to a point in time, and its source what IAM is asked for."""
    restore, describe, resources = tables._restore_table_to_point_in_time, tables._table_description, actions.dynamodb_resource_arns

    @wraps(restore)
    def restore_and_tell(data: Any) -> Any:
        answer = restore(data)
        if answer[0] == 200:
            source = data.get("SourceTableName") or data["SourceTableArn"].rpartition("/")[2]
            tables._tables[data["TargetTableName"]]["RestoreSummary"] = {
                "SourceTableArn": tables._tables[source]["TableArn"], "RestoreDateTime": int(time.time()), "RestoreInProgress": False,
            }  # fmt: skip
        return answer

    @wraps(describe)
    def describe_with_restore(name: str) -> Any:
        told = tables._tables[name].get("RestoreSummary")
        return {**describe(name), **({"RestoreSummary": told} if told else {})}

    @wraps(resources)
    def resources_with_source(body: bytes, region: str, account_id: str) -> Any:
        found = resources(body, region, account_id)
        try:
            source = json.loads(body or b"{}").get("SourceTableName")
        except (ValueError, AttributeError):
            source = None
        return found or ([f"arn:aws:dynamodb:{region}:{account_id}:table/{source}"] if source else [])

    tables._restore_table_to_point_in_time, tables._table_description = restore_and_tell, describe_with_restore
    actions.dynamodb_resource_arns = resources_with_source


def main() -> None:
    os.environ["AUTH"] = "true"  # read by ministack.app when it is imported, just below
    os.environ["AWS_ACCESS_KEY_ID"] = "local"  # the key with which `local/aws_provider` deploys: the account's root
    from ministack.core import iam_evaluator

    install(iam_evaluator, Log(os.environ[LOG_VARIABLE]))
    from ministack.core import lambda_runtime

    tell_failed_starts(lambda_runtime)
    from ministack.core import iam_actions
    from ministack.services import appconfig, cloudwatch, dynamodb, lambda_svc

    name_configurations(iam_actions, appconfig)
    measure_every_run(lambda_svc, cloudwatch)
    tell_restores(dynamodb, iam_actions)
    from ministack.app import main as ministack

    sys.argv[1:] = []
    ministack()


if __name__ == "__main__":
    main()
