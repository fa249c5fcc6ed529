"""Drives clickstream."""

import uuid
from datetime import UTC, datetime

from local.smoke import Access
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """One click that reaches the lake."""
    click = {"click_id": uuid.uuid4().hex, "session_id": "driven", "occurred_at": datetime.now(UTC).isoformat(), "page": "/"}
    bucket, s3 = access.inventory.workloads["clickstream"].buckets["lake"].physical_name, access.cloud.client("s3")
    before = s3.list_objects_v2(Bucket=bucket)["KeyCount"]
    called(access, "clickstream", "POST /clicks", {"clicks": [click]}, 202)
    eventually("the click reached the lake", lambda: s3.list_objects_v2(Bucket=bucket)["KeyCount"] > before)
