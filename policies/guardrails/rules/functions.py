"""Lambda: single settings of functions and of what invokes them."""

from collections.abc import Iterator
from datetime import date

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import UNKNOWN, Case, Finding, Given, Level, NotKnown, Outcome, Rule, Severity
from guardrails.setting import EACH, Setting, at_least, at_most, equals, holds, is_set, matches, none_of, one_of, rule
from guardrails.values import Unknown, each

FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
URL = "aws:lambda/functionUrl:FunctionUrl"
LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission"
PROVISIONED = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"
STREAM = ("startingPosition", is_set("LATEST"), None)
"""Mappings of streams have a starting position, mappings of queues have none."""
FOR_EVER = matches(lambda value: value is not None and value >= 0, good=(0, 5), bad=(-1,))

DEPRECATED = {
    "python3.6": date(2022, 7, 18), "python3.7": date(2023, 12, 4), "python3.8": date(2024, 10, 14), "python3.9": date(2025, 12, 15), "python3.10": date(2026, 10, 31), "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31), "python3.13": date(2029, 6, 30), "python3.14": date(2029, 6, 30), "nodejs14.x": date(2023, 12, 4), "nodejs16.x": date(2024, 6, 12), "nodejs18.x": date(2025, 9, 1),
    "nodejs20.x": date(2026, 4, 30), "nodejs22.x": date(2027, 4, 30), "nodejs24.x": date(2028, 4, 30), "java8.al2": date(2027, 6, 30), "java11": date(2027, 6, 30), "java17": date(2027, 6, 30), "java21": date(2029, 6, 30),
    "java25": date(2029, 6, 30), "dotnet6": date(2024, 12, 20), "dotnet8": date(2026, 11, 10), "ruby3.2": date(2026, 3, 31), "ruby3.3": date(2027, 3, 31), "ruby3.4": date(2028, 3, 31), "go1.x": date(2024, 1, 8),
    "provided": date(2024, 1, 8), "provided.al2": date(2026, 7, 31), "provided.al2023": date(2029, 6, 30),
}  # fmt: skip
"""Runtime -> the day from which AWS gives it no more security fixes. Source: AWS Lambda guide, "Lambda runtimes"."""
TRUSTED_LAYERS = ("017000801446", "580247275435", "094274105915", "901920570463")
"""Accounts of AWS that publish layers: Powertools, Lambda Insights, Powertools for TypeScript, OpenTelemetry."""


def layers_are_ours(resource: Resource, _: Memory) -> Iterator[Outcome]:
    role = resource.get("role")
    for layer in each(resource.get("layers")):
        if isinstance(layer, Unknown) or isinstance(role, Unknown):
            continue  # made by this program: a literal is known in the preview
        account, ours = (str(arn).split(":")[4] if str(arn).count(":") >= 5 else "" for arn in (layer, role))
        if account not in (ours, *TRUSTED_LAYERS):
            yield Finding("layers", layer, f"account {account or '(none)'} can change what our function runs")
    if isinstance(role, Unknown) and resource.get("layers"):
        yield NotKnown("role")


ROLE, LAYER = "arn:aws:iam::000000000000:role/api", "arn:aws:lambda:eu-west-1:%s:layer:packages:1"

