"""What datasets name, and that no two of them hold the same files."""

from collections.abc import Iterator
from itertools import combinations

from platform_contract.kinds.dataset import limits as athena
from platform_contract.manifest.model import Manifest
from platform_contract.manifest.unused import Broken
from platform_contract.platform.diagnostics import choices, did_you_mean


def check_datasets(manifest: Manifest) -> Iterator[Broken]:
    """Everything that is wrong with the datasets of one manifest."""
    first = next(iter(manifest.datasets.values()), None)
    for name, spec in manifest.datasets.items():
        path = f"datasets.{name}"
        if spec.bucket not in manifest.buckets:
            hint = did_you_mean(spec.bucket, manifest.buckets)
            yield (f"{path}.bucket", spec.bucket, f"is no bucket of this workload; there is {choices(manifest.buckets)}",
                   hint or "add it under `buckets`, or correct it")  # fmt: skip
        elif first and spec.bucket != first.bucket:
            yield (f"{path}.bucket", spec.bucket, f"is another bucket than '{first.bucket}', and results of queries go into one bucket",
                   "keep the files of all datasets in one bucket")  # fmt: skip
        if spec.prefix.startswith(athena.RESULTS_PREFIX):
            yield f"{path}.prefix", spec.prefix, "is where the results of queries go", "choose another folder"
        for column in spec.columns:
            if column in ("year", *athena.PARTITIONS):
                yield (f"{path}.columns.{column}", None, "is a partition, which every dataset has",
                       "remove it, or call the key of the lines differently")  # fmt: skip
    for (one, spec), (other, other_spec) in combinations(manifest.datasets.items(), 2):
        if spec.prefix.startswith(other_spec.prefix) or other_spec.prefix.startswith(spec.prefix):
            yield (f"datasets.{other}.prefix", other_spec.prefix, f"lies within that of '{one}', or around it: a line would be in both",
                   "give each a folder of its own")  # fmt: skip
