"""What a reviewer is told of a change: first what would be lost, then what is permitted, then what is no longer watched, then the rest."""

import json
from typing import Any

import pytest

from reports.changes import UNKNOWN, read_changes
from reports.data_loss import STATES
from reports.preview import LONGEST_COMMENT, LONGEST_SECTION, Report, markdown, text

from .events import ACCOUNT, event, parents_of, urn

TABLE, QUEUE, BUCKET, KEY = "aws:dynamodb/table:Table", "aws:sqs/queue:Queue", "aws:s3/bucket:Bucket", "aws:kms/key:Key"
ALARM, FUNCTION, LOGS = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:lambda/function:Function", "aws:cloudwatch/logGroup:LogGroup"
ROUTE, METHOD, POLICY = "aws:apigatewayv2/route:Route", "aws:apigateway/method:Method", "aws:iam/rolePolicy:RolePolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def report(*events: list[dict[str, Any]], protected: bool = False, **more: Any) -> Report:
    return Report("prod", "0123456789abcdef", protected, ACCOUNT, read_changes([one for each in events for one in each]), **more)


def expiring(days: int | None, status: str = "Enabled") -> dict[str, Any]:
    return {"rules": [{"status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}, {"status": status, "expiration": {"days": days}}]}


LOST = [
    (event("delete", TABLE, "orders-orders", {"hashKey": "id"}), "table orders-orders is deleted, with its items"),
    (event("delete", QUEUE, "orders-paid", {}), "queue orders-paid is deleted, with its messages"),
    (event("delete", BUCKET, "orders-files", {}), "bucket orders-files is deleted, with its objects (AWS deletes no bucket that holds objects, unless forceDestroy is set)"),
    (event("delete", KEY, "orders", {}), "key orders is deleted, and whatever is encrypted under it cannot be read any more (it can be brought back during its waiting time)"),
    (event("replace", TABLE, "orders-orders", {"hashKey": "id", "ttl": 1}, {"hashKey": "other", "ttl": 2}, replaced_by=("hashKey",)),
     'table orders-orders is replaced by an empty one, and its items are gone: hashKey: "id" -> "other"'),
    (event("update", TABLE, "orders-orders", {"serverSideEncryption": {"kmsKeyArn": "a"}}, {"serverSideEncryption": {"kmsKeyArn": "b"}}),
     'table orders-orders gets another key: "a" -> "b"; its items stay under the old one, and are lost if that goes'),
    (event("update", QUEUE, "orders-paid", {"kmsMasterKeyId": "a"}, {"kmsMasterKeyId": UNKNOWN}),
     'queue orders-paid gets another key: "a" -> known after the update; its messages stay under the old one, and are lost if that goes'),
    (event("update", ENCRYPTION, "orders-files", *({"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": key}}]} for key in "ab")),
     'bucket orders-files gets another key: "a" -> "b"; its objects stay under the old one, and are lost if that goes'),
    (event("update", QUEUE, "orders-paid", {"messageRetentionSeconds": 345600}, {"messageRetentionSeconds": 86400}),
     "queue orders-paid keeps its messages for less: messageRetentionSeconds 345600 -> 86400"),
    (event("update", LIFECYCLE, "orders-files", expiring(365), expiring(30)), "bucket orders-files deletes its objects sooner: after 365 -> 30 days"),
    (event("update", LIFECYCLE, "orders-files", expiring(365, "Disabled"), expiring(365)), "bucket orders-files deletes its objects sooner: after for ever -> 365 days"),
    (event("update", "aws:cloudwatch/eventArchive:EventArchive", "orders-bus", {"retentionDays": 0}, {"retentionDays": 30}),
     "archive orders-bus keeps its events for less: retentionDays for ever -> 30"),
    (event("update", TABLE, "orders-orders", {}, {"ttl": {"enabled": True, "attributeName": "expires_at"}}),
     "table orders-orders deletes items from the time on that their expires_at says"),
]  # fmt: skip


