"""Check: what is refused before any call, in which words; and the inputs as rules will see them."""

import json

import grpc
import pytest

from aws_provider.wire import UNKNOWN

from . import wire
from .cases import CODE, TRUST

pytestmark = pytest.mark.emulator

QUEUE, TABLE, FUNCTION = "aws:sqs/queue:Queue", "aws:dynamodb/table:Table", "aws:lambda/function:Function"
ROLE = "arn:aws:iam::000000000000:role/one"
FINE: dict[str, dict] = {
    FUNCTION: {"name": "one", "role": ROLE, "runtime": "python3.13", "handler": "app.handler", "code": CODE},
    TABLE: {"name": "orders", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}]},
    "aws:apigatewayv2/route:Route": {"apiId": "abc", "routeKey": "GET /"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "metricName": "Errors", "namespace": "A", "period": 60,
        "statistic": "Sum", "threshold": 1,
    },
    "aws:lambda/eventSourceMapping:EventSourceMapping": {
        "functionName": "one", "eventSourceArn": "arn:aws:sqs:eu-west-1:000000000000:work"
    },
    "aws:kms/alias:Alias": {"name": "alias/one", "targetKeyId": "k"},
}  # fmt: skip

REFUSED = [
    (QUEUE, {"visibilityTimeoutSecond": 30}, "visibilityTimeoutSecond",
     "unknown property 'visibilityTimeoutSecond'; did you mean 'visibilityTimeoutSeconds'?"),
    (QUEUE, {"visibility_timeout_seconds": 30}, "visibility_timeout_seconds",
     "unknown property 'visibility_timeout_seconds'; did you mean 'visibilityTimeoutSeconds'?"),
    (QUEUE, {"visibilityTimeoutSeconds": 43201}, "visibilityTimeoutSeconds", "visibilityTimeoutSeconds=43201: must be 0 to 43200"),
    (QUEUE, {"visibilityTimeoutSeconds": "30"}, "visibilityTimeoutSeconds", "visibilityTimeoutSeconds='30': must be a whole number"),
    (QUEUE, {"visibilityTimeoutSeconds": 1.5}, "visibilityTimeoutSeconds", "visibilityTimeoutSeconds=1.5: must be a whole number"),
    (QUEUE, {"fifoQueue": "yes"}, "fifoQueue", "fifoQueue='yes': must be true or false"),
    (QUEUE, {"name": "work", "fifoQueue": True}, "name",
     "name='work', fifoQueue=true: the name of a FIFO queue ends with .fifo, and no other does"),
    (QUEUE, {"name": "wörk"}, "name", r"name='wörk': must match [A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo"),
    (QUEUE, {"tags": ["a"]}, "tags", "tags=a list: must be a map"),
    (QUEUE, {"tags": {"a": 1}}, "tags.a", "tags.a=1: must be a string"),
    (TABLE, {"billingMode": "PAY_PER_REQEST"}, "billingMode",
     "billingMode='PAY_PER_REQEST': must be one of PAY_PER_REQUEST, PROVISIONED; did you mean 'PAY_PER_REQUEST'?"),
    (TABLE, {"attributes": [{"name": "id"}]}, "attributes[0].type", "missing required property 'attributes[0].type'"),
    (TABLE, {"attributes": [{"name": "id", "type": "X"}]}, "attributes[0].type", "attributes[0].type='X': must be one of B, N, S"),
    (TABLE, {"attributes": [{"name": "id", "type": "S", "kind": "S"}]}, "attributes[0].kind",
     "unknown property 'kind'; it accepts name, type"),
    (TABLE, {"rangeKey": "day"}, "rangeKey", "rangeKey='day': must be one of the table's attributes (id)"),
    (TABLE, {"attributes": [{"name": "id", "type": "S"}, {"name": "day", "type": "S"}]}, "attributes",
     "attribute 'day' is in no key of the table or its indexes: leave it out"),
    (TABLE, {"globalSecondaryIndexes": [{"name": "again", "projectionType": "ALL", "hashKey": "id",
                                         "keySchemas": [{"attributeName": "id", "keyType": "HASH"}]}]}, "globalSecondaryIndexes[0].hashKey",
     "globalSecondaryIndexes[0].hashKey: not together with keySchemas, which says the same"),
    (TABLE, {"globalSecondaryIndexes": [{"name": "again", "projectionType": "ALL"}]}, "globalSecondaryIndexes[0].keySchemas",
     "missing 'globalSecondaryIndexes[0].keySchemas': an index needs the attribute that it is found by"),
    (FUNCTION, {"role": None}, "role", "missing required property 'role'"),
    (FUNCTION, {"timeout": 901}, "timeout", "timeout=901: must be 1 to 900"),
    (FUNCTION, {"memorySize": 64}, "memorySize", "memorySize=64: must be 128 to 10240"),
    (FUNCTION, {"code": "app.zip"}, "code", "code='app.zip': must be an archive"),
    (FUNCTION, {"code": None}, "code", "exactly one of code, s3Bucket, imageUri has to be given; here: none"),
    (FUNCTION, {"handler": None}, "handler", "missing 'handler': a function whose packageType is Zip needs handler and runtime"),
    (FUNCTION, {"tracingConfig": {"mode": "On"}}, "tracingConfig.mode", "tracingConfig.mode='On': must be one of Active, PassThrough"),
    (FUNCTION, {"role": "one"}, "role", r"role='one': must match arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"),
    (FUNCTION, {"description": "x" * 257}, "description", f"description='{'x' * 80}': has 257 characters, must have 0 to 256"),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 31}, "retentionInDays",
     "retentionInDays=31: must be one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, "
     "2922, 3288, 3653"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"extendedStatistic": "p99"}, "statistic",
     "exactly one of statistic and extendedStatistic has to be given"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"datapointsToAlarm": 2}, "datapointsToAlarm",
     "datapointsToAlarm=2: must be <= evaluationPeriods=1"),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", {"batchSize": 100}, "batchSize",
     "batchSize=100: more than 10 needs maximumBatchingWindowInSeconds of at least 1"),
    ("aws:apigatewayv2/route:Route", {"authorizationType": "JWT"}, "authorizerId",
     "missing 'authorizerId': authorizationType=JWT needs one"),
    ("aws:kms/alias:Alias", {"name": "one"}, "name", r"name='one': must match alias/(?!aws/)[a-zA-Z0-9/_-]+"),
    ("aws:s3/bucket:Bucket", {"versioning": {"enabled": True}}, "versioning",
     "versioning: the embedded cloud's provider does not send it; use s3.BucketVersioning"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "change", "path", "reason"), REFUSED, ids=[f"{case[0].split('/')[0]}-{case[2]}" for case in REFUSED]
)
def test_refused(provider: wire.Provider, token: str, change: dict, path: str, reason: str) -> None:
    inputs = {key: value for key, value in {**FINE.get(token, {}), **change}.items() if value is not None}
    assert provider.check(token, inputs, "it")[1] == [(path, f"{reason} [{wire.urn(token, 'it')}]")]


