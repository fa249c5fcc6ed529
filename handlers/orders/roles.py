"""What people of the company may see of orders, by their role. No Lambda, no AWS."""

from collections.abc import Collection

ROLES: dict[str, tuple[str, ...]] = {
    "support": ("GET/support/orders/*", "GET/support/customers/*/orders"),
    "auditor": ("GET/support/orders/*",),
}
"""Role, a group of the caller -> METHOD/path that it may call. The one with more rights comes first."""


def allowed(groups: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The caller's role and what it may call: `none` and nothing for a caller who is in no group with a role."""
    return next(((role, routes) for role, routes in ROLES.items() if role in groups), ("none", ()))
