"""APIs in front of a workload's functions: HTTP, REST, WebSocket and GraphQL."""

import pulumi

from platform_contract.platform.json_schemas import draft4

from ..resources.graphql_api import GraphqlApi
from ..resources.http_api import HttpApi
from ..resources.rest_api import RestApi
from ..resources.websocket_api import WebSocketApi, WebSocketRoutes
from .making import Making


def make_websocket_apis(work: Making) -> None:
    """Before the functions, which send to them; `connect_websocket_apis` puts the functions behind them."""
    for name, plan in work.plan.sockets.items():
        work.of("websocket_api")[name] = WebSocketApi(f"{work.name}-{name}", work.planned(plan), work.child)


def connect_websocket_apis(work: Making) -> None:
    """After the functions."""
    for name, plan in work.plan.sockets.items():
        api, deciding = work.of("websocket_api")[name], plan.authorizer_function
        WebSocketRoutes(f"{work.name}-{name}-functions", work.planned(
            plan, api_id=api.api_id, execution_arn=api.execution_arn, targets=work.targets(plan.integration_timeouts_ms),
            deciding=work.target(deciding) if deciding else None,
        ), work.child)  # fmt: skip


def websocket_arn(work: Making, name: str, suffix: str) -> pulumi.Output[str]:
    """ARN of the API's stage, and `suffix` behind it."""
    return pulumi.Output.concat(work.of("websocket_api")[name].execution_arn, "/", work.plan.sockets[name].stage, suffix)


def websocket_endpoint(work: Making, name: str) -> pulumi.Output[str]:
    """Where messages to connections are sent: https instead of wss, or the embedded cloud, which has no names of its own."""
    api, stage = work.of("websocket_api")[name], work.plan.sockets[name].stage
    if work.plan.endpoint_url:
        return pulumi.Output.concat(work.plan.endpoint_url, "/_aws/execute-api/", api.api_id, "/", stage)
    return api.endpoint.apply(lambda url: f"{url.replace('wss://', 'https://')}/{stage}")


def make_http_apis(work: Making) -> None:
    """Routes with their functions behind them."""
    for name, plan in work.plan.apis.items():
        work.of("http_api")[name] = HttpApi(f"{work.name}-{name}", work.planned(
            plan, targets=work.targets({*plan.integration_timeouts_ms, *(it.authorizer_function for it in plan.routes if it.authorizer_function)}),
            token_issuer=work.args.get("token_issuer"), token_audiences=work.args.get("token_audiences"),
        ), work.child)  # fmt: skip


def make_rest_apis(work: Making) -> None:
    """Routes with their functions behind them, and models of what they take."""
    schemas = work.args.get("schemas") or {}
    for name, plan in work.plan.rest_apis.items():
        work.of("rest_api")[name] = RestApi(f"{work.name}-{name}", work.planned(
            plan, models={model: draft4(schemas[model]) for model in plan.models}, targets=work.targets(plan.integration_timeouts_ms),
            user_pool_arn=work.args.get("user_pool_arn"),
        ), work.child)  # fmt: skip


def make_graphql_apis(work: Making) -> None:
    """Resolvers on a table of the workload."""
    for name, plan in work.plan.graphql.items():
        work.of("graphql_api")[name] = GraphqlApi(f"{work.name}-{name}", work.planned(
            plan, table_name=work.of("table")[plan.table].physical_name, user_pool_arn=work.args["user_pool_arn"], **(work.args.get("graphql") or {}),
        ), work.child)  # fmt: skip
