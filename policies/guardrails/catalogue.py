"""The one table: what is in here is judged, tested case by case, and documented."""

from dataclasses import replace

from guardrails.rule import Rule
from guardrails.rules import (
    cloudwatch,
    dynamodb,
    edge,
    escalation,
    iam,
    lambda_,
    logs,
    one_setting,
    plain_http,
    plain_text,
    policy_documents,
    policy_writers,
    resource_policies,
    s3,
    sqs,
    tagging,
    trust,
)

BY_SERVICE: dict[str, tuple[Rule, ...]] = {
    "Identity and access": (*iam.RULES, *escalation.RULES, *trust.RULES),
    "Policies of resources and roles": (*resource_policies.RULES, *plain_http.RULES, *policy_documents.RULES, *policy_writers.RULES),
    "Lambda": lambda_.RULES,
    "SQS": sqs.RULES,
    "DynamoDB": dynamodb.RULES,
    "S3": s3.RULES,
    "CloudWatch Logs": logs.RULES,
    "CloudWatch alarms": cloudwatch.RULES,
    **one_setting.RULES,
    "Firewalls and distributions": edge.RULES,
    "Secrets in plain text": plain_text.RULES,
    "Tags": tagging.RULES,
}

RULES: tuple[Rule, ...] = tuple(replace(rule, service=service) for service, rules in BY_SERVICE.items() for rule in rules)
