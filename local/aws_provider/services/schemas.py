"""Amazon EventBridge schema registry: the emulator has none of it."""

import json

from ..entry import Refusal, Resource, State

ARN = "arn:{partition}:schemas:{region}:{account}"


def _document(inputs: State) -> list[tuple[str, str]]:
    content = inputs.get("content")
    if not isinstance(content, str):
        return []
    try:
        document = json.loads(content)
    except ValueError as error:
        return [("content", f"content: is no JSON document: {error}")]
    if inputs.get("type") == "OpenApi3" and not str(document.get("openapi", "")).startswith("3."):
        return [("content", "content: a schema of type OpenApi3 says openapi: 3.x")]
    return []


RESOURCES = [
    Resource(
        "aws:schemas/registry:Registry", "", id="{name}", known={"arn": f"{ARN}:registry/{{name}}"},
        limits={"name": {"pattern": r"[0-9A-Za-z_.@-]+", "maxLength": 64}, "description": {"maxLength": 256}},  # Schemas API reference
        aws_refuses=(Refusal("schemas-registry-is-not-awss", "Names that begin with aws. are AWS's; aws.events and discovered-schemas are there already."),),
    ),
    Resource(
        "aws:schemas/schema:Schema", "", id="{name}/{registryName}", known={"arn": f"{ARN}:schema/{{registryName}}/{{name}}"},
        fakes={"version": "1"}, json=frozenset({"content"}), recomputed={"version": ("content",)},
        limits={"type": {"enum": ["JSONSchemaDraft4", "OpenApi3"]}, "content": {"minLength": 1, "maxLength": 100_000},
                "name": {"pattern": r"[0-9A-Za-z_.@-]+", "maxLength": 385}, "description": {"maxLength": 256}},  # Schemas API reference, CreateSchema
        checks=(_document,),
        aws_refuses=(
            Refusal("schemas-schema-after-its-registry", "The registry has to exist.", needs="schemas/registry of registryName"),
            Refusal("schemas-draft-4", "CreateSchema refuses what is no JSON Schema of draft 4 (or OpenAPI 3.0): the keywords of later drafts, such as $defs, const and prefixItems, are not in it."),
        ),
    ),
]  # fmt: skip
