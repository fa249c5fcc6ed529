"""Numbers and names that rules share with the components: the contract's standards, under the names that rules use."""

from platform_contract.kinds.queue.limits import MAX_RECEIVE_COUNT_LEAST as LEAST_RECEIVE_COUNT
from platform_contract.kinds.queue.limits import VISIBILITY_TIMEOUTS, visibility_timeout_seconds
from platform_contract.platform.boundary import DENIED_ACTIONS
from platform_contract.platform.data_class import CLASSES
from platform_contract.platform.iam import WITHOUT_RESOURCE_LEVEL
from platform_contract.platform.kms import SERVICES as KEY_SERVICES
from platform_contract.platform.lambda_ import TRACING_MODE
from platform_contract.platform.logs import LOG_FORMAT
from platform_contract.platform.tags import OWNER_TAG

WITHOUT_RESOURCE = frozenset(action.lower() for action in WITHOUT_RESOURCE_LEVEL)
"""Actions for which IAM knows no resource, in lower case, as IAM compares them."""

KMS_WITHOUT_SOURCE = frozenset(service["principal"] for service in KEY_SERVICES.values() if not service["condition"])
"""Services that tell KMS nothing of whom they act for."""

__all__ = [
    "CLASSES",
    "DENIED_ACTIONS",
    "KMS_WITHOUT_SOURCE",
    "LEAST_RECEIVE_COUNT",
    "LOG_FORMAT",
    "OWNER_TAG",
    "TRACING_MODE",
    "VISIBILITY_TIMEOUTS",
    "WITHOUT_RESOURCE",
    "visibility_timeout_seconds",
]
