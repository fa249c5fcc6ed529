"""AWS Lambda."""

import json
from typing import Any

from ..calls import Failed, Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..observe import DRIFT
from ..wire import UNKNOWN, archive_bytes
from .common import last, one_of, range_of

CODE = ("code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceCodeHash", "architectures")
TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags", {"Resource": "arn"})
FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{name}"
INVOKE = "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
UNMANAGED = ("publish", "skipDestroy", "replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds",
             "useResourceTimeoutForPropagation", "sourceCodeHash", "publishTo")  # fmt: skip


def _content(work: Work) -> dict[str, Any]:
    """Where the code is: the bytes of the zip, an object in S3, or an image."""
    if code := work.state.get("code"):
        return {"ZipFile": archive_bytes(code)}
    names = {"S3Bucket": "s3Bucket", "S3Key": "s3Key", "S3ObjectVersion": "s3ObjectVersion", "ImageUri": "imageUri"}
    return {member: work.state[name] for member, name in names.items() if work.state.get(name)}


def _update_code(work: Work) -> None:
    if work.changed & set(CODE):
        architectures = {"Architectures": work.state["architectures"]} if work.state.get("architectures") else {}
        work.call("update_function_code", FunctionName=work.state["name"], **architectures, **_content(work))


def _update_configuration(work: Work) -> None:
    if work.changed - set(CODE) - set(UNMANAGED) - {"tags", "tagsAll", "reservedConcurrentExecutions"}:
        work.do(Call("update_function_configuration"))


def _publish(work: Work) -> None:
    """A new version after a change, when the program asks for versions; code or configuration, as the official provider does."""
    if work.state.get("publish") and work.changed - {"tags", "tagsAll", "reservedConcurrentExecutions", "skipDestroy"}:
        work.wait()
        work.call("publish_version", FunctionName=work.state["name"])


def _concurrency(work: Work) -> None:
    number = work.state.get("reservedConcurrentExecutions", -1)
    if number >= 0:
        work.call("put_function_concurrency", FunctionName=work.state["name"], ReservedConcurrentExecutions=int(number))
    elif work.old and work.old.get("reservedConcurrentExecutions", -1) >= 0:
        work.call("delete_function_concurrency", FunctionName=work.state["name"])


def _read_function(work: Work) -> State | None:
    answer = work.call("get_function", FunctionName=work.state["id"])
    found = work.properties(Call("get_function", take="Configuration"), answer)
    if found is None:
        return None
    found["layers"] = [each["Arn"] for each in answer["Configuration"].get("Layers", [])]
    reserved = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    found |= {"reservedConcurrentExecutions": -1.0 if reserved is None else float(reserved), **_latest(work)}
    arn = found["arn"] = work.format(FUNCTION.replace("{name}", found["name"]))
    found |= {"invokeArn": work.format(INVOKE.replace("{arn}", arn)), "qualifiedArn": f"{arn}:{found['version']}"}
    found["qualifiedInvokeArn"] = work.format(INVOKE.replace("{arn}", found["qualifiedArn"]))
    before = work.state.get("codeSha256")
    if before and before != found.get("codeSha256") and work.state.get("code") and work.old is None:
        # Someone else put code there: an input that the program does not have makes the next update send the code again.
        found[DRIFT] = {"sourceCodeHash": f"changed outside of Pulumi: {found.get('codeSha256')}"}
    return found


def _latest(work: Work) -> State:
    """The newest published version; $LATEST when there is none."""
    versions: list[int] = []
    marker: dict[str, Any] = {}
    while True:
        answer = work.call("list_versions_by_function", FunctionName=work.state["id"], **marker)
        versions += [int(each["Version"]) for each in answer.get("Versions", []) if each["Version"].isdigit()]
        if not answer.get("NextMarker"):
            return {"version": str(max(versions)) if versions else "$LATEST"}
        marker = {"Marker": answer["NextMarker"]}


def _zip_needs(inputs: State) -> list[tuple[str, str]]:
    if inputs.get("packageType") == "Image":
        return []
    return [(name, f"missing '{name}': a function whose packageType is Zip needs handler and runtime")
            for name in ("handler", "runtime") if inputs.get(name) is None]  # fmt: skip


