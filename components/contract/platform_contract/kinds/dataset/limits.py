"""Queries on files in a bucket: Athena and the Glue Data Catalog. Source of the limits: Athena guide, "Service Quotas" and "Supported types for
partition projection"; Glue API reference, CreateTable."""

RESULTS_PREFIX = "query-results/"
"""Where the results of queries go, in the bucket of the datasets."""

RESULTS_DAYS = 30
"""Days after which results are deleted: they can be had again by the same query."""

CUTOFF_GB = 100
"""A query that has scanned so much is cancelled: USD 0.50 at USD 5 a TB. Athena's least is 0.01 GB."""

PARTITIONS: dict[str, tuple[int, int, int]] = {"month": (1, 12, 2), "day": (1, 31, 2), "hour": (0, 23, 2)}
"""Partition below the year -> first, last, digits, as in `year=2026/month=03/day=01/hour=12/`."""

YEARS = 10
"""Years that a dataset shows from its first one on. Athena projects an integer within a fixed range, and what lies outside is not found."""

MINIMUM_YEAR, MAXIMUM_YEAR = 2000, 2100

MAXIMUM_COLUMNS = 200
"""Ours: far below the limit of Glue, and beyond what one person can read."""

SERDE = "org.openx.data.jsonserde.JsonSerDe"
INPUT_FORMAT = "org.apache.hadoop.mapred.TextInputFormat"
OUTPUT_FORMAT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
"""One JSON object a line; files that end in .gz are unpacked."""
