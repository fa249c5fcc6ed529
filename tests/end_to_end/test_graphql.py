"""The GraphQL API of boards: who sees a board, who may change it, and what is written.

Not to be had here, and shown in tests/handlers/test_boards.py instead: conditions of writes, so two at the same moment, and pages of
cards. No client can subscribe: who may is asked by sending the subscription as a request, and its wiring is read from what was deployed.
Tokens are not verified by the emulator either; that AppSync is told to is shown in tests/program/test_graphql.py.
"""

import json
import re
import shutil
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest

from tests.end_to_end.calls import send, token_of

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(shutil.which("node") is None, reason="the emulator runs resolvers with Node.js, and there is no `node` on the PATH"),
]

CREATE = "mutation ($input: NewBoard!) { createBoard(input: $input) { board_id title owner members version cards { cards { card_id } } } }"
ADD_MEMBER = "mutation ($board: ID!, $member: ID!) { addMember(board_id: $board, member: $member) { members version } }"
CARD = "{ board_id card_id title text column author version }"
ADD_CARD = f"mutation ($input: NewCard!) {{ addCard(input: $input) {CARD} }}"
CHANGE_CARD = f"mutation ($input: ChangedCard!) {{ changeCard(input: $input) {CARD} }}"
BOARD = f"query ($board: ID!) {{ board(board_id: $board) {{ title owner members version cards {{ cards {CARD} }} }} }}"
SUBSCRIBE = f"subscription ($board: ID!) {{ onCard(board_id: $board) {CARD} }}"
NO_BOARD = ("NotFound", "you have no board of this id")


@dataclass
class Person:
    """Somebody with a token of the user pool."""

    platform: Any
    token: str | None
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = jwt.decode(self.token, options={"verify_signature": False})["sub"] if self.token else ""

    def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        api = self.platform.inventory.workloads["boards"].apis["graphql"]
        status, answer, _ = send(f"{self.platform.cloud.endpoint}/v1/apis/{api.api_id}/graphql", "POST", self.token, body, **headers)
        return status, json.loads(answer)

    def ask(self, query: str, correlation_id: str = "asked", **variables: Any) -> Any:
        """What the one field of a request is answered with. Fails where there are errors."""
        status, answer = self.post({"query": query, "variables": variables}, x_correlation_id=correlation_id)
        assert (status, answer.get("errors")) == (200, None), answer
        (value,) = answer["data"].values()
        return value

    def refused(self, query: str, **variables: Any) -> tuple[str, str]:
        """Type and message of the one error of a request, whose field is then null."""
        status, answer = self.post({"query": query, "variables": variables})
        (error,) = answer["errors"]
        assert (status, list(answer["data"].values())) == (200, [None])
        return error["errorType"], error["message"]


@pytest.fixture
def people(platform):
    """Makes somebody, as a member of these groups."""
    return lambda *groups: Person(platform, token_of(platform, *groups))


@pytest.fixture
def anna(people) -> Person:
    return people()


@pytest.fixture
def bob(people) -> Person:
    return people()


@pytest.fixture
def board(anna, bob) -> str:
    """A board of Anna's, of which Bob is a member."""
    made = f"board-{uuid.uuid4().hex[:12]}"
    anna.ask(CREATE, input={"board_id": made, "title": "Plans"})
    anna.ask(ADD_MEMBER, board=made, member=bob.id)
    return made


def card_of(board: str, card_id: str = "card-0001", **more: Any) -> dict:
    return {"board_id": board, "card_id": card_id, "title": "Buy tea", **more}


def rows(platform, board: str) -> dict[str, dict]:
    """Items of a board in the table, by sort key."""
    table = platform.inventory.workloads["boards"].tables["boards"].physical_name
    found = platform.cloud.client("dynamodb").query(
        TableName=table, KeyConditionExpression="board_id = :board", ExpressionAttributeValues={":board": {"S": board}}
    )["Items"]
    return {item["item_id"]["S"]: item for item in found}