def _read_permission(work: Work) -> State | None:
    qualifier = {"Qualifier": work.state["qualifier"]} if work.state.get("qualifier") else {}
    policy = json.loads(work.call("get_policy", FunctionName=work.state["function"], **qualifier)["Policy"])
    found = next((each for each in policy.get("Statement", []) if each.get("Sid") == work.state["id"]), None)
    if found is None:
        return None
    principal = found.get("Principal", {})
    condition = found.get("Condition", {})
    return {
        "statementId": found["Sid"], "action": found["Action"], "function": work.state["function"],
        "principal": next(iter(principal.values())) if isinstance(principal, dict) else principal,
        "sourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
        "sourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
    }  # fmt: skip


def _permission_id(id: str) -> State:
    """`FUNCTION/STATEMENT` or `FUNCTION:QUALIFIER/STATEMENT`, as the official provider imports it."""
    function, _, statement = id.rpartition("/")
    if not function:
        raise Failed(f"the id of a lambda permission to import has the form FUNCTION[:QUALIFIER]/STATEMENT; '{id}' has not")
    name, _, qualifier = function.partition(":")
    return {"id": statement, "statementId": statement, "function": name} | ({"qualifier": qualifier} if qualifier else {})


def _alias_words(state: State) -> State:
    name = state.get("functionName")
    return {"function": last(name)} if isinstance(name, str) else {}


def _routing(work: Work) -> Any:
    weights = (work.state.get("routingConfig") or {}).get("additionalVersionWeights")
    return {"AdditionalVersionWeights": weights or {}} if weights or (work.old and work.old.get("routingConfig")) else None


def _alias_id(id: str) -> State:
    """`FUNCTION/ALIAS` for an import; the id itself is the ARN."""
    function, _, name = id.rpartition("/") if "/" in id else id.rpartition(":")
    return {"id": id, "functionName": last(function), "name": name}


def _read_layer(work: Work) -> State | None:
    arn = work.state["id"]
    answer = work.call("get_layer_version", LayerName=arn.split(":")[6], VersionNumber=int(last(arn)))
    found = work.properties(Call("get_layer_version"), answer) or {}
    content = answer.get("Content", {})
    sizes = {"codeSha256": content.get("CodeSha256"), "sourceCodeSize": content.get("CodeSize")}
    return {**found, "layerName": arn.split(":")[6], "arn": arn, "layerArn": arn.rsplit(":", 1)[0], "version": last(arn), **sizes}


def _delete_layer(work: Work) -> None:
    if not work.state.get("skipDestroy"):
        arn = work.state["id"]
        work.call("delete_layer_version", LayerName=arn.split(":")[6], VersionNumber=int(last(arn)))


def _read_mapping(work: Work) -> State | None:
    answer = work.call("get_event_source_mapping", UUID=work.state["id"])
    if answer.get("State") == "Deleting":
        return None
    found = work.properties(Call("get_event_source_mapping"), answer) or {}
    arn = found.get("functionArn", "")
    given = work.state.get("functionName", "")
    # The service answers with an ARN whatever it was given: the program's name for the same function stands.
    same = given and (arn == given or arn.split("function:")[-1] == given)
    state = {"functionName": given if same else arn, "enabled": answer.get("State") not in ("Disabled", "Disabling"),
             "arn": work.state.get("arn") or work.format("arn:{partition}:lambda:{region}:{account}:event-source-mapping:{id}")}  # fmt: skip
    empty = {"filterCriteria": {"filters": []}, "destinationConfig": {"onFailure": {}}, "scalingConfig": {}}
    found = {key: value for key, value in found.items() if empty.get(key) != value}
    return {**found, **state}


def _update_mapping(work: Work) -> None:
    """The service keeps what an update leaves out: what is gone has to be sent as nothing."""
    params = work.params(Call("update_event_source_mapping", to_empty=False))
    nothing = {"filterCriteria": {"Filters": []}, "destinationConfig": {"OnFailure": {}}, "scalingConfig": {},
               "bisectBatchOnFunctionError": False, "functionResponseTypes": []}  # fmt: skip
    for name, value in nothing.items():
        if (work.old or {}).get(name) and work.state.get(name) is None:
            params[name[0].upper() + name[1:]] = value
    work.call("update_event_source_mapping", **params)


OF_STREAMS = ("startingPosition", "startingPositionTimestamp", "bisectBatchOnFunctionError", "maximumRetryAttempts",
              "maximumRecordAgeInSeconds", "parallelizationFactor", "tumblingWindowInSeconds", "destinationConfig")  # fmt: skip


