"""Where callers come in: HTTP, REST, WebSocket and GraphQL APIs in front of a workload's functions."""

from collections.abc import Mapping
from typing import Any

import pulumi

from platform_contract.platform import environment
from platform_contract.platform.json_schemas import draft4

from ..planned import alarms_of, arguments
from ..resources.graphql_api import GraphqlApi
from ..resources.http_api import HttpApi
from ..resources.rest_api import RestApi
from ..resources.websocket_api import Socket, SocketTrigger
from .parts import Made


class Entries(Made):
    """Makes the APIs of a workload."""

    apis: dict[str, HttpApi]
    rest_apis: dict[str, RestApi]
    sockets: dict[str, Socket]
    graphql: dict[str, GraphqlApi]

    def _make_sockets(self) -> None:
        """Before the functions, which are told where to send; `_connect_sockets` puts them behind it."""
        self.sockets = {
            name: Socket(f"{self._name}-{name}", {
                "physical_name": socket.physical_name, "description": socket.description, "tags": self._plan.tags,
            }, self._child)
            for name, socket in self._plan.sockets.items()
        }  # fmt: skip

    def _connect_sockets(self) -> None:
        for name, socket in self._plan.sockets.items():
            made, deciding = self.sockets[name], socket.authorizer_function
            SocketTrigger(f"{self._name}-{name}-functions", arguments(
                socket, "physical_name", "description", "authorizer_function", "integration_timeouts_ms", "alarms",
                **self._encrypted, **self._shared, api_id=made.api_id, execution_arn=made.execution_arn,
                targets=self._targets(socket.integration_timeouts_ms), alarms=alarms_of(socket.alarms),
                **({"deciding": self._target(deciding)} if deciding else {}),
            ), self._child)  # fmt: skip

    def _socket_arn(self, name: str, suffix: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(self.sockets[name].execution_arn, "/", self._plan.sockets[name].stage, suffix)

    def _socket_endpoint(self, name: str) -> pulumi.Output[str]:
        """Where messages to connections are sent: https instead of wss, or the embedded cloud, which has no names of its own."""
        socket, stage = self.sockets[name], self._plan.sockets[name].stage
        if self._plan.endpoint_url:
            return pulumi.Output.concat(self._plan.endpoint_url, "/_aws/execute-api/", socket.api_id, "/", stage)
        return socket.endpoint.apply(lambda url: f"{url.replace('wss://', 'https://')}/{stage}")

    def identity(self, variable: str) -> pulumi.Output[str]:
        """What a function that decides who may call is told of tokens."""
        issuer = pulumi.Output.from_input(self._args["token_issuer"])
        if variable == environment.TOKEN_ISSUER:
            return issuer
        if variable == environment.TOKEN_AUDIENCES:
            return pulumi.Output.from_input(self._args["token_audiences"]).apply(",".join)
        return issuer.apply(lambda url: self._plan.token_keys.format(issuer=url, pool=url.rpartition("/")[2]))

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

    def _make_graphql(self) -> None:
        plan, files = self._plan, self._args.get("graphql") or {}
        self.graphql = {
            name: GraphqlApi(f"{self._name}-{name}", arguments(
                api, "table", "alarms", **self._encrypted, **self._shared, **files, alarms=alarms_of(api.alarms),
                account_id=plan.account_id, region=plan.region, boundary_arn=plan.boundary_arn,
                table_name=self.tables[api.table].physical_name, user_pool_arn=self._args["user_pool_arn"],
            ), self._child)
            for name, api in plan.graphql.items()
        }  # fmt: skip
