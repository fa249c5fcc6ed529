"""Where callers come in: HTTP APIs and REST APIs in front of a workload's functions."""

from collections.abc import Mapping
from typing import Any

import pulumi

from platform_contract.json_schemas import draft4

from ..triggers.http import HttpApi
from ..triggers.rest import RestApi
from .parts import Made, alarms_of, arguments


class Entries(Made):
    """Makes the APIs of a workload."""

    apis: dict[str, HttpApi]
    rest_apis: dict[str, RestApi]

    def _make_http_apis(self) -> None:
        tokens = {key: value for key in ("token_issuer", "token_audiences") if (value := self._args.get(key))}
        self.apis = {
            name: HttpApi(f"{self._name}-{name}", arguments(
                api, "routes", "integration_timeouts_ms", "alarms", **self._encrypted, **self._shared, **tokens,
                routes=[
                    {"route": it.route, "suffix": it.suffix, "target": it.function, "authorizer": it.authorizer,
                     "authorizer_function": it.authorizer_function}
                    for it in api.routes
                ],
                authorizers={
                    it.authorizer_function: self._target(it.authorizer_function) for it in api.routes if it.authorizer_function
                },
                targets=self._targets(api.integration_timeouts_ms),
                alarms=alarms_of(api.alarms),
            ), self._child)
            for name, api in self._plan.apis.items()
        }  # fmt: skip

    def _make_rest_apis(self) -> None:
        schemas = self._args.get("schemas") or {}
        pool = self._args.get("user_pool_arn")
        self.rest_apis = {
            name: RestApi(f"{self._name}-{name}", arguments(
                api, "models", "integration_timeouts_ms", "alarms", **self._encrypted, **self._shared,
                models={model: draft4(schemas[model]) for model in api.models},
                targets=self._targets(api.integration_timeouts_ms),
                alarms=alarms_of(api.alarms), **({"user_pool_arn": pool} if pool else {}),
            ), self._child)
            for name, api in self._plan.rest_apis.items()
        }  # fmt: skip

    def _targets(self, timeouts_ms: Mapping[str, int]) -> dict[str, Any]:
        """Functions as API Gateway invokes them, and how long it waits for each."""
        return {function: {**self._target(function), "timeout_milliseconds": it} for function, it in timeouts_ms.items()}

    def _target(self, function: str) -> dict[str, pulumi.Output[str]]:
        """A function as API Gateway invokes it."""
        made = self.functions[function]
        return {"function_name": made.physical_name, "alias_name": made.alias_name, "invoke_arn": made.alias_invoke_arn}
