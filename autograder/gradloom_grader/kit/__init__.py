"""What the kit adds to the engine: `weave` puts your code into it, `check` tells how it does, and
`assemble` makes of all that you wrote a library of your own.
"""

from .check import check
from .library.assemble import assemble
from .weave import weave

__all__ = ["assemble", "check", "weave"]
