"""AWS X-Ray: the emulator has none of it."""

from ..entry import Refusal, Resource

RESOURCES = [
    Resource(
        "aws:xray/group:Group", "", id="{arn}", named="", known={}, fakes={"arn": "arn:{partition}:xray:{region}:{account}:group/{groupName}/{hex}"},
        aws_refuses=(Refusal("xray-group-name-is-unique", "Names of groups are unique in account and region, without regard to case."),),
    ),
    Resource(
        "aws:xray/resourcePolicy:ResourcePolicy", "", id="{policyName}", named="policyName", known={},
        aws_refuses=(
            Refusal("xray-five-policies", "A region of an account takes five resource policies, of 5 KB each."),
            Refusal("xray-topics-are-admitted", "SNS takes `tracingConfig: Active` of a topic that no policy of X-Ray admits, and sends nothing."),
        ),
    ),
]  # fmt: skip
