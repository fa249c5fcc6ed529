"""Schemas of models as API Gateway and the schema registry read them."""

import json

import jsonschema
import pytest
from pydantic import BaseModel, Field

from platform_contract.platform.json_schemas import SchemaError, draft4


class Line(BaseModel):
    sku: str
    pieces: int = Field(gt=0, lt=100)


class Order(BaseModel):
    lines: list[Line] = Field(min_length=1)
    first: Line
    version: int = Field(json_schema_extra={"const": 1})


def text(model: type[BaseModel]) -> str:
    return json.dumps(model.model_json_schema())


def test_it_is_draft_4_without_references_and_means_the_same():
    schema = json.loads(draft4(text(Order)))
    jsonschema.Draft4Validator.check_schema(schema)
    assert "$ref" not in json.dumps(schema) and "$defs" not in schema
    assert schema["properties"]["first"]["properties"]["pieces"] == {
        "title": "Pieces", "type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 100, "exclusiveMaximum": True,
    }  # fmt: skip
    assert schema["properties"]["version"]["enum"] == [1]
    line = {"sku": "A", "pieces": 1}
    judge = jsonschema.Draft4Validator(schema)
    assert judge.is_valid({"lines": [line], "first": line, "version": 1})
    for wrong in ({"pieces": 0}, {"pieces": 100}, {"sku": 7}):
        assert not judge.is_valid({"lines": [{**line, **wrong}], "first": line, "version": 1}), wrong
    assert not judge.is_valid({"lines": [line], "first": line, "version": 2})


def test_a_property_may_be_called_like_a_keyword():
    schema = json.dumps({"type": "object", "properties": {"const": {"type": "string"}, "if": {"type": "string"}}})
    assert sorted(json.loads(draft4(schema))["properties"]) == ["const", "if"]


def test_what_draft_4_cannot_say_is_refused_with_its_place():
    class Tree(BaseModel):
        children: list["Tree"]

    with pytest.raises(SchemaError, match="holds Tree within itself"):
        draft4(text(Tree))
    with pytest.raises(SchemaError, match="pair uses prefixItems"):
        draft4(json.dumps({"properties": {"pair": {"prefixItems": [{"type": "string"}]}}}))
