"""Reads settings once and assembles the working rooms into ready use cases.

Everything above (terminal, desk, flows) goes through :class:`House`; nothing above builds an adapter itself.
"""

from wiring.house import House, open_house
from wiring.settings import Settings, read_settings

__all__ = ["House", "Settings", "open_house", "read_settings"]
