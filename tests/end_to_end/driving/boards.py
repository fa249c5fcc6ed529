"""Drives boards."""

import json
import uuid
from typing import Any

from local.smoke import Access
from tests.end_to_end.calls import send

CREATE = "mutation ($input: NewBoard!) { createBoard(input: $input) { board_id } }"
ADD_MEMBER = "mutation ($board: ID!, $member: ID!) { addMember(board_id: $board, member: $member) { members } }"
ADD_CARD = "mutation ($input: NewCard!) { addCard(input: $input) { card_id title version } }"
CHANGE_CARD = "mutation ($input: ChangedCard!) { changeCard(input: $input) { card_id title version } }"
BOARD = "query ($board: ID!) { board(board_id: $board) { members cards { cards { title } } } }"


def drive(access: Access) -> None:
    """A board with a member and a card that is changed, read as a whole."""
    board = f"driven-{uuid.uuid4().hex[:8]}"
    card = {"board_id": board, "card_id": f"card-{uuid.uuid4().hex[:8]}", "title": "First"}
    asked(access, CREATE, input={"board_id": board, "title": "Driven"})
    asked(access, ADD_MEMBER, board=board, member="somebody")
    made = asked(access, ADD_CARD, input=card)["addCard"]
    asked(access, CHANGE_CARD, input={**card, "title": "Second", "column": "DONE", "version": made["version"]})
    seen = asked(access, BOARD, board=board)["board"]
    assert seen == {"members": ["somebody"], "cards": {"cards": [{"title": "Second"}]}}


def asked(access: Access, query: str, **variables: Any) -> Any:
    """The data of one GraphQL request as the demo user."""
    (api,) = access.inventory.workloads["boards"].apis.values()
    url = f"{access.cloud.endpoint}/v1/apis/{api.api_id}/graphql"
    status, body, _ = send(url, "POST", access.token, {"query": query, "variables": variables})
    answer = json.loads(body)
    assert (status, answer.get("errors")) == (200, None), f"{query} was answered with {status}: {answer}"
    return answer["data"]
