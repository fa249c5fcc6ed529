"""Drives documents."""

from local.smoke import Access
from tests.end_to_end.calls import waiting
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """A document that all three branches work on, and a message in each that is no event of the bucket."""
    workload = access.inventory.workloads["documents"]
    told = called(access, "documents", "POST /documents", {"name": "a.txt", "text": "the parcel and the letter"}, 202)
    table, dynamodb = workload.tables["results"].physical_name, access.cloud.client("dynamodb")
    key = {":key": {"S": told["document_key"]}}

    def kinds() -> int:
        condition = "document_key = :key"
        return int(dynamodb.query(TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=key)["Count"])

    eventually("all three branches had a result", lambda: kinds() == 3)
    dead = {name: waiting(access, queue.dead_letter_url) for name, queue in workload.queues.items()}
    for queue in workload.queues.values():
        access.cloud.client("sqs").send_message(QueueUrl=queue.url, MessageBody="no event")
    for name, queue in workload.queues.items():
        eventually(f"the bad message of {name} was given up", lambda name=name, queue=queue: waiting(access, queue.dead_letter_url) > dead[name])
