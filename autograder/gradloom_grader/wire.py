"""Values as bytes, and the frames that carry them between the referee and a worker.

A frame is two big-endian lengths, a msgpack header that describes the tree, and the raw bytes of
its arrays in the order of the tree. Numbers, strings and None stand for themselves in the header;
everything else is a list that begins with its kind:

    ["l", item, ...]  list          ["a", dtype, shape]  ndarray        ["n", name]  not a value
    ["u", item, ...]  tuple         ["t", dtype, shape]  Tensor
    ["d", key, item, ...]  dict     ["s", dtype]         NumPy scalar
"""

import math
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import msgpack  # type: ignore[import-untyped]
import numpy as np

HEADER = 256 * 1024
BODY = 32 * 1024 * 1024
DEPTH = 40
NODES = 20_000
ARRAYS = 1_000  # and NumPy scalars: each costs more to make than its bytes say
LENGTH = 10_000  # of one list: msgpack reserves what a list claims, for a thousand nested ones
NAME = 200

_PREFIX = struct.Struct(">II")
_NAMES = ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
_DTYPES = {name: np.dtype(name) for name in _NAMES}


class Garbled(Exception):
    """These bytes are not a frame."""


class TooLarge(Exception):
    """The value does not fit into a frame."""


@dataclass(frozen=True)
class Tensor:
    data: np.ndarray


@dataclass(frozen=True)
class NotAValue:
    type_name: str


def encode(value: Any, header_limit: int = HEADER) -> bytes:
    """The frame of a value; raises TooLarge. What cannot travel becomes a NotAValue."""
    writer = _Writer()
    header = msgpack.packb(writer.node(value))
    if len(header) > header_limit:
        raise TooLarge(f"larger than {header_limit // 1024} KB of text, numbers and lists")
    return b"".join([_PREFIX.pack(len(header), writer.size), header, *writer.body])


