"""Workflows, logs, alarms, releases, users, distributions, firewalls, costs: single settings."""

import json
from typing import Any

from guardrails.rule import Level, Severity
from guardrails.setting import (
    EACH,
    Setting,
    at_least,
    at_most,
    between,
    equals,
    holds,
    holds_none_of,
    is_set,
    matches,
    none_of,
    one_of,
    rule,
)

WORKFLOW = "aws:sfn/stateMachine:StateMachine"
GROUP, ALARM = "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm"
RELEASES = "aws:codedeploy/deploymentGroup:DeploymentGroup"
POOL, CLIENT = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"
DISTRIBUTION, ACL = "aws:cloudfront/distribution:Distribution", "aws:wafv2/webAcl:WebAcl"
WORKGROUP, PROVIDER = "aws:athena/workgroup:Workgroup", "pulumi:providers:aws"
PROD = ("prod",)


def _tasks_end(definition: Any) -> bool:
    """Whether the workflow, or each of its tasks, has a timeout."""
    try:
        document = json.loads(str(definition))
    except ValueError:
        return False
    return "TimeoutSeconds" in document or all(_ends(state) for state in document.get("States", {}).values())


def _ends(state: dict[str, Any]) -> bool:
    return state.get("Type") != "Task" or bool({"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"} & set(state))


TASK = '{"StartAt": "Price", "States": {"Price": {"Type": "Task", "End": true, "Resource": "arn:aws:lambda:eu-west-1:0:function:price:live"%s}}%s}'

WORKFLOWS = tuple(map(rule, (
    Setting("workflow-is-encrypted", "Workflows keep their data under a key of ours.", "Inputs and outputs of every step are kept for 90 days.", "set encryptionConfiguration with the workload's key, as the platform's Workflow does", Severity.MEDIUM,
            ("AWS Step Functions guide, data at rest encryption", "prowler stepfunctions_statemachine_encrypted_with_cmk"), WORKFLOW, "encryptionConfiguration.type", equals("CUSTOMER_MANAGED_KMS_KEY", "AWS_OWNED_KEY"), "what goes through the workflow would be kept under a key that AWS owns"),
    Setting("workflow-has-own-key", "Workflows name the workload's key.", "Without the key's name, the settings for encryption mean nothing.", "set encryptionConfiguration.kmsKeyId", Severity.MEDIUM, ("AWS Step Functions guide, data at rest encryption",), WORKFLOW, "encryptionConfiguration.kmsKeyId", is_set("key-1"),
            "names no key", when=(("encryptionConfiguration.type", equals("CUSTOMER_MANAGED_KMS_KEY", "AWS_OWNED_KEY"), "AWS_OWNED_KEY"),)),
    Setting("workflow-is-traced", "Workflows are traced.", "Without a trace nobody sees which step took the time.", "set tracingConfiguration {enabled: true}, as the platform's Workflow does", Severity.MEDIUM,
            ("checkov CKV_AWS_284", "cdk-nag AwsSolutions-SF2", "serverless-rules WS5000"), WORKFLOW, "tracingConfiguration.enabled", equals(True), "its executions would be missing in traces"),
    Setting("workflow-is-logged", "Workflows log their failures.", "The history of an express workflow is nowhere else.", "set loggingConfiguration with a log group and a level, as the platform's Workflow does", Severity.MEDIUM,
            ("checkov CKV_AWS_285", "cdk-nag AwsSolutions-SF1", "Security Hub StepFunctions.1"), WORKFLOW, "loggingConfiguration.level", one_of("ERROR", "ALL", "FATAL", bad="OFF"), "a failed execution would leave nothing to read"),
    Setting("workflow-log-holds-no-data", "Workflows do not log what goes through them in production.", "Inputs and outputs are business data, and more people may read logs.", "leave loggingConfiguration.includeExecutionData off", Severity.MEDIUM,
            ("AWS Step Functions guide, logging",), WORKFLOW, "loggingConfiguration.includeExecutionData", equals(False), "business data would stand in the log", default=False, environments=PROD),
    Setting("workflow-tasks-end", "Every task of a workflow has a timeout, or the workflow has one.", "A task that never answers holds its execution open for a year.", "set TimeoutSeconds in the task or at the top of the definition", Severity.HIGH,
            ("AWS Step Functions guide, best practices: use timeouts",), WORKFLOW, "definition", matches(_tasks_end, good=(TASK % (', "TimeoutSeconds": 10', ""), TASK % ("", ', "TimeoutSeconds": 10'), TASK % (', "HeartbeatSeconds": 60', "")), bad=(TASK % ("", ""), "no JSON")),
            "a task that never answers would hold its execution open for a year"),
)))  # fmt: skip

