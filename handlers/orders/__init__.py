"""Takes an order over HTTP and keeps it."""
