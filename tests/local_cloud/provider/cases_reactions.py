"""Cases of what follows an event: notifications of buckets, asynchronous calls of functions, stream mappings; see `cases`."""

import json

from .cases import Case, Inputs, Made, need_alias, need_bucket, need_function, need_queue, need_role, need_topic, of_bucket

CREATED = ["s3:ObjectCreated:*"]
need_other_alias = ("other", "aws:lambda/alias:Alias", lambda made: {"name": "next", "functionName": made["function"]["name"], "functionVersion": "1"})  # fmt: skip
need_table = ("table", "aws:dynamodb/table:Table", lambda made: {
    "name": "needed-table", "billingMode": "PAY_PER_REQUEST", "hashKey": "id", "attributes": [{"name": "id", "type": "S"}],
    "streamEnabled": True, "streamViewType": "NEW_AND_OLD_IMAGES"})  # fmt: skip


def notification(made: Made) -> Inputs:
    of_function = {"id": "arrived", "lambdaFunctionArn": made["function"]["arn"], "events": CREATED, "filterPrefix": "incoming/", "filterSuffix": ".json"}  # fmt: skip
    of_queue = {"queueArn": made["queue"]["arn"], "events": ["s3:ObjectRemoved:*"]}
    of_topic = {"topicArn": made["topic"]["arn"], "events": CREATED, "filterPrefix": "documents/"}
    return of_bucket(made, lambdaFunctions=[of_function], queues=[of_queue], topics=[of_topic], eventbridge=True)


CASES = [
    Case("aws:s3/bucketNotification:BucketNotification", notification, needs=(need_role, need_function, need_queue, need_topic, need_bucket),
         changed=lambda made: {"queues": None, "eventbridge": None, "topics": [{"id": "documents", "topicArn": made["topic"]["arn"], "events": ["s3:ObjectCreated:Put"], "filterPrefix": "other/"}]},
         replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", lambda made: of_bucket(made, corsRules=[
            {"id": "upload", "allowedMethods": ["POST", "PUT"], "allowedOrigins": ["https://app.example"], "allowedHeaders": ["*"], "exposeHeaders": ["ETag"], "maxAgeSeconds": 300}]),
         needs=(need_bucket,), changed={"corsRules": [{"allowedMethods": ["GET"], "allowedOrigins": ["https://app.example"]}]}, replaced={"bucket": "other-bucket"}, deletes_first=False),
    Case("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", lambda made: {
            "functionName": made["function"]["name"], "qualifier": made["alias"]["name"], "maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 3600,
            "destinationConfig": {"onFailure": {"destination": made["queue"]["arn"]}}},
         needs=(need_role, need_function, need_alias, need_queue, need_topic),
         changed=lambda made: {"maximumRetryAttempts": 1, "destinationConfig": {"onFailure": {"destination": made["topic"]["arn"]}}}, replaced={"qualifier": "next"}, deletes_first=False),
]  # fmt: skip

MORE = [
    Case("aws:lambda/eventSourceMapping:EventSourceMapping", lambda made: {
            "eventSourceArn": made["table"]["streamArn"], "functionName": made["alias"]["arn"], "startingPosition": "TRIM_HORIZON", "batchSize": 50, "maximumBatchingWindowInSeconds": 1,
            "bisectBatchOnFunctionError": True, "maximumRetryAttempts": 5, "maximumRecordAgeInSeconds": 3600, "parallelizationFactor": 2, "functionResponseTypes": ["ReportBatchItemFailures"],
            "destinationConfig": {"onFailure": {"destinationArn": made["queue"]["arn"]}}, "filterCriteria": {"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]}},
         needs=(need_role, need_function, need_alias, need_other_alias, need_queue, need_table),
         changed=lambda made: {"functionName": made["other"]["arn"], "bisectBatchOnFunctionError": None, "maximumRetryAttempts": 3, "parallelizationFactor": 1, "destinationConfig": None, "filterCriteria": None},
         replaced={"startingPosition": "LATEST"}, outputs=("arn", "uuid"), deletes_first=False),
]  # fmt: skip
"""Second cases of types that are in other tables: settings that another kind of source takes."""
