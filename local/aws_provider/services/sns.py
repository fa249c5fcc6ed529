"""Amazon SNS."""

import json

from ..calls import Work
from ..convert import to_text
from ..entry import Call, Const, Refusal, Resource, State, Tagging

TOPIC_ATTRIBUTES = {
    "displayName": "DisplayName", "policy": "Policy", "deliveryPolicy": "DeliveryPolicy", "kmsMasterKeyId": "KmsMasterKeyId",
    "fifoTopic": "FifoTopic", "contentBasedDeduplication": "ContentBasedDeduplication", "tracingConfig": "TracingConfig",
    "signatureVersion": "SignatureVersion", "archivePolicy": "ArchivePolicy", "fifoThroughputScope": "FifoThroughputScope",
    "lambdaSuccessFeedbackRoleArn": "LambdaSuccessFeedbackRoleArn", "lambdaFailureFeedbackRoleArn": "LambdaFailureFeedbackRoleArn",
    "lambdaSuccessFeedbackSampleRate": "LambdaSuccessFeedbackSampleRate",
    "sqsSuccessFeedbackRoleArn": "SQSSuccessFeedbackRoleArn", "sqsFailureFeedbackRoleArn": "SQSFailureFeedbackRoleArn",
    "sqsSuccessFeedbackSampleRate": "SQSSuccessFeedbackSampleRate",
    "httpSuccessFeedbackRoleArn": "HTTPSuccessFeedbackRoleArn", "httpFailureFeedbackRoleArn": "HTTPFailureFeedbackRoleArn",
    "httpSuccessFeedbackSampleRate": "HTTPSuccessFeedbackSampleRate",
    "firehoseSuccessFeedbackRoleArn": "FirehoseSuccessFeedbackRoleArn",
    "firehoseFailureFeedbackRoleArn": "FirehoseFailureFeedbackRoleArn",
    "firehoseSuccessFeedbackSampleRate": "FirehoseSuccessFeedbackSampleRate",
    "applicationSuccessFeedbackRoleArn": "ApplicationSuccessFeedbackRoleArn",
    "applicationFailureFeedbackRoleArn": "ApplicationFailureFeedbackRoleArn",
    "applicationSuccessFeedbackSampleRate": "ApplicationSuccessFeedbackSampleRate",
    "arn": "TopicArn", "owner": "Owner", "beginningArchiveTime": "BeginningArchiveTime",
}  # fmt: skip
SUBSCRIPTION_ATTRIBUTES = {
    "rawMessageDelivery": "RawMessageDelivery", "filterPolicy": "FilterPolicy", "filterPolicyScope": "FilterPolicyScope",
    "redrivePolicy": "RedrivePolicy", "deliveryPolicy": "DeliveryPolicy", "subscriptionRoleArn": "SubscriptionRoleArn",
    "replayPolicy": "ReplayPolicy", "topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint", "ownerId": "Owner",
    "pendingConfirmation": "PendingConfirmation", "confirmationWasAuthenticated": "ConfirmationWasAuthenticated",
}  # fmt: skip
OF_TOPIC = frozenset({"arn", "owner", "beginningArchiveTime"})
OF_SUBSCRIPTION = frozenset({"topic", "protocol", "endpoint", "ownerId", "pendingConfirmation", "confirmationWasAuthenticated"})
TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_for_resource", {"ResourceArn": "arn"}, shape="list")
DEFAULT_SID = "__default_statement_ID"
"""Sid of the statement in the policy that SNS gives to every topic."""


def _new_topic(work: Work) -> dict[str, str]:
    return {
        key: value
        for key, value in work.to_attributes(set(TOPIC_ATTRIBUTES) - OF_TOPIC).items()
        if key != "FifoTopic" or value == "true"
    }


def _set_topic(work: Work) -> None:
    for key, value in work.to_attributes(work.changed - OF_TOPIC - {"fifoTopic"}).items():
        work.call("set_topic_attributes", TopicArn=work.state["arn"], AttributeName=key, AttributeValue=value)


def _new_subscription(work: Work) -> dict[str, str]:
    return work.to_attributes(set(SUBSCRIPTION_ATTRIBUTES) - OF_SUBSCRIPTION)


def _set_subscription(work: Work) -> None:
    for name in sorted(work.changed & set(SUBSCRIPTION_ATTRIBUTES) - OF_SUBSCRIPTION):
        value = work.state.get(name)
        empty = "{}" if name == "filterPolicy" else "false" if name == "rawMessageDelivery" else ""
        work.call(
            "set_subscription_attributes", SubscriptionArn=work.state["arn"], AttributeName=SUBSCRIPTION_ATTRIBUTES[name],
            AttributeValue=empty if value is None else to_text(value),
        )  # fmt: skip


