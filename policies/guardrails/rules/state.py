"""What holds data: tables, buckets, streams, queues, keys, secrets and backups can be restored, encrypted, and not lost by one mistake."""

from guardrails.rule import Level, Severity
from guardrails.setting import EACH, Setting, at_least, at_most, between, equals, holds_none_of, is_set, matches, rule
from platform_contract.kinds.secret import limits as secrets

TABLE, STREAM, QUEUE = "aws:dynamodb/table:Table", "aws:kinesis/stream:Stream", "aws:sqs/queue:Queue"
DAX, FIREHOSE = "aws:dax/cluster:Cluster", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
KEY_TYPE, SECRET, ROTATION = "aws:kms/key:Key", "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"
BUCKET = "aws:s3/bucket:Bucket"
VERSIONING, ENCRYPTION = "aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
VAULT, PLAN = "aws:backup/vault:Vault", "aws:backup/plan:Plan"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"
PROD = ("prod",)
OWN_KEY = matches(lambda key: bool(key) and "alias/aws/" not in str(key), good=(KEY,), bad=("alias/aws/kinesis", ""))

DYNAMODB = tuple(map(rule, (
    Setting(
        "dynamodb-table-can-be-restored", "Tables can be restored to any second.", "A bug that writes nonsense is noticed after hours; a backup of last night is too old.", "set pointInTimeRecovery {enabled: true}, as the platform's Table does",
        Severity.HIGH, ("checkov CKV_AWS_28", "cdk-nag AwsSolutions-DDB3", "Security Hub DynamoDB.2", "AWS Config DYNAMODB_PITR_ENABLED"), TABLE, "pointInTimeRecovery.enabled", equals(True), "what was overwritten an hour ago would be gone",
    ),
    Setting(
        "dynamodb-restore-reaches-back-a-week", "Tables can be restored to any second of a week at least.", "What goes wrong on Friday evening is noticed on Monday.", "set pointInTimeRecovery.recoveryPeriodInDays to 7 or more", Severity.MEDIUM,
        ("DynamoDB guide, point-in-time recovery",), TABLE, "pointInTimeRecovery.recoveryPeriodInDays", between(7, 35), "what went wrong before a weekend could not be undone", default=35,
    ),
    Setting(
        "dynamodb-table-is-protected", "Tables in production cannot be deleted by one call.", "A replaced table is an empty one. Deletion protection makes that an error in place of a loss.", "set deletionProtectionEnabled, as the platform's Table does in production",
        Severity.HIGH, ("Security Hub DynamoDB.6",), TABLE, "deletionProtectionEnabled", equals(True), "one call, or one planned replacement, would delete all data", environments=PROD,
    ),
    Setting(
        "dynamodb-table-scales", "Tables take what comes.", "A capacity that is fixed throttles on the best day of the year.", "set billingMode PAY_PER_REQUEST, as the platform's Table does, or waive the rule with the scaling policy as reason", Severity.MEDIUM,
        ("cdk-nag HIPAA.Security-DynamoDBAutoScalingEnabled", "checkov CKV2_AWS_16", "Security Hub DynamoDB.1"), TABLE, "billingMode", equals("PAY_PER_REQUEST", "PROVISIONED"), "throttles on the best day of the year", default="PROVISIONED",
    ),
    Setting(
        "dynamodb-table-has-own-key", "Tables are encrypted with the workload's key.", "Under the key that AWS manages for all tables, who may read one may read each.", "set serverSideEncryption.kmsKeyArn to the workload's key, as the platform's Table does",
        Severity.MEDIUM, ("checkov CKV_AWS_119",), TABLE, "serverSideEncryption.kmsKeyArn", OWN_KEY, "who may read one table could read each", when=(("serverSideEncryption.enabled", equals(True), False),),
    ),
    Setting(
        "dynamodb-on-demand-has-a-limit", "Tables on demand have a ceiling.", "A loop that writes is otherwise stopped by nothing but the budget.", "set onDemandThroughput.maxWriteRequestUnits", Severity.LOW, ("AWS Config DYNAMODB_THROUGHPUT_LIMIT_CHECK",), TABLE,
        "onDemandThroughput.maxWriteRequestUnits", at_least(1), "a loop that writes would be stopped by nothing but the budget", when=(("billingMode", equals("PAY_PER_REQUEST", "PROVISIONED"), "PROVISIONED"),), level=Level.OPT_IN,
    ),
    Setting(
        "dynamodb-replica-can-be-restored", "Replicas of tables can be restored, too.", "After a failover the replica is the table.", "set replicas[].pointInTimeRecovery", Severity.HIGH, ("checkov CKV_AWS_165",), TABLE, f"replicas.{EACH}.pointInTimeRecovery", equals(True),
        "after a failover, what was overwritten would be gone",
    ),
    Setting(
        "dax-cluster-is-encrypted", "Caches before tables are encrypted.", "They hold what the tables hold.", "set serverSideEncryption.enabled", Severity.MEDIUM, ("cdk-nag AwsSolutions-DDB4", "checkov CKV_AWS_47", "Security Hub DynamoDB.3"), DAX, "serverSideEncryption.enabled",
        equals(True), "items would be kept in the clear",
    ),
    Setting(
        "dax-cluster-speaks-tls", "Caches before tables are reached over TLS.", "They answer with what the tables hold.", "set clusterEndpointEncryptionType TLS", Severity.MEDIUM, ("checkov CKV_AWS_239", "Security Hub DynamoDB.7"), DAX, "clusterEndpointEncryptionType",
        equals("TLS", "NONE"), "items would travel in the clear",
    ),
)))  # fmt: skip

