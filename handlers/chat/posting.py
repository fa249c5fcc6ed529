"""Frames to clients, through the API's management endpoint."""

from typing import Any

from chat.logic import Outcome
from shared.observability import logger


class Socket:
    """Posts with an API Gateway management client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def post(self, connection_id: str, data: bytes) -> Outcome:
        """Never raises: one client that cannot be reached is no reason that others get nothing."""
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=data)
        except self._client.exceptions.GoneException:
            return "gone"
        except Exception as error:
            logger.warning("frame not delivered", connection_id=connection_id, reason=f"{type(error).__name__}: {error}")
            return "failed"
        return "delivered"
