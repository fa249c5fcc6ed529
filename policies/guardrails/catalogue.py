"""The one table: what is in here is judged, tested case by case, and documented."""

from dataclasses import replace

from guardrails.rule import Rule
from guardrails.rules import (
    apis,
    cloudwatch,
    companions,
    dynamodb,
    edge,
    escalation,
    events,
    functions,
    iam,
    lambda_,
    logs,
    operations,
    plain_http,
    plain_text,
    policy_documents,
    policy_writers,
    resource_policies,
    s3,
    sqs,
    state,
    tagging,
    trust,
    types,
    watching,
    wiring,
)

BY_SERVICE: dict[str, tuple[Rule, ...]] = {
    "Identity and access": (*iam.RULES, *escalation.RULES, *trust.RULES),
    "Policies of resources and roles": (*resource_policies.RULES, *plain_http.RULES, *policy_documents.RULES, *policy_writers.RULES),
    "Lambda": (*lambda_.RULES, *functions.RULES),
    "SQS and Kinesis": (*sqs.RULES, *state.STREAMS_AND_QUEUES),
    "SNS, EventBridge and Scheduler": events.RULES,
    "DynamoDB": (*dynamodb.RULES, *state.DYNAMODB),
    "S3": (*s3.RULES, *state.S3),
    "Keys and secrets": (*state.KEYS, *state.SECRETS),
    "Backups": state.BACKUPS,
    "API Gateway and AppSync": apis.RULES,
    "Step Functions": operations.WORKFLOWS,
    "CloudWatch Logs and X-Ray": (*logs.RULES, *operations.LOGS),
    "CloudWatch alarms": (*cloudwatch.RULES, *operations.ALARMS, *watching.RULES),
    "Releases and feature flags": operations.SAFE_RELEASES,
    "Users": operations.USERS,
    "Firewalls and distributions": (*edge.RULES, *operations.EDGE),
    "Costs": operations.COSTS,
    "Secrets in plain text": plain_text.RULES,
    "Tags": tagging.RULES,
    "What hangs together": (*wiring.RULES, *companions.RULES),
}
BY_SERVICE["Types"] = types.rules(rule for rules in BY_SERVICE.values() for rule in rules)

RULES: tuple[Rule, ...] = tuple(replace(rule, service=service) for service, rules in BY_SERVICE.items() for rule in rules)
