"""An HTTP API that belongs to no manifest: what its component is asked for."""

from pydantic import Field, model_validator

from platform_contract.kinds.http_api.plan import ApiPlan, plan_http_api
from platform_contract.kinds.http_api.spec import HttpApiSpec, Origins
from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.platform import apigateway
from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.scope import Connections, Scope, Triggered
from platform_contract.platform.text_types import Name, Strict


class HttpRouteSpec(HttpTrigger):
    """A route, and the function that it invokes."""

    function: Name = Field(description="Function that it invokes, by its name in `functions`.")


class HttpApiSpecByItself(Strict):
    """An HTTP API in front of functions."""

    routes: list[HttpRouteSpec] = Field(min_length=1, max_length=300, description="Its routes.")
    timeouts_seconds: dict[Name, int] = Field(
        min_length=1, description=f"Function -> its timeout, as the Function has it; the API waits as long, {apigateway.MAXIMUM_FUNCTION_TIMEOUT_SECONDS} seconds at most."
    )
    allowed_origins: Origins = []
    latency_ms_p99: float = Field(default=DEFAULT_LATENCY_MS_P99, gt=0, description="Latency that 99 of 100 callers are promised, in ms; an alarm watches it.")

    @model_validator(mode="after")
    def _complete(self) -> "HttpApiSpecByItself":
        for route in self.routes:
            if route.function not in self.timeouts_seconds:
                raise broken(f"lacks the function '{route.function}', which the route {route.route} invokes", "add it with its timeout", field="timeouts_seconds")
        return self


def plan_by_itself(scope: Scope, name: str, spec: HttpApiSpecByItself) -> ApiPlan:
    """One HTTP API with its routes."""
    routes = tuple(Triggered(route.function, 0, spec.timeouts_seconds[route.function], route) for route in spec.routes)
    connections = Connections(triggers={"http": routes}, timeouts=spec.timeouts_seconds, latency_ms_p99=spec.latency_ms_p99)
    return plan_http_api(scope, name, HttpApiSpec(allowed_origins=spec.allowed_origins), connections)
