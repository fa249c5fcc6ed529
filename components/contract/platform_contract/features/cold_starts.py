"""Cold starts as a metric: how many there are, and how long callers wait for them.

Lambda writes how long it took to start a function into its own line at the end of the first run (platform.report, record.metrics.initDurationMs); a filter
on each log group makes a value of one metric of it. So it costs one metric a workload (USD 0.30 a month in which there are any) and no code; counted
in code it would cost one a function, and miss what is paid for before the code runs. Which function it was, the saved query cold-starts tells.
Sources: CloudWatch Logs guide, "Filter pattern syntax for metric filters"; Lambda guide, platform.report.
"""

from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import environment, naming
from platform_contract.platform.base import Plain
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use

FEATURE = "cold_starts"
METRIC = "InitDuration"
"""In milliseconds. Its number of values is the number of cold starts."""
VALUE = "$.record.metrics.initDurationMs"
PATTERN = f'{{ $.type = "platform.report" && {VALUE} > 0 }}'
UNIT = "Milliseconds"
ACTIVE = (Use("metric of cold starts", "metric", 1),)
"""A month in which there are some in every hour."""


class ColdStartsPlan(Plain):
    """The metric, and the functions whose logs it is made from."""

    functions: tuple[str, ...]
    filter_name: str
    namespace: str
    """Of the workload in its environment: a filter can tell neither by a dimension, because the line names neither."""


def plan_cold_starts(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> ColdStartsPlan | None:
    """The metric of a planned workload; None where it has no function."""
    if not plan.functions:
        return None
    prefix = naming.prefix(settings, plan.name)
    return ColdStartsPlan(functions=tuple(plan.functions), filter_name="cold-starts", namespace=f"{environment.METRICS_NAMESPACE_VALUE}/{prefix}")
