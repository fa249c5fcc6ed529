"""Amazon Cognito user pools."""

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import refused

TAGS = Tagging("UserPoolTags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceArn": "arn"})
UPDATE = Call("update_user_pool", {"UserPoolTags": lambda _: None})


def _mfa(work: Work) -> None:
    """What a second factor may be is set by a call of its own."""
    token = work.state.get("softwareTokenMfaConfiguration")
    if token:
        work.call(
            "set_user_pool_mfa_config", UserPoolId=work.state["id"], MfaConfiguration=work.state.get("mfaConfiguration", "OFF"),
            SoftwareTokenMfaConfiguration={"Enabled": bool(token.get("enabled"))},
        )  # fmt: skip


def _read_mfa(work: Work) -> State:
    seen = work.call("get_user_pool_mfa_config", UserPoolId=work.state["id"])
    token = seen.get("SoftwareTokenMfaConfiguration")
    found: State = {"mfaConfiguration": seen["MfaConfiguration"]} if seen.get("MfaConfiguration") else {}
    return {**found, "softwareTokenMfaConfiguration": {"enabled": bool(token.get("Enabled"))}} if token else found


def _client_id(id: str) -> State:
    pool, _, own = id.partition("/")
    return {"id": own, "userPoolId": pool} if own else {"id": id}


RESOURCES = [
    Resource(
        "aws:cognito/userPool:UserPool", "cognito-idp", named="name", name_limit=128, tags=TAGS,
        api={"PoolName": "name", "Id": "id", "UserPoolId": "id", "Schema": "schemas", "SchemaAttributes": "schemas", "Arn": "arn"},
        known={"arn": "arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}", "endpoint": "cognito-idp.{region}.amazonaws.com/{id}"},
        fakes={"id": "{region}_{hex}"},
        create=Call("create_user_pool", take="UserPool"), update=(UPDATE,), steps=(_mfa,),
        read=Call("describe_user_pool", take="UserPool"), more=(_read_mfa,), delete=(Call("delete_user_pool"),),
        unread=frozenset({"schemas"}),
        assigned=frozenset(("schemas", "adminCreateUserConfig", "emailConfiguration", "passwordPolicy", "accountRecoverySetting",
                                         "verificationMessageTemplate", "userPoolTier", "usernameConfiguration", "lambdaConfig", "signInPolicy")),
        checks=(refused({"webAuthnConfiguration": "passkeys are not emulated"}),),
        aws_refuses=(
            Refusal("cognito-schema-is-for-ever", "Attributes of the schema can be added, never changed or removed."),
            Refusal("cognito-deletion-protection", "A pool with deletionProtection ACTIVE is not deleted: it is switched off in an update first."),
        ),
    ),
    Resource(
        "aws:cognito/userPoolClient:UserPoolClient", "cognito-idp", named="name", name_limit=128, identify=_client_id,
        api={"ClientName": "name", "ClientId": "id", "UserPoolId": "userPoolId", "AllowedOAuthFlowsUserPoolClient": "allowedOauthFlowsUserPoolClient"},
        fakes={"id": "hex:26", "clientSecret": ""},
        create=Call("create_user_pool_client", take="UserPoolClient"), update=(Call("update_user_pool_client"),),
        read=Call("describe_user_pool_client", take="UserPoolClient"), delete=(Call("delete_user_pool_client"),),
        unread=frozenset({"generateSecret"}),
        assigned=frozenset(("accessTokenValidity", "idTokenValidity", "refreshTokenValidity", "authSessionValidity",
                                         "enableTokenRevocation", "explicitAuthFlows", "tokenValidityUnits", "preventUserExistenceErrors")),
        aws_refuses=(
            Refusal("cognito-client-is-updated-whole", "UpdateUserPoolClient sets everything that it is not given to its default."),
            Refusal("cognito-client-after-its-pool", "The pool has to exist.", needs="cognito/userPool of userPoolId"),
        ),
    ),
]  # fmt: skip