S3 = tuple(map(rule, (
    Setting(
        "s3-bucket-is-not-emptied", "Buckets in production are not emptied to be deleted.", "With it, `pulumi destroy` and a planned replacement delete every object and every version.", "leave forceDestroy off, as the platform's Bucket does in production", Severity.HIGH,
        ("Pulumi registry, aws.s3.Bucket forceDestroy",), BUCKET, "forceDestroy", equals(False), "a replacement would delete every object with the bucket", default=False, environments=PROD,
    ),
    Setting(
        "s3-versioning-is-on", "Versioning is on.", "What is overwritten or deleted by mistake is otherwise gone at once.", "set versioningConfiguration.status Enabled, as the platform's Bucket does", Severity.MEDIUM, ("checkov CKV_AWS_21", "Security Hub S3.14", "cdk-nag HIPAA.Security-S3BucketVersioningEnabled"),
        VERSIONING, "versioningConfiguration.status", equals("Enabled", "Suspended"), "what is overwritten would be gone",
    ),
    Setting(
        "s3-deletion-asks-a-second-factor", "Versions are deleted with a second factor.", "Only the account's root user can set it, so no program can.", "set versioningConfiguration.mfaDelete", Severity.LOW, ("Security Hub S3.20",), VERSIONING, "versioningConfiguration.mfaDelete",
        equals("Enabled", "Disabled"), "whoever may delete a version needs no second factor", level=Level.OPT_IN,
    ),
    Setting(
        "s3-bucket-key-is-on", "Buckets ask the key once, not for each object.", "A call of KMS for each object is often the largest part of a bucket's bill.", "set rules[].bucketKeyEnabled, as the platform's Bucket does", Severity.LOW, ("compliance-policies aws-s3-bucket-enable-bucket-key",),
        ENCRYPTION, f"rules.{EACH}.bucketKeyEnabled", equals(True), "every object would be a call of KMS",
    ),
    Setting(
        "s3-acls-are-off", "Access lists of objects are off.", "An object's own list opens it beside every policy, and an object of another account is not ours.", "set rule.objectOwnership BucketOwnerEnforced, as the platform's Bucket does", Severity.MEDIUM,
        ("checkov CKV2_AWS_65", "Security Hub S3.12"), "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "rule.objectOwnership", equals("BucketOwnerEnforced", "ObjectWriter"), "an object's own list could open it beside every policy",
    ),
    Setting(
        "s3-access-point-is-private", "Access points block what would open a bucket.", "A bucket that is closed is open through an access point that is not.", "leave publicAccessBlockConfiguration on", Severity.CRITICAL, ("checkov CKV_AWS_392", "Security Hub S3.19"),
        "aws:s3/accessPoint:AccessPoint", "publicAccessBlockConfiguration.blockPublicPolicy", equals(True), "the bucket could be opened through it", default=True,
    ),
    Setting(
        "s3-lifecycle-rules-hold", "Rules of a lifecycle are switched on.", "A rule that is switched off looks like one on every page.", "set status Enabled", Severity.LOW, ("Security Hub S3.13", "checkov CKV_AWS_300"), "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", f"rules.{EACH}.status",
        equals("Enabled", "Disabled"), "what it should remove would be kept, and paid for",
    ),
    Setting(
        "s3-names-its-origins", "Buckets name the origins of pages that may use them.", "With `*`, every page on the internet may use a link that leaked.", "list the origins in corsRules, in a manifest `cors`", Severity.MEDIUM, ("AWS S3 guide, cross-origin resource sharing",),
        "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", f"corsRules.{EACH}.allowedOrigins", holds_none_of("*", good="https://shop.example.com"), "every page on the internet could use it",
    ),
    Setting(
        "s3-object-lock-is-on", "Objects cannot be deleted before their time.", "Some rules of compliance ask for it. Nobody can undo it.", "set objectLockEnabled", Severity.LOW, ("Security Hub S3.15", "checkov CKV_AWS_143", "cdk-nag S3BucketDefaultLockEnabled"), BUCKET, "objectLockEnabled",
        equals(True), "who may delete an object may do so at any time", level=Level.OPT_IN,
    ),
)))  # fmt: skip

