"""How long logs of a workload are kept."""

from platform_contract.settings import Settings
from platform_contract.specs import Manifest
from platform_contract.standards import logs


def retention_days(settings: Settings, manifest: Manifest) -> int:
    """How long the workload's logs are kept, in days; on the embedded cloud, which is thrown away, as the settings say."""
    wanted = settings.log_retention_days
    return wanted if settings.embedded else logs.retention_days(manifest.data_class, wanted)
