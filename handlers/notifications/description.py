"""The API's routes, for its OpenAPI description (`shared.openapi`)."""

from notifications.contracts import NewNotification, NotificationAccepted
from shared.openapi import Described

ROUTES = {"POST /notifications": Described({202: NotificationAccepted}, body=NewNotification, headers={"Idempotency-Key": False})}
