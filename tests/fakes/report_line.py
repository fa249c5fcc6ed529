"""The line that Lambda writes at the end of each run."""

from typing import Any

REPORT: dict[str, Any] = {
    "time": "2026-11-29T12:00:00.000Z", "type": "platform.report",
    "record": {
        "requestId": "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa", "status": "success",
        "metrics": {"billedDurationMs": 62, "durationMs": 61.1, "initDurationMs": 412.6, "maxMemoryUsedMB": 87, "memorySizeMB": 512},
    },
}  # fmt: skip
"""As the Lambda developer guide shows it ("Lambda Telemetry API Event schema reference", platform.report)."""