def _source_takes(inputs: State) -> list[tuple[str, str]]:
    """Lambda API reference, CreateEventSourceMapping: which settings are for streams, and which for queues."""
    source = inputs.get("eventSourceArn")
    if not isinstance(source, str):
        return []
    if ":sqs:" in source:
        given = [name for name in OF_STREAMS if inputs.get(name) not in (None, False)]
        return [(name, f"{name}: is for streams; eventSourceArn='{source}' is a queue") for name in given]
    if ":kinesis:" not in source and ":dynamodb:" not in source:
        return []
    position, time = inputs.get("startingPosition"), inputs.get("startingPositionTimestamp")
    found = []
    if position is None:
        found.append(("startingPosition", f"missing 'startingPosition': eventSourceArn='{source}' is a stream"))
    if (position == "AT_TIMESTAMP") != (time is not None) or (position == "AT_TIMESTAMP" and ":dynamodb:" in source):
        told = "goes with startingPosition AT_TIMESTAMP, which DynamoDB streams do not have"
        found.append(("startingPositionTimestamp", f"startingPositionTimestamp: {told}"))
    if inputs.get("scalingConfig"):
        found.append(("scalingConfig", f"scalingConfig: is for queues; eventSourceArn='{source}' is a stream"))
    return found


def _big_batches(inputs: State) -> list[tuple[str, str]]:
    size, window = inputs.get("batchSize"), inputs.get("maximumBatchingWindowInSeconds")
    source = inputs.get("eventSourceArn")
    if isinstance(size, (int, float)) and isinstance(source, str) and ":sqs:" in source and window is not UNKNOWN:
        if size > 10 and source.endswith(".fifo"):
            return [("batchSize", f"batchSize={int(size)}: at most 10 for a FIFO queue")]
        if size > 10 and not window:
            return [("batchSize", f"batchSize={int(size)}: more than 10 needs maximumBatchingWindowInSeconds of at least 1")]
    return []