LOGS = tuple(map(rule, (
    Setting("log-group-keeps-long-enough", "Log groups in production keep records for 30 days at least.", "What is looked into is often weeks old.", "raise log_retention_days of the stack", Severity.MEDIUM, ("Security Hub CloudWatch.16",), GROUP, "retentionInDays",
            matches(lambda days: days == 0 or days >= 30, good=(30, 0), bad=(29,)), "what is asked about after a month would be gone", default=0, environments=PROD),
    Setting("log-group-keeps-not-too-long", "Log groups forget within ten years in production, and within half a year elsewhere.", "Retention is cost, and personal data beyond its purpose.", "lower retentionInDays", Severity.LOW, ("GDPR article 5 (1) e",), GROUP,
            "retentionInDays", at_most(3653), "is longer than anybody may need", default=0, by_environment={"local": at_most(180), "dev": at_most(180)}),
    Setting("log-group-keeps-a-year", "Log groups keep records for a year.", "Some rules of compliance ask for it. It costs twelve times a month.", "set retentionInDays to 365 or more", Severity.LOW, ("checkov CKV_AWS_338",), GROUP, "retentionInDays", at_least(365),
            "records are gone within a year", level=Level.OPT_IN),
    Setting("trace-sampling-has-ceiling", "Traces are a sample.", "Every request traced, at scale, costs more than the functions.", "lower fixedRate", Severity.LOW, ("AWS X-Ray pricing",), "aws:xray/samplingRule:SamplingRule", "fixedRate",
            matches(lambda rate: rate <= 0.1, good=(0.05, 0.1), bad=(0.11, 1)), "would trace more than every tenth request"),
)))  # fmt: skip

ALARMS = tuple(map(rule, (
    Setting("alarm-says-what-no-data-means", "Alarms say what it means when there is no data.", "By default an alarm without data keeps no state at all: one on failures stays red, one on life stays green.", "set treatMissingData, as the platform's alarm factory does", Severity.MEDIUM,
            ("CloudWatch guide, configuring how alarms treat missing data",), ALARM, "treatMissingData", one_of("notBreaching", "breaching", "missing", "ignore", bad=""), "nobody has said what it means when there is no data"),
    Setting("alarm-is-described", "Alarms say what is wrong and what to do.", "Who is woken by it reads the description first.", "set alarmDescription, as the platform's alarm factory does", Severity.MEDIUM, ("AWS Well-Architected OPS10-BP02",), ALARM, "alarmDescription", is_set("Orders fail: see the runbook."),
            "who is woken by it would not know what to do"),
    Setting("alarm-is-not-high-resolution", "Alarms are evaluated once a minute.", "A period of ten seconds costs three times as much, and Lambda's metrics are of a minute.", "set period to 60 or more", Severity.LOW, ("AWS CloudWatch pricing",), ALARM, "period", at_least(60), "costs three times as much",
            default=60),
)))  # fmt: skip

