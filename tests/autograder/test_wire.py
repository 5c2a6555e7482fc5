import contextlib
import math
import socket
import struct
import time

import msgpack
import numpy as np
import pytest
from gradloom_grader import wire
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
plain = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=9)
)
leaves = st.one_of(plain, arrays, arrays.map(wire.Tensor), st.just(wire.NotAValue("object")))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=12,
)


def same(sent, got, tuples):
    if isinstance(sent, wire.Tensor):
        return type(got) is wire.Tensor and same(sent.data, got.data, tuples)
    if isinstance(sent, np.ndarray):
        fits = type(got) is np.ndarray and got.dtype == sent.dtype.newbyteorder("<")
        return fits and got.shape == sent.shape and np.array_equal(sent, got, equal_nan=fits)
    if isinstance(sent, list | tuple):
        kind = type(sent) if tuples else list
        return type(got) is kind and all(map(same, sent, got, [tuples] * len(sent)))
    if isinstance(sent, dict):
        pairs = zip(sent.items(), got.items(), strict=True)
        return type(got) is dict and all(a == b and same(x, y, tuples) for (a, x), (b, y) in pairs)
    if isinstance(sent, float) and math.isnan(sent):
        return type(got) is float and math.isnan(got)
    return type(got) is type(sent) and got == sent


def frame(tree, body=b""):
    header = msgpack.packb(tree)
    return struct.pack(">II", len(header), len(body)) + header + body


@given(values, st.booleans())
def test_round_trip(value, tuples):
    assert same(value, wire.decode(wire.encode(value), tuples), tuples)


@given(st.binary(max_size=300))
def test_random_bytes_are_garbled_or_a_value(data):
    decode_or_garbled(data)


@given(st.recursive(st.one_of(plain, st.sampled_from("luatsdn")), st.lists, max_leaves=9))
def test_random_trees_are_garbled_or_a_value(tree):
    decode_or_garbled(frame(tree, bytes(16)))


