"""Datasets: what is told of a broken one, word by word, and how files and partitions are planned."""

import pytest

from platform_contract.kinds.dataset import limits as athena
from platform_contract.kinds.dataset.plan import projection
from platform_contract.manifest import Manifest
from platform_contract.planning import plan_workload

from .samples import everything, problems_with, put, settings

RECEIPTS = "datasets.receipts"
OTHER = {"bucket": "receipts", "prefix": "others/", "first_year": 2026, "columns": {"a": "string"}}
WIDE = {f"c{number}": "string" for number in range(athena.MAXIMUM_COLUMNS + 1)}

BROKEN = [
    ("unknown bucket", [put(f"{RECEIPTS}.bucket", "receipt")],
     "datasets.receipts.bucket=receipt: is no bucket of this workload; there is receipts, incoming; did you mean 'receipts'?"),
    ("two buckets", [put("datasets.others", {**OTHER, "bucket": "incoming"})],
     "datasets.others.bucket=incoming: is another bucket than 'receipts', and results of queries go into one bucket; keep the files of all "
     "datasets in one bucket"),
    ("no folder", [put(f"{RECEIPTS}.prefix", "receipts")],
     "datasets.receipts.prefix=receipts: must be a folder in the bucket: letters, digits, `_`, `-` and `.`, ending with a slash; write it "
     "like `clicks/`"),
    ("folder of results", [put(f"{RECEIPTS}.prefix", "query-results/mine/")],
     "datasets.receipts.prefix=query-results/mine/: is where the results of queries go; choose another folder"),
    ("folder in a folder", [put("datasets.others", {**OTHER, "prefix": "receipts/late/"})],
     "datasets.others.prefix=receipts/late/: lies within that of 'receipts', or around it: a line would be in both; give each a folder of "
     "its own"),
    ("folder around a folder", [put(f"{RECEIPTS}.prefix", "others/receipts/"), put("datasets.others", OTHER)],
     "datasets.others.prefix=others/: lies within that of 'receipts', or around it: a line would be in both; give each a folder of its own"),
    ("column that is a partition", [put(f"{RECEIPTS}.columns.hour", "int")],
     "datasets.receipts.columns.hour: is a partition, which every dataset has; remove it, or call the key of the lines differently"),
    ("type that Hive does not know", [put(f"{RECEIPTS}.columns.total_cents", "text")],
     "datasets.receipts.columns.total_cents=text: must be one of string, boolean, int, bigint, double; choose one of them"),
    ("year of the past", [put(f"{RECEIPTS}.first_year", 1999)],
     "datasets.receipts.first_year=1999: must be at least 2000: year of the oldest files; queries see 10 years from it on; raise it"),
    ("name that is too long", [put("datasets", {"d" * 256: OTHER})],
     f"datasets.{'d' * 256}: its database name in AWS, '{'d' * 256}', has 256 characters, and AWS allows 255 for a database (Athena guide, "
     f"names of databases and tables); shorten the dataset name '{'d' * 256}' by 1 character"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_one_mistake_is_one_problem(breaks, told, tmp_path):
    assert problems_with(tmp_path, everything(*breaks)) == [told]


@pytest.mark.parametrize(
    "change",
    [put(f"{RECEIPTS}.columns", {}), put(f"{RECEIPTS}.columns", WIDE), put(f"{RECEIPTS}.columns", {"orderId": "string"})],
    ids=["no columns", "too many columns", "column in capitals"],
)
def test_columns_are_some_and_lower_case(change, tmp_path):
    (told,) = problems_with(tmp_path, everything(change))
    assert told.startswith("datasets.receipts.columns")


def test_datasets_of_neighbours_do_not_touch(tmp_path):
    assert problems_with(tmp_path, everything(put("datasets.others", {**OTHER, "prefix": "receipts-late/"}))) == []


def test_a_dataset_is_planned_where_its_files_are():
    plan = plan_workload(Manifest.model_validate(everything(put("datasets.late-ones", OTHER))), settings())
    root = "s3://dev-orders-receipts-123456789012-eu-west-1/"
    assert plan.datasets
    assert (plan.datasets.database_name, plan.datasets.workgroup_name) == ("dev_orders", "dev-orders")
    assert plan.datasets.results_location == f"{root}query-results/"
    assert {name: (table.physical_name, table.location) for name, table in plan.datasets.tables.items()} == {
        "receipts": ("receipts", f"{root}receipts/"), "late-ones": ("late_ones", f"{root}others/"),
    }  # fmt: skip
    assert plan.buckets["receipts"].expiring_prefixes == {"query-results/": 30}
    assert plan.buckets["incoming"].expiring_prefixes == {}


def test_partitions_are_computed_from_the_first_year_on():
    parameters = projection("s3://b/clicks/", 2026)
    assert parameters["storage.location.template"] == "s3://b/clicks/year=${year}/month=${month}/day=${day}/hour=${hour}/"
    assert {key: value for key, value in parameters.items() if key.endswith((".range", ".digits"))} == {
        "projection.year.range": "2026,2035", "projection.month.range": "1,12", "projection.month.digits": "2",
        "projection.day.range": "1,31", "projection.day.digits": "2", "projection.hour.range": "0,23", "projection.hour.digits": "2",
    }  # fmt: skip