SAFE_RELEASES = tuple(map(rule, (
    Setting("release-is-rolled-back", "A release that fails is rolled back by itself.", "People need minutes to notice; the canary has done its harm by then.", "set autoRollbackConfiguration {enabled: true}, as the platform's Rollout does", Severity.HIGH, ("AWS Config CODEDEPLOY_AUTO_ROLLBACK_MONITOR_ENABLED",), RELEASES,
            "autoRollbackConfiguration.enabled", equals(True), "a bad release would stay until somebody notices"),
    Setting("release-is-rolled-back-on-alarms", "A release is rolled back when an alarm fires.", "Without that event, alarms stop a release and leave its half of the traffic where it is.", "name DEPLOYMENT_STOP_ON_ALARM in autoRollbackConfiguration.events", Severity.HIGH, ("CodeDeploy guide, automatic rollbacks",), RELEASES,
            "autoRollbackConfiguration.events", holds("DEPLOYMENT_STOP_ON_ALARM", bad="DEPLOYMENT_FAILURE"), "an alarm would leave the new version where it is"),
    Setting("release-is-watched", "A release is watched by alarms.", "Without alarms, only code that does not start fails a release.", "name alarms of the function in alarmConfiguration.alarms, as the platform's Rollout does", Severity.HIGH, ("CodeDeploy guide, monitoring with alarms",), RELEASES,
            "alarmConfiguration.alarms", is_set(["errors"]), "only code that does not start would fail a release"),
    Setting("release-watches-its-alarms", "A release looks at its alarms.", "Named and switched off is not watched.", "set alarmConfiguration.enabled", Severity.HIGH, ("CodeDeploy guide, monitoring with alarms",), RELEASES, "alarmConfiguration.enabled", equals(True), "the alarms that it names would stop nothing"),
    Setting("release-stops-when-alarms-cannot-be-read", "A release stops when its alarms cannot be read.", "Blind is not green.", "leave alarmConfiguration.ignorePollAlarmFailure off", Severity.MEDIUM, ("CodeDeploy guide, monitoring with alarms",), RELEASES, "alarmConfiguration.ignorePollAlarmFailure",
            equals(False), "a release would go on blind", default=False),
    Setting("release-is-gradual", "A release begins with a part of the traffic.", "All at once is found out by all at once.", "choose a canary or linear deploymentConfigName, as the platform's Rollout does", Severity.MEDIUM, ("AWS Config CODEDEPLOY_LAMBDA_ALLATONCE_TRAFFIC_SHIFT_DISABLED",), RELEASES, "deploymentConfigName",
            none_of("CodeDeployDefault.LambdaAllAtOnce", "", good="CodeDeployDefault.LambdaCanary10Percent10Minutes"), "every caller would get the new version at once", environments=PROD),
    Setting("flags-are-rolled-out", "A change of feature flags takes its time.", "A flag is a release without a build.", "set deploymentDurationInMinutes", Severity.MEDIUM, ("AWS AppConfig guide, deployment strategies",), "aws:appconfig/deploymentStrategy:DeploymentStrategy", "deploymentDurationInMinutes", at_least(1),
            "every caller would get the change at once", default=0, environments=PROD),
    Setting("flags-are-watched", "A change of feature flags is watched by alarms.", "AppConfig rolls back by itself, if it knows what to look at.", "set monitors, as the platform's FeatureFlags does", Severity.MEDIUM, ("AWS AppConfig guide, monitoring for automatic rollback",), "aws:appconfig/environment:Environment", "monitors",
            is_set([{"alarmArn": "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors"}]), "a bad change would stay until somebody notices"),
    Setting("flags-are-validated", "Feature flags are validated before they are rolled out.", "A misspelt name is otherwise found by every function at once.", "set validators, as the platform's FeatureFlags does", Severity.MEDIUM, ("AWS AppConfig guide, validators",),
            "aws:appconfig/configurationProfile:ConfigurationProfile", "validators", is_set([{"type": "JSON_SCHEMA"}]), "a misspelt name would be found by every function at once"),
)))  # fmt: skip

