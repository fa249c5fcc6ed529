"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from documents.contracts import DocumentAccepted, NewDocument
from shared.openapi import Described

ROUTES = {"POST /documents": Described({202: DocumentAccepted}, body=NewDocument)}