@pytest.mark.parametrize("token", FINE)
def test_what_the_cases_start_from_is_fine(provider: wire.Provider, token: str) -> None:
    assert provider.check(token, FINE[token])[1] == []


def test_everything_that_is_wrong_is_told_at_once(provider: wire.Provider) -> None:
    _, failures = provider.check(
        FUNCTION, {"timeout": 0, "memorySize": "1", "runtim": "python3.13", "tracingConfig": {"mod": "Active"}}
    )
    assert sorted(each[0] for each in failures) == [
        "memorySize",
        "role",
        "runtim",
        "timeout",
        "tracingConfig.mod",
        "tracingConfig.mode",
    ]


def test_unknown_values_pass(provider: wire.Provider) -> None:
    unknown = {"04": UNKNOWN}
    inputs = {**FINE[FUNCTION], "timeout": UNKNOWN, "role": UNKNOWN, "environment": {"variables": unknown}, "layers": [UNKNOWN]}
    checked, failures = provider.check(FUNCTION, inputs)
    assert failures == []
    assert checked["timeout"] is UNKNOWN and checked["environment"] == {"variables": unknown}
    assert provider.check(FUNCTION, {**inputs, "code": UNKNOWN})[1] == []


def test_unknown_type_names_type_and_urn_and_what_to_do(provider: wire.Provider) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        provider.check("aws:ec2/vpc:Vpc", {})
    assert failed.value.details() == (
        "aws:ec2/vpc:Vpc (urn:pulumi:local::serverless-platform::aws:ec2/vpc:Vpc::it) is not known to the embedded cloud's provider; "
        "add an entry to local/aws_provider/services/ec2.py, or, if the emulator lacks it, a line to "
        "local/aws_provider/data/not_emulated.json; then run: python -m aws_provider.generate"
    )


