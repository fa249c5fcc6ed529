"""Takes notifications over HTTP, tells of them on an event bus, and delivers them from there."""
