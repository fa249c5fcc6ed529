"""Drives media."""

import json
import urllib.request

from local.smoke import Access
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """A good file, a bad one, and a notice that came twice: of a file that was dealt with."""
    for content, status in ((b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "kept"), (b"MZ" + b"\x00" * 50, "quarantined")):
        body = {"file_name": "a.png", "content_type": "image/png", "size_bytes": len(content), "method": "PUT"}
        ticket = called(access, "media", "POST /uploads", body, 201)
        request = urllib.request.Request(ticket["url"], content, {"content-type": "image/png"}, method="PUT")
        with urllib.request.urlopen(request, timeout=30):
            pass
        upload = ticket["upload_id"]
        eventually(f"it is {status}", lambda upload=upload, status=status: called(access, "media", f"GET /uploads/{upload}")["status"] == status)
    twice = {"Records": [{"s3": {"object": {"key": f"incoming/driven/{upload}"}}}]}
    alias = access.inventory.workloads["media"].functions["process"].alias_arn
    reply = access.cloud.client("lambda").invoke(FunctionName=alias, Payload=json.dumps(twice))
    assert "FunctionError" not in reply, reply["Payload"].read()
