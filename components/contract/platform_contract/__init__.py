"""What may be asked of the platform, and what it decides from that. Pure: pydantic and YAML, no Pulumi and no AWS."""