def test_no_data_sources(provider: wire.Provider) -> None:
    from pulumi.runtime.proto import provider_pb2

    with pytest.raises(grpc.RpcError) as failed:
        provider.stub.Invoke(provider_pb2.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity"))
    assert failed.value.details() == (
        "aws:index/getCallerIdentity:getCallerIdentity: this provider has no data sources, because components make no invokes; "
        "account and region come from the settings"
    )


def test_defaults_are_those_of_the_official_provider(provider: wire.Provider) -> None:
    checked = provider.checked(FUNCTION, FINE[FUNCTION])
    filled = {"memorySize": 128, "packageType": "Zip", "reservedConcurrentExecutions": -1, "timeout": 3}
    assert {key: checked[key] for key in filled} == filled
    assert sorted(checked["__defaults"]) == sorted(filled)
    assert "publish" not in checked and "skipDestroy" not in checked  # false ones are not filled in


def test_default_tags_are_in_tags_all_only(provider: wire.Provider) -> None:
    checked = provider.checked(QUEUE, {"name": "work", "tags": {"owner": "commerce"}})
    assert checked["tags"] == {"owner": "commerce"}
    assert checked["tagsAll"] == {"environment": "local", "owner": "commerce"}
    policy = provider.checked("aws:iam/rolePolicy:RolePolicy", {"name": "one", "role": "one", "policy": "{}"})
    assert "tagsAll" not in policy


def test_a_name_is_made_up_once_and_kept(provider: wire.Provider) -> None:
    first = provider.checked(QUEUE, {}, "inbox")
    assert first["name"].startswith("inbox-") and len(first["name"]) == len("inbox-") + 7
    assert "name" in first["__defaults"]
    assert (
        provider.checked(QUEUE, {"delaySeconds": 1}, "inbox", olds={**first, "name": "inbox-1234567"})["name"] == "inbox-1234567"
    )
    given = provider.checked(QUEUE, {"name": "inbox"}, "inbox", olds=first)
    assert given["name"] == "inbox" and "name" not in given["__defaults"]
    assert provider.checked(QUEUE, {}, "inbox", olds=given)["name"] != "inbox"  # the program took its name away
    fifo = provider.checked(QUEUE, {"fifoQueue": True}, "x" * 90)["name"]
    assert len(fifo) == 80 and fifo.startswith("x" * 67 + "-") and fifo.endswith(".fifo")
    assert provider.checked("aws:kms/alias:Alias", {"targetKeyId": "k"}, "key")["name"].startswith("alias/key-")
    assert provider.checked("aws:s3/bucket:Bucket", {}, "Files")["bucket"].startswith("files-")


def test_json_documents_may_hold_anything(provider: wire.Provider) -> None:
    assert provider.check("aws:iam/role:Role", {"assumeRolePolicy": json.dumps(json.loads(TRUST), indent=4)})[1] == []
