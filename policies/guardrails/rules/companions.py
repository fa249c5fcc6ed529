"""What a resource needs beside it: a bucket its access block, a queue its policy, a dead-letter queue its alarm."""

from guardrails.companion import Companion, rule
from guardrails.rule import Level, Severity

BUCKET, QUEUE, TOPIC = "aws:s3/bucket:Bucket", "aws:sqs/queue:Queue", "aws:sns/topic:Topic"
TABLE, FUNCTION, GROUP = "aws:dynamodb/table:Table", "aws:lambda/function:Function", "aws:cloudwatch/logGroup:LogGroup"
API, REST, GRAPHQL = "aws:apigatewayv2/api:Api", "aws:apigateway/restApi:RestApi", "aws:appsync/graphQLApi:GraphQLApi"
SECRET, BUS, POOL = "aws:secretsmanager/secret:Secret", "aws:cloudwatch/eventBus:EventBus", "aws:cognito/userPool:UserPool"


def _s3(name: str) -> str:
    return f"aws:s3/{name[0].lower()}{name[1:]}:{name}"


RULES = tuple(map(rule, (
    Companion("s3-bucket-is-versioned", "Every bucket keeps versions.", "What is overwritten or deleted by mistake is otherwise gone at once.", "make a BucketVersioning of it, as the platform's Bucket does", Severity.MEDIUM,
              ("checkov CKV_AWS_21", "Security Hub S3.14"), BUCKET, "bucket", ((_s3("BucketVersioning"), "bucket"),), "what is overwritten would be gone"),
    Companion("s3-bucket-has-a-lifecycle", "Every bucket removes what nobody needs.", "Old versions and broken uploads are paid for, for ever.", "make a BucketLifecycleConfiguration of it, as the platform's Bucket does", Severity.LOW,
              ("checkov CKV2_AWS_61", "Security Hub S3.10, S3.13"), BUCKET, "bucket", ((_s3("BucketLifecycleConfiguration"), "bucket"),), "old versions and broken uploads would be paid for, for ever"),
    Companion("s3-bucket-has-no-acls", "Every bucket says that objects belong to it.", "Otherwise lists of single objects count beside every policy.", "make BucketOwnershipControls of it, as the platform's Bucket does", Severity.MEDIUM,
              ("checkov CKV2_AWS_65", "Security Hub S3.12"), BUCKET, "bucket", ((_s3("BucketOwnershipControls"), "bucket"),), "lists of single objects would count beside every policy"),
    Companion("s3-bucket-is-logged", "Every bucket logs access.", "It takes a second bucket, and is paid by volume. CloudTrail knows who changed what.", "make a BucketLogging of it", Severity.LOW, ("cdk-nag AwsSolutions-S1", "checkov CKV_AWS_18", "Security Hub S3.9"), BUCKET, "bucket",
              ((_s3("BucketLogging"), "bucket"),), "who read what is nowhere", level=Level.OPT_IN),
    Companion("s3-bucket-is-replicated", "Every bucket has a copy in another region.", "It doubles what is paid.", "make a BucketReplicationConfig of it", Severity.LOW, ("checkov CKV_AWS_144", "Security Hub S3.7", "cdk-nag HIPAA.Security-S3BucketReplicationEnabled"), BUCKET, "bucket",
              ((_s3("BucketReplicationConfig"), "bucket"),), "a region that is lost takes it along", level=Level.OPT_IN),
    Companion("sns-topic-has-a-subscriber", "Every topic has a subscriber.", "An alarm's message to a topic without a subscriber is told to nobody.", "subscribe somebody: a team's address, a queue", Severity.MEDIUM, ("AWS Well-Architected OPS10-BP03",), TOPIC, "name",
              (("aws:sns/topicSubscription:TopicSubscription", "topic"),), "nobody would get what is sent", environments=("prod",), level=Level.OPT_IN),
    Companion("lambda-function-has-an-alias", "Every function has an alias.", "Whoever invokes $LATEST gets every upload at once, and nothing can be rolled back.", "make an Alias of it, as the platform's Function does", Severity.MEDIUM, ("AWS Lambda guide, aliases",), FUNCTION, "name",
              (("aws:lambda/alias:Alias", "functionName"),), "callers would get every upload at once"),
    Companion("api-has-a-stage", "Every HTTP and WebSocket API has a stage, with its log and throttle.", "An API that is given a stage by hand has neither.", "make a Stage of it, as the platform's HttpApi does", Severity.LOW, ("API Gateway guide, stages",), API, "name", (("aws:apigatewayv2/stage:Stage", "apiId"),),
              "whoever adds a stage by hand would add one without log and throttle"),
    Companion("rest-api-is-throttled-as-a-whole", "Every REST API has settings for its methods, with a throttle.", "Without them a single caller can use up the account's 10,000 requests a second.", "make MethodSettings of it for */*, as the platform's RestApi does", Severity.MEDIUM,
              ("serverless-rules ES2003", "cdk-nag Serverless-APIGWDefaultThrottling"), REST, "name", (("aws:apigateway/methodSettings:MethodSettings", "restApi"),), "one caller could use up the account's throttle"),
    Companion("event-bus-is-archived", "Every bus has an archive.", "What a consumer got wrong can be replayed only if it was kept.", "make an EventArchive of it, as the platform's EventBus does", Severity.LOW, ("EventBridge guide, archive and replay",), BUS, "name",
              (("aws:cloudwatch/eventArchive:EventArchive", "eventSourceArn"),), "nothing could be replayed"),
    Companion("secret-is-rotated", "Every secret is rotated.", "A value that has leaked works until it is replaced. Some secrets are somebody else's to replace.", "make a SecretRotation of it, in a manifest `rotation`", Severity.LOW, ("cdk-nag AwsSolutions-SMG4", "checkov CKV2_AWS_57", "Security Hub SecretsManager.1"),
              SECRET, "name", (("aws:secretsmanager/secretRotation:SecretRotation", "secretId"),), "a value that has leaked works for ever", level=Level.OPT_IN),
    Companion("dynamodb-table-is-backed-up", "Every table is in a plan of backups.", "Its own recovery goes with the table. The platform's backups begin with the last phase.", "back it up with AWS Backup", Severity.LOW, ("cdk-nag HIPAA.Security-DynamoDBInBackupPlan", "Security Hub DynamoDB.4"), TABLE, "name",
              (("aws:backup/selection:Selection", "resources"),), "its recovery goes with the table", level=Level.OPT_IN),
    Companion("users-stand-behind-a-firewall", "Every pool of users stands behind a firewall.", "Passwords are tried from many addresses. It costs by request.", "associate a list with it", Severity.LOW, ("prowler cognito_user_pool_waf_acl_attached",), POOL, "name", (("aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn"),),
              "passwords can be tried without end", level=Level.OPT_IN),
)))  # fmt: skip
