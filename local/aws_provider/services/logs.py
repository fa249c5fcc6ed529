"""Amazon CloudWatch Logs."""

import json

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging


def _arn(work: Work) -> str:
    return work.state.get("arn") or work.format("arn:{partition}:logs:{region}:{account}:log-group:{name}")


TAGS = Tagging(
    "tags",
    "tag_resource",
    "untag_resource",
    "list_tags_for_resource",
    {"resourceArn": _arn},
    member="tags",
    keys="tagKeys",
    answer="tags",
)


def _retention(work: Work) -> None:
    days = work.state.get("retentionInDays")
    if days:
        work.call("put_retention_policy", logGroupName=work.state["name"], retentionInDays=int(days))
    elif work.old and work.old.get("retentionInDays"):
        work.call("delete_retention_policy", logGroupName=work.state["name"])


def _key(work: Work) -> None:
    if work.old is None or "kmsKeyId" not in work.changed:
        return
    if key := work.state.get("kmsKeyId"):
        work.call("associate_kms_key", logGroupName=work.state["name"], kmsKeyId=key)
    elif work.old.get("kmsKeyId"):  # a repair makes every call again: what was never there is not taken away
        work.call("disassociate_kms_key", logGroupName=work.state["name"])


def _read(work: Work) -> State | None:
    call = Call("describe_log_groups", {"logGroupNamePrefix": "name"}, take="logGroups", pick=("logGroupName", "name"))
    found = work.do(call)
    if found is None:
        return None
    # The service's ARN ends in ":*", which means its streams; Pulumi's is that of the group.
    return {**found, "arn": found.get("arn", "").removesuffix(":*"), "retentionInDays": found.get("retentionInDays")}


def _delete(work: Work) -> None:
    if not work.state.get("skipDestroy"):
        work.call("delete_log_group", logGroupName=work.state["name"])


PROTECTION_CHARACTERS = 30_720
GROUPS_OF_A_QUERY = 50
"""CloudWatch Logs user guide, "Quotas": log groups of one query."""


def _protection(inputs: State) -> list[tuple[str, str]]:
    """What PutDataProtectionPolicy wants of the document (CloudWatch Logs API reference)."""
    content = inputs.get("policyDocument")
    if not isinstance(content, str):
        return []
    try:
        statements = json.loads(content)["Statement"]
        operations = {next(iter(each["Operation"])): each for each in statements}
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        return [("policyDocument", f"policyDocument: is no data protection policy: {error!r}")]
    found = []
    if sorted(operations) != ["Audit", "Deidentify"] or len(statements) != 2:
        return [("policyDocument", "policyDocument: has one statement with Audit and one with Deidentify")]
    audit, mask = operations["Audit"], operations["Deidentify"]
    if audit.get("DataIdentifier") != mask.get("DataIdentifier") or not mask.get("DataIdentifier"):
        found.append("both statements have the same DataIdentifier, of at least one")
    if "FindingsDestination" not in audit["Operation"]["Audit"]:
        found.append("Audit has a FindingsDestination, be it empty")
    if mask["Operation"]["Deidentify"] != {"MaskConfig": {}}:
        found.append("Deidentify has an empty MaskConfig")
    return [("policyDocument", f"policyDocument: {each}") for each in found]


def _groups(inputs: State) -> list[tuple[str, str]]:
    groups = inputs.get("logGroupNames")
    if isinstance(groups, list) and len(groups) > GROUPS_OF_A_QUERY:
        return [("logGroupNames", f"logGroupNames: has {len(groups)} entries, at most {GROUPS_OF_A_QUERY} are taken")]
    return []


def _transformation(inputs: State) -> list[tuple[str, str]]:
    """PutMetricFilter: a value for lines that do not fit would be one of every combination of dimensions."""
    given = inputs.get("metricTransformation")
    if isinstance(given, dict) and given.get("dimensions") and given.get("defaultValue") is not None:
        return [("metricTransformation", "metricTransformation: has dimensions and defaultValue, and AWS takes one of them")]
    return []


RESOURCES = [
    Resource(
        "aws:cloudwatch/logGroup:LogGroup", "logs", id="{name}", named="name", name_limit=512, tags=TAGS, api={"logGroupName": "name"},
        known={"arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}"},
        create=Call("create_log_group"), steps=(_retention, _key), read=_read, delete=(_delete,),
        unread=frozenset({"skipDestroy"}), assigned=frozenset({"logGroupClass"}),
        limits={"retentionInDays": {"enum": [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,
                                             2557, 2922, 3288, 3653]}},  # CloudWatch Logs API reference, PutRetentionPolicy
        aws_refuses=(
            Refusal("logs-key-admits-logs", "CreateLogGroup with a key is refused unless the key's policy admits logs.REGION.amazonaws.com for this group.", needs="kms/key of kmsKeyId"),
            Refusal("logs-name-taken-by-lambda", "A function that runs before its log group exists makes it itself, without key or retention; then CreateLogGroup is refused."),
        ),
    ),
    Resource(
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "", id="{logGroupName}", json=frozenset({"policyDocument"}),
        limits={"policyDocument": {"maxLength": PROTECTION_CHARACTERS}}, checks=(_protection,),
        aws_refuses=(
            Refusal("logs-protection-after-its-group", "The log group has to exist.", needs="cloudwatch/logGroup of logGroupName"),
            Refusal("logs-protection-before-what-logs", "Data is masked when it is ingested: what was logged before the policy stays readable, for as long as it is kept."),
            Refusal("logs-protection-two-statements", "The document has one statement with Audit and one with Deidentify, with the same identifiers, an empty MaskConfig, and at most 30,720 characters."),
            Refusal("logs-protection-class-standard", "Log groups of the class DELIVERY are not masked, and those of INFREQUENT_ACCESS not in every partition (the guides differ): the group is STANDARD."),
            Refusal("logs-protection-shown-to-unmask", "Who has logs:Unmask sees what is masked."),
        ),
    ),
    Resource(
        "aws:cloudwatch/queryDefinition:QueryDefinition", "logs", id="{queryDefinitionId}", named="name", name_limit=255,
        known={"arn": "arn:{partition}:logs:{region}:{account}:query-definition:{queryDefinitionId}"}, fakes={"queryDefinitionId": "uuid"},
        create=Call("put_query_definition"), checks=(_groups,),
        aws_refuses=(
            Refusal("logs-query-groups-exist", "A saved query is not looked at: one that is misspelt, or names a log group that does not exist, fails when somebody runs it.", needs="cloudwatch/logGroup of logGroupNames"),
            Refusal("logs-query-names-repeat", "Names of saved queries are not unique: a second stack makes a second query of the same name."),
            Refusal("logs-1000-queries", "An account has at most 1,000 saved queries in a region."),
        ),
    ),
    Resource(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter", "logs", id="{name}", named="name", name_limit=512,
        api={"filterName": "name", "filterPattern": "pattern", "metricTransformations": "metricTransformation", "metricName": "name",
             "metricNamespace": "namespace", "metricValue": "value"},
        create=Call("put_metric_filter"), checks=(_transformation,),
        aws_refuses=(
            Refusal("logs-filter-group-exists", "The log group has to exist.", needs="cloudwatch/logGroup of logGroupName"),
            Refusal("logs-filter-takes-json", "A pattern of JSON fits lines that are JSON as a whole; of others it makes no value, and says nothing."),
            Refusal("logs-filter-100", "A log group has at most 100 metric filters."),
            Refusal("logs-filter-from-now-on", "Values are made of lines that are written afterwards."),
        ),
    ),
]  # fmt: skip