STREAMS_AND_QUEUES = tuple(map(rule, (
    Setting(
        "kinesis-stream-is-encrypted", "Streams are encrypted.", "Records wait in a stream for days.", "set encryptionType KMS and kmsKeyId, as the platform's Stream does", Severity.HIGH, ("checkov CKV_AWS_43", "cdk-nag AwsSolutions-KDS1", "Security Hub Kinesis.1"), STREAM, "encryptionType",
        equals("KMS", "NONE"), "records would be kept in the clear",
    ),
    Setting(
        "kinesis-stream-has-own-key", "Streams are encrypted with a key of ours.", "Under the key that AWS manages, who may read one stream may read each.", "set kmsKeyId to the workload's key, as the platform's Stream does", Severity.MEDIUM, ("checkov CKV_AWS_185",), STREAM, "kmsKeyId", OWN_KEY,
        "who may read one stream could read each", when=(("encryptionType", equals("KMS", "NONE"), "NONE"),),
    ),
    Setting(
        "kinesis-records-survive-a-weekend", "Records of a stream are kept for three days in production.", "What fails on Friday evening is repaired on Monday, and by default gone on Saturday.", "set retentionPeriod to 72 hours or more", Severity.MEDIUM, ("Kinesis guide, data retention",), STREAM, "retentionPeriod",
        at_least(72), "what fails on Friday evening would be gone on Monday", default=24, environments=PROD,
    ),
    Setting(
        "kinesis-records-survive-a-week", "Records of a stream are kept for a week.", "Security Hub asks for it. It is paid by the hour.", "set retentionPeriod to 168 hours or more", Severity.LOW, ("Security Hub Kinesis.3",), STREAM, "retentionPeriod", at_least(168), "records are gone within a week",
        default=24, level=Level.OPT_IN,
    ),
    Setting(
        "kinesis-shards-have-ceiling", "A stream has no more shards than an environment allows.", "A shard is paid by the hour, whether anybody writes.", "lower shardCount, or use the on-demand mode", Severity.LOW, ("AWS Kinesis pricing",), STREAM, "shardCount", at_most(20), "is more than this environment allows",
        default=0, by_environment={"local": at_most(4), "dev": at_most(4)},
    ),
    Setting(
        "firehose-is-encrypted", "Delivery streams are encrypted.", "Records wait in them.", "set serverSideEncryption.enabled", Severity.MEDIUM, ("cdk-nag AwsSolutions-KDF1", "checkov CKV_AWS_240", "Security Hub DataFirehose.1"), FIREHOSE, "serverSideEncryption.enabled", equals(True),
        "records would be kept in the clear", when=(("kinesisSourceConfiguration.kinesisStreamArn", matches(lambda arn: not arn, good=(None,), bad=("arn:aws:kinesis:eu-west-1:0:stream/s",)), ""),),
    ),
    Setting(
        "sqs-queue-has-own-key", "Queues are encrypted with a key of ours.", "SQS's own encryption protects a disk, not against who may read queues.", "set kmsMasterKeyId", Severity.LOW, ("checkov CKV2_AWS_73",), QUEUE, "kmsMasterKeyId", OWN_KEY, "who may read one queue may read each", level=Level.OPT_IN,
    ),
    Setting(
        "sqs-messages-wait-four-days", "Messages wait for four days at least in production.", "A queue that forgets before a weekend is over loses what came in on it.", "set messageRetentionSeconds to 345600 or more", Severity.MEDIUM, ("SQS guide, message retention",), QUEUE, "messageRetentionSeconds",
        at_least(345_600), "what comes in before a weekend would be lost", default=345_600, environments=PROD,
    ),
)))  # fmt: skip

