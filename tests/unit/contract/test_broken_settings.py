"""Every way to get a stack's settings wrong, word by word; and how the engine's text becomes values."""

import pytest

from platform_contract.platform.diagnostics import ProblemsError
from platform_contract.platform.settings import load_settings

from .samples import SETTINGS, settings

BROKEN = [
    ("short account", {"account_id": "12345"}, 'account_id=12345: must be the 12 digits of an AWS account; write them in quotes: "123456789012"'),
    ("account as a number", {"account_id": 123456789012},
     "account_id=123456789012: must be text: AWS account of the stack; the provider refuses every other one. 000000000000 is the embedded "
     "cloud; write it in quotes"),
    ("region", {"region": "Ireland"}, "region=Ireland: must be the name of an AWS region; write it like eu-west-1"),
    ("environment", {"environment": "production-europe"},
     "environment=production-europe: must be 2 to 12 lower-case letters and digits, beginning with a letter; write it like dev or prod"),
    ("misspelt", {"log_retention_day": 30}, "log_retention_day: is not known here; did you mean 'log_retention_days'?"),
    ("retention that CloudWatch does not know", {"log_retention_days": 31},
     "log_retention_days=31: must be a number of days that CloudWatch Logs knows; the next longer one is 60"),
    ("endpoint elsewhere", {"endpoint_url": "http://example.com:4566", "account_id": "000000000000"},
     "endpoint_url=http://example.com:4566: must be on this machine: it stands for AWS and is given no real credentials; "
     "write http://127.0.0.1:4566, or null for AWS"),
    ("endpoint with a real account", {"endpoint_url": "http://127.0.0.1:4566"},
     "endpoint_url=http://127.0.0.1:4566: an endpoint_url and the account 000000000000 belong together: both mean the embedded cloud; "
     "set both, or neither"),
    ("embedded account on AWS", {"account_id": "000000000000"},
     "endpoint_url: an endpoint_url and the account 000000000000 belong together: both mean the embedded cloud; set both, or neither"),
    ("some workloads on AWS", {"workloads": ["orders"]},
     "workloads=orders: must be empty on AWS: workloads that it does not name would be deleted; remove it"),
    ("nobody learns of alarms", {"alarm_receivers": []}, "alarm_receivers=[]: must not be empty: addresses that every alarm is sent to; fill it in"),
    ("one receiver twice", {"alarm_receivers": ["on.call@example.com", "On-Call@example.com"]},
     "alarm_receivers=on.call@example.com, On-Call@example.com: 'On-Call@example.com' and 'on.call@example.com' differ in punctuation only, or not at all; name each receiver once"),
    ("no address", {"alarm_receivers": ["on-call"]}, "alarm_receivers[0]=on-call: must be an e-mail address; write it like name@example.com"),
    ("team without cost centre", {"teams": {"commerce": {"contact": "#commerce", "on_call_email": "a@example.com"}}},
     "teams.commerce.cost_centre: is required: cost centre that its workloads are charged to; add `cost_centre`"),
    ("two issuers", {"identity": {"managed": True, "issuer": "https://login.example.com", "audiences": ["web"]}},
     "identity: must say who issues tokens, and only one; write {managed: true}, or {issuer: https://..., audiences: [...]}"),
    ("address of a configuration", {"identity": {"issuer": "https://login.example.com/.well-known/openid-configuration", "audiences": ["web"]}},
     "identity.issuer=https://login.example.com/.well-known/openid-configuration: is the address of the issuer's configuration; write the "
     "`issuer` that it answers"),
    *((f"issuer {issuer}", {"identity": {"issuer": issuer, "audiences": ["web"]}},
       f"identity.issuer={issuer}: must be the address of an issuer: https://HOST/PATH, without user, query or fragment; write the `iss` of "
       "its tokens, with or without a slash at the end as it is there")
      for issuer in ("http://login.example.com", "https://", "https://ann:pw@login.example.com", "https://login.example.com/?a=b", "https://login.example.com/#a",
                     "https://login.example.com/a b", "login.example.com")),
    ("audience that would be two", {"identity": {"issuer": "https://login.example.com/", "audiences": ["web,app"]}},
     "identity.audiences[0]=web,app: must be 1 to 256 characters without blanks and commas; write the `aud` or `client_id` of the tokens"),
    ("audience of nobody", {"identity": {"issuer": "https://login.example.com/", "audiences": ["web", ""]}},
     "identity.audiences[1]: must be 1 to 256 characters without blanks and commas; write the `aud` or `client_id` of the tokens"),
    ("audience twice", {"identity": {"issuer": "https://login.example.com/", "audiences": ["web", "web"]}},
     "identity.audiences=web, web: names web twice; remove one of the two"),
    ("more audiences than an authorizer takes", {"identity": {"issuer": "https://login.example.com/", "audiences": [f"a{each}" for each in range(51)]}},
     "identity.audiences=a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a1...: must have at most 50 entries; shorten it"),
    ("claim of another issuer", {"identity": {"managed": True, "groups_claim": "roles"}},
     "identity.groups_claim=roles: is not where the managed user pool lists groups, which is cognito:groups; remove it"),
    ("any audience", {"identity": {"issuer": "https://login.example.com"}},
     "identity: names an issuer without audiences, so every token of that issuer would be accepted; add `audiences`"),
    ("old runtime", {"lambda_runtime": "python3.8"},
     "lambda_runtime=python3.8: must be a Python runtime of Lambda that is still maintained; "
     "choose one of python3.11, python3.12, python3.13, python3.14"),
    ("rollout", {"rollout": "carnary"}, "rollout=carnary: must be one of all_at_once, canary, linear; did you mean 'canary'?"),
    ("level that drops metrics", {"log_level": "WARN"},
     "log_level=WARN: must be one of DEBUG, INFO; choose one of them"),
    ("burst", {"api_burst": 9000}, "api_burst=9000: must be at most 5000: requests at once and API beyond which callers get 429; lower it"),
    ("truth value", {"protect_state": "yes"},
     "protect_state=yes: must be true or false: refuse deletion of tables, queues, buckets and the user pool; write true or false"),
    ("role as an ARN", {"restricted_data": {"deploying_roles": ["arn:aws:iam::123456789012:role/deploy"], "break_glass_roles": ["break-glass"]}},
     "restricted_data.deploying_roles[0]=arn:aws:iam::123456789012:role/deploy: must be the name of an IAM role, with its path: no ARN, no wildcard; "
     "write deploy, or aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Deploy_0123456789abcdef"),
    ("any role", {"restricted_data": {"deploying_roles": ["deploy"], "break_glass_roles": ["*"]}},
     "restricted_data.break_glass_roles[0]=*: must be the name of an IAM role, with its path: no ARN, no wildcard; "
     "write deploy, or aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Deploy_0123456789abcdef"),
    ("nobody in an incident", {"restricted_data": {"deploying_roles": ["deploy"], "break_glass_roles": []}},
     "restricted_data.break_glass_roles=[]: must not be empty: roles that people take in an incident, and to set secrets; an alarm on their use is wise; "
     "fill it in"),
    ("secret", {"log_level": {"secure": "AAABBB"}}, "log_level: is a secret, and settings hold none; keep it in Secrets Manager"),
    ("value that may be a secret", {"boundary_policy_name": "a b", "teams": {**SETTINGS["teams"], "token-issuers": "hunter2"}},
     "teams.token-issuers=(not shown): must be a mapping (name: value); write a mapping (name: value)"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(changes, told):
    with pytest.raises(ProblemsError) as refused:
        load_settings({**SETTINGS, **changes}, "Pulumi.dev.yaml")
    said = [str(problem) for problem in refused.value.problems]
    assert f"Pulumi.dev.yaml: {told}" in said, said
    assert len(said) == 1 + ("a b" in changes.values())
    assert "hunter2" not in str(refused.value)
    assert "AAABBB" not in str(refused.value)


def test_text_as_the_engine_passes_it_is_the_same_as_yaml():
    passed = {
        "serverless-platform:environment": "dev", "serverless-platform:account_id": "123456789012", "serverless-platform:region": "eu-west-1",
        "serverless-platform:teams": '{"commerce": {"contact": "#commerce", "on_call_email": "commerce@example.com", "cost_centre": "CC-100"},'
        ' "finance": {"contact": "#finance", "on_call_email": "finance@example.com", "cost_centre": "CC-200"}}',
        "serverless-platform:alarm_receivers": '["platform@example.com"]', "serverless-platform:log_retention_days": "14",
        "serverless-platform:protect_state": "false", "serverless-platform:reserved_concurrency": "null",
        "serverless-platform:endpoint_url": "null",
    }  # fmt: skip
    assert load_settings(passed, "Pulumi.dev.yaml") == settings()


def test_what_follows_from_settings():
    aws = settings(region="us-gov-west-1")
    assert (aws.partition, aws.embedded) == ("aws-us-gov", False)
    assert aws.boundary_arn == "arn:aws-us-gov:iam::123456789012:policy/serverless-platform-boundary-dev-us-gov-west-1"
    assert settings(maximum_phase="standardize").phase_of("scale") == "standardize"
    assert settings(maximum_phase="standardize").phase_of("pilot") == "pilot"


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        settings().region = "eu-central-1"  # type: ignore[misc]
