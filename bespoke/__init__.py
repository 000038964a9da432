"""Bespoke: how should this client customise Claude, what does it cost, how long does it take, how do we know?"""

__version__ = "0.1.0"