def test_a_board_is_made_once_and_is_its_makers(platform, anna):
    board = f"board-{uuid.uuid4().hex[:12]}"
    wanted = {"board_id": board, "title": "  Plans "}
    made = anna.ask(CREATE, "made-by-anna", input=wanted)
    assert made == {"board_id": board, "title": "Plans", "owner": anna.id, "members": [], "version": 1, "cards": {"cards": []}}
    assert anna.ask(CREATE, "sent-twice", input={**wanted, "title": "Other plans"}) == made
    assert {key: item["correlation_id"]["S"] for key, item in rows(platform, board).items()} == {"board": "made-by-anna"}
    assert anna.ask(BOARD, board=board) == {"title": "Plans", "owner": anna.id, "members": [], "version": 1, "cards": {"cards": []}}


def test_a_card_is_added_and_changed_by_members(platform, anna, bob, board):
    added = bob.ask(ADD_CARD, "added-by-bob", input=card_of(board, text="green"))
    assert added == {**card_of(board, text="green"), "column": "TODO", "author": bob.id, "version": 1}
    wanted = card_of(board, title="Drink tea", text="green", column="DOING", version=1)
    changed = anna.ask(CHANGE_CARD, "changed-by-anna", input=wanted)
    assert changed == {**wanted, "author": bob.id, "version": 2}
    seen = bob.ask(BOARD, board=board)
    assert (seen["members"], seen["cards"]) == ([bob.id], {"cards": [changed]})
    assert rows(platform, board)["card#card-0001"]["correlation_id"] == {"S": "changed-by-anna"}
    assert anna.ask(CHANGE_CARD, "sent-twice", input=wanted) == changed
    assert rows(platform, board)["card#card-0001"]["correlation_id"] == {"S": "changed-by-anna"}


def test_a_change_of_what_the_caller_has_not_seen_is_refused(platform, anna, bob, board):
    anna.ask(ADD_CARD, input=card_of(board))
    anna.ask(CHANGE_CARD, input=card_of(board, column="DOING", version=1))
    before = rows(platform, board)
    stale = ("Conflict", "the card has changed since; read it again")
    assert bob.refused(CHANGE_CARD, input=card_of(board, column="DONE", version=1)) == stale
    assert rows(platform, board) == before


def test_a_stranger_is_told_that_there_is_no_board_and_changes_nothing(platform, people, anna, board):
    anna.ask(ADD_CARD, input=card_of(board))
    eve, before = people(), rows(platform, board)
    assert eve.refused(BOARD, board=board) == NO_BOARD
    assert eve.refused(ADD_CARD, input=card_of(board, "card-0002")) == NO_BOARD
    assert eve.refused(CHANGE_CARD, input=card_of(board, column="DONE", version=1)) == NO_BOARD
    assert eve.refused(ADD_MEMBER, board=board, member=eve.id) == NO_BOARD
    assert eve.refused(CREATE, input={"board_id": board, "title": "Mine"}) == ("Conflict", "this id is taken; choose another")
    assert rows(platform, board) == before
    assert anna.refused(BOARD, board="board-that-is-none") == NO_BOARD, "the same answer as for a board of somebody else"


def test_a_stranger_becomes_a_member_by_the_owner_alone(people, anna, bob, board):
    eve = people()
    assert bob.refused(ADD_MEMBER, board=board, member=eve.id) == ("Unauthorized", "Unauthorized")
    assert eve.refused(BOARD, board=board) == NO_BOARD
    assert anna.ask(ADD_MEMBER, board=board, member=eve.id) == {"members": [bob.id, eve.id], "version": 3}
    assert eve.ask(BOARD, board=board)["title"] == "Plans"
    assert eve.ask(ADD_CARD, input=card_of(board))["author"] == eve.id


def test_nobody_sees_cards_of_another_board(anna, bob, board):
    """The emulator answers a query with the whole table: what comes out is what the code lets through."""
    other = f"board-{uuid.uuid4().hex[:12]}"
    bob.ask(CREATE, input={"board_id": other, "title": "Bob's own"})
    bob.ask(ADD_CARD, input=card_of(other, "card-of-bob"))
    anna.ask(ADD_CARD, input=card_of(board, "card-of-anna"))
    assert [card["card_id"] for card in anna.ask(BOARD, board=board)["cards"]["cards"]] == ["card-of-anna"]
    assert [card["card_id"] for card in bob.ask(BOARD, board=other)["cards"]["cards"]] == ["card-of-bob"]


