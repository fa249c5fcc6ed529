"""Three things about every document, each found out by a worker of its own."""
