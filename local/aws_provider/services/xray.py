"""AWS X-Ray: the emulator has none of it."""

from ..entry import Refusal, Resource

RESOURCES = [
    Resource(
        "aws:xray/group:Group", "", id="{arn}", named="", known={}, fakes={"arn": "arn:{partition}:xray:{region}:{account}:group/{groupName}/{hex}"},
        aws_refuses=(Refusal("xray-group-name-is-unique", "Names of groups are unique in account and region, without regard to case."),),
    ),
]  # fmt: skip
