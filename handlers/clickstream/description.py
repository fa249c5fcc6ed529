"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from clickstream.contracts import NewClicks, Taken
from shared.openapi import Described

ROUTES = {"POST /clicks": Described({202: Taken}, body=NewClicks)}