class _Writer:
    """Turns values into header nodes, collecting the bytes of arrays.

    It meets the student's own classes, so it goes by the type and by the methods of the builtin
    base class, never by what the object says of itself.
    """

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.open: set[int] = set()  # containers around the current value

    def node(self, value: Any) -> Any:
        self.nodes += 1
        if self.nodes > NODES:
            raise TooLarge(f"more than {NODES} values")
        write = self._KINDS.get(type(value)) or self._inherited(type(value))
        if write:
            return write(self, value)
        if type(value).__name__ == "Tensor":
            data = getattr(value, "data", None)
            if isinstance(data, np.ndarray | np.generic):
                return self._array(np.asarray(data), "t", "Tensor of ")
        return _not_a_value(type(value).__name__)

    def _inherited(self, own: type) -> Callable[["_Writer", Any], Any] | None:
        return next((write for kind, write in self._KINDS.items() if issubclass(own, kind)), None)

    def _plain(self, value: Any) -> Any:
        return value

    def _int(self, value: int) -> Any:
        whole = int.__int__(value)
        return whole if -(2**63) <= whole < 2**64 else _not_a_value("int of more than 64 bits")

    def _str(self, value: str) -> Any:
        text = str.__str__(value)
        try:
            text.isascii() or text.encode()
        except UnicodeEncodeError:
            return _not_a_value("str with lone surrogates")
        return text

    def _sequence(self, value: Any) -> Any:
        base = list if isinstance(value, list) else tuple
        return self._nested(value, "l" if base is list else "u", base.__iter__(value))

    def _dict(self, value: dict) -> Any:
        pairs = list(dict.items(value))
        if not all(isinstance(key, str) for key, _ in pairs):
            return _not_a_value("dict with keys that are not str")
        return self._nested(value, "d", (part for pair in pairs for part in pair))

    def _nested(self, value: Any, kind: str, items: Any) -> Any:
        name = type(value).__name__
        if id(value) in self.open:
            return _not_a_value(f"{name} that contains itself")
        if len(self.open) == DEPTH:
            return _not_a_value(f"{name} nested too deeply")
        self.open.add(id(value))
        nodes = [self.node(item) for item in items]
        self.open.discard(id(value))
        if len(nodes) >= LENGTH:
            raise TooLarge(f"a {name} of more than {LENGTH - 1} values")
        return [kind, *nodes]

    def _array(self, value: Any, kind: str = "a", of: str = "") -> Any:
        array = np.ndarray.view(value, np.ndarray)
        little = array.dtype.newbyteorder("<")
        if little.str not in _DTYPES:
            return _not_a_value(f"{of}ndarray of {array.dtype}")
        self._add(array, little)
        return [kind, little.str, list(array.shape)]

    def _scalar(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.ndim or array.dtype.str not in _DTYPES:
            return _not_a_value(f"NumPy {type(value).__name__}")
        self._add(array, array.dtype)
        return ["s", array.dtype.str]

    def _add(self, array: np.ndarray, dtype: np.dtype) -> None:
        if len(self.body) == ARRAYS:
            raise TooLarge(f"more than {ARRAYS} arrays")
        self.size += array.nbytes
        if self.size > BODY:
            raise TooLarge(f"arrays of more than {BODY // 2**20} MB")
        self.body.append(array.astype(dtype, copy=False).tobytes())

    _KINDS: ClassVar[dict[type, Callable[["_Writer", Any], Any]]] = {
        type(None): _plain,
        bool: _plain,
        np.generic: _scalar,  # before float, which np.float64 is too
        int: _int,
        float: lambda self, value: float.__float__(value),
        str: _str,
        list: _sequence,
        tuple: _sequence,
        dict: _dict,
        np.ndarray: _array,
        Tensor: lambda self, value: self._array(value.data, "t", "Tensor of "),
        NotAValue: lambda self, value: _not_a_value(value.type_name),
    }


def _not_a_value(name: str) -> Any:
    return ["n", str(name).encode("ascii", "backslashreplace").decode()[:NAME]]


def decode(frame: bytes, tuples: bool = False) -> Any:
    """The value of a whole frame; tuples arrive as lists unless asked for. Raises Garbled."""
    if len(frame) < _PREFIX.size:
        raise Garbled("half a frame")
    header, body = _PREFIX.unpack_from(frame)
    if len(frame) != _PREFIX.size + header + body:
        raise Garbled("the lengths do not add up")
    split = _PREFIX.size + header
    return _parse(frame[_PREFIX.size : split], frame[split:], tuples)


def _parse(header: bytes, body: bytes, tuples: bool) -> Any:
    try:
        tree = msgpack.unpackb(
            header, max_array_len=LENGTH, max_bin_len=0, max_map_len=0, max_ext_len=0
        )
    except (ValueError, msgpack.UnpackException) as error:
        raise Garbled("the header is not msgpack") from error
    reader = _Reader(body, tuple if tuples else list)
    value = reader.value(tree, 0)
    if reader.used != len(body):
        raise Garbled("bytes are left over")
    return value


class _Reader:
    def __init__(self, body: bytes, tuple_as: type) -> None:
        self.body = body
        self.used = 0
        self.nodes = 0
        self.arrays = 0
        self.tuple_as = tuple_as

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > NODES:
            raise Garbled("too many values")
        if node is None or type(node) in (bool, int, float, str):
            return node
        if depth > DEPTH or type(node) is not list or not node or type(node[0]) is not str:
            raise Garbled("no such node")
        read = self._KINDS.get(node[0])
        if read is None:
            raise Garbled("no such kind")
        return read(self, node[1:], depth + 1)

    def _list(self, items: list, depth: int) -> Any:
        return [self.value(item, depth) for item in items]

    def _tuple(self, items: list, depth: int) -> Any:
        return self.tuple_as(self._list(items, depth))

    def _dict(self, items: list, depth: int) -> Any:
        keys, values = items[::2], items[1::2]
        if len(keys) != len(values) or any(type(key) is not str for key in keys):
            raise Garbled("not a dict")
        if len(set(keys)) != len(keys):
            raise Garbled("a key twice")
        return dict(zip(keys, self._list(values, depth), strict=True))

    def _array(self, items: list, depth: int) -> Any:
        if len(items) != 2 or type(items[1]) is not list or len(items[1]) > 32:
            raise Garbled("not an array")
        shape = tuple(items[1])
        if any(type(n) is not int or not 0 <= n < 2**31 for n in shape):
            raise Garbled("not a shape")
        return self._take(items[0], shape)

    def _take(self, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
        if type(dtype) is not str or dtype not in _DTYPES:
            raise Garbled("no such dtype")
        self.arrays += 1
        if self.arrays > ARRAYS:
            raise Garbled("too many arrays")
        size = math.prod(shape) * _DTYPES[dtype].itemsize
        start, self.used = self.used, self.used + size
        if self.used > len(self.body):
            raise Garbled("bytes are missing")
        data = self.body[start : self.used]
        if dtype == "|b1" and data.strip(b"\0\1"):
            raise Garbled("neither true nor false")
        flat = np.frombuffer(data, _DTYPES[dtype])
        try:
            return flat.copy().reshape(shape)
        except ValueError as error:  # (0, 2**31 - 1, 2**31 - 1, 2**31 - 1)
            raise Garbled("not a shape") from error

    def _scalar(self, items: list, depth: int) -> Any:
        if len(items) != 1:
            raise Garbled("not a scalar")
        return self._take(items[0], ())[()]

    def _tensor(self, items: list, depth: int) -> Any:
        return Tensor(self._array(items, depth))

    def _not_a_value(self, items: list, depth: int) -> Any:
        if len(items) != 1 or type(items[0]) is not str or len(items[0]) > NAME:
            raise Garbled("not a name")
        return NotAValue(items[0])

    _KINDS: ClassVar[dict[str, Callable[["_Reader", list, int], Any]]] = {
        "l": _list,
        "u": _tuple,
        "d": _dict,
        "a": _array,
        "s": _scalar,
        "t": _tensor,
        "n": _not_a_value,
    }


def size(value: Any) -> int:
    """How many bytes the arrays in a decoded value take."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Tensor):
        return value.data.nbytes
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, list | tuple) else 0


def receive(
    sock: socket.socket,
    deadline: float | None = None,
    header_limit: int = HEADER,
    tuples: bool = False,
) -> Any:
    """The next value; raises Garbled, EOFError, TimeoutError at `deadline` (monotonic), OSError."""
    header, body = _PREFIX.unpack(_exactly(sock, _PREFIX.size, deadline))
    if header > header_limit or body > BODY:
        raise Garbled("the frame is too large")
    return _parse(_exactly(sock, header, deadline), _exactly(sock, body, deadline), tuples)


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        got = _within(sock, deadline).recv_into(view)
        if not got:
            raise EOFError("the other side is gone")
        view = view[got:]
    return bytes(data)


def send(sock: socket.socket, frame: bytes, deadline: float | None = None) -> None:
    """Send a whole frame; raises TimeoutError at `deadline` (monotonic), OSError."""
    _within(sock, deadline).sendall(frame)


def _within(sock: socket.socket, deadline: float | None) -> socket.socket:
    if deadline is not None:
        sock.settimeout(max(deadline - time.monotonic(), 1e-4))
    return sock
