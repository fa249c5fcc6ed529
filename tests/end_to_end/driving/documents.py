"""Drives documents."""

from local.smoke import Access
from tests.end_to_end.calls import within
from tests.end_to_end.drivers import called


def drive(access: Access) -> None:
    told = called(access, "documents", "POST /documents", {"name": "a.txt", "text": "the parcel and the letter"}, 202)
    table, dynamodb = access.inventory.workloads["documents"].tables["results"].physical_name, access.cloud.client("dynamodb")

    def kinds() -> int:
        return int(dynamodb.query(
            TableName=table, KeyConditionExpression="document_key = :key", ExpressionAttributeValues={":key": {"S": told["document_key"]}},
        )["Count"])  # fmt: skip

    assert within(60, lambda: kinds() == 3)