KEYS = tuple(map(rule, (
    Setting(
        "kms-key-is-rotated", "Keys are rotated.", "A key that is never changed protects everything that was ever written, and all of it at once.", "set enableKeyRotation, as the platform's keys do", Severity.MEDIUM, ("checkov CKV_AWS_7", "cdk-nag AwsSolutions-KMS5", "Security Hub KMS.4"), KEY_TYPE, "enableKeyRotation",
        equals(True), "one key would protect everything for ever", when=(("customerMasterKeySpec", equals("SYMMETRIC_DEFAULT", "RSA_2048"), "SYMMETRIC_DEFAULT"),),
    ),
    Setting(
        "kms-key-is-enabled", "Keys are enabled.", "What a disabled key encrypts cannot be read.", "leave isEnabled on", Severity.LOW, ("checkov CKV_AWS_227",), KEY_TYPE, "isEnabled", equals(True), "nothing that it encrypts could be read", default=True,
    ),
    Setting(
        "kms-key-cannot-lock-everybody-out", "A key's policy is checked before it locks everybody out.", "A key that nobody may administer can be opened by AWS's support alone, in days.", "leave bypassPolicyLockoutSafetyCheck off", Severity.HIGH,
        ("compliance-policies aws-kms-key-disallow-bypass-policy-lockout-safety-check",), KEY_TYPE, "bypassPolicyLockoutSafetyCheck", equals(False), "a mistake in the policy would lock everybody out", default=False,
    ),
    Setting(
        "kms-key-is-deleted-late", "A key in production waits 30 days for its deletion.", "With the key goes everything that it encrypts.", "set deletionWindowInDays to 30, as the platform's keys do in production", Severity.MEDIUM, ("Security Hub KMS.3",), KEY_TYPE, "deletionWindowInDays", at_least(30),
        "everything that it encrypts would be lost sooner", default=30, by_environment={"local": at_least(7), "dev": at_least(7)},
    ),
    Setting(
        "kms-key-has-a-policy", "A key has a policy of its own.", "Without one, who may use it is decided by every identity policy of the account.", "set policy, as the platform's keys do", Severity.MEDIUM, ("checkov CKV2_AWS_64",), KEY_TYPE, "policy", is_set('{"Statement": []}'),
        "every identity policy of the account would decide who may use it",
    ),
    Setting(
        "kms-key-is-described", "Keys say what they are for.", "Who is about to delete one reads the description.", "set description", Severity.LOW, ("compliance-policies aws-kms-key-missing-description",), KEY_TYPE, "description", is_set("Encrypts orders."), "nobody could say what would be lost with it",
    ),
    Setting(
        "kms-key-stays-in-its-region", "Keys stay in their region.", "A key of many regions can decrypt in each of them.", "leave multiRegion off", Severity.LOW, ("prowler kms_cmk_not_multi_region",), KEY_TYPE, "multiRegion", equals(False), "it can decrypt in other regions", default=False, level=Level.OPT_IN,
    ),
)))  # fmt: skip

