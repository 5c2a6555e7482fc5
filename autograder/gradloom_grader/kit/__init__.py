"""What the kit adds to the engine: `weave` puts your code into it, `check` tells how it does, and
`assemble` makes of all that you wrote a library of your own.
"""

from typing import Any

from .check import check
from .weave import weave

__all__ = ["assemble", "check", "weave"]


def __getattr__(name: str) -> Any:
    """Import `assemble` when it is asked for: it takes longer than all the rest."""
    if name != "assemble":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .library.assemble import assemble

    return assemble
