"""The schema of a GraphQL API, read before AppSync reads it: a wrong one is told with its line, and nothing is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from platform_contract.platform.diagnostics import choices, did_you_mean

if TYPE_CHECKING:
    from graphql import GraphQLField, GraphQLSchema

QUERY, MUTATION, SUBSCRIPTION = "Query", "Mutation", "Subscription"
ROOTS = (QUERY, MUTATION, SUBSCRIPTION)
SCALARS = (
    "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp", "AWSEmail", "AWSJSON", "AWSPhone", "AWSURL", "AWSIPAddress",
)  # fmt: skip
"""Types that AppSync adds; there are no others of one's own. Source: AppSync guide, "Scalar types in GraphQL"."""
OTHER_CALLERS = ("aws_api_key", "aws_iam", "aws_oidc", "aws_lambda", "aws_auth", "aws_cognito_user_pools")
"""Directives that say who may. Source: AppSync guide, "Configuring authorization"."""
BUILT_IN = "".join(f"scalar {name}\n" for name in SCALARS) + "directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION\n" + "".join(
    f"directive @{name}{'(cognito_groups: [String!])' if name in OTHER_CALLERS[4:] else ''} on OBJECT | FIELD_DEFINITION\n"
    for name in OTHER_CALLERS
)  # fmt: skip
MAXIMUM_FILTERS = 5
"""Arguments of a subscription. Source: AppSync guide, "Quotas"."""

Told = tuple[str, str, str, str]
"""field, value, rule, fix of a problem."""


class SchemaError(Exception):
    """It cannot be read, or does not hold together."""

    def __init__(self, told: list[Told]) -> None:
        super().__init__("; ".join(rule for _, _, rule, _ in told))
        self.told = told


@dataclass(frozen=True)
class Schema:
    """A schema that AppSync would compile. Raises SchemaError if it would not."""

    text: str

    @cached_property
    def compiled(self) -> "GraphQLSchema":
        # Only workloads with a GraphQL API pay for the library.
        from graphql import GraphQLSyntaxError, build_ast_schema, concat_ast, parse, validate_schema
        from graphql.validation.validate import validate_sdl

        try:
            own = parse(self.text)
        except GraphQLSyntaxError as wrong:
            line = wrong.locations[0].line if wrong.locations else 1
            rule = f"line {line}: {wrong.message.removeprefix('Syntax Error: ').rstrip('.')}"
            raise SchemaError([("", "", rule, "write it in GraphQL's schema language")]) from None
        made = concat_ast([parse(BUILT_IN), own])
        if wrong_ones := validate_sdl(made):
            raise SchemaError([_told(each) for each in wrong_ones])
        schema = build_ast_schema(made, assume_valid_sdl=True)
        if wrong_ones := validate_schema(schema):
            raise SchemaError([_told(each) for each in wrong_ones])
        return schema

    @property
    def fields(self) -> dict[str, "GraphQLField"]:
        """TYPE.FIELD -> the field, of all object types, in the order of the schema."""
        from graphql import GraphQLObjectType

        kinds = [kind for kind in self.compiled.type_map.values() if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")]
        return {f"{kind.name}.{name}": field for kind in kinds for name, field in kind.fields.items()}

    @property
    def answered(self) -> list[str]:
        """TYPE.FIELD of what a resolver has to answer: no data source gives it by itself."""
        return [name for name, field in self.fields.items() if name.partition(".")[0] in ROOTS or field.args]

    def problems(self) -> Iterator[Told]:
        """What AppSync takes and then never does, or refuses for reasons of its own."""
        from graphql import GraphQLScalarType, is_specified_scalar_type

        for name, kind in self.compiled.type_map.items():
            if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind) and name not in SCALARS:
                yield name, "", "is a scalar of your own, and AppSync knows its own only", f"use String, or one of {', '.join(SCALARS)}"
        for name, field in self.fields.items():
            directives = _directives(field)
            for directive in OTHER_CALLERS:
                if directive in directives:
                    yield name, f"@{directive}", "decides who may beside the resolvers, and callers have tokens of the user pool only", "decide it in the resolver"
            if name.startswith(f"{SUBSCRIPTION}."):
                yield from self._subscription(name, field, directives.get("aws_subscribe"))
            elif "aws_subscribe" in directives:
                yield name, "@aws_subscribe", "is on no subscription, so nobody would be told", "move it to a field of Subscription"

    def _subscription(self, name: str, field: "GraphQLField", mutations: list[str] | None) -> Iterator[Told]:
        from graphql import get_named_type, is_non_null_type

        known = [each.partition(".")[2] for each in self.fields if each.startswith(f"{MUTATION}.")]
        if not mutations:
            yield name, "", "says by no @aws_subscribe which mutations it tells of, so it never would", '@aws_subscribe(mutations: ["NAME"])'
        if is_non_null_type(field.type):
            yield name, str(field.type), "must be nullable: AppSync answers a subscription with null when it begins", "leave the ! away"
        if len(field.args) > MAXIMUM_FILTERS:
            yield name, "", f"is filtered by {len(field.args)} arguments, and AppSync takes {MAXIMUM_FILTERS}", "leave some away"
        own = get_named_type(field.type)
        for mutation in mutations or []:
            if mutation not in known:
                yield name, mutation, f"is no mutation; there is {choices(known) or 'none'}", did_you_mean(mutation, known) or "correct it"
            elif (other := get_named_type(self.fields[f"{MUTATION}.{mutation}"].type)) is not own:
                yield name, mutation, f"answers with {other}, and the subscription with {own}: it would never be told", "give both the same type"
        for argument in field.args:
            if argument not in (members := getattr(own, "fields", {})):
                rule = f"filters by {argument}, which is no field of {own}: nothing would ever pass"
                yield name, argument, rule, did_you_mean(argument, members) or "correct it"


def _directives(field: "GraphQLField") -> dict[str, list[str]]:
    """Directive -> texts in its first argument."""
    nodes = field.ast_node.directives if field.ast_node else ()
    return {node.name.value: [value.value for each in node.arguments or () for value in getattr(each.value, "values", ())] for node in nodes or ()}


def _told(wrong: Any) -> Told:
    """A mistake as the library words it, with its line in the schema; what AppSync adds comes before it and is right."""
    line = f"line {wrong.locations[-1].line}: " if wrong.locations else ""
    return "", "", line + wrong.message.rstrip("."), "correct it there"
