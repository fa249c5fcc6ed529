"""How long logs of a workload are kept, and what is masked in them."""

import json

from platform_contract.platform import logs
from platform_contract.platform.data_class import protection_document
from platform_contract.platform.scope import Scope


def retention_days(scope: Scope) -> int:
    """How long the workload's logs are kept, in days; on the embedded cloud, which is thrown away, as the settings say."""
    wanted = scope.settings.log_retention_days
    return wanted if scope.settings.embedded else logs.retention_days(scope.data_class, wanted)


def log_protection(scope: Scope) -> str | None:
    """The data protection policy of each of its log groups as JSON text; None where the class of data asks for none."""
    document = protection_document(scope.data_class, scope.settings.partition)
    return json.dumps(document) if document else None
