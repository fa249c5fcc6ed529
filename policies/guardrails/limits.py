"""Numbers and names that rules share with the components."""

VISIBILITY_PER_TIMEOUT = 6
"""Queue visibility >= this many function timeouts plus the batching window (AWS Lambda guide, "Configuring a queue")."""

OWNER_TAG = "owner"
"""Tag that names the team which answers for a resource."""
