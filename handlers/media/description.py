"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from media.contracts import FileState, Ticket, UploadRequest
from shared.openapi import Described

ROUTES = {
    "POST /uploads": Described({201: Ticket}, body=UploadRequest),
    "GET /uploads/{upload_id}": Described({200: FileState}),
}