USERS = tuple(map(rule, (
    Setting("users-have-long-passwords", "Passwords have twelve characters.", "Shorter ones are guessed.", "set passwordPolicy.minimumLength to 12 or more", Severity.MEDIUM, ("cdk-nag AwsSolutions-COG1", "Security Hub Cognito.3"), POOL, "passwordPolicy.minimumLength", at_least(12), "shorter passwords are guessed"),
    *(Setting(f"users-passwords-hold-{what}", f"Passwords hold {what}.", "Twelve letters of one kind are guessed sooner.", f"set passwordPolicy.require{name}", Severity.LOW, ("cdk-nag AwsSolutions-COG1", "Security Hub Cognito.3"), POOL, f"passwordPolicy.require{name}", equals(True), "simpler passwords are guessed")
      for what, name in (("small-letters", "Lowercase"), ("capital-letters", "Uppercase"), ("digits", "Numbers"), ("symbols", "Symbols"))),
    Setting("users-first-passwords-end", "A first password ends within a week.", "It was sent by mail.", "set passwordPolicy.temporaryPasswordValidityDays to 7 or less", Severity.LOW, ("prowler cognito_user_pool_temporary_password_expiration",), POOL, "passwordPolicy.temporaryPasswordValidityDays", between(1, 7),
            "what was sent by mail would open the account for longer", default=7),
    Setting("users-may-have-a-second-factor", "Users can have a second factor.", "A password alone is bought for cents.", "set mfaConfiguration OPTIONAL or ON", Severity.MEDIUM, ("cdk-nag AwsSolutions-COG2",), POOL, "mfaConfiguration", one_of("OPTIONAL", "ON", bad="OFF"), "a password would be all that stands before an account"),
    Setting("users-have-a-second-factor", "Users have a second factor.", "A password alone is bought for cents. A shop asks its customers for none.", "set mfaConfiguration ON", Severity.LOW, ("Security Hub Cognito.5",), POOL, "mfaConfiguration", equals("ON", "OPTIONAL", "OFF"), "a password is enough", level=Level.OPT_IN),
    Setting("users-are-not-deleted-by-one-call", "A pool of users in production cannot be deleted by one call.", "Passwords cannot be restored from anywhere.", "set deletionProtection ACTIVE, as the platform does in production", Severity.HIGH, ("Security Hub Cognito.6",), POOL, "deletionProtection", equals("ACTIVE", "INACTIVE"),
            "every account would be gone, and no backup has them", environments=PROD),
    Setting("users-are-protected-from-takeover", "Suspicious sign-ins are refused.", "It takes the PLUS tier, which costs for each user.", "set userPoolAddOns.advancedSecurityMode ENFORCED", Severity.LOW, ("cdk-nag AwsSolutions-COG3, AwsSolutions-COG8", "Security Hub Cognito.1"), POOL, "userPoolAddOns.advancedSecurityMode", equals("ENFORCED", "OFF"),
            "a bought password works from anywhere", level=Level.OPT_IN),
    Setting("users-are-invited", "Accounts are made by administrators.", "Not for a shop.", "set adminCreateUserConfig.allowAdminCreateUserOnly", Severity.LOW, ("prowler cognito_user_pool_self_registration_disabled",), POOL, "adminCreateUserConfig.allowAdminCreateUserOnly", equals(True), "everybody can make an account", level=Level.OPT_IN),
    Setting("client-does-not-say-who-exists", "Sign-in does not say who has an account.", "A list of customers is otherwise one question each.", "set preventUserExistenceErrors ENABLED", Severity.MEDIUM, ("prowler cognito_user_pool_client_prevent_user_existence_errors",), CLIENT, "preventUserExistenceErrors", equals("ENABLED", "LEGACY"),
            "everybody could ask who has an account"),
    Setting("client-tokens-can-be-revoked", "Tokens can be revoked.", "A lost phone keeps its session for a month otherwise.", "leave enableTokenRevocation on", Severity.MEDIUM, ("prowler cognito_user_pool_client_token_revocation_enabled",), CLIENT, "enableTokenRevocation", equals(True), "a lost phone would keep its session", default=True),
    Setting("client-uses-no-implicit-flow", "Tokens are not handed over in an address.", "An address stands in histories and logs.", "remove implicit from allowedOauthFlows", Severity.HIGH, ("OAuth 2.0 Security Best Current Practice, 2.1.2",), CLIENT, "allowedOauthFlows", holds_none_of("implicit", good="code"),
            "tokens would stand in histories and logs", default=()),
    Setting("client-comes-back-over-https", "Sign-in ends at a page with HTTPS.", "The code in the address is worth an account.", "write callbackUrls with https://", Severity.HIGH, ("Cognito guide, callback URLs",), CLIENT, f"callbackUrls.{EACH}",
            matches(lambda url: not str(url).startswith("http://") or str(url).startswith("http://localhost"), good=("https://shop.example.com", "http://localhost:3000"), bad=("http://shop.example.com",)), "the code in the address would travel in the clear"),
    Setting("identity-pool-admits-no-guests", "An identity pool gives no credentials of AWS to guests.", "Everybody on the internet is a guest.", "set allowUnauthenticatedIdentities false", Severity.HIGH, ("cdk-nag AwsSolutions-COG7", "checkov CKV_AWS_366", "Security Hub Cognito.2"), "aws:cognito/identityPool:IdentityPool",
            "allowUnauthenticatedIdentities", equals(False), "everybody on the internet would get credentials", default=False),
)))  # fmt: skip

