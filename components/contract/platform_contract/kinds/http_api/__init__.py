"""An HTTP API of API Gateway."""

from platform_contract.kinds.http_api.metrics import METRICS
from platform_contract.kinds.http_api.plan import plan_http_api
from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.platform.usage import Use

KIND = Kind(
    "http_api", plan=plan_http_api,
    triggers={"http": Trigger((Use("HTTP API requests", "http_api_request"),), "answered")},
    metrics=METRICS,
)  # fmt: skip
