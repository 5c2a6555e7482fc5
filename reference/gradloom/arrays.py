"""What every module knows of arrays: their types, and how numbers become floats."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

NDArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Shape: TypeAlias = Sequence[int]
Axes: TypeAlias = int | Sequence[int] | None


def is_floating(value: object) -> TypeGuard[NDArray]:
    """Whether `value` is an array of floats."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def floating(data: ArrayLike, dtype: DTypeLike | None = None) -> NDArray:
    """`data` as an array of floats, uncopied if it is one; lists and numbers become float32.

    Raises TypeError for a tensor, and for data (or a `dtype`) that is not made of real numbers.
    """
    if any(kind.__name__ == "Tensor" for kind in type(data).__mro__):  # not to be imported here
        raise TypeError("this is a Tensor: pass its .data")
    array = np.asarray(data)
    if dtype is None:
        dtype = array.dtype if is_floating(data) else np.float32
    if array.dtype.kind not in "biuf" or np.dtype(dtype).kind != "f":
        raise TypeError(
            f"a tensor holds real numbers as floats: cannot make {np.dtype(dtype)} of "
            f"{array.dtype}; pass numbers, lists of numbers or a floating array"
        )
    return array.astype(dtype, copy=False)


def unpack(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """NumPy's two call forms: `f(6, 2)` and `f((6, 2))` both give (6, 2)."""
    if len(args) == 1 and type(args[0]) is tuple:  # what the backward walk passes, each time
        return args[0]
    return tuple(args[0]) if len(args) == 1 and np.iterable(args[0]) else args