def _set_policy(work: Work) -> State:
    work.call("set_topic_attributes", TopicArn=work.state["arn"], AttributeName="Policy", AttributeValue=work.state["policy"])
    return {}


def _read_policy(work: Work) -> State | None:
    attributes = work.call("get_topic_attributes", TopicArn=work.state["arn"])["Attributes"]
    policy = attributes.get("Policy")
    if not policy or [each.get("Sid") for each in json.loads(policy).get("Statement", [])] == [DEFAULT_SID]:
        return None  # the policy that every topic has when nobody gave it one
    return {"policy": policy, "owner": attributes.get("Owner")}


def _default_policy(work: Work) -> None:
    """A topic always has a policy: deleting ours puts SNS's own back, which admits the account only."""
    arn, account = work.state["arn"], work.state["arn"].split(":")[4]
    actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
               "ListSubscriptionsByTopic", "Publish"]  # fmt: skip
    statement = {
        "Sid": DEFAULT_SID, "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": [f"SNS:{each}" for each in actions],
        "Resource": arn, "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }  # fmt: skip
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    work.call("set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(document))


def _arn(id: str) -> State:
    return {"id": id, "arn": id, "name": id.rsplit(":", 1)[-1]}


RESOURCES = [
    Resource(
        "aws:sns/topic:Topic", "sns", id="{arn}", named="name", name_limit=256, identify=_arn, tags=TAGS,
        api={"TopicArn": "arn", "Name": "name"}, attributes=TOPIC_ATTRIBUTES,
        known={"arn": "arn:{partition}:sns:{region}:{account}:{name}", "owner": "{account}"},
        create=Call("create_topic", {"Attributes": _new_topic}), update=(_set_topic,),
        read=Call("get_topic_attributes", take="Attributes"), delete=(Call("delete_topic"),),
        json=frozenset({"policy", "deliveryPolicy", "archivePolicy"}),
        assigned=frozenset({"policy", "displayName", "signatureVersion", "tracingConfig"}),
        limits={"name": {"pattern": r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo"},
                "signatureVersion": {"min": 1, "max": 2}, "tracingConfig": {"enum": ["Active", "PassThrough"]}},
        aws_refuses=(
            Refusal("sns-key-admits-the-publisher", "CloudWatch, EventBridge and S3 publish to an encrypted topic only if the key's policy gives them kms:GenerateDataKey and kms:Decrypt; aws/sns never does.", needs="kms/key of kmsMasterKeyId"),
        ),
    ),
    Resource(
        "aws:sns/topicPolicy:TopicPolicy", "sns", id="{arn}", json=frozenset({"policy"}), known={"owner": "{account}"},
        create=_set_policy, update=(_set_policy,), read=_read_policy, delete=(_default_policy,),
        aws_refuses=(
            Refusal("sns-policy-after-its-topic", "The policy is an attribute of the topic, which has to exist; its principals too.", needs="sns/topic of arn"),
        ),
    ),
    Resource(
        "aws:sns/topicSubscription:TopicSubscription", "sns", id="{arn}", attributes=SUBSCRIPTION_ATTRIBUTES,
        api={"TopicArn": "topic", "SubscriptionArn": "arn", "Endpoint": "endpoint"}, identify=lambda id: {"id": id, "arn": id},
        fakes={"arn": "{topic}:{hex}"},
        create=Call("subscribe", {"Attributes": _new_subscription, "ReturnSubscriptionArn": Const(True)}),
        update=(_set_subscription,), read=Call("get_subscription_attributes", take="Attributes"), delete=(Call("unsubscribe"),),
        json=frozenset({"filterPolicy", "redrivePolicy", "deliveryPolicy", "replayPolicy"}),
        unread=frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"}),
        assigned=frozenset({"filterPolicyScope"}),
        limits={"protocol": {"enum": ["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"]},
                "filterPolicyScope": {"enum": ["MessageAttributes", "MessageBody"]}},
        aws_refuses=(
            Refusal("sns-email-is-confirmed-by-a-person", "An e-mail subscription delivers nothing until its receiver has confirmed it, and cannot be deleted before; the emulator confirms at once."),
            Refusal("sns-subscription-queue-admits-the-topic", "Messages for a queue whose policy does not admit sns.amazonaws.com for this topic are lost; with a key of its own, that key's policy has to admit it too."),
            Refusal("sns-subscription-undelivered", "A message that a queue or function refuses is tried again by SNS and then goes to the subscription's redrivePolicy; the emulator tries a function once."),
            Refusal("sns-subscription-after-its-topic", "The topic has to exist.", needs="sns/topic of topic"),
        ),
    ),
]  # fmt: skip
