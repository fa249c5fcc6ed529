"""AWS Systems Manager: parameters."""

from typing import Any

from ..calls import Work
from ..entry import Call, Const, Refusal, Resource, State, Tagging
from .common import refused

TAGS = Tagging("Tags", "add_tags_to_resource", "remove_tags_from_resource", "list_tags_for_resource",
               {"ResourceType": Const("Parameter"), "ResourceId": "name"}, answer="TagList", shape="list")  # fmt: skip
SIZES = {"Standard": 4096, "Advanced": 8192}
"""Bytes of a value (Systems Manager user guide, "Managing parameter tiers")."""

NAME = r"(?!(?i:/?(aws|ssm)))(/[a-zA-Z0-9_.-]+){1,15}|(?!(?i:aws|ssm))[a-zA-Z0-9_.-]+"
"""API reference, PutParameter: parts of letters, digits and _.-; a name of several parts begins with a slash, has at most 15."""


def _value(work: Work) -> Any:
    return work.state.get("value", work.state.get("insecureValue"))


def _read(work: Work) -> State | None:
    name = work.state["id"]
    answer = work.call("get_parameter", Name=name, WithDecryption=True)["Parameter"]
    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    described = work.call("describe_parameters", ParameterFilters=filters)["Parameters"]
    found = work.properties(Call("", take=""), {**(described[0] if described else {}), **answer}) or {}
    if work.state.get("insecureValue") is not None:
        found["insecureValue"] = found.pop("value", None)
    return found


def _size(inputs: State) -> list[tuple[str, str]]:
    value = inputs.get("value", inputs.get("insecureValue"))
    limit = SIZES.get(inputs.get("tier") or "Standard", SIZES["Advanced"])
    if isinstance(value, str) and len(value.encode()) > limit:
        return [("value", f"value: has {len(value.encode())} bytes, must have at most {limit} (8192 with tier Advanced)")]
    return []


def _one_value(inputs: State) -> list[tuple[str, str]]:
    given = [name for name in ("value", "insecureValue") if inputs.get(name) is not None]
    found = []
    if len(given) != 1:
        found.append(("value", f"exactly one of value, insecureValue has to be given; here: {', '.join(given) or 'none'}"))
    if inputs.get("keyId") is not None and inputs.get("type") in ("String", "StringList"):
        found.append(("keyId", f"keyId: is for type SecureString, not {inputs['type']}"))
    return found


RESOURCES = [
    Resource(
        "aws:ssm/parameter:Parameter", "ssm", id="{name}", named="name", name_limit=1011, tags=TAGS,
        words=lambda state: {"path": str(state.get("name", "")).lstrip("/")}, api={"ARN": "arn"},
        known={"arn": "arn:{partition}:ssm:{region}:{account}:parameter/{path}"}, fakes={"version": "1"},
        recomputed={"version": ("value", "insecureValue", "description", "type", "keyId", "allowedPattern", "tier", "dataType")},
        create=Call("put_parameter", {"Value": _value}),
        update=(Call("put_parameter", {"Value": _value, "Overwrite": Const(True), "Tags": Const(None)}),),
        read=_read, delete=(Call("delete_parameter", {"Name": "id"}),),
        unread=frozenset({"overwrite"}), assigned=frozenset({"arn", "dataType", "keyId", "tier"}),
        limits={"name": {"pattern": NAME, "maxLength": 1011}},
        checks=(_one_value, _size, refused({"valueWo": "use value with a Pulumi secret"})),
        aws_refuses=(
            Refusal("ssm-tier-does-not-go-back", "An advanced parameter does not become a standard one: the official provider replaces it, this one changes it in place."),
            Refusal("ssm-not-before-its-pattern", "PutParameter refuses a value that does not match allowedPattern; the emulator stores both."),
            Refusal("ssm-advanced-costs", "An advanced parameter and higher throughput are charged for; standard parameters are read 40 times a second in all."),
        ),
    ),
]  # fmt: skip
