"""API Gateway and AppSync: what stands at the edge logs, is throttled, knows its callers, and shows nobody what it need not."""

import json
from typing import Any

from guardrails.rule import Level, Severity
from guardrails.setting import EACH, Setting, at_least, at_most, equals, holds_none_of, is_set, matches, none_of, one_of, rule

STAGE, STAGE_V2 = "aws:apigateway/stage:Stage", "aws:apigatewayv2/stage:Stage"
METHOD, METHOD_SETTINGS = "aws:apigateway/method:Method", "aws:apigateway/methodSettings:MethodSettings"
REST, API = "aws:apigateway/restApi:RestApi", "aws:apigatewayv2/api:Api"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan"
GRAPHQL, CACHE = "aws:appsync/graphQLApi:GraphQLApi", "aws:appsync/apiCache:ApiCache"
GROUP = "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/vendedlogs/apigateway/x"


def _is_structured(value: Any) -> bool:
    """JSON, with the id by which one request is found in every log."""
    try:
        fields = json.loads(str(value))
    except ValueError:
        return False
    return isinstance(fields, dict) and any("requestId" in str(entry) for entry in fields.values())


STRUCTURED = matches(_is_structured, good=('{"requestId": "$context.requestId"}',), bad=("$context.requestId $context.status", '{"status": "$context.status"}', "[]"))
TLS = one_of("TLS_1_2", "SecurityPolicy_TLS13_1_2_2021_06", bad="TLS_1_0")
HTTPS = matches(lambda uri: not str(uri).startswith("http://"), good=("https://partner.example.com", "arn:aws:apigateway:eu-west-1:lambda:path/x"), bad=("http://partner.example.com",))

_LOGGED = ("Who called, and what was refused at the edge, is nowhere else.", Severity.MEDIUM)
_JSON = "A line of text cannot be asked for all requests of one caller, nor joined with the function's own log."