@settings(max_examples=300)
@given(values, st.data())
def test_mutated_frames_are_garbled_or_a_value(value, data):
    good = bytearray(wire.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    decode_or_garbled(bytes(good[: data.draw(st.integers(len(good) // 2, len(good)))]))


def decode_or_garbled(data):
    with contextlib.suppress(wire.Garbled):
        wire.decode(data)


BOMBS = {
    "nested lists": b"\x91" * 200_000,
    "nested claims": b"\xdc\x27\x00" * 80_000,
    "long claims": b"\xdd\xff\xff\xff\xff" * 50_000,
    "a map": b"\xdf\xff\xff\xff\xff",
    "bytes": msgpack.packb(b"1"),
    "a timestamp": msgpack.packb(msgpack.Timestamp(1)),
    "an extension": msgpack.packb(msgpack.ExtType(5, b"1")),
    "not UTF-8": b"\xa1\xff",
    "two values": b"\xc0\xc0",
    "nothing": b"",
}


@pytest.mark.parametrize("header", BOMBS.values(), ids=BOMBS)
def test_header_bombs(header):
    start = time.perf_counter()
    with pytest.raises(wire.Garbled):
        wire.decode(struct.pack(">II", len(header), 0) + header)
    assert time.perf_counter() - start < 1


BAD = {
    "empty list": ([], b""),
    "unknown kind": (["x", 1], b""),
    "kind is no text": ([1, 2], b""),
    "unknown dtype": (["a", "<c16", [1]], bytes(16)),
    "object dtype": (["a", "|O", [1]], bytes(8)),
    "dtype is no text": (["a", 1, [1]], bytes(8)),
    "missing bytes": (["a", "<f8", [2]], bytes(8)),
    "left over bytes": (["a", "<f8", [1]], bytes(9)),
    "left over bytes behind a number": (1, b"x"),
    "negative shape": (["a", "<f8", [-1]], bytes(8)),
    "boolean shape": (["a", "<f8", [True]], bytes(8)),
    "no shape": (["a", "<f8", None], bytes(8)),
    "huge empty shape": (["a", "<f8", [0, 2**31 - 1, 2**31 - 1, 2**31 - 1]], b""),
    "too many dimensions": (["a", "<f8", [1] * 33], bytes(8)),
    "neither true nor false": (["a", "|b1", [2]], b"\1\2"),
    "scalar with a shape": (["s", "<f8", []], bytes(8)),
    "a key twice": (["d", "a", 1, "a", 2], b""),
    "half a pair": (["d", "a"], b""),
    "a key that is no text": (["d", 1, 2], b""),
    "a long name": (["n", "x" * 201], b""),
}


@pytest.mark.parametrize(("tree", "body"), BAD.values(), ids=BAD)
def test_wrong_trees(tree, body):
    with pytest.raises(wire.Garbled):
        wire.decode(frame(tree, body))


def not_a_value(value):
    got = wire.decode(wire.encode(value))
    assert isinstance(got, wire.NotAValue)
    return got.type_name


def test_what_is_not_a_value():
    recursive = []
    recursive.append(recursive)
    assert not_a_value(object()) == "object"
    assert not_a_value(2**64) == "int of more than 64 bits"
    assert not_a_value(1j) == "complex"
    assert not_a_value(b"1") == "bytes"
    assert not_a_value("\ud800") == "str with lone surrogates"
    assert not_a_value({1: 2}) == "dict with keys that are not str"
    assert not_a_value(np.array([None])) == "ndarray of object"
    assert not_a_value(np.longdouble(1)).startswith("NumPy longdouble")
    assert not_a_value(np.array([1j])) == "ndarray of complex128"
    assert wire.decode(wire.encode(recursive)) == [wire.NotAValue("list that contains itself")]
    assert not_a_value(type("é\n" * 300, (), {})()) == ("\\xe9\n" * 300)[:200]


def test_depth():
    deep = []
    for _ in range(wire.DEPTH - 1):
        deep = [deep]
    assert wire.decode(wire.encode(deep)) == deep
    assert "nested too deeply" in str(wire.decode(wire.encode([deep])))


def test_subclasses_are_sent_as_their_base():
    class Evil(np.ndarray):
        def __array_function__(self, *_):
            return self

        def tobytes(self, *_):
            return bytes(24)

        dtype = "f8"

    class Half(float):
        def __float__(self):
            return 0.5

    class Many(list):
        def __iter__(self):
            return iter([9])

    got = wire.decode(wire.encode([np.arange(3.0).view(Evil), Half(2), Many([1])]))
    assert type(got[0]) is np.ndarray
    assert got[0].tolist() == [0.0, 1.0, 2.0]
    assert got[1:] == [2.0, [1]]


def test_tensors_of_any_engine():
    foreign = type("Tensor", (), {"data": np.float32(2)})()
    got = wire.decode(wire.encode(foreign))
    assert type(got) is wire.Tensor
    assert (got.data.shape, got.data.dtype) == ((), np.float32)
    assert not_a_value(type("Tensor", (), {"data": [1.0]})()) == "Tensor"
    odd = type("Tensor", (), {"data": np.array([None])})()
    assert not_a_value(odd) == "Tensor of ndarray of object"


def test_too_large():
    shared = [1]
    for _ in range(30):
        shared = [shared, shared]
    many = [np.zeros(1)] * (wire.ARRAYS + 1)
    long, wide = "x" * wire.HEADER, np.zeros(wire.BODY, np.int16)
    for value in (shared, [0] * wire.LENGTH, long, wide, many):
        with pytest.raises(wire.TooLarge):
            wire.encode(value)


def test_too_many_values():
    with pytest.raises(wire.Garbled):
        wire.decode(frame(["l", *[["l", *range(6000)]] * 4]))


def test_too_many_arrays():
    many = [["s", "<f8"]] * (wire.ARRAYS + 1)
    assert len(wire.decode(frame(["l", *many[1:]], bytes(8 * wire.ARRAYS)))) == wire.ARRAYS
    with pytest.raises(wire.Garbled, match="too many arrays"):
        wire.decode(frame(["l", *many], bytes(8 * len(many))))


def test_size():
    value = [np.zeros(3), {"a": (wire.Tensor(np.zeros(2)), np.float64(1), "text")}]
    assert wire.size(value) == 40


def test_arrays_are_copied_and_writable():
    ours = np.zeros((2, 3)).T
    got = wire.decode(wire.encode(ours))
    got[0, 0] = 1
    assert ours[0, 0] == 0
    assert got.flags.c_contiguous
    assert got.flags.aligned


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_over_a_socket(pair):
    value = {"a": [1, 2.5], "b": (3,)}
    wire.send(pair[0], wire.encode(value), time.monotonic() + 5)
    assert wire.receive(pair[1], time.monotonic() + 5, tuples=True) == value


@pytest.mark.parametrize("lengths", [(wire.HEADER + 1, 0), (0, wire.BODY + 1), (2**32 - 1,) * 2])
def test_oversized_frames_are_refused_at_once(pair, lengths):
    pair[0].sendall(struct.pack(">II", *lengths))
    with pytest.raises(wire.Garbled, match="too large"):
        wire.receive(pair[1], time.monotonic() + 5)


def test_half_a_frame_is_waited_for_until_the_deadline(pair):
    pair[0].sendall(wire.encode("something")[:-1])
    with pytest.raises(TimeoutError):
        wire.receive(pair[1], time.monotonic() + 0.05)


def test_a_closed_socket(pair):
    pair[0].sendall(b"\0")
    pair[0].close()
    with pytest.raises(EOFError):
        wire.receive(pair[1], time.monotonic() + 5)


def test_nobody_reads(pair):
    with pytest.raises(TimeoutError):
        wire.send(pair[0], bytes(10**7), time.monotonic() + 0.05)