RESOURCES = [
    Resource(
        "aws:lambda/function:Function", "lambda", id="{name}", named="name", tags=TAGS, waiter="function_active_v2",
        api={"FunctionName": "name", "FunctionArn": "arn", "CodeSize": "sourceCodeSize", "CodeSha256": "codeSha256",
             "Version": "", "SourceKMSKeyArn": ""},
        known={"arn": FUNCTION, "invokeArn": INVOKE}, fakes={"version": "1", "qualifiedArn": FUNCTION + ":1", "codeSha256": "code"},
        recomputed=dict.fromkeys(("version", "qualifiedArn", "qualifiedInvokeArn", "lastModified"), (*CODE, "handler", "runtime", "environment", "layers", "memorySize", "timeout", "role", "description", "kmsKeyArn", "tracingConfig", "loggingConfig", "vpcConfig", "deadLetterConfig", "ephemeralStorage"))
        | {"codeSha256": CODE, "sourceCodeSize": CODE},
        create=Call("create_function", {"Code": _content}),
        update=(_update_configuration, _update_code, _publish), steps=(_concurrency,),
        read=_read_function, delete=(Call("delete_function", {"FunctionName": "id", "Qualifier": lambda _: None}),),
        ordered=frozenset({"layers"}), unread=frozenset({"code", "codeSha256", *UNMANAGED}),
        assigned=frozenset({"vpcConfig", "architectures", "reservedConcurrentExecutions", "loggingConfig", "ephemeralStorage", "tracingConfig", "codeSha256", "snapStart"}),
        checks=(one_of("code", "s3Bucket", "imageUri"), _zip_needs),
        limits={"reservedConcurrentExecutions": {"min": -1}, "memorySize": range_of(128, 10_240), "timeout": range_of(1, 900)},  # Lambda quotas
        aws_refuses=(
            Refusal("lambda-function-after-its-log-group", "A function that runs before its log group exists makes it itself, without key or retention.", needs="cloudwatch/logGroup"),
            Refusal("lambda-function-after-its-role", "CreateFunction is refused while the role cannot be taken.", needs="iam/role of role"),
            Refusal("lambda-runtime-is-the-emulators", "The emulator runs every Python function with its own interpreter and its own packages: a package that is missing from bundle and layer is found there and not on AWS."),
            Refusal("lambda-sizes", "AWS refuses more than 50 MB zipped in a direct upload and 250 MB unzipped with layers; the emulator does not look."),
            Refusal("lambda-concurrency-leaves-100", "Reserved concurrency must leave 100 unreserved executions in the account."),
            Refusal("lambda-concurrency-behind-an-alias", "The emulator applies what a function reserves to calls of $LATEST only: behind an alias or a version nothing is throttled."),
            Refusal("lambda-snapstart-runtime", "snapStart is refused for Python before 3.12; the emulator keeps the setting and takes no snapshot."),
            Refusal("lambda-environment-4096", "All environment variables together have at most 4 KB; AWS_ and LAMBDA_ names are reserved."),
        ),
    ),
    Resource(
        "aws:lambda/layerVersion:LayerVersion", "lambda", id="{arn}",
        api={"LayerVersionArn": "arn", "Version": "", "LayerArn": "layerArn", "CreatedDate": "createdDate"},
        known={"layerArn": "arn:{partition}:lambda:{region}:{account}:layer:{layerName}"},
        fakes={"arn": "arn:{partition}:lambda:{region}:{account}:layer:{layerName}:1", "version": "1", "codeSha256": "code"},
        identify=lambda id: {"id": id, "arn": id, "layerName": id.split(":")[6]},
        create=Call("publish_layer_version", {"Content": _content}), read=_read_layer, delete=(_delete_layer,),
        unread=frozenset({"code", "codeSha256", "sourceCodeHash", "skipDestroy"}), checks=(one_of("code", "s3Bucket"),),
        aws_refuses=(Refusal("lambda-layer-architecture", "The emulator does not look at compatibleArchitectures: wheels for another processor fail on AWS only."),),
    ),
    Resource(
        "aws:lambda/alias:Alias", "lambda", id="{arn}", named="name", name_limit=128, words=_alias_words, identify=_alias_id,
        api={"AliasArn": "arn"},
        known={"arn": "arn:{partition}:lambda:{region}:{account}:function:{function}:{name}", "invokeArn": INVOKE},
        create=Call("create_alias", {"RoutingConfig": _routing}), update=(Call("update_alias", {"RoutingConfig": _routing}),),
        read=Call("get_alias"), delete=(Call("delete_alias"),),
        aws_refuses=(
            Refusal("lambda-alias-weights", "The emulator stores weights and sends everything to the first version."),
            Refusal("lambda-alias-version-exists", "The version has to be a published one, not $LATEST, where the alias has weights.", needs="lambda/function of functionName"),
        ),
    ),
    Resource(
        "aws:lambda/permission:Permission", "lambda", id="{statementId}", named="statementId", name_limit=100, identify=_permission_id,
        api={"FunctionName": "function", "PrincipalOrgID": "principalOrgId"},
        create=Call("add_permission"), read=_read_permission, delete=(Call("remove_permission"),),
        aws_refuses=(
            Refusal("lambda-permission-is-enforced", "Without the permission API Gateway and EventBridge get 403; the emulator lets them in.", needs="lambda/alias of qualifier"),
            Refusal("lambda-permission-conditions-function-exists", "The function, and the alias in qualifier, have to exist.", needs="lambda/function of function"),
        ),
    ),
    Resource(
        "aws:lambda/eventSourceMapping:EventSourceMapping", "lambda", id="{uuid}", tags=TAGS,
        api={"UUID": "uuid", "EventSourceMappingArn": "arn", "Destination": "destinationArn"},
        known={"arn": "arn:{partition}:lambda:{region}:{account}:event-source-mapping:{uuid}"}, fakes={"uuid": "uuid"},
        identify=lambda id: {"id": id, "uuid": id},
        create=Call("create_event_source_mapping"), read=_read_mapping,
        update=(_update_mapping,),
        delete=(Call("delete_event_source_mapping"),),
        unread=frozenset({"useResourceTimeoutForPropagation"}),
        assigned=frozenset({"batchSize", "maximumBatchingWindowInSeconds", "enabled", "maximumRetryAttempts", "maximumRecordAgeInSeconds", "parallelizationFactor", "tumblingWindowInSeconds"}),
        checks=(_big_batches, _source_takes, one_of("eventSourceArn", "selfManagedEventSource")),
        limits={"batchSize": range_of(1, 10_000), "maximumBatchingWindowInSeconds": range_of(0, 300)},
        aws_refuses=(
            Refusal("lambda-mapping-after-role-policy", "CreateEventSourceMapping is refused unless the function's role may already receive from the source.", needs="iam/rolePolicy"),
            Refusal("lambda-mapping-visibility", "CreateEventSourceMapping is refused when the queue's visibility timeout is shorter than the function's timeout."),
            Refusal("lambda-mapping-of-a-stream", "The emulator tries a failed batch of a stream again for ever, once a second: it does not bisect, give up or send to onFailure, and skips a record that ReportBatchItemFailures names."),
            Refusal("lambda-mapping-once", "A second mapping of the same queue and function is refused."),
        ),
    ),
]  # fmt: skip
