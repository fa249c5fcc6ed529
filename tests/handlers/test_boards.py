"""Boards, through the code of their resolvers: who may do what, what is written, and what two do at the same time."""

import pytest
from appsync_support import Api, GraphQLError
from handler_support import items, make_table

ANNA, BOB, EVE = ({"sub": f"sub-{name}", "username": name, "groups": None} for name in ("anna", "bob", "eve"))
MODERATOR = {"sub": "sub-mo", "username": "mo", "groups": ["moderators"]}
NOW = "2026-03-01T12:00:00.000Z"
NO_BOARD = ("NotFound", "you have no board of this id", "board_id")
UNAUTHORIZED = ("Unauthorized", "Unauthorized", None)
STALE = ("Conflict", "the card has changed since; read it again", "version")


@pytest.fixture
def api(aws) -> Api:
    table = make_table(aws, "board_id", sort_key="item_id")
    made = Api("boards", aws.client("dynamodb"), table, NOW)
    made.items = lambda: items(aws, table)  # type: ignore[attr-defined]
    return made


def create(api: Api, by: dict = ANNA, board_id: str = "board-01", title: str = "Plans", **options) -> dict:
    return api.call("Mutation.createBoard", {"input": {"board_id": board_id, "title": title}}, by, **options)


def add_card(api: Api, by: dict = ANNA, card_id: str = "card-001", title: str = "Do it", **more) -> dict:
    return api.call("Mutation.addCard", {"input": {"board_id": "board-01", "card_id": card_id, "title": title, **more}}, by)


def change(api: Api, by: dict = ANNA, version: int = 1, column: str = "DOING", title: str = "Do it", **more) -> dict:
    wanted = {"board_id": "board-01", "card_id": "card-001", "version": version, "title": title, "column": column, **more}
    return api.call("Mutation.changeCard", {"input": wanted}, by)


def member(api: Api, who: dict = BOB, by: dict = ANNA) -> dict:
    return api.call("Mutation.addMember", {"board_id": "board-01", "member": who["sub"]}, by)


def board(api: Api, by: dict | None) -> dict:
    return api.call("Query.board", {"board_id": "board-01"}, by)


def cards(api: Api, by: dict = ANNA, **args) -> dict:
    return api.call("Board.cards", args, by, source=board(api, by))


def refusal(call, *arguments, **options) -> tuple[str, str, str | None]:
    with pytest.raises(GraphQLError) as caught:
        call(*arguments, **options)
    return caught.value.told


@pytest.fixture
def shared(api):
    """Anna's board, of which Bob is a member, with one card of Bob's."""
    create(api)
    member(api)
    add_card(api, BOB)
    return api


# Boards


def test_a_board_is_its_makers(api):
    made = create(api, title="  Plans ", headers={"x-correlation-id": "from-the-client"})
    assert {name: made[name] for name in ("board_id", "title", "owner", "members", "version", "created_at")} == {
        "board_id": "board-01", "title": "Plans", "owner": "sub-anna", "members": [], "version": 1, "created_at": NOW,
    }  # fmt: skip
    assert board(api, ANNA) == made
    [kept] = api.items()
    assert (kept["item_id"], kept["correlation_id"]) == ({"S": "board"}, {"S": "from-the-client"})


def test_a_board_asked_for_twice_is_made_once(api):
    first = create(api)
    assert create(api, title="Other plans") == first
    assert len(api.items()) == 1


def test_an_id_that_another_has_is_refused(api):
    create(api)
    before = api.items()
    assert refusal(create, api, EVE) == ("Conflict", "this id is taken; choose another", "board_id")
    assert api.items() == before


def test_of_two_who_choose_an_id_at_the_same_time_one_gets_it(api):
    other = Api("boards", api._dynamodb, api._table, NOW)
    api.before_write = lambda: create(other, EVE)
    assert refusal(create, api) == ("Conflict", "this id is taken; choose another", "board_id")
    assert board(api, EVE)["owner"] == "sub-eve"


def test_an_id_that_would_forge_a_log_line_is_replaced(api):
    create(api, headers={"x-correlation-id": "bad id\n"})
    assert api.items()[0]["correlation_id"] == {"S": "drawn-1"}


@pytest.mark.parametrize(
    ("board_id", "title", "field"),
    [("short", "Plans", "board_id"), ("Board-01", "Plans", "board_id"), ("b" * 41, "Plans", "board_id"), ("board 01", "Plans", "board_id"),
     ("board-01", "   ", "title"), ("board-01", "x" * 101, "title")],
)  # fmt: skip
def test_a_bad_board_is_refused_with_its_field(api, board_id, title, field):
    kind, message, told = refusal(create, api, board_id=board_id, title=title)
    assert (kind, told) == ("BadRequest", field) and message.startswith(f"{field}: must be ")
    assert api.items() == [] and api.requests == []