@pytest.mark.parametrize(("events", "told"), LOST, ids=[each[1][:50] for each in LOST])
def test_data_that_would_be_lost_is_told_first_with_what_to_do(events, told):
    made = report(events)
    assert made.lost == [f"orders: {told}"]
    (title, lines), *_ = made.sections()
    assert (title, lines[0]) == ("Data that would be lost", f"orders: {told}")
    assert "docs/how-to/retire-or-rename.md" in lines[1]
    assert made.verdict().startswith("DATA WOULD BE LOST in 1 place, ")


@pytest.mark.parametrize("type_", STATES)
def test_everything_that_holds_data_is_told_when_it_goes(type_):
    settings_apart = bool(STATES[type_].apart)  # data is in the bucket, whose deletion is told
    assert bool(report(event("delete", type_, "orders-x", {})).lost) != settings_apart
    assert bool(report(event("replace", type_, "orders-x", {"a": 1}, {"a": 2}, replaced_by=("a",))).lost) != settings_apart
    assert report(event("create", type_, "orders-x", None, {"a": 1})).lost == []


@pytest.mark.parametrize("events", [
    event("update", TABLE, "orders-orders", {"billingMode": "a"}, {"billingMode": "b"}), event("delete", FUNCTION, "orders-api", {}), event("delete", LOGS, "orders-api", {}),
    event("update", QUEUE, "orders-paid", {"messageRetentionSeconds": 5}, {"messageRetentionSeconds": 6}), event("update", LIFECYCLE, "orders-files", expiring(30), expiring(365)),
    event("update", "aws:cloudwatch/eventArchive:EventArchive", "orders-bus", {"retentionDays": 30}, {"retentionDays": 0}), event("delete", LIFECYCLE, "orders-files", expiring(30)),
    event("update", TABLE, "orders-orders", {"ttl": {"enabled": True, "attributeName": "a"}}, {"ttl": {"enabled": False, "attributeName": "a"}}),
    event("replace", "aws:lambda/layerVersion:LayerVersion", "packages", {"code": 1}, {"code": 2}, replaced_by=("code",)),
])  # fmt: skip
def test_what_loses_no_data_is_not_told_as_such(events):
    made = report(events)
    assert made.lost == [] and made.verdict().startswith("no data would be lost")


def test_a_protected_stack_is_told_to_refuse_in_our_words():
    told = text(report(event("delete", TABLE, "orders-orders", {}), protected=True))
    assert "`protect_state` is on in prod: the update is refused as long as what holds the data is protected" in told
    assert "unprotect" not in told


VAULT = "aws:backup/vault:Vault"
BACK = (event("delete", VAULT, "orders-backups", {}), event("delete", QUEUE, "orders-restore-check-failed", {}))


