"""Checks of small projects, one after the other."""

from probe_servers import shared_servers

__all__ = ["shared_servers"]