# Who may


def test_strangers_are_told_that_there_is_no_board(shared):
    for call in (board, add_card, change, cards):
        assert refusal(call, shared, EVE) == NO_BOARD
    assert refusal(shared.call, "Subscription.onCard", {"board_id": "board-01"}, EVE) == NO_BOARD
    assert refusal(shared.call, "Query.board", {"board_id": "board-99"}, ANNA) == NO_BOARD


def test_members_see_the_board_and_work_on_its_cards(shared):
    assert board(shared, BOB)["members"] == ["sub-bob"]
    assert change(shared, ANNA, column="DONE")["version"] == 2
    assert change(shared, BOB, version=2, text="more")["text"] == "more"
    assert shared.call("Subscription.onCard", {"board_id": "board-01"}, BOB) is None


@pytest.mark.parametrize("field", ["Query.board", "Mutation.createBoard", "Mutation.addMember", "Mutation.addCard", "Mutation.changeCard",
                                   "Board.cards", "Subscription.onCard"])  # fmt: skip
@pytest.mark.parametrize("identity", [None, {"accountId": "000000000000"}])
def test_without_a_token_of_the_pool_nothing_is_even_read(api, field, identity):
    """Such as a request signed with IAM credentials, should somebody add that provider to the API."""
    assert field in api.pipelines
    assert refusal(api.call, field, {"input": {}}, identity) == UNAUTHORIZED
    assert api.requests == []


def test_every_field_with_a_resolver_is_in_the_test_above(api):
    [mark] = [each for each in test_without_a_token_of_the_pool_nothing_is_even_read.pytestmark if each.args[0] == "field"]
    assert sorted(mark.args[1]) == sorted(api.pipelines)


def test_only_the_owner_takes_in_members(shared):
    assert [refusal(member, shared, EVE, who) for who in (BOB, MODERATOR)] == [UNAUTHORIZED] * 2
    assert refusal(member, shared, EVE, EVE) == NO_BOARD
    assert board(shared, ANNA)["members"] == ["sub-bob"]


def test_a_member_taken_in_twice_is_there_once(shared):
    assert member(shared)["version"] == 2
    assert member(shared, ANNA)["members"] == ["sub-bob"]


def test_two_members_taken_in_at_once_are_not_lost(shared):
    other = Api("boards", shared._dynamodb, shared._table, NOW)
    shared.before_write = lambda: member(other, EVE)
    assert refusal(member, shared, MODERATOR) == ("Conflict", "the board has changed meanwhile; try again", "board_id")
    shared.before_write = lambda: None
    assert member(shared, MODERATOR)["members"] == ["sub-bob", "sub-eve", "sub-mo"]


def test_a_board_has_fifty_members_at_most(api):
    create(api)
    for number in range(50):
        member(api, {"sub": f"sub-{number}"})
    assert refusal(member, api, BOB) == ("Conflict", "a board has at most 50 members", "member")
    assert refusal(member, api, {"sub": "a b"})[2] == "member"


def test_moderators_read_every_board_and_archive_any_card_as_it_is(shared):
    assert board(shared, MODERATOR)["title"] == "Plans"
    assert refusal(add_card, shared, MODERATOR, "card-002") == UNAUTHORIZED
    assert refusal(change, shared, MODERATOR) == UNAUTHORIZED
    assert refusal(change, shared, MODERATOR, column="ARCHIVED", title="Censored") == UNAUTHORIZED
    assert change(shared, MODERATOR, column="ARCHIVED")["column"] == "ARCHIVED"


@pytest.mark.parametrize("groups", [[], ["moderators-of-tea"], ["Moderators"]])
def test_other_groups_are_no_moderators(shared, groups):
    assert refusal(board, shared, {**EVE, "groups": groups}) == NO_BOARD


def test_archiving_is_for_the_author_the_owner_and_moderators(shared):
    member(shared, EVE)
    assert refusal(change, shared, EVE, column="ARCHIVED") == UNAUTHORIZED
    assert change(shared, BOB, column="ARCHIVED")["version"] == 2
    assert refusal(change, shared, EVE, version=2, column="TODO") == UNAUTHORIZED  # nor is it undone by anybody
    assert change(shared, ANNA, version=2, column="TODO")["column"] == "TODO"


# Cards