SECRETS = tuple(map(rule, (
    Setting(
        "secret-is-encrypted", "Secrets are encrypted with a key of ours.", "Under the key that AWS manages, everybody in the account who may read secrets may read this one.", "set kmsKeyId to the workload's key, as the platform's Secret does", Severity.HIGH,
        ("checkov CKV_AWS_149", "cdk-nag HIPAA.Security-SecretsManagerUsingKMSKey"), SECRET, "kmsKeyId", is_set(KEY), "it would be readable by everybody in the account who may read secrets",
    ),
    Setting(
        "secret-is-described", "Secrets say what they are for.", "Who has to replace one at night reads the description.", "set description, as the platform's Secret does", Severity.LOW, ("compliance-policies aws-secretsmanager-secret-missing-description",), SECRET, "description", is_set("The partner's key."),
        "nobody could say whose it is",
    ),
    Setting(
        "secret-can-be-recovered", "Secrets in production can be recovered for a week.", "A deleted secret that cannot be recovered is an outage until somebody else makes a new one.", "set recoveryWindowInDays to 7 or more", Severity.MEDIUM, ("Secrets Manager guide, delete a secret",), SECRET, "recoveryWindowInDays",
        between(7, 30), "a deletion by mistake could not be undone", default=30, environments=PROD, level=Level.OPT_IN,
    ),
    Setting(
        "secret-rotation-interval", f"A secret that is rotated is so at least every {secrets.RECOMMENDED_ROTATION_DAYS} days.", "A value that has leaked works until it is replaced.",
        f"set rotationRules.automaticallyAfterDays to {secrets.RECOMMENDED_ROTATION_DAYS} or less, in a manifest `rotation: {{every_days: ...}}`", Severity.MEDIUM, ("checkov CKV_AWS_304", "Security Hub SecretsManager.4"), ROTATION, "rotationRules.automaticallyAfterDays",
        between(1, secrets.RECOMMENDED_ROTATION_DAYS), "a value that has leaked would work for longer than that",
    ),
    Setting(
        "secret-policy-blocks-the-public", "A policy of a secret cannot open it to everybody.", "AWS refuses such a policy, if it is asked to look.", "set blockPublicPolicy", Severity.HIGH, ("prowler secretsmanager_not_publicly_accessible",), "aws:secretsmanager/secretPolicy:SecretPolicy", "blockPublicPolicy",
        equals(True), "AWS would not refuse a policy for everybody",
    ),
    Setting(
        "parameter-has-own-key", "Encrypted parameters use a key of ours.", "Under the key that AWS manages, who may read parameters may read this one.", "set keyId to the workload's key", Severity.MEDIUM, ("checkov CKV_AWS_337",), "aws:ssm/parameter:Parameter", "keyId", OWN_KEY,
        "who may read parameters could read this one", when=(("type", equals("SecureString", "String"), "String"),),
    ),
)))  # fmt: skip

BACKUPS = tuple(map(rule, (
    Setting("backup-vault-has-own-key", "Backups are encrypted with a key of ours.", "A backup is the data.", "set kmsKeyArn to the workload's key, as the platform's Backups do", Severity.HIGH, ("checkov CKV_AWS_166", "Security Hub Backup.1"), VAULT, "kmsKeyArn", OWN_KEY,
            "who may read one backup could read each"),
    Setting("backup-vault-is-not-emptied", "Vaults in production are not emptied to be deleted.", "With it, `pulumi destroy` deletes every backup.", "leave forceDestroy off", Severity.HIGH, ("Pulumi registry, aws.backup.Vault forceDestroy",), VAULT, "forceDestroy", equals(False),
            "every backup would be deleted with it", default=False, environments=PROD),
    Setting("backup-plan-has-rules", "A plan of backups has rules.", "A plan without rules looks like backups on every page.", "set rules, as the platform's Backups do", Severity.HIGH, ("AWS Backup guide, backup plan options",), PLAN, "rules", is_set([{"ruleName": "nightly"}]), "nothing would be backed up"),
    Setting("backup-plan-forgets", "Backups end.", "Kept for ever is paid for ever, and personal data beyond its purpose.", "set rules[].lifecycle.deleteAfter", Severity.MEDIUM, ("AWS Backup guide, backup plan options",), PLAN, f"rules.{EACH}.lifecycle.deleteAfter", at_least(1),
            "backups would be kept, and paid for, for ever"),
)))  # fmt: skip