RULES = (*map(rule, (
    Setting(
        "lambda-runtime-is-supported", "Functions run on a runtime that AWS still repairs.", "A deprecated runtime gets no security fixes, and one day no updates of the function either.", "move to a newer runtime", Severity.HIGH,
        ("cdk-nag AwsSolutions-L1, Serverless-LambdaLatestVersion", "checkov CKV_AWS_363", "Security Hub Lambda.2"), FUNCTION, "runtime",
        matches(lambda name: DEPRECATED.get(str(name), date.min) > date.today(), good=("python3.13",), bad=("python3.8", "nodejs14.x", "")), "gets no security fixes any more, or is unknown",
        when=(("packageType", equals("Zip", "Image"), "Zip"),),
    ),
    Setting(
        "lambda-function-publishes-versions", "Functions publish versions.", "Without versions there is nothing that an alias could lead back to.", "set publish, as the platform's Function does", Severity.MEDIUM, ("AWS Lambda guide, versions",), FUNCTION, "publish", equals(True),
        "there would be no version to go back to",
    ),
    Setting(
        "lambda-timeout-is-chosen", "A function's timeout is chosen, not left at 3 seconds.",
        "Three seconds are over before a cold start and one slow call are. The right number follows from what the function calls.",
        "set timeout, in a manifest `timeout_seconds`", Severity.MEDIUM, ("serverless-rules ES1006", "cdk-nag Serverless-LambdaDefaultTimeout"),
        # Opt-in: the provider fills 3 in, so three seconds that somebody chose look the same.
        FUNCTION, "timeout", none_of(3, good=10), "is what AWS takes where nobody has chosen", default=3, level=Level.OPT_IN,
    ),
    Setting(
        "lambda-memory-is-chosen", "A function's memory is chosen, not left at 128 MB.",
        "Memory is also processor: at 128 MB, a Python function spends its time waiting for a fourteenth of one.",
        "set memorySize, in a manifest `memory_mb`", Severity.LOW, ("serverless-rules ES1005", "cdk-nag Serverless-LambdaDefaultMemorySize"),
        FUNCTION, "memorySize", none_of(128, good=512), "is what AWS takes where nobody has chosen", default=128, level=Level.OPT_IN,
    ),
    Setting(
        "lambda-memory-has-ceiling", "A function has no more memory than an environment allows.",
        "Memory is paid by the millisecond. Ten gigabytes are eighty times the price of 128 MB, and usually a leak.",
        "lower memorySize, or raise the ceiling of the environment in this rule's row", Severity.MEDIUM, ("AWS Lambda pricing",),
        FUNCTION, "memorySize", at_most(4096), "is more than this environment allows for one function", default=128,
        by_environment={"local": at_most(3008), "dev": at_most(3008)},
    ),
    Setting(
        "lambda-temporary-storage-has-ceiling", "A function has no more than 2 GB of temporary storage.",
        "Above 512 MB it is paid for, by the second and whether used or not.", "lower ephemeralStorage.size, or keep files in a bucket",
        Severity.LOW, ("AWS Lambda pricing",), FUNCTION, "ephemeralStorage.size", at_most(2048), "is storage that is paid for whether it is used or not", default=512,
    ),
    Setting(
        "lambda-function-runs-on-arm", "Functions run on arm64.", "The same work costs a fifth less.", "set architectures [arm64]", Severity.LOW,
        ("AWS Well-Architected serverless lens, cost",), FUNCTION, "architectures", holds("arm64", bad="x86_64"), "costs a fifth more than arm64", level=Level.OPT_IN,
    ),
    Setting(
        "lambda-log-level-is-not-debug", "Functions do not log at DEBUG in production.",
        "Debug records quote whole events, personal data included, and cost more than the invocations.", "set loggingConfig.applicationLogLevel to INFO",
        Severity.MEDIUM, ("AWS Lambda guide, advanced logging controls",), FUNCTION, "loggingConfig.applicationLogLevel", none_of("DEBUG", "TRACE", good="INFO"),
        "quotes whole events in the log", default="INFO", environments=("prod",),
    ),
    Setting(
        "lambda-concurrency-is-reserved", "Every function has a concurrency of its own.",
        "Without it, one function can take the whole account's.", "set reservedConcurrentExecutions", Severity.LOW,
        ("checkov CKV_AWS_115", "cdk-nag HIPAA.Security-LambdaConcurrency", "AWS Config LAMBDA_CONCURRENCY_CHECK"),
        FUNCTION, "reservedConcurrentExecutions", at_least(1), "the function may use up the account's concurrency", default=-1, level=Level.OPT_IN,
    ),
    Setting(
        "lambda-function-is-in-vpc", "Functions run inside a VPC.", "Some rules of compliance ask for it. It adds cost and a second way to fail.",
        "set vpcConfig.subnetIds", Severity.LOW, ("checkov CKV_AWS_117", "cdk-nag HIPAA.Security-LambdaInsideVPC", "Security Hub Lambda.3"),
        FUNCTION, "vpcConfig.subnetIds", is_set(["subnet-1"]), "the function reaches the internet by itself", level=Level.OPT_IN,
    ),
    Setting(
        "lambda-vpc-has-two-zones", "A function inside a VPC has subnets in two zones.", "With one, the loss of a zone is the loss of the function.",
        "name a subnet in each of two availability zones", Severity.MEDIUM, ("Security Hub Lambda.5", "AWS Config LAMBDA_VPC_MULTI_AZ_CHECK"),
        FUNCTION, "vpcConfig.subnetIds", matches(lambda ids: len(ids) >= 2, good=(["subnet-1", "subnet-2"],), bad=(["subnet-1"],)),
        "is one zone, and the function is lost with it", default=("outside", "of a VPC"),
    ),
    Setting(
        "lambda-environment-is-encrypted", "Environment variables are encrypted with a key of ours.",
        "Under the key that AWS manages, everybody reads them who may look at functions.", "set kmsKeyArn to the workload's key, as the platform's Function does",
        Severity.MEDIUM, ("checkov CKV_AWS_173",), FUNCTION, "kmsKeyArn", is_set(KEY), "variables would be readable by everybody who may look at functions",
        when=(("environment.variables", is_set({"TABLE": "orders"}), None),),
    ),
    Setting(
        "lambda-code-is-signed", "Functions run signed code only.", "Who may write to the artifact store may otherwise run code.",
        "set codeSigningConfigArn to a configuration that enforces", Severity.LOW, ("checkov CKV_AWS_272",), FUNCTION, "codeSigningConfigArn",
        is_set("arn:aws:lambda:eu-west-1:000000000000:code-signing-config:csc-1"), "code from anywhere would run", level=Level.OPT_IN,
    ),
    Setting(
        "lambda-function-is-described", "Functions say what they do.", "Who is called at night reads the description first.", "set description",
        Severity.LOW, ("compliance-policies aws-lambda-function-missing-description",), FUNCTION, "description", is_set("Takes orders."),
        "nobody could say what it is for", level=Level.OPT_IN,
    ),
    Setting(
        "lambda-url-knows-its-callers", "A function's own URL takes signed requests only.", "A URL without it is an open door to the function, past every API and firewall.",
        "set authorizationType AWS_IAM, or use an API", Severity.CRITICAL, ("checkov CKV_AWS_258", "cdk-nag LambdaFunctionUrlAuth"),
        URL, "authorizationType", equals("AWS_IAM", "NONE"), "everybody on the internet could invoke the function",
    ),
    Setting(
        "lambda-url-names-its-origins", "A function's own URL names the origins of pages that may call it.", "With `*`, every page on the internet may use a signed-in user's browser.",
        "list the origins in cors.allowOrigins", Severity.MEDIUM, ("checkov CKV2_AWS_75",), URL, f"cors.allowOrigins.{EACH}",
        none_of("*", good="https://shop.example.com"), "every page on the internet could call it",
    ),
    Setting(
        "lambda-layer-is-not-public", "A layer is shared with named accounts or an organization.", "A layer holds our code and says which packages, with which flaws, we run.",
        "set organizationId, or name an account as principal", Severity.HIGH, ("prowler awslambda_layer_version_public",), LAYER_PERMISSION, "organizationId",
        is_set("o-a1b2c3d4e5"), "every AWS account could read our code", when=(("principal", equals("*", "111111111111"), None),),
    ),
    Setting(
        "lambda-alias-names-a-version", "An alias leads to a version, not to $LATEST.", "$LATEST changes under the callers with every upload, and nothing can be rolled back.",
        "publish a version and set functionVersion to it, as the platform's Function does", Severity.HIGH, ("AWS Lambda guide, aliases",),
        "aws:lambda/alias:Alias", "functionVersion", none_of("$LATEST", "", good="7"), "callers would get every upload at once",
    ),
    Setting(
        "lambda-provisioned-concurrency-is-of-an-alias", "Provisioned concurrency belongs to an alias or a version.", "$LATEST cannot have any, and AWS refuses it in the middle of the update.",
        "set qualifier to the alias", Severity.MEDIUM, ("AWS Lambda guide, provisioned concurrency",), PROVISIONED, "qualifier", none_of("$LATEST", "", good="live"),
        "cannot have provisioned concurrency",
    ),
    Setting(
        "lambda-provisioned-concurrency-has-ceiling", "Provisioned concurrency stays below what an environment allows.", "It is paid for by the hour, day and night, whether anybody calls.",
        "lower provisionedConcurrentExecutions, or raise the ceiling of the environment in this rule's row", Severity.MEDIUM, ("AWS Lambda pricing",),
        PROVISIONED, "provisionedConcurrentExecutions", at_most(50), "would be paid for day and night", by_environment={"local": at_most(5), "dev": at_most(5)},
    ),
    Setting(
        "lambda-permission-is-to-invoke", "A permission is one to invoke.", "Whoever gets lambda:* may change the code.", "set action lambda:InvokeFunction", Severity.HIGH, ("serverless-rules WS1003",), "aws:lambda/permission:Permission", "action",
        one_of("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", bad="lambda:*"), "allows more than to invoke",
    ),
    Setting(
        "lambda-permission-is-of-the-alias", "A permission belongs to the alias that is invoked.", "A permission to the function itself is one to invoke $LATEST, which nobody has released.", "set qualifier to the alias", Severity.MEDIUM, ("AWS Lambda guide, resource-based policies",), "aws:lambda/permission:Permission", "qualifier",
        none_of("$LATEST", "", good="live"), "allows to invoke what nobody has released",
    ),
    Setting(
        "lambda-recursion-is-stopped", "Lambda may stop a function that calls itself.", "A function that writes to its own trigger runs until the budget is gone. AWS stops it after 16 rounds, if it may.",
        "leave recursiveLoop at Terminate", Severity.HIGH, ("AWS Lambda guide, recursive loop detection",), "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
        "recursiveLoop", equals("Terminate", "Allow"), "a loop would run until the budget is gone",
    ),
    Setting(
        "lambda-asynchronous-retries-end", "What is retried without a caller has an age.", "Lambda tries an asynchronous event for six hours; by then, a reminder or a booking does harm.",
        "set maximumEventAgeInSeconds, as the platform does", Severity.MEDIUM, ("AWS Lambda guide, asynchronous invocation",), INVOKE_CONFIG, "maximumEventAgeInSeconds",
        at_least(60), "an event would be tried for up to six hours",
    ),
    Setting(
        "lambda-asynchronous-failures-are-kept", "A configuration of asynchronous calls names where failures go.", "Without a destination, what fails three times is gone.",
        "set destinationConfig.onFailure.destination, as the platform does", Severity.HIGH, ("serverless-rules ES1007", "cdk-nag Serverless-LambdaAsyncFailureDestination"),
        INVOKE_CONFIG, "destinationConfig.onFailure.destination", is_set("arn:aws:sqs:eu-west-1:000000000000:failed"), "what fails three times would be gone",
    ),
    Setting(
        "lambda-asynchronous-settings-are-of-the-alias", "Settings of asynchronous calls belong to the alias that is called.", "Those of $LATEST do not hold for calls through an alias: failures would be dropped.",
        "set qualifier to the alias", Severity.HIGH, ("AWS Lambda API reference, PutFunctionEventInvokeConfig",), INVOKE_CONFIG, "qualifier", none_of("$LATEST", "", good="live"),
        "the settings would not hold for calls through the alias",
    ),
    Setting(
        "lambda-batch-failures-are-single", "A batch tells which of its records have failed.", "Otherwise one poison record has the whole batch worked on again and again.",
        "set functionResponseTypes [ReportBatchItemFailures], and answer accordingly", Severity.HIGH, ("AWS Lambda guide, partial batch responses",), MAPPING, "functionResponseTypes",
        holds("ReportBatchItemFailures", bad="None"), "one record that fails would have the whole batch done again",
    ),
    Setting(
        "lambda-stream-batch-is-halved", "A batch of a stream that fails is halved.", "One bad record otherwise holds up its shard with everything around it.",
        "set bisectBatchOnFunctionError", Severity.MEDIUM, ("AWS Lambda guide, Kinesis error handling",), MAPPING, "bisectBatchOnFunctionError", equals(True),
        "one bad record would hold up its shard", when=(STREAM,),
    ),
    Setting(
        "lambda-stream-retries-end", "A record of a stream is not tried for ever.", "By default it is tried until it expires, and nothing behind it in the shard moves for days.",
        "set maximumRetryAttempts", Severity.HIGH, ("AWS Lambda guide, Kinesis error handling",), MAPPING, "maximumRetryAttempts", FOR_EVER,
        "a record would be tried until it expires", when=(STREAM,),
    ),
    Setting(
        "lambda-stream-records-have-an-age", "A record of a stream that is too old goes to the failures.", "After an outage, the function otherwise works on yesterday while today waits.",
        "set maximumRecordAgeInSeconds", Severity.MEDIUM, ("AWS Lambda guide, Kinesis error handling",), MAPPING, "maximumRecordAgeInSeconds", at_least(60),
        "what is long out of date would hold up what is new", when=(STREAM,),
    ),
    Setting(
        "lambda-queue-concurrency-is-limited", "The functions that work on a queue are limited in number.", "A flood otherwise takes the account's concurrency, or overruns the table behind it.",
        "set scalingConfig.maximumConcurrency on the mapping, in a manifest `maximum_concurrency`", Severity.MEDIUM, ("AWS Lambda guide, SQS maximum concurrency",),
        MAPPING, "scalingConfig.maximumConcurrency", matches(lambda most: 2 <= most <= 1000, good=(2, 1000), bad=(1, 1001)), "a flood would take the account's concurrency",
        when=(("startingPosition", matches(lambda value: not value, good=(None,), bad=("LATEST",)), ""),),
    ),
)), Rule(
    id="lambda-layer-is-trusted", title="Layers come from this account, or from AWS.", why="A layer runs with the function's role. Whoever publishes the next version of somebody else's decides what that is.", fix="copy the layer into this account",
    severity=Severity.HIGH, reads={FUNCTION: ("layers", "role")}, check=layers_are_ours, sources=("prowler awslambda_function_using_cross_account_layers",),
    cases=(
        Case("ours", Given(FUNCTION, {"role": ROLE, "layers": [LAYER % "000000000000"]})), Case("of AWS", Given(FUNCTION, {"role": ROLE, "layers": [LAYER % TRUSTED_LAYERS[0]]})), Case("none", Given(FUNCTION, {"role": UNKNOWN})),
        Case("made with it", Given(FUNCTION, {"role": ROLE, "layers": [UNKNOWN]})), Case("of somebody", Given(FUNCTION, {"role": ROLE, "layers": [LAYER % "111111111111"]}), finds=("account 111111111111 can change what our function runs",)),
        Case("whose we are is not known yet", Given(FUNCTION, {"role": UNKNOWN, "layers": [LAYER % "111111111111"]}), waits=("role",)),
    ),
))  # fmt: skip
