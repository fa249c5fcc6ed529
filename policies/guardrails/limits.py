"""Numbers and names that rules share with the components."""

VISIBILITY_PER_TIMEOUT = 6
"""Queue visibility >= this many function timeouts plus the batching window (AWS Lambda guide, "Configuring a queue")."""

LEAST_RECEIVE_COUNT = 5
"""Times that a message is received before it goes to the dead-letter queue, at least (AWS Lambda guide, same page)."""

OWNER_TAG = "owner"
"""Tag that names the team which answers for a resource."""