def test_a_card_is_made_once_and_tells_who_made_it(shared):
    first = add_card(shared, BOB, "card-002", " Buy tea ", text="green")
    assert {name: first[name] for name in first if name not in ("item_id", "correlation_id")} == {
        "board_id": "board-01", "card_id": "card-002", "title": "Buy tea", "text": "green", "column": "TODO", "author": "sub-bob",
        "author_name": "bob", "version": 1, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    assert add_card(shared, BOB, "card-002", "Something else") == first
    assert refusal(add_card, shared, ANNA, "card-002") == ("Conflict", "this id is taken; choose another", "card_id")


def test_of_two_who_make_a_card_at_the_same_time_one_does(shared):
    other = Api("boards", shared._dynamodb, shared._table, NOW)
    shared.before_write = lambda: add_card(other, ANNA, "card-002", "First")
    assert refusal(add_card, shared, BOB, "card-002") == ("Conflict", "this id is taken; choose another", "card_id")
    assert cards(shared)["cards"][1]["title"] == "First"


def test_a_change_of_what_the_caller_has_not_seen_is_refused(shared):
    assert change(shared)["version"] == 2
    assert refusal(change, shared, BOB, column="DONE") == STALE
    assert cards(shared)["cards"][0]["column"] == "DOING"


def test_of_two_changes_at_the_same_time_one_is_refused(shared):
    other = Api("boards", shared._dynamodb, shared._table, NOW)
    shared.before_write = lambda: change(other, ANNA, column="DONE")
    assert refusal(change, shared, BOB, title="Mine") == STALE
    [card] = cards(shared)["cards"]
    assert (card["title"], card["column"], card["version"]) == ("Do it", "DONE", 2)


def test_a_change_sent_twice_is_made_once(shared):
    first = change(shared, title="Done soon", text="x")
    assert change(shared, title="Done soon", text="x") == first
    assert refusal(change, shared, version=3) == STALE


def test_who_made_a_card_and_when_stays(shared):
    changed = Api("boards", shared._dynamodb, shared._table, "2026-03-02T00:00:00.000Z")
    card = change(changed, ANNA)
    assert (card["author"], card["author_name"], card["created_at"]) == ("sub-bob", "bob", NOW)
    assert card["updated_at"] == "2026-03-02T00:00:00.000Z"


def test_a_card_that_is_not_there_cannot_be_changed(shared):
    wanted = {"board_id": "board-01", "card_id": "card-999", "version": 1, "title": "x", "column": "TODO"}
    assert refusal(shared.call, "Mutation.changeCard", {"input": wanted}, ANNA) == (
        "NotFound", "the board has no card of this id", "card_id",
    )  # fmt: skip


@pytest.mark.parametrize(("more", "field"), [({"title": " "}, "title"), ({"title": "x" * 201}, "title"), ({"text": "x" * 4001}, "text")])
def test_a_bad_card_is_refused_with_its_field(shared, more, field):
    shared.requests.clear()
    assert refusal(add_card, shared, **{"card_id": "card-002", **more})[::2] == ("BadRequest", field)
    assert refusal(change, shared, **more)[::2] == ("BadRequest", field)
    assert refusal(add_card, shared, card_id="Card#2#x")[::2] == ("BadRequest", "card_id")
    assert shared.requests == []


# Pages


def test_cards_come_in_pages_and_none_of_another_board(shared):
    create(shared, BOB, "board-02")
    for number in range(5):
        add_card(shared, ANNA, f"card-10{number}")
    seen, token = [], None
    while True:
        page = cards(shared, limit=2, next_token=token)
        seen.append([card["card_id"] for card in page["cards"]])
        token = page["next_token"]
        if token is None:
            break
    assert [card for page in seen for card in page] == ["card-001", *(f"card-10{number}" for number in range(5))]
    assert all(len(page) <= 2 for page in seen)


def test_cards_of_another_board_are_left_out_whatever_the_data_source_answers(shared, monkeypatch):
    everything = {"result": {"items": [
        {"board_id": "board-01", "item_id": "board"}, {"board_id": "board-01", "item_id": "card#1", "card_id": "1"},
        {"board_id": "board-02", "item_id": "card#2", "card_id": "2"},
    ], "nextToken": None}}  # fmt: skip
    monkeypatch.setattr(shared, "_on_table", lambda asked: everything)
    page = shared.call("Board.cards", {}, ANNA, source={"board_id": "board-01"})
    assert [card["card_id"] for card in page["cards"]] == ["1"]


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_a_hundred_cards_at_most(shared, limit):
    assert refusal(cards, shared, limit=limit) == ("BadRequest", "limit: must be from 1 to 100", "limit")


def test_an_error_of_the_table_is_told_and_not_taken_for_nothing(shared):
    broken = Api("boards", shared._dynamodb, "gone-table", NOW)
    for call in (board, create, add_card):
        assert refusal(call, broken, ANNA)[0] == "DynamoDB:ResourceNotFoundException"


def test_what_is_written_is_conditional_and_what_decides_is_read_consistently(shared):
    change(shared)
    for asked in shared.requests:
        assert ("condition" in asked) == (asked["operation"] == "PutItem")
        assert asked.get("consistentRead", False) == (asked["operation"] != "PutItem")
    assert {asked["operation"] for asked in shared.requests} == {"GetItem", "PutItem"}