def test_a_step_back_from_scale_is_told_apart_from_a_loss_of_tables():
    told = text(report(*BACK, protected=True))
    assert "vault orders-backups is deleted, with its backups (AWS deletes no vault that holds backups, unless forceDestroy is set)" in told
    assert ('orders steps back from the phase scale and keeps its tables. Its backups and the queue of its restore check go: docs/how-to/climb.md, "Step back", says what to do with '
            "orders-backups and orders-restore-check-failed") in told  # fmt: skip
    for retired in (text(report(*BACK, event("delete", TABLE, "orders-orders", {}), protected=True)), text(report(*BACK))):
        assert "steps back" not in retired, "it is retired; or nothing is protected"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def access(*actions: str, resource: str = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/prod-orders-orders", **more: Any) -> dict[str, Any]:
    return {"role": "prod-orders-api", "policy": document({"Effect": "Allow", "Action": list(actions), "Resource": resource, **more})}


def queue_policy(principal: Any, action: str = "sqs:SendMessage", **condition: Any) -> dict[str, Any]:
    return {"policy": document({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", "Condition": condition})}


QUEUE_POLICY, PERMISSION = "aws:sqs/queuePolicy:QueuePolicy", "aws:lambda/permission:Permission"
SNS, FROM_TOPIC = {"Service": "sns.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}}
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ALL_BLOCKED = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
JWT, NONE = {"routeKey": "GET /orders", "authorizationType": "JWT"}, {"routeKey": "GET /orders", "authorizationType": "NONE"}
PERMITTED = [
    (event("update", ROUTE, "orders-http-get", JWT, NONE), "orders: GET /orders is public now: it asks for no token and no key"),
    (event("create", ROUTE, "orders-http-get", None, NONE), "orders: GET /orders is public: it asks for no token and no key"),
    (event("create", ROUTE, "orders-http-get", None, JWT), "orders: new routes: GET /orders (JWT)"),
    (event("update", METHOD, "partners-rest-get", {"httpMethod": "GET", "authorization": "NONE", "apiKeyRequired": True}, {"httpMethod": "GET", "authorization": "NONE"}),
     "orders: GET of partners-rest-get is public now: it asks for no token and no key"),
    (event("update", ROUTE, "chat-connect", {"routeKey": "$connect", "authorizationType": "CUSTOM"}, {"routeKey": "$connect", "authorizationType": "NONE"}),
     "orders: $connect is public now: it asks for no token and no key"),
    (event("create", "aws:lambda/functionUrl:FunctionUrl", "orders-api", None, {"authorizationType": "NONE"}), "orders: the URL of function orders-api is public"),
    (event("update", "aws:appsync/graphQLApi:GraphQLApi", "boards", {"authenticationType": "AMAZON_COGNITO_USER_POOLS"}, {"authenticationType": "API_KEY"}),
     "orders: GraphQL API boards takes a key that every client knows"),
    (event("update", BLOCK, "orders-files", ALL_BLOCKED, {**ALL_BLOCKED, "blockPublicPolicy": False}), "orders: bucket orders-files may be made public: blockPublicPolicy no longer set"),
    (event("delete", BLOCK, "orders-files", ALL_BLOCKED),
     "orders: bucket orders-files may be made public: blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets no longer set"),
    (event("update", "aws:apigatewayv2/api:Api", "orders-http", {"corsConfiguration": {"allowOrigins": ["https://a.example"]}},
           {"corsConfiguration": {"allowOrigins": ["https://a.example", "https://b.example"]}}), "orders: pages of https://b.example may call orders-http"),
    (event("update", POLICY, "orders-api-access", access("dynamodb:GetItem"), access("dynamodb:GetItem", "dynamodb:DeleteItem")),
     "orders: prod-orders-api may delete (dynamodb:DeleteItem) in table/prod-orders-orders"),
    (event("create", POLICY, "orders-api-access", None, access("dynamodb:PutItem", "dynamodb:GetItem")),
     "orders: prod-orders-api may get, put (dynamodb:GetItem, dynamodb:PutItem) in table/prod-orders-orders"),
    (event("update", POLICY, "orders-api-access", access("dynamodb:GetItem", Condition={"StringEquals": {"a": "b"}}), access("dynamodb:GetItem")),
     "orders: prod-orders-api may get (dynamodb:GetItem) in table/prod-orders-orders"),
    (event("create", POLICY, "orders-api-access", None, access("iam:PassRole", resource="*")), "orders: prod-orders-api may iam:PassRole on *"),
    (event("update", POLICY, "orders-api-access", access("dynamodb:GetItem"), {"role": "r", "policy": UNKNOWN}),
     "1 role policies are known only in the update, where the guardrails judge them"),
    (event("create", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "orders-api", None, {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
     "orders: role r gets the policy arn:aws:iam::aws:policy/AdministratorAccess"),
    (event("update", "aws:iam/role:Role", "orders-api-role", {"permissionsBoundary": "arn"}, {}), "orders: role orders-api-role loses its permissions boundary"),
    (event("update", QUEUE_POLICY, "orders-paid", queue_policy(SNS, **FROM_TOPIC), queue_policy("*", **FROM_TOPIC)),
     "orders: everybody may sqs:SendMessage on QueuePolicy orders-paid, only if aws:SourceArn=arn:aws:sns:eu-west-1:1:t"),
    (event("create", QUEUE_POLICY, "orders-paid", None, queue_policy({"AWS": "arn:aws:iam::999999999999:root"})),
     "orders: arn:aws:iam::999999999999:root (another account) may sqs:SendMessage on QueuePolicy orders-paid"),
    (event("update", QUEUE_POLICY, "orders-paid", queue_policy(SNS, **FROM_TOPIC), queue_policy(SNS)),
     "orders: sns.amazonaws.com may sqs:SendMessage on QueuePolicy orders-paid, for anybody"),
    (event("create", PERMISSION, "orders-api", None, {"principal": "s3.amazonaws.com", "action": "lambda:InvokeFunction"}),
     "orders: s3.amazonaws.com may lambda:InvokeFunction on Permission orders-api, for anybody"),
    (event("create", PERMISSION, "orders-api", None, {"principal": "s3.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": "arn:aws:s3:::a"}),
     "orders: AWS services and roles of this account reach what is new in 1 ways, each bound to its source"),
]  # fmt: skip


@pytest.mark.parametrize(("events", "told"), PERMITTED, ids=[each[1][:60] for each in PERMITTED])
def test_what_becomes_reachable_or_permitted_is_told(events, told):
    assert report(events).permitted == [told]


@pytest.mark.parametrize("events", [
    event("update", ROUTE, "orders-http-get", NONE, JWT), event("update", ROUTE, "orders-http-get", NONE, {**NONE, "target": "b"}), event("delete", ROUTE, "orders-http-get", NONE),
    event("create", ROUTE, "chat-send", None, {"routeKey": "send", "authorizationType": "NONE"}) + event("create", ROUTE, "x", None, JWT),
    event("delete", BLOCK, "orders-files", ALL_BLOCKED) + event("delete", BUCKET, "orders-files", {}),
    event("create", METHOD, "partners-options", None, {"httpMethod": "OPTIONS", "authorization": "NONE"}),
    event("update", POLICY, "orders-api-access", access("dynamodb:GetItem", "dynamodb:PutItem"), access("dynamodb:GetItem")),
    event("create", POLICY, "orders-api-access", None, access("logs:PutLogEvents", "xray:PutTraceSegments", "kms:Decrypt", resource="*")),
    event("update", QUEUE_POLICY, "orders-paid", queue_policy(SNS), queue_policy(SNS, **FROM_TOPIC)) + event("update", BLOCK, "a", {}, ALL_BLOCKED),
])  # fmt: skip
def test_what_is_narrower_or_as_before_is_not_told_as_permitted(events):
    told = [line for line in report(events).permitted if "new routes" not in line and "only if" not in line]
    assert told == []


def alarm(**more: Any) -> dict[str, Any]:
    return {"threshold": 5, "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "alarmActions": ["arn:topic"], **more}


ONE = {"destinationConfig": {"onFailure": {"destination": "arn:queue"}}}
UNWATCHED = [
    (event("delete", ALARM, "orders-api-errors", alarm()), "orders: alarm orders-api-errors is deleted"),
    (event("update", ALARM, "orders-api-errors", alarm(), alarm(alarmActions=[])), "orders: alarm orders-api-errors loses 1 of its actions"),
    (event("update", ALARM, "orders-api-errors", alarm(), alarm(actionsEnabled=False)), "orders: alarm orders-api-errors tells nobody any more: its actions are off"),
    (event("update", ALARM, "orders-api-errors", alarm(), alarm(threshold=50)), "orders: alarm orders-api-errors fires later: threshold 5 -> 50"),
    (event("update", ALARM, "a", alarm(threshold=0), alarm(threshold=10)), "orders: alarm a fires later: threshold 0 -> 10"),
    (event("update", ALARM, "a", alarm(comparisonOperator="LessThanThreshold", threshold=50), alarm(comparisonOperator="LessThanThreshold", threshold=5)),
     "orders: alarm a fires later: threshold 50 -> 5"),
    (event("update", ALARM, "orders-api-errors", alarm(), alarm(evaluationPeriods=5)), "orders: alarm orders-api-errors fires later: evaluationPeriods 1 -> 5"),
    (event("update", QUEUE, "orders-paid", {"redrivePolicy": "{}"}, {}), "orders: Queue orders-paid loses its dead-letter queue"),
    (event("update", "aws:lambda/eventSourceMapping:EventSourceMapping", "orders-changes", ONE, {}), "orders: EventSourceMapping orders-changes loses its failure destination"),
    (event("delete", "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "orders-api", ONE), "orders: failure destination orders-api is deleted"),
    (event("update", "aws:cloudwatch/eventTarget:EventTarget", "orders-rule", {"deadLetterConfig": {"arn": "a"}}, {}), "orders: EventTarget orders-rule loses its dead-letter queue"),
    (event("update", "aws:scheduler/schedule:Schedule", "orders-nightly", {"target": {"deadLetterConfig": {"arn": "a"}}}, {"target": {}}),
     "orders: Schedule orders-nightly loses its dead-letter queue"),
    (event("update", TABLE, "orders-orders", {"pointInTimeRecovery": {"enabled": True}}, {"pointInTimeRecovery": {"enabled": False}}),
     "orders: Table orders-orders loses its point-in-time recovery"),
    (event("delete", LOGS, "orders-api", {}), "orders: log group orders-api is deleted, with what was logged"),
    (event("update", LOGS, "orders-api", {"retentionInDays": 365}, {"retentionInDays": 30}), "orders: log group orders-api keeps its logs for less: 365 -> 30 days"),
    (event("delete", "aws:sns/topicSubscription:TopicSubscription", "alarms-ops", {"protocol": "email", "endpoint": "ops@example.com"}, workload=None),
     "platform: ops@example.com is told no more (alarms-ops)"),
]  # fmt: skip


@pytest.mark.parametrize(("events", "told"), UNWATCHED, ids=[each[1][:60] for each in UNWATCHED])
def test_what_would_no_longer_be_noticed_is_told(events, told):
    assert report(events).unwatched == [told]


@pytest.mark.parametrize("events", [
    event("create", ALARM, "a", None, alarm()), event("update", ALARM, "a", alarm(threshold=50), alarm(threshold=5)), event("update", ALARM, "a", alarm(threshold=8000), alarm(threshold=9600)),
    event("update", ALARM, "a", alarm(), alarm(alarmActions=["arn:topic", "arn:other"])), event("update", QUEUE, "orders-paid", {}, {"redrivePolicy": "{}"}),
    event("update", QUEUE, "orders-paid", {"redrivePolicy": "{1}"}, {"redrivePolicy": "{2}"}), event("update", LOGS, "a", {"retentionInDays": 30}, {"retentionInDays": 0}),
])  # fmt: skip
def test_what_is_watched_as_well_is_not_told(events):
    assert report(events).unwatched == []


def test_a_workload_that_goes_is_one_line_of_what_is_watched():
    gone = [event("delete", ALARM, f"chat-{index}", alarm(), workload="chat") for index in range(20)]
    made = report(*gone, event("delete", "aws:budgets/budget:Budget", "chat-budget", {}, workload="chat"), event("delete", ALARM, "orders-api-errors", alarm()))
    assert made.unwatched == ["orders: alarm orders-api-errors is deleted", "chat: the whole workload goes, 20 alarms with it"]


def test_the_rest_is_counted_by_workload_and_what_changes_alike_is_told_once():
    same = [event("update", FUNCTION, f"{workload}-{index}", {"runtime": "a"}, {"runtime": "b"}, workload=workload) for workload in ("chat", "orders") for index in range(4)]
    made = report(*same, event("create", FUNCTION, "orders-new", None, {}), event("update", FUNCTION, "orders-api", {"timeout": 10}, {"timeout": 12}))
    (title, lines), = made.sections()
    assert (title, lines) == ("The rest", [
        "chat: 4 updated",
        "orders: 1 created, 5 updated",
        '~  Function x8 chat-0, chat-1, chat-2 and 5 more  [runtime: "a" -> "b"]',
        "~  Function orders-api  [timeout: 10 -> 12]",
    ])  # fmt: skip
    assert made.verdict() == "no data would be lost, nothing more permitted, nothing watched less, 10 changes in all"


def test_sections_come_in_the_order_of_what_cannot_be_undone_and_are_short():
    made = report(
        *(event("delete", TABLE, f"orders-{index}", {}) for index in range(40)), event("update", ROUTE, "orders-http-get", JWT, NONE),
        event("delete", ALARM, "a", alarm()), findings=[("mandatory", "Function orders-api", "too wide"), ("mandatory", "Function orders-api", "too wide")],
    )  # fmt: skip
    assert [title for title, _ in made.sections()] == [
        "Data that would be lost", "What becomes reachable or permitted", "Alarms and failure paths lost", "Guardrails", "The rest",
    ]  # fmt: skip
    (_, lost), *_ = made.sections()
    assert len(lost) == LONGEST_SECTION + 2 and lost[LONGEST_SECTION] == "... and 28 more"
    assert dict(made.sections())["Guardrails"] == ["mandatory: Function orders-api: too wide"]
    assert len(text(made).splitlines()) < 60


def test_a_comment_holds_the_whole_list_folded_and_fits():
    made = report(event("delete", TABLE, "orders-orders", {}), *(event("create", FUNCTION, f"orders-{index:05}", None, {}) for index in range(3000)))
    told = markdown(made)
    assert told.startswith("### Preview of `prod` against `0123456789ab`: DATA WOULD BE LOST in 1 place, ")
    assert "**Data that would be lost**\n\n- orders: table orders-orders is deleted, with its items\n" in told
    assert "<details><summary>every change</summary>" in told and "... the rest is in the log of the job" in told
    assert len(told) < LONGEST_COMMENT + 5000 < 65_536
    assert urn(TABLE, "orders-orders") in made.whole()


def test_what_the_engine_counts_otherwise_is_not_a_change():
    events = [
        *event("same", TABLE, "orders-orders", {}, {}), *event("create", "pulumi:providers:aws", "aws", None, {}, workload=None),
        *event("update", "pulumi:index:Stash", "guardrails", {"a": 1}, {"a": 2}, workload=None), *event("create-replacement", TABLE, "orders-orders", {}, {}),
        {"summaryEvent": {}}, {"diagnosticEvent": {"message": "x"}},
    ]  # fmt: skip
    made = report(events)
    assert made.changes == [] and made.sections() == [] and made.verdict() == "no changes"
    assert markdown(made) == "### Preview of `prod` against `0123456789ab`: no changes\n"


def test_what_is_deleted_belongs_to_its_workload_though_the_engine_names_no_component():
    (*_, alone) = event("delete", TABLE, "orders-orders", {})
    (change,) = read_changes([alone], parents_of("orders"))
    assert change.workload == "orders"
    assert read_changes([alone])[0].workload == "platform"


def test_a_preview_that_stopped_says_that_there_may_be_more():
    made = report(event("delete", TABLE, "orders-orders", {}), complete=False)
    assert made.verdict().endswith("; it stopped before its end, so there may be more")
