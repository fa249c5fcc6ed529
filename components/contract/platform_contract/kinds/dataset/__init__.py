"""Files in a bucket that Athena queries with SQL."""

from platform_contract.kinds.kind import Kind
from platform_contract.platform.usage import GB, RECORD_KB, Use

SCANS = 10
"""Times that each record of a dataset is read by queries."""

KIND = Kind(
    # A few tables and databases in the catalogue are free of charge.
    "dataset", usage=(Use(f"scanned by queries, each record {SCANS} times", "athena_scanned", SCANS * RECORD_KB * GB / 1000),),
)  # fmt: skip
