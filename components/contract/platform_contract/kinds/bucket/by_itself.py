"""Listeners of a bucket that belong to no manifest: all that a plan could say of them is given by who makes them."""

from platform_contract.platform.text_types import Strict


class ListenersSpec(Strict):
    """Who is notified of new objects in a bucket."""