RULES = tuple(map(rule, (
    Setting(
        "rest-stage-has-access-log", "Stages of REST APIs log every request.", _LOGGED[0], "set accessLogSettings with a log group, as the platform's RestApi does", _LOGGED[1],
        ("checkov CKV_AWS_76", "cdk-nag AwsSolutions-APIG1, Serverless-APIGWAccessLogging", "serverless-rules ES2000"), STAGE, "accessLogSettings.destinationArn", is_set(GROUP), "requests would leave nothing to read",
    ),
    Setting(
        "api-stage-has-access-log", "Stages of HTTP and WebSocket APIs log every request.", _LOGGED[0], "set accessLogSettings with a log group, as the platform's HttpApi does", _LOGGED[1],
        ("checkov CKV_AWS_95", "cdk-nag AwsSolutions-APIG1", "Security Hub APIGateway.9", "serverless-rules ES2000"), STAGE_V2, "accessLogSettings.destinationArn", is_set(GROUP), "requests would leave nothing to read",
    ),
    Setting(
        "rest-access-log-is-structured", "Access logs of REST APIs are JSON and name the request.", _JSON, "write accessLogSettings.format as JSON with $context.requestId", Severity.LOW,
        ("serverless-rules WS2001", "cdk-nag Serverless-APIGWStructuredLogging"), STAGE, "accessLogSettings.format", STRUCTURED, "no query finds a request in it",
        when=(("accessLogSettings.destinationArn", is_set(GROUP), None),),
    ),
    Setting(
        "api-access-log-is-structured", "Access logs of HTTP and WebSocket APIs are JSON and name the request.", _JSON, "write accessLogSettings.format as JSON with $context.requestId", Severity.LOW,
        ("serverless-rules WS2001", "cdk-nag Serverless-APIGWStructuredLogging"), STAGE_V2, "accessLogSettings.format", STRUCTURED, "no query finds a request in it",
        when=(("accessLogSettings.destinationArn", is_set(GROUP), None),),
    ),
    Setting(
        "api-stage-is-throttled", "HTTP and WebSocket APIs have a throttle of their own.",
        "Without one, a single caller can use up the account's 10,000 requests a second, and every API of the account answers 429.",
        "set defaultRouteSettings.throttlingRateLimit and throttlingBurstLimit, as the platform's HttpApi does", Severity.MEDIUM,
        ("API Gateway guide, throttling", "serverless-rules ES2003", "cdk-nag Serverless-APIGWDefaultThrottling"), STAGE_V2, "defaultRouteSettings.throttlingRateLimit", at_least(1), "one caller could use up the account's throttle",
    ),
    Setting(
        "api-stage-burst-is-throttled", "HTTP and WebSocket APIs limit a burst.", "Without a burst limit of its own, a stage takes the account's, which all APIs share.",
        "set defaultRouteSettings.throttlingBurstLimit, as the platform's HttpApi does", Severity.MEDIUM, ("API Gateway guide, throttling",), STAGE_V2, "defaultRouteSettings.throttlingBurstLimit",
        at_least(1), "one burst could use up the account's",
    ),
    Setting(
        "api-stage-throttle-has-ceiling", "A throttle is below the account's.", "A throttle as high as the account's protects nobody, and every request costs.",
        "lower throttlingRateLimit", Severity.MEDIUM, ("API Gateway guide, quotas (10,000 requests a second)",), STAGE_V2, "defaultRouteSettings.throttlingRateLimit", at_most(5000),
        "leaves too little of the account's 10,000 to other APIs", default=0,
    ),
    Setting(
        "rest-stage-is-traced", "Stages of REST APIs are traced.", "A trace that begins behind the edge does not show the edge's share.", "set xrayTracingEnabled, as the platform's RestApi does",
        Severity.LOW, ("checkov CKV_AWS_73", "cdk-nag Serverless-APIGWXrayEnabled", "Security Hub APIGateway.3", "serverless-rules WS2002"), STAGE, "xrayTracingEnabled", equals(True), "requests would be missing in traces",
    ),
    Setting(
        "rest-stage-is-throttled", "Methods of REST APIs have a throttle.", "Without one, a single caller can use up the account's 10,000 requests a second.",
        "set settings.throttlingRateLimit, as the platform's RestApi does", Severity.MEDIUM, ("serverless-rules ES2003", "cdk-nag Serverless-APIGWDefaultThrottling"), METHOD_SETTINGS,
        "settings.throttlingRateLimit", at_least(1), "one caller could use up the account's throttle",
    ),
    Setting(
        "rest-stage-burst-is-throttled", "Methods of REST APIs limit a burst.", "Without a burst limit of its own, a method takes the account's, which all APIs share.",
        "set settings.throttlingBurstLimit, as the platform's RestApi does", Severity.MEDIUM, ("API Gateway guide, throttling",), METHOD_SETTINGS, "settings.throttlingBurstLimit", at_least(1),
        "one burst could use up the account's",
    ),
    Setting(
        "rest-data-trace-is-off", "REST APIs do not log bodies.", "Data traces write headers, tokens and bodies in full into a log group.", "leave settings.dataTraceEnabled off", Severity.HIGH,
        ("checkov CKV_AWS_276",), METHOD_SETTINGS, "settings.dataTraceEnabled", equals(False), "tokens and bodies would stand in the log", default=False,
    ),
    Setting(
        "api-data-trace-is-off", "WebSocket APIs do not log messages.", "Data traces write messages in full into a log group.", "leave defaultRouteSettings.dataTraceEnabled off", Severity.HIGH,
        ("checkov CKV_AWS_276",), STAGE_V2, "defaultRouteSettings.dataTraceEnabled", equals(False), "messages would stand in the log", default=False,
    ),
    Setting(
        "rest-execution-is-logged", "REST APIs log errors of their own.", "What fails between edge and function is in no other log. It takes a role of the account, and is paid by volume.",
        "set settings.loggingLevel ERROR", Severity.LOW, ("cdk-nag AwsSolutions-APIG6", "checkov CKV2_AWS_4", "Security Hub APIGateway.1"), METHOD_SETTINGS, "settings.loggingLevel",
        one_of("ERROR", "INFO", bad="OFF"), "errors of the edge would leave nothing to read", level=Level.OPT_IN,
    ),
    Setting(
        "rest-cache-is-encrypted", "Caches of REST APIs are encrypted.", "Answers hold what callers were told.", "set settings.cacheDataEncrypted, as the platform's RestApi does", Severity.MEDIUM,
        ("checkov CKV_AWS_308", "Security Hub APIGateway.5", "cdk-nag HIPAA.Security-APIGWCacheEnabledAndEncrypted"), METHOD_SETTINGS, "settings.cacheDataEncrypted", equals(True), "answers would be kept in the clear",
        when=(("settings.cachingEnabled", equals(True), False),),
    ),
    Setting(
        "rest-cache-refuses-strangers", "Only who may can empty the cache of a REST API.", "A header empties it, and the function pays for every request again.",
        "set settings.requireAuthorizationForCacheControl, as the platform's RestApi does", Severity.LOW, ("API Gateway guide, invalidate an API Gateway cache",), METHOD_SETTINGS,
        "settings.requireAuthorizationForCacheControl", equals(True), "every caller could empty the cache", when=(("settings.cachingEnabled", equals(True), False),),
    ),
    Setting(
        "rest-stage-is-cached", "REST APIs have a cache.", "It answers what does not change. It costs by the hour.", "set cacheClusterEnabled", Severity.LOW, ("checkov CKV_AWS_120",), STAGE,
        "cacheClusterEnabled", equals(True), "every request goes to the function", level=Level.OPT_IN,
    ),
    Setting(
        "rest-stage-shows-a-certificate", "REST APIs show a certificate to what they call.", "An HTTP backend can then refuse everybody else.", "set clientCertificateId", Severity.LOW,
        ("Security Hub APIGateway.2", "checkov CKV2_AWS_51", "cdk-nag HIPAA.Security-APIGWSSLEnabled"), STAGE, "clientCertificateId", is_set("abc123"), "the backend cannot tell it from others", level=Level.OPT_IN,
    ),
    Setting(
        "rest-request-is-validated", "REST APIs look at requests before they invoke.", "What is plainly wrong otherwise costs an invocation, and reaches code.",
        "set requestValidatorId, as the platform's RestApi does", Severity.MEDIUM, ("cdk-nag AwsSolutions-APIG2", "checkov CKV2_AWS_53"), METHOD, "requestValidatorId", is_set("abc123"),
        "whatever callers send would reach the function", when=(("httpMethod", none_of("OPTIONS", good="POST"), None),),
    ),
    Setting(
        "rest-validator-looks-at-the-body", "A validator of a REST API looks at bodies.", "One that looks at nothing passes every audit and everything else.", "set validateRequestBody", Severity.MEDIUM,
        ("cdk-nag AwsSolutions-APIG2", "checkov CKV2_AWS_53"), "aws:apigateway/requestValidator:RequestValidator", "validateRequestBody", equals(True), "bodies would reach the function unseen",
    ),
    Setting(
        "rest-method-knows-its-callers", "Methods of REST APIs ask who calls.", "An open method is found by scanners within the hour. A key of a usage plan at least names and limits the caller.",
        "set authorization to COGNITO_USER_POOLS, AWS_IAM or CUSTOM, or apiKeyRequired with a usage plan", Severity.HIGH, ("cdk-nag AwsSolutions-APIG4, AwsSolutions-COG4", "checkov CKV_AWS_59, CKV2_AWS_70", "Security Hub APIGateway.8"),
        METHOD, "authorization", none_of("NONE", good="AWS_IAM"), "everybody on the internet could call it",
        when=(("httpMethod", none_of("OPTIONS", good="POST"), None), ("apiKeyRequired", equals(False), False)),
    ),
    Setting(
        "rest-api-is-regional", "REST APIs are regional or private.", "An edge API stands behind a distribution that nobody of us can configure.", "set endpointConfiguration.types REGIONAL or PRIVATE", Severity.LOW,
        ("AWS Config API_GW_ENDPOINT_TYPE_CHECK",), REST, "endpointConfiguration.types", one_of("REGIONAL", "PRIVATE", bad="EDGE"), "stands behind a distribution that nobody can configure",
    ),
    Setting(
        "rest-deployment-follows-its-content", "A deployment of a REST API has triggers.", "A deployment is a snapshot. Without triggers, changed methods are never deployed.",
        "set triggers from what the API is made of, as the platform's RestApi does", Severity.HIGH, ("pulumi-aws, apigateway.Deployment",), "aws:apigateway/deployment:Deployment", "triggers",
        is_set({"content": "0b9a"}), "changes would never be deployed",
    ),
    Setting(
        "rest-integration-uses-https", "REST APIs call backends over HTTPS.", "Tokens would travel in the clear.", "write uri with https://", Severity.MEDIUM, ("Security Hub APIGateway.10",),
        "aws:apigateway/integration:Integration", "uri", HTTPS, "tokens would travel in the clear", default="",
    ),
    Setting(
        "api-integration-uses-https", "HTTP APIs call backends over HTTPS.", "Tokens would travel in the clear.", "write integrationUri with https://", Severity.MEDIUM, ("Security Hub APIGateway.10",),
        "aws:apigatewayv2/integration:Integration", "integrationUri", HTTPS, "tokens would travel in the clear", default="",
    ),
    Setting(
        "rest-domain-refuses-old-tls", "Domains of REST APIs refuse old TLS.", "TLS 1.0 and 1.1 are broken.", "set securityPolicy TLS_1_2 or newer", Severity.MEDIUM, ("checkov CKV_AWS_206",),
        "aws:apigateway/domainName:DomainName", "securityPolicy", TLS, "callers could speak a TLS that is broken",
    ),
    Setting(
        "api-domain-refuses-old-tls", "Domains of HTTP APIs refuse old TLS.", "TLS 1.0 and 1.1 are broken.", "set domainNameConfiguration.securityPolicy TLS_1_2", Severity.MEDIUM, ("checkov CKV_AWS_206",),
        "aws:apigatewayv2/domainName:DomainName", "domainNameConfiguration.securityPolicy", TLS, "callers could speak a TLS that is broken",
    ),
    Setting(
        "api-names-its-origins", "HTTP APIs name the origins of pages that may call them.", "With `*`, every page on the internet may call it through a signed-in user's browser.",
        "list the origins in corsConfiguration.allowOrigins, in a manifest `cors`", Severity.HIGH, ("checkov CKV2_AWS_75",), API, "corsConfiguration.allowOrigins",
        holds_none_of("*", good="https://shop.example.com"), "every page on the internet could call it", default=(),
    ),
    Setting(
        "api-authorizer-names-its-audience", "A JWT authorizer names for whom a token was made.", "Without an audience, a token of any other application of the same issuer is good.",
        "set jwtConfiguration.audiences", Severity.HIGH, ("API Gateway guide, JWT authorizers",), AUTHORIZER, "jwtConfiguration.audiences", is_set(["client-1"]), "a token made for another application would be good",
        when=(("authorizerType", equals("JWT", "REQUEST"), None),),
    ),
    Setting(
        "api-authorizer-trusts-https-issuers", "A JWT authorizer fetches keys over HTTPS.", "Who can change the keys on the way can sign tokens.", "write jwtConfiguration.issuer with https://", Severity.HIGH,
        ("API Gateway guide, JWT authorizers",), AUTHORIZER, "jwtConfiguration.issuer", matches(lambda issuer: str(issuer).startswith("https://"), good=("https://issuer.example.com",), bad=("http://issuer.example.com",)),
        "who changes the keys on the way could sign tokens", when=(("authorizerType", equals("JWT", "REQUEST"), None),),
    ),
    Setting(
        "api-authorizer-forgets-within-the-hour", "What an authorizer decided holds for an hour at most.", "A caller whose rights are withdrawn keeps them until then.", "lower authorizerResultTtlInSeconds",
        Severity.MEDIUM, ("API Gateway guide, Lambda authorizers",), AUTHORIZER, "authorizerResultTtlInSeconds", at_most(3600), "who lost a right would keep it", default=0,
    ),
    Setting(
        "usage-plan-has-quota", "A usage plan has a quota.", "A key that leaked is used until somebody notices, and every call is paid for.", "set quotaSettings, as the platform's RestApi does", Severity.MEDIUM,
        ("API Gateway guide, usage plans",), USAGE_PLAN, "quotaSettings.limit", at_least(1), "a key that leaked could be used without end",
    ),
    Setting(
        "usage-plan-is-throttled", "A usage plan has a throttle.", "One client otherwise takes what the others have paid for.", "set throttleSettings, as the platform's RestApi does", Severity.MEDIUM,
        ("API Gateway guide, usage plans",), USAGE_PLAN, "throttleSettings.rateLimit", at_least(1), "one client could take everything",
    ),
    Setting(
        "usage-plan-burst-is-throttled", "A usage plan limits a burst.", "One client otherwise takes what the others have paid for, for a moment that is enough.", "set throttleSettings.burstLimit, as the platform's RestApi does", Severity.LOW, ("API Gateway guide, usage plans",), USAGE_PLAN,
        "throttleSettings.burstLimit", at_least(1), "one client could take everything for a moment",
    ),
    Setting(
        "rest-validator-looks-at-parameters", "A validator of a REST API looks at parameters.", "A required parameter that nobody asks for is not required.", "set validateRequestParameters", Severity.LOW, ("cdk-nag AwsSolutions-APIG2",), "aws:apigateway/requestValidator:RequestValidator",
        "validateRequestParameters", equals(True), "parameters would reach the function unseen",
    ),
    Setting(
        "graphql-api-knows-its-callers", "GraphQL APIs know who calls.", "An API key is in every page that calls the API, so it is nobody's.",
        "set authenticationType to AMAZON_COGNITO_USER_POOLS, AWS_IAM, OPENID_CONNECT or AWS_LAMBDA", Severity.HIGH, ("Security Hub AppSync.5",), GRAPHQL, "authenticationType",
        none_of("API_KEY", good="AMAZON_COGNITO_USER_POOLS"), "everybody who has seen a page that calls it could call it",
    ),
    Setting(
        "graphql-api-knows-all-its-callers", "No second way into a GraphQL API takes keys.", "The weakest way in is the one that is used.", "remove API_KEY from additionalAuthenticationProviders", Severity.HIGH,
        ("Security Hub AppSync.5",), GRAPHQL, f"additionalAuthenticationProviders.{EACH}.authenticationType", none_of("API_KEY", good="AWS_IAM"), "everybody who has seen a page that calls it could call it",
    ),
    Setting(
        "graphql-api-is-traced", "GraphQL APIs are traced.", "Without a trace nobody sees which resolver took the time.", "set xrayEnabled, as the platform's GraphqlApi does", Severity.LOW,
        ("serverless-rules WS3000", "cdk-nag Serverless-AppSyncTracing"), GRAPHQL, "xrayEnabled", equals(True), "its requests would be missing in traces",
    ),
    Setting(
        "graphql-api-is-logged", "GraphQL APIs log their failures.", "A resolver that fails answers 200, and only the log says why.", "set logConfig, as the platform's GraphqlApi does", Severity.MEDIUM,
        ("cdk-nag AwsSolutions-ASC3", "checkov CKV_AWS_193, CKV_AWS_194", "Security Hub AppSync.2"), GRAPHQL, "logConfig.fieldLogLevel", one_of("ERROR", "ALL", bad="NONE"), "a resolver that fails would leave nothing to read",
    ),
    Setting(
        "graphql-log-holds-no-data", "GraphQL APIs do not log what was asked and answered in production.", "Headers, variables and results are personal data and tokens.", "set logConfig.excludeVerboseContent", Severity.MEDIUM,
        ("AWS AppSync guide, logging",), GRAPHQL, "logConfig.excludeVerboseContent", equals(True), "what was asked and answered would stand in the log", environments=("prod",),
    ),
    Setting(
        "graphql-api-hides-its-schema", "GraphQL APIs do not answer questions about their schema.", "Introspection is the map of what can be tried.", "set introspectionConfig DISABLED", Severity.MEDIUM,
        ("AWS AppSync guide, introspection",), GRAPHQL, "introspectionConfig", equals("DISABLED", "ENABLED"), "everybody could list all that can be asked",
    ),
    Setting(
        "graphql-query-depth-is-limited", "GraphQL queries end at a depth.", "One nested query can cost more than a day of honest ones.", "set queryDepthLimit, as the platform's GraphqlApi does", Severity.MEDIUM,
        ("AWS AppSync guide, query depth limits",), GRAPHQL, "queryDepthLimit", matches(lambda depth: 1 <= depth <= 75, good=(1, 75), bad=(0,)), "one nested query could cost more than a day of honest ones",
    ),
    Setting(
        "graphql-resolvers-are-limited", "GraphQL queries call a limited number of resolvers.", "One query with a thousand aliases is a thousand requests, counted as one by every throttle.",
        "set resolverCountLimit, as the platform's GraphqlApi does", Severity.MEDIUM, ("AWS AppSync guide, resolver count limits",), GRAPHQL, "resolverCountLimit",
        matches(lambda count: 1 <= count <= 1000, good=(1, 1000), bad=(0, 1001)), "one query could be a thousand requests",
    ),
    Setting(
        "graphql-cache-is-encrypted", "Caches of GraphQL APIs are encrypted.", "Answers hold what callers were told.", "set atRestEncryptionEnabled", Severity.MEDIUM, ("checkov CKV_AWS_214", "Security Hub AppSync.1"), CACHE,
        "atRestEncryptionEnabled", equals(True), "answers would be kept in the clear",
    ),
    Setting(
        "graphql-cache-speaks-tls", "Caches of GraphQL APIs are reached over TLS.", "Answers hold what callers were told.", "set transitEncryptionEnabled", Severity.MEDIUM, ("checkov CKV_AWS_215", "Security Hub AppSync.6"), CACHE,
        "transitEncryptionEnabled", equals(True), "answers would travel in the clear",
    ),
)))  # fmt: skip
