"""How long logs of a workload are kept, and what is masked in them."""

import json

from platform_contract.manifest import Manifest
from platform_contract.platform import logs
from platform_contract.platform.data_class import protection_document
from platform_contract.platform.settings import Settings


def retention_days(settings: Settings, manifest: Manifest) -> int:
    """How long the workload's logs are kept, in days; on the embedded cloud, which is thrown away, as the settings say."""
    wanted = settings.log_retention_days
    return wanted if settings.embedded else logs.retention_days(manifest.data_class, wanted)


def log_protection(settings: Settings, manifest: Manifest) -> str | None:
    """The data protection policy of each of its log groups as JSON text; None where the class of data asks for none."""
    document = protection_document(manifest.data_class, settings.partition)
    return json.dumps(document) if document else None
