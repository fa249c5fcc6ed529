"""AWS IAM."""

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import refused, text

ROLE_TAGS = Tagging("Tags", "tag_role", "untag_role", "list_role_tags", {"RoleName": "name"}, shape="list")
POLICY_TAGS = Tagging("Tags", "tag_policy", "untag_policy", "list_policy_tags", {"PolicyArn": "arn"}, shape="list")
MAXIMUM_VERSIONS = 5  # IAM quota: versions of a managed policy


def _read_role(work: Work) -> State | None:
    role = work.call("get_role", RoleName=work.state["id"])["Role"]
    found = (
        work.properties(
            Call("get_role"), {key: value for key, value in role.items() if key not in ("PermissionsBoundary", "Tags")}
        )
        or {}
    )
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return {**found, "assumeRolePolicy": text(role["AssumeRolePolicyDocument"]), "permissionsBoundary": boundary or ""}


def _boundary(work: Work) -> None:
    if work.old is None or "permissionsBoundary" not in work.changed:
        return
    if boundary := work.state.get("permissionsBoundary"):
        work.call("put_role_permissions_boundary", RoleName=work.state["name"], PermissionsBoundary=boundary)
    elif work.old.get("permissionsBoundary"):
        work.call("delete_role_permissions_boundary", RoleName=work.state["name"])


def _detach(work: Work) -> None:
    """With forceDetachPolicies, policies that others put on the role do not keep it alive."""
    if not work.state.get("forceDetachPolicies"):
        return
    name = work.state["id"]
    for each in work.call("list_attached_role_policies", RoleName=name)["AttachedPolicies"]:
        work.call("detach_role_policy", RoleName=name, PolicyArn=each["PolicyArn"])
    for policy in work.call("list_role_policies", RoleName=name)["PolicyNames"]:
        work.call("delete_role_policy", RoleName=name, PolicyName=policy)


def _read_inline(work: Work) -> State | None:
    answer = work.call("get_role_policy", RoleName=work.state["role"], PolicyName=work.state["name"])
    return {"role": answer["RoleName"], "name": answer["PolicyName"], "policy": text(answer["PolicyDocument"])}


def _read_managed(work: Work) -> State | None:
    found = work.do(Call("get_policy", {"PolicyArn": "id"}, only=(), take="Policy"))
    if found is None:
        return None
    policy = work.call("get_policy", PolicyArn=work.state["id"])["Policy"]
    version = work.call("get_policy_version", PolicyArn=work.state["id"], VersionId=policy["DefaultVersionId"])
    return {**found, "policy": text(version["PolicyVersion"]["Document"])}


def _versions(work: Work) -> list[dict]:
    return work.call("list_policy_versions", PolicyArn=work.state["id"]).get("Versions", [])


def _new_version(work: Work) -> None:
    if "policy" not in work.changed:
        return
    versions = [each for each in _versions(work) if not each["IsDefaultVersion"]]
    if len(versions) + 1 >= MAXIMUM_VERSIONS:
        oldest = min(versions, key=lambda each: int(each["VersionId"].removeprefix("v")))
        work.call("delete_policy_version", PolicyArn=work.state["id"], VersionId=oldest["VersionId"])
    work.call("create_policy_version", PolicyArn=work.state["id"], PolicyDocument=work.state["policy"], SetAsDefault=True)


def _delete_versions(work: Work) -> None:
    for each in _versions(work):
        if not each["IsDefaultVersion"]:
            work.call("delete_policy_version", PolicyArn=work.state["id"], VersionId=each["VersionId"])


RESOURCES = [
    Resource(
        "aws:iam/role:Role", "iam", id="{name}", named="name", tags=ROLE_TAGS,
        api={"RoleName": "name", "AssumeRolePolicyDocument": "assumeRolePolicy", "RoleId": "uniqueId"},
        known={"arn": "arn:{partition}:iam::{account}:role{path}{name}"}, words=lambda state: {"path": state.get("path", "/")},
        fakes={"uniqueId": "AROA{hex}"},
        create=Call("create_role"),
        update=(
            Call("update_assume_role_policy", {"PolicyDocument": "assumeRolePolicy"}, when=("assumeRolePolicy",)),
            Call("update_role", when=("description", "maxSessionDuration")),
        ),
        steps=(_boundary,), read=_read_role, delete=(_detach, Call("delete_role", {"RoleName": "id"})),
        json=frozenset({"assumeRolePolicy"}), unread=frozenset({"forceDetachPolicies"}),
        checks=(refused({"inlinePolicies": "use iam.RolePolicy", "managedPolicyArns": "use iam.RolePolicyAttachment"}),),
        aws_refuses=(
            Refusal("iam-boundary-exists", "The permissions boundary has to exist before the role; it comes from bootstrap/."),
            Refusal("iam-role-takes-seconds", "A new role can be taken only some seconds after its creation: CreateFunction answers 'cannot be assumed by Lambda', and the official provider tries again."),
            Refusal("iam-role-has-no-policies-left", "DeleteRole is refused while the role has policies: they depend on the role and go first."),
        ),
    ),
    Resource(
        "aws:iam/rolePolicy:RolePolicy", "iam", id="{role}:{name}", named="name", name_limit=128,
        api={"RoleName": "role", "PolicyName": "name", "PolicyDocument": "policy"},
        create=Call("put_role_policy"), update=(Call("put_role_policy"),), read=_read_inline, delete=(Call("delete_role_policy"),),
        json=frozenset({"policy"}),
        aws_refuses=(
            Refusal("iam-inline-policies-10240", "All inline policies of a role together have at most 10,240 characters without white space."),
            Refusal("iam-policy-after-its-role", "The role has to exist.", needs="iam/role of role"),
        ),
    ),
    Resource(
        "aws:iam/policy:Policy", "iam", id="{arn}", named="name", name_limit=128, tags=POLICY_TAGS,
        api={"PolicyName": "name", "PolicyDocument": "policy", "PolicyArn": "arn"}, identify=lambda id: {"id": id, "arn": id},
        known={"arn": "arn:{partition}:iam::{account}:policy{path}{name}"}, words=lambda state: {"path": state.get("path", "/")},
        fakes={"policyId": "ANPA{hex}"},
        create=Call("create_policy", take="Policy"), update=(_new_version,), read=_read_managed,
        delete=(_delete_versions, Call("delete_policy", {"PolicyArn": "id"})), json=frozenset({"policy"}),
        unread=frozenset({"delayAfterPolicyCreationInMs"}),
        aws_refuses=(
            Refusal("iam-managed-policy-6144", "A managed policy has at most 6,144 characters without white space."),
            Refusal("iam-managed-policy-is-attached-nowhere", "DeletePolicy is refused while the policy is attached or a boundary."),
        ),
    ),
]  # fmt: skip