def test_a_moderator_reads_any_board_and_archives_a_card_as_it_is(people, anna, board):
    anna.ask(ADD_CARD, input=card_of(board, text="green"))
    moderator = people("moderators")
    assert moderator.ask(BOARD, board=board)["owner"] == anna.id
    unauthorized = ("Unauthorized", "Unauthorized")
    assert moderator.refused(ADD_CARD, input=card_of(board, "card-0002")) == unauthorized
    assert moderator.refused(CHANGE_CARD, input=card_of(board, title="Censored", column="ARCHIVED", version=1)) == unauthorized
    archived = moderator.ask(CHANGE_CARD, input=card_of(board, text="green", column="ARCHIVED", version=1))
    assert (archived["column"], archived["title"]) == ("ARCHIVED", "Buy tea")


@pytest.mark.parametrize(("query", "wanted", "told"), [
    (CREATE, {"board_id": "Short", "title": "x"}, "board_id: must be 8 to 40 lower-case letters, digits or hyphens"),
    (CREATE, {"board_id": "board-0001", "title": " "}, "title: must be 1 to 100 characters"),
    (ADD_CARD, {"board_id": "any", "card_id": "c", "title": "x"}, "card_id: must be 8 to 40 lower-case letters, digits or hyphens"),
    (ADD_CARD, {"board_id": "any", "card_id": "card-0001", "title": "x" * 201}, "title: must be 1 to 200 characters"),
    (CHANGE_CARD, {"board_id": "any", "card_id": "card-0001", "title": "x", "text": "x" * 4001, "column": "TODO", "version": 1},
     "text: must be at most 4000 characters"),
])  # fmt: skip
def test_bad_input_is_told_with_its_field(anna, query, wanted, told):
    assert anna.refused(query, input=wanted) == ("BadRequest", told)


@pytest.mark.parametrize(("query", "variables"), [
    ("{ boards { title } }", {}),
    (CREATE, {"input": {"board_id": "board-0001"}}),
    (CHANGE_CARD, {"input": {"board_id": "any", "card_id": "card-0001", "title": "x", "column": "LATER", "version": 1}}),
], ids=["unknown field", "input without title", "unknown column"])  # fmt: skip
def test_what_the_schema_does_not_have_reaches_no_resolver(anna, query, variables):
    status, answer = anna.post({"query": query, "variables": variables})
    assert (status, answer.get("data")) == (200, None)
    assert answer["errors"] and all("errorType" not in error or error["errorType"] != "BadRequest" for error in answer["errors"])


def test_without_a_token_and_without_graphql_nothing_is_answered(platform, anna, board):
    nobody = Person(platform, None)
    status, answer = nobody.post({"query": BOARD, "variables": {"board": board}})
    assert (status, answer["errors"][0]["errorType"], answer.get("data")) == (401, "UnauthorizedException", None)
    assert anna.post({"query": "{ board("})[0] == 400


def test_only_who_reads_a_board_may_subscribe_to_its_cards(people, bob, board):
    """The subscription's own resolver, which AppSync runs once when a client subscribes; there is no stream of cards here."""
    assert bob.ask(SUBSCRIBE, board=board) is None
    assert people().refused(SUBSCRIBE, board=board) == NO_BOARD


def test_subscriptions_are_wired_to_the_mutations_that_were_deployed(platform):
    appsync, api = platform.cloud.client("appsync"), platform.inventory.workloads["boards"].apis["graphql"].api_id
    schema = appsync.get_introspection_schema(apiId=api, format="SDL")["schema"].read().decode()
    (told,) = re.findall(r"onCard\(board_id: ID!\): Card @aws_subscribe\(mutations: \[([^\]]*)\]\)", schema)
    for mutation in re.findall(r'"(\w+)"', told):
        assert appsync.get_resolver(apiId=api, typeName="Mutation", fieldName=mutation)["resolver"]["kind"] == "PIPELINE"
    resolver = appsync.get_resolver(apiId=api, typeName="Subscription", fieldName="onCard")["resolver"]
    (function,) = resolver["pipelineConfig"]["functions"]
    assert appsync.get_function(apiId=api, functionId=function)["functionConfiguration"]["name"] == "board"
