"""Components that own what connects a source to a function: HTTP API, queue."""
