"""What an action or a resource pattern reaches, tried with names that nobody has given to anything."""

import re
from functools import lru_cache

from guardrails.documents.wildcards import INVENTED, is_pattern, matches

FIRST_PART_NAMES = ("s3", "execute-api", "sqs", "sns")
"""Services whose ARN begins with the name (`bucket/key`, `api/stage/...`), where others begin with a kind (`table/name`)."""

FOLDERS = frozenset({"", "aws", "lambda", "states", "vendedlogs", "apigateway", "restapis", "default", "accesspoint"})
"""Parts of names that AWS gives, and that say nothing of whose resource it is. Not `appsync`: it names log groups by the ids of its
APIs, and a role has to be there before the API that logs with it."""

EVERY, WORKLOADS, ACCOUNTS = "on every resource of the account", "on resources of other workloads too", "on resources of other accounts"

READING = ("Get", "List", "Describe", "BatchGet", "Head", "Lookup", "Search")
VERBS = (*READING, "Add", "Associate", "Attach", "Cancel", "Create", "Delete", "Disable", "Enable", "Invoke", "Modify", "Publish", "Put", "Remove", "Send", "Set",
         "Start", "Stop", "Tag", "Untag", "Update", "Write")  # fmt: skip
"""With which names of actions begin. Service Authorization Reference."""


@lru_cache(maxsize=8192)
def beyond(pattern: str, environment: str) -> str:
    """What a resource pattern reaches beside what it names: EVERY, WORKLOADS, ACCOUNTS, or empty. environment: with which names begin."""
    if not is_pattern(pattern):
        return ""
    parts = pattern.split(":", 5)
    if len(parts) < 6 or is_pattern(parts[2]):
        return EVERY
    if is_pattern(parts[4]) and matches(parts[4], INVENTED):
        return ACCOUNTS
    names = re.split("[:/]", parts[5])
    if parts[2] not in FIRST_PART_NAMES:
        if is_pattern(names[0]):
            return EVERY
        names = names[1:]
    for name in names:
        if is_pattern(name):
            end = re.split("[*?]", name)[-1]
            if not name.strip("*?") or matches(name, f"stranger{end}"):
                return EVERY
            return WORKLOADS if matches(name, f"{environment}-stranger{end}") else ""
        if name not in FOLDERS and name != environment:
            return ""
    return ""


@lru_cache(maxsize=8192)
def broad(pattern: str) -> str:
    """Why an action pattern is broad, as a clause; empty where it is not. Every reading action of a named thing is not."""
    service, _, name = pattern.lower().partition(":")
    if is_pattern(service) or not name.strip("*?"):
        return "allows all actions of a service"
    if not is_pattern(name):
        return ""
    end = re.split("[*?]", name)[-1]
    verbs = [verb for verb in VERBS if matches(name, f"{verb.lower()}invented{end}")]
    if len(verbs) > 1:
        return f"allows several kinds of actions ({', '.join(verbs[:3])}...), also those that AWS will add"
    return f"allows whatever begins with {verbs[0]}, also what AWS will add" if verbs and verbs[0] not in READING else ""
