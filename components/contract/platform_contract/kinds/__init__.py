"""Everything that the platform knows about one kind of resource, one module each: plain data, and no kind imports another (registry.py joins them)."""
