"""The one table: what is in here is judged, tested case by case, and documented."""

from dataclasses import replace

from guardrails.rule import Rule
from guardrails.rules import iam, sqs

BY_SERVICE: dict[str, tuple[Rule, ...]] = {"IAM": iam.RULES, "SQS": sqs.RULES}

RULES: tuple[Rule, ...] = tuple(replace(rule, service=service) for service, rules in BY_SERVICE.items() for rule in rules)
