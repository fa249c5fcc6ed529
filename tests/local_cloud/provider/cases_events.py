"""Cases of Amazon EventBridge and of EventBridge Scheduler; see `cases`."""

import json

from . import wire
from .cases import ROOT_KEY, Case, document, need_key, need_queue, need_role

BUS, RULE, GROUP = (
    "aws:cloudwatch/eventBus:EventBus",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
)
PATTERN = json.dumps({"source": ["orders"], "detail-type": ["OrderPlaced"]})

need_bus = ("bus", BUS, lambda made: {"name": "needed-bus"})
need_rule = ("rule", RULE, lambda made: {"name": "needed-rule", "eventBusName": made["bus"]["name"], "eventPattern": PATTERN})
need_group = ("group", GROUP, lambda made: {"name": "needed-group"})
other_key = ("other", "aws:kms/key:Key", lambda made: {"policy": ROOT_KEY})

CASES = [
    Case(BUS, lambda made: {"name": "orders", "description": "one", "kmsKeyIdentifier": made["key"]["arn"], "deadLetterConfig": {"arn": made["queue"]["arn"]}, "tags": {"a": "1"}},
         needs=(need_key, other_key, need_queue), changed=lambda made: {"description": None, "kmsKeyIdentifier": made["other"]["arn"], "tags": {"b": "2"}},
         replaced={"name": "orders-2"}, outputs=("arn",), deletes_first=False),
    Case("aws:cloudwatch/eventBusPolicy:EventBusPolicy", lambda made: {"eventBusName": made["bus"]["name"], "policy": document("events:PutEvents", resource=made["bus"]["arn"], principal={"AWS": wire.ACCOUNT})},
         needs=(need_bus,), changed=lambda made: {"policy": document("events:PutEvents", "events:PutRule", resource=made["bus"]["arn"], principal={"AWS": wire.ACCOUNT})},
         replaced={"eventBusName": "other"}, not_imported=frozenset({"policy"}), deletes_first=False),
    Case(RULE, lambda made: {"name": "placed", "eventBusName": made["bus"]["name"], "eventPattern": PATTERN, "description": "one", "tags": {"a": "1"}}, needs=(need_bus,),
         changed={"eventPattern": json.dumps({"source": ["orders"]}), "description": None, "state": "DISABLED", "tags": {"b": "2"}}, replaced={"eventBusName": "default"},
         outputs=("arn",)),
    Case("aws:cloudwatch/eventTarget:EventTarget", lambda made: {
            "targetId": "work", "rule": made["rule"]["name"], "eventBusName": made["bus"]["name"], "arn": made["queue"]["arn"], "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 3},
            "deadLetterConfig": {"arn": made["queue"]["arn"]}, "roleArn": made["role"]["arn"],
            "inputTransformer": {"inputPaths": {"id": "$.id", "data": "$.detail.data"}, "inputTemplate": '{"event_id": <id>, "notification": <data>}'}},
         needs=(need_role, need_queue, need_bus, need_rule), changed={"inputTransformer": None, "input": json.dumps({"a": 1}), "retryPolicy": None}, replaced={"targetId": "other"},
         import_id=lambda made, state: f"{state['eventBusName']}/{state['rule']}/work", deletes_first=False),
    Case("aws:cloudwatch/eventArchive:EventArchive", lambda made: {"name": "kept", "eventSourceArn": made["bus"]["arn"], "retentionDays": 30, "kmsKeyIdentifier": made["key"]["arn"], "eventPattern": PATTERN},
         needs=(need_key, need_bus), changed={"retentionDays": 7, "description": "a week", "eventPattern": json.dumps({"source": ["orders"]})}, replaced={"name": "other"}, outputs=("arn",), deletes_first=False),
    Case(GROUP, lambda made: {"name": "nightly", "tags": {"a": "1"}}, changed={"tags": {"a": "2"}}, replaced={"name": "other"}, outputs=("arn", "state", "creationDate"), deletes_first=False),
    Case("aws:scheduler/schedule:Schedule", lambda made: {
            "name": "sweep", "groupName": made["group"]["name"], "scheduleExpression": "cron(0 3 * * ? *)", "scheduleExpressionTimezone": "Europe/Amsterdam", "kmsKeyArn": made["key"]["arn"],
            "startDate": "2030-01-01T00:00:00Z", "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15}, "description": "one",
            "target": {"arn": made["queue"]["arn"], "roleArn": made["role"]["arn"], "input": json.dumps({"id": "<aws.scheduler.execution-id>"}),
                       "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 2}, "deadLetterConfig": {"arn": made["queue"]["arn"]}}},
         needs=(need_role, need_key, need_queue, need_group),
         changed=lambda made: {"scheduleExpression": "rate(1 hour)", "flexibleTimeWindow": {"mode": "OFF"}, "description": None, "startDate": None, "state": "DISABLED",
                               "target": {"arn": made["queue"]["arn"], "roleArn": made["role"]["arn"], "retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0}}},
         replaced={"name": "other"}, outputs=("arn",), deletes_first=False),
]  # fmt: skip
