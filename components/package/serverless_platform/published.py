"""What the package offers to programs in any Pulumi language. Adding is a minor version, renaming or removing a major one."""

import serverless_platform

NAME = "serverless-platform"
VERSION = "0.1.0"
"""Also in pyproject.toml; a test compares."""
PUBLISHED = [getattr(serverless_platform, name) for name in serverless_platform.__all__]
"""The components, in alphabetical order."""