EDGE = tuple(map(rule, (
    Setting("distribution-refuses-old-tls-to-origins", "Distributions speak TLS 1.2 to origins.", "TLS 1.0 and 1.1 are broken.", "set originSslProtocols [TLSv1.2], as the platform's Cdn does", Severity.MEDIUM, ("cdk-nag AwsSolutions-CFR5", "Security Hub CloudFront.10", "checkov CKV2_AWS_72"), DISTRIBUTION,
            f"origins.{EACH}.customOriginConfig.originSslProtocols", holds_none_of("SSLv3", "TLSv1", "TLSv1.1", good="TLSv1.2"), "requests would go on over a TLS that is broken", default=()),
    Setting("distribution-is-logged", "Distributions log requests.", "It takes a bucket with lists of access, or a delivery of logs. The API behind it logs what comes through.", "set loggingConfig", Severity.LOW, ("cdk-nag AwsSolutions-CFR3", "checkov CKV_AWS_86", "Security Hub CloudFront.5"), DISTRIBUTION, "loggingConfig.bucket",
            is_set("logs.s3.amazonaws.com"), "what the edge answers by itself leaves nothing to read", level=Level.OPT_IN),
    Setting("distribution-is-limited-to-countries", "Distributions answer in named countries.", "For who sells in some only.", "set restrictions.geoRestriction", Severity.LOW, ("cdk-nag AwsSolutions-CFR1", "checkov CKV_AWS_374"), DISTRIBUTION, "restrictions.geoRestriction.restrictionType", one_of("whitelist", "blacklist", bad="none"),
            "it answers everywhere", level=Level.OPT_IN),
    Setting("distribution-sets-security-headers", "Distributions set security headers.", "For pages. An API answers JSON.", "set defaultCacheBehavior.responseHeadersPolicyId", Severity.LOW, ("checkov CKV2_AWS_32, CKV_AWS_259",), DISTRIBUTION, "defaultCacheBehavior.responseHeadersPolicyId", is_set("67f7725c"),
            "pages come without security headers", level=Level.OPT_IN),
    Setting("distribution-has-a-second-origin", "Distributions have an origin to fall back on.", "For what must answer when a region does not.", "set originGroups", Severity.LOW, ("checkov CKV_AWS_310", "Security Hub CloudFront.4"), DISTRIBUTION, "originGroups", is_set([{"originId": "both"}]), "one origin answers, or none", level=Level.OPT_IN),
    Setting("distribution-has-a-root", "Distributions name the page at their root.", "Without one, a bucket shows its list.", "set defaultRootObject", Severity.LOW, ("checkov CKV_AWS_305", "Security Hub CloudFront.1"), DISTRIBUTION, "defaultRootObject", is_set("index.html"), "a bucket would show its list", level=Level.OPT_IN),
    Setting("distribution-is-not-everywhere", "Distributions use the cheaper edges.", "PriceClass_All adds edges that cost twice as much.", "set priceClass PriceClass_100 or PriceClass_200", Severity.LOW, ("AWS CloudFront pricing",), DISTRIBUTION, "priceClass", one_of("PriceClass_100", "PriceClass_200", bad="PriceClass_All"),
            "adds edges that cost twice as much", default="PriceClass_All"),
    Setting("web-acl-limits-one-address", "A firewall's limit for one address is one that somebody could exceed.", "A limit of millions is none.", "lower rateBasedStatement.limit", Severity.MEDIUM, ("AWS WAF guide, rate-based rules",), ACL, f"rules.{EACH}.statement.rateBasedStatement.limit", at_most(100_000), "nobody would ever exceed it", default=0),
    Setting("web-acl-is-measured", "A firewall counts what it refuses.", "A rule that refuses customers is otherwise found by customers.", "set visibilityConfig.cloudwatchMetricsEnabled, as the platform's Firewall does", Severity.MEDIUM, ("Security Hub WAF.12",), ACL, "visibilityConfig.cloudwatchMetricsEnabled", equals(True),
            "nobody would see how much it refuses"),
    Setting("web-acl-rules-are-measured", "Each rule of a firewall counts what it refuses.", "Which of them refuses customers is otherwise a guess.", "set rules[].visibilityConfig.cloudwatchMetricsEnabled, as the platform's Firewall does", Severity.MEDIUM, ("Security Hub WAF.12",), ACL, f"rules.{EACH}.visibilityConfig.cloudwatchMetricsEnabled",
            equals(True), "nobody would see which rule refuses"),
    Setting("web-acl-log-hides-what-callers-show", "The log of a firewall leaves out what callers identify themselves with.", "Tokens of everybody who was refused would stand in the log.", "name authorization in redactedFields, as the platform's Firewall does", Severity.HIGH, ("AWS WAF guide, logging: redacted fields",),
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "redactedFields", matches(lambda fields: any((each_.get("singleHeader") or {}).get("name") == "authorization" for _, each_ in fields.items()), good=([{"singleHeader": {"name": "authorization"}}],), bad=([{"singleHeader": {"name": "cookie"}}], [])),
            "tokens would stand in the log"),
    Setting("certificate-has-a-strong-key", "Certificates have keys of 2048 bits at least.", "1024 bits are broken.", "set keyAlgorithm RSA_2048 or EC_prime256v1", Severity.MEDIUM, ("Security Hub ACM.2", "checkov CKV_AWS_233"), "aws:acm/certificate:Certificate", "keyAlgorithm", none_of("RSA_1024", good="EC_prime256v1"), "is broken",
            default="RSA_2048"),
)))  # fmt: skip

