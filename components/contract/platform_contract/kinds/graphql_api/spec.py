"""A GraphQL API on a table: schema and resolvers are files beside the workload's other code."""

from typing import Annotated

from pydantic import AfterValidator, Field

from platform_contract.kinds.graphql_api import limits
from platform_contract.platform.text_types import Name, Strict, once


class GraphqlSpec(Strict):
    """An AppSync API whose callers have a token of the managed user pool. Its schema is handlers/WORKLOAD/schema.graphql, its resolvers
    are resolvers/TYPE.FIELD.js with functions/NAME.js there, and pipelines.yaml says which functions a resolver runs, in order."""

    table: Name = Field(description="Table of the workload that resolvers work on.")
    verbs: Annotated[list[str], AfterValidator(once)] = Field(min_length=1, description="What they do with it, as in `uses` of a function.")
    query_depth: int = Field(
        default=limits.QUERY_DEPTH, ge=1, le=limits.MAXIMUM_QUERY_DEPTH, description="How deep a query may be nested."
    )
    introspection: bool = Field(default=False, description="Whether callers may ask for the schema.")
