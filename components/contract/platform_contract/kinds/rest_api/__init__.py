"""A REST API of API Gateway."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.rest_api.metrics import METRICS
from platform_contract.kinds.rest_api.plan import plan_rest_api
from platform_contract.platform.usage import Use

KIND = Kind(
    "rest_api", plan=plan_rest_api,
    triggers={"rest": Trigger((Use("REST API requests", "rest_api_request"),), "answered")},
    metrics=METRICS,
)  # fmt: skip