COSTS = tuple(map(rule, (
    Setting("budget-tells-somebody", "A budget tells somebody.", "A budget that tells nobody is a number on a page.", "set notifications, as the platform's Budget does", Severity.MEDIUM, ("AWS Well-Architected COST03-BP05",), "aws:budgets/budget:Budget", "notifications",
            matches(lambda all_: len(all_) >= 1, good=([{"threshold": 80}],), bad=([],)), "nobody would learn that it is used up"),
    Setting("budget-names-somebody", "Each message of a budget has somebody who gets it.", "A message without a reader is none.", "set subscriberEmailAddresses or subscriberSnsTopicArns", Severity.MEDIUM, ("AWS Well-Architected COST03-BP05",), "aws:budgets/budget:Budget", f"notifications.{EACH}.subscriberEmailAddresses",
            is_set(["commerce@example.com"]), "nobody would get it"),
    Setting("cost-anomalies-tell-somebody", "An anomaly of cost tells somebody.", "A loop is found by its bill, a month later.", "set subscribers", Severity.MEDIUM, ("AWS Well-Architected COST03-BP05",), "aws:costexplorer/anomalySubscription:AnomalySubscription", "subscribers", is_set([{"type": "SNS"}]), "nobody would learn of it"),
    Setting("budget-can-be-used-up", "A budget is one that could be used up.", "A budget of a million for one workload never says anything.", "lower limitAmount, in a manifest `budget_usd`", Severity.LOW, ("AWS Well-Architected COST03-BP05",), "aws:budgets/budget:Budget", "limitAmount",
            matches(lambda amount: 0 < float(amount) <= 10_000, good=("50.0", "10000"), bad=("10001", "0")), "is an amount that says nothing", by_environment={name: matches(lambda amount: 0 < float(amount) <= 1_000, good=("50.0",), bad=("1001",)) for name in ("local", "dev")}),
    Setting("provisioned-concurrency-scales-within-ceiling", "What scales by itself has a ceiling.", "Provisioned concurrency is paid for day and night.", "lower maxCapacity", Severity.MEDIUM, ("AWS Lambda pricing",), "aws:appautoscaling/target:Target", "maxCapacity", at_most(50), "could be paid for day and night",
            when=(("serviceNamespace", equals("lambda", "dynamodb"), None),)),
    Setting("athena-query-has-ceiling", "A query reads no more than an amount.", "One query over everything costs more than a month of the rest.", "set configuration.bytesScannedCutoffPerQuery, as the platform's Datasets does", Severity.MEDIUM, ("AWS Athena pricing",), WORKGROUP, "configuration.bytesScannedCutoffPerQuery",
            matches(lambda size: 10_000_000 <= size <= 1_000_000_000_000, good=(10_000_000, 1_000_000_000_000), bad=(1_000_000_000_001,)), "one query could cost more than a month of the rest"),
    Setting("athena-settings-are-enforced", "Queries keep to the settings of their workgroup.", "Who asks could otherwise write results anywhere, in the clear.", "leave configuration.enforceWorkgroupConfiguration on", Severity.MEDIUM, ("checkov CKV_AWS_82", "Security Hub Athena.1"), WORKGROUP, "configuration.enforceWorkgroupConfiguration",
            equals(True), "who asks could write results anywhere", default=True),
    Setting("athena-results-are-encrypted", "Results of queries are encrypted with a key of ours.", "A result is the data.", "set resultConfiguration.encryptionConfiguration SSE_KMS, as the platform's Datasets does", Severity.MEDIUM, ("checkov CKV_AWS_159", "cdk-nag AwsSolutions-ATH1"), WORKGROUP,
            "configuration.resultConfiguration.encryptionConfiguration.encryptionOption", one_of("SSE_KMS", "CSE_KMS", bad="SSE_S3"), "results would be kept under a key that AWS owns"),
    Setting("athena-results-are-not-deleted", "Queries and their history in production are not deleted with the workgroup.", "Saved queries cannot be restored from anywhere.", "leave forceDestroy off", Severity.LOW, ("Pulumi registry, aws.athena.Workgroup forceDestroy",), WORKGROUP, "forceDestroy", equals(False), "saved queries would be gone", default=False, environments=PROD),
    Setting("athena-results-have-own-key", "Results of queries are encrypted with the workload's key.", "Under the key that AWS manages, who may read one result may read each.", "set encryptionConfiguration.kmsKeyArn to the workload's key", Severity.MEDIUM, ("checkov CKV_AWS_159",), WORKGROUP,
            "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn", is_set("arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"), "who may read one result could read each"),
    Setting("provider-names-its-account", "A provider names the accounts in which it may work.", "Credentials of another account in a shell otherwise make the whole stack there.", "set allowedAccountIds, as the program does", Severity.HIGH, ("Pulumi registry, aws.Provider allowedAccountIds",), PROVIDER, "allowedAccountIds",
            matches(lambda ids: bool(ids) and ids != "[]", good=('["000000000000"]', ["000000000000"]), bad=("[]",)), "credentials of another account would make everything there"),
)))  # fmt: skip
