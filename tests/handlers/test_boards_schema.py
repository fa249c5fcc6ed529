"""The schema of boards, and that it, the pipelines and the code name the same things."""

import pytest
import yaml
from appsync_support import HANDLERS
from graphql import GraphQLObjectType, build_schema, get_named_type, validate_schema

from platform_contract.kinds.graphql_api.javascript import problems

BOARDS = HANDLERS / "boards"
BUILT_IN = """
scalar AWSDateTime
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
"""
"""What AppSync adds to a schema."""
SCHEMA = build_schema(BUILT_IN + (BOARDS / "schema.graphql").read_text())
PIPELINES: dict[str, list[str]] = yaml.safe_load((BOARDS / "pipelines.yaml").read_text())
CODE = sorted(path.relative_to(BOARDS).as_posix() for path in BOARDS.rglob("*.js"))


def fields(type_name: str) -> dict:
    found = SCHEMA.get_type(type_name)
    assert isinstance(found, GraphQLObjectType), type_name
    return found.fields


def test_the_schema_is_valid():
    assert validate_schema(SCHEMA) == []


def test_every_root_field_has_a_resolver_and_every_resolver_a_field():
    roots = {f"{root}.{name}" for root in ("Query", "Mutation", "Subscription") for name in fields(root)}
    assert roots <= set(PIPELINES)
    for wired in PIPELINES:
        type_name, _, name = wired.partition(".")
        assert name in fields(type_name)


def test_files_and_pipelines_name_the_same():
    named = {f"resolvers/{field}.js" for field in PIPELINES}
    named |= {f"functions/{function}.js" for functions in PIPELINES.values() for function in functions}
    assert set(CODE) == named


@pytest.mark.parametrize("file", CODE)
def test_the_code_is_what_appsync_takes(file):
    assert problems((BOARDS / file).read_text()) == []


def test_a_subscription_names_mutations_of_its_own_type():
    """Otherwise AppSync takes the schema and never sends anything."""
    for name, field in fields("Subscription").items():
        [directive] = [each for each in field.ast_node.directives if each.name.value == "aws_subscribe"]
        [argument] = directive.arguments
        mutations = [value.value for value in argument.value.values]
        assert mutations, name
        for mutation in mutations:
            assert get_named_type(fields("Mutation")[mutation].type) is get_named_type(field.type)
        for asked in field.args:  # subscriptions are filtered by fields of what the mutation answers
            assert asked in fields(get_named_type(field.type).name)


def test_what_decides_on_a_board_comes_before_everything_else():
    for field, functions in PIPELINES.items():
        if field not in ("Mutation.createBoard", "Board.cards"):  # its own new board; a board that was already decided on
            assert functions[0] == "board", field
