"""A Lambda function."""

from platform_contract.kinds.function.metrics import METRICS
from platform_contract.kinds.function.plan import plan_function
from platform_contract.kinds.kind import Kind

KIND = Kind("function", plan=plan_function, told="arn", metrics=METRICS)
