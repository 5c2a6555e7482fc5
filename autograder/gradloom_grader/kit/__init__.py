"""What the kit adds to the engine: `weave` puts your code into it, `check` tells how it does."""

from .check import check
from .weave import weave

__all__ = ["check", "weave"]
