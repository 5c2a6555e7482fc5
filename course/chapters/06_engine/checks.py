"""Probes of chapter 6: the walk, its first and last step, the switch, and work around them.

Which node it is goes back as a name, found by identity, with the list of all gradients that came
out for it: a list of one counts as its only entry, so a node that comes out twice is seen.
Recording is switched on first: a no_grad that is wrong must not spoil what comes after it.
"""

import numpy as np
import pytest
from gradloom_grader.probes import Drawn, normal, positive, probe

# backpropagate


@probe("backpropagate", part="chains", a=[2.0, 3.0], b=[4.0, 5.0], w=[3.0, 2.0], g=[1.0, 1.0])
def test_chain_numbers(gl, a, b, w, g):
    """d = a * b * w: which nodes come out of the walk, each with its gradient."""
    gl.engine.set_recording(True)
    a, b, w = (gl.Tensor(v, requires_grad=True) for v in (a, b, w))
    c = a * b
    d = c * w
    names = {id(node): name for name, node in zip("abwcd", (a, b, w, c, d), strict=True)}
    found = {}
    for node, gradient in gl.engine.backpropagate(d, gl.Tensor(g)):
        found.setdefault(names.get(id(node), "another"), []).append(np.array(gradient.data))
    return found


@probe("backpropagate", part="chains", x=normal(3, 5), w=normal(4, 5), b=normal(4), g=normal(3))
def test_chain_any(gl, x, w, b, g):
    """The gradients of two leaves behind a chain of operations in which shapes change, for any
    upstream gradient."""
    gl.engine.set_recording(True)
    w, b = gl.Tensor(w, requires_grad=True), gl.Tensor(b, requires_grad=True)
    root = ((gl.Tensor(x) @ w.T + b) * 0.1).exp().sum(1)
    found = {"w": [], "b": []}
    for node, gradient in gl.engine.backpropagate(root, gl.Tensor(g)):
        if node is w or node is b:
            found["w" if node is w else "b"].append(np.array(gradient.data))
    return found


@probe("backpropagate", part="several uses", a=2.0, b=3.0, g=1.0)
def test_diamond_numbers(gl, a, b, g):
    """d = a * b + a, where a is used twice, and then e = h + h * h with h = d * 3, where h has to
    wait: each node comes out once, when its gradient is complete."""
    gl.engine.set_recording(True)
    a, b = (gl.Tensor(np.array([v]), requires_grad=True) for v in (a, b))
    ab = a * b
    d = ab + a
    h = d * 3
    hh = h * h
    e = h + hh
    nodes = {"a": a, "b": b, "ab": ab, "d": d, "h": h, "h * h": hh, "e": e}
    names = {id(node): name for name, node in nodes.items()}
    found = {"from d": {}, "from e": {}}
    for start, root in (("from d", d), ("from e", e)):
        for node, gradient in gl.engine.backpropagate(root, gl.Tensor(np.array([g]))):
            name = names.get(id(node), "another")
            found[start].setdefault(name, []).append(np.array(gradient.data))
    return found


@probe("backpropagate", part="several uses", a=normal(3, 3), b=normal(3, 3), g=normal(3, 3))
def test_diamonds_any(gl, a, b, g):
    """The gradients of two leaves in graphs that use nodes several times: twice in one operation,
    by paths of unequal length, in either order of the operands."""
    gl.engine.set_recording(True)
    found = []
    for number in range(6):
        x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
        product, minus = x * y, -x
        long_way = (minus.tanh() * y).exp()
        h = [x * x + (y + y), product + x, x - long_way * minus][number % 3]
        k = h.tanh()
        root = h @ k + (h @ h) * product if number < 3 else k * long_way - (product + k) * h
        came = {"x": [], "y": []}
        for node, gradient in gl.engine.backpropagate(root, gl.Tensor(g)):
            if node is x or node is y:
                came["x" if node is x else "y"].append(np.array(gradient.data))
        found.append(came)
    return found


@probe("backpropagate", part="several uses", a=[1.5, 2.0], g=[3.0, -2.0])
def test_equal_numbers(gl, a, g):
    """x and y hold the same numbers and are still two leaves: x * y * y."""
    gl.engine.set_recording(True)
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(a, requires_grad=True)
    found = {"x": [], "y": []}
    for node, gradient in gl.engine.backpropagate(x * y * y, gl.Tensor(g)):
        if node is x or node is y:
            found["x" if node is x else "y"].append(np.array(gradient.data))
    return found


@probe("backpropagate", part="who takes part", a=[2.0, 3.0], c=[5.0, 7.0], g=[1.0, 10.0])
def test_constants(gl, a, c, g):
    """c - a * c, where c requires no gradient, and a * unused besides: which nodes come out."""
    gl.engine.set_recording(True)
    x, constant, unused = (
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(c),
        gl.Tensor(a, requires_grad=True),
    )
    aside = x * unused
    product = x * constant
    root = constant - product
    nodes = {"a": x, "c": constant, "unused": unused, "a * unused": aside, "a * c": product}
    names = {id(node): name for name, node in {**nodes, "root": root}.items()}
    found = {}
    for node, gradient in gl.engine.backpropagate(root, gl.Tensor(g)):
        found.setdefault(names.get(id(node), "another"), []).append(np.array(gradient.data))
    return found


@probe("backpropagate", part="who takes part", a=[2.0, 3.0], g=[5.0, 6.0])
def test_root_is_a_leaf(gl, a, g):
    """The walk from a leaf: it comes out with the gradient that it was given."""
    gl.engine.set_recording(True)
    x = gl.Tensor(a, requires_grad=True)
    pairs = list(gl.engine.backpropagate(x, gl.Tensor(g)))
    return [["x" if node is x else "another", gradient] for node, gradient in pairs]


@probe("backpropagate", part="who takes part", a=normal(3, 5), b=normal(3, 5), g=normal(3, 5))
def test_no_share(gl, a, b, g):
    """An operation that has no gradient for one of its inputs, or for none of them."""

    gl.engine.set_recording(True)

    class Pick(gl.Function):
        def __init__(self, picked):
            self.picked = picked

        def forward(self, *arrays):
            return arrays[self.picked] * 1.0

        def backward(self, out_grad, node):
            return tuple(out_grad if n == self.picked else None for n in range(len(node._inputs)))

    class Sign(gl.Function):
        def forward(self, array):
            return np.sign(array)

        def backward(self, out_grad, node):
            return (None,)

    found = []
    for picked in (0, 1):
        x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
        hidden, doubled = y.exp(), x * 2
        root = Pick(picked)(x, hidden) + (Sign()(doubled) + doubled)
        names = {id(x): "x", id(y): "y", id(hidden): "hidden"}
        came = {}
        for node, gradient in gl.engine.backpropagate(root, gl.Tensor(g)):
            if id(node) in names:
                came.setdefault(names[id(node)], []).append(np.array(gradient.data))
        found.append(came)
    return found


@probe("backpropagate", part="size", a=[1.0], g=[1.0])
def test_doublings(gl, a, g):
    """x added to itself forty times over: the gradient of x, and how many nodes came out."""
    gl.engine.set_recording(True)
    x = y = gl.Tensor(a, requires_grad=True)
    for _ in range(40):
        y = y + y
    gl.engine.set_recording(False)
    pairs = list(gl.engine.backpropagate(y, gl.Tensor(g)))
    return {"gradient": [g for node, g in pairs if node is x], "nodes": len(pairs)}


@probe("backpropagate", part="size", a=normal(2), g=normal(2))
def test_depth(gl, a, g):
    """A chain of twenty thousand operations: the gradient of its first node, and how many came
    out."""
    gl.engine.set_recording(True)
    x = y = gl.Tensor(a, requires_grad=True)
    for _ in range(20_001):
        y = -y
    gl.engine.set_recording(False)
    pairs = list(gl.engine.backpropagate(y, gl.Tensor(g)))
    return {"gradient": [g for node, g in pairs if node is x], "nodes": len(pairs)}


@probe("backpropagate", part="hands off", a=[2.0, 3.0], b=[4.0, 5.0], g=[1.0, 10.0])
def test_nothing_changes(gl, a, b, g):
    """(a + b) + a: the upstream gradient and both leaves afterwards; a sum hands one and the same
    gradient to both of its operands."""
    gl.engine.set_recording(True)
    x, y, upstream = (
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(b, requires_grad=True),
        gl.Tensor(g),
    )
    found = {"a": [], "b": []}
    for node, gradient in gl.engine.backpropagate((x + y) + x, upstream):
        if node is x or node is y:
            found["a" if node is x else "b"].append(gradient)
    return {**found, "afterwards": [upstream, x, y], "grad": [x.grad, y.grad]}


@probe("backpropagate", part="hands off", a=normal(3, 5), b=normal(3, 5), g=normal(3, 5))
def test_two_walks(gl, a, b, g):
    """Two walks over one graph, and one over a graph that shares its nodes: each starts anew."""
    gl.engine.set_recording(True)
    x, y, upstream = (
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(b, requires_grad=True),
        gl.Tensor(g),
    )
    h = x * y
    first, second = h.tanh() - x, h * h
    found = []
    for root in (first, first, second):
        came = {"x": [], "y": [], "h": []}
        for node, gradient in gl.engine.backpropagate(root, upstream):
            for name, other in (("x", x), ("y", y), ("h", h)):
                if node is other:
                    came[name].append(np.array(gradient.data))
        found.append(came)
    return found


@probe("backpropagate", gate=True, a=normal(2, 3), g=normal(2, 3))
def test_computes_nothing_again(gl, a, g):
    """The walk asks each operation for its gradients, and computes no operation a second time."""
    gl.engine.set_recording(True)
    calls = {"forward": 0, "backward": 0}

    class Square(gl.Function):
        def forward(self, array):
            calls["forward"] += 1
            return array * array

        def backward(self, out_grad, node):
            calls["backward"] += 1
            return (out_grad * node._inputs[0] * 2,)

    root = Square()(Square()(gl.Tensor(a, requires_grad=True)))
    try:
        for _ in zip(range(100), gl.engine.backpropagate(root, gl.Tensor(g)), strict=False):
            pass
    except Exception:
        pass
    return {"operations computed": calls["forward"], "and asked": calls["backward"] > 0}


# seed-and-accumulate


@probe("seed-and-accumulate", part="_seed", a=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
def test_seed_of_ones(gl, a):
    """The first gradient of a float32 tensor with rows and of a number, where none is given, and
    of the rows again, where a float64 array is given."""
    gl.engine.set_recording(True)
    rows, number = gl.Tensor(a, dtype="float32"), gl.Tensor(np.array(7.0))
    seeds = [rows._seed(None), number._seed(None), rows._seed(np.array(a) * 10)]
    return {"seeds": seeds, "kinds": [type(seed).__name__ for seed in seeds], "rows": rows}


@probe("seed-and-accumulate", part="_seed", a=normal(3, 5, 4), g=normal(3, 5, 4))
def test_seed_given(gl, a, g):
    """The first gradient where one is given: a tensor, an array or a list; the dtype is the
    tensor's."""
    gl.engine.set_recording(True)
    x, narrow = gl.Tensor(a), gl.Tensor(a, dtype="float32")
    seeds = [x._seed(gl.Tensor(g)), x._seed(g), x._seed(g.tolist()), narrow._seed(g)]
    return {"seeds": seeds, "kinds": [type(seed).__name__ for seed in seeds]}


@pytest.mark.parametrize("shape", [(1, 3), (3, 2)])
@probe("seed-and-accumulate", part="_seed", a=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
def test_seed_of_another_shape(gl, a, shape):
    """A first gradient of shape {shape} for a tensor of shape (2, 3) is a ValueError."""
    gl.engine.set_recording(True)
    try:
        return gl.Tensor(a)._seed(np.ones(tuple(shape))).shape
    except ValueError:
        return "ValueError"


@probe("seed-and-accumulate", part="_accumulate", a=[2.0, 3.0], g=[1.0, 10.0], h=[0.5, 0.5])
def test_adds_up(gl, a, g, h):
    """`.grad` after one gradient, and after another; what was handed in stays what it was."""
    gl.engine.set_recording(True)
    x, first, second = gl.Tensor(a, requires_grad=True), gl.Tensor(g), gl.Tensor(h)
    x._accumulate(first)
    once = np.array(x.grad.data)
    x._accumulate(second)
    kind = type(x.grad).__name__
    return {"once": once, "twice": x.grad, "kind": kind, "afterwards": [x, first, second]}


@probe("seed-and-accumulate", part="_accumulate", a=normal(3, 5), g=normal(3, 5))
def test_arrays_of_their_own(gl, a, g):
    """Two leaves get the same gradient; then one of the two is overwritten with zeros."""
    gl.engine.set_recording(True)
    x, y, gradient = (
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(g),
    )
    x._accumulate(gradient)
    y._accumulate(gradient)
    x.grad.data[:] = 0.0
    return {"x": x.grad, "y": y.grad, "what was handed in": gradient}


@probe(
    "seed-and-accumulate", part="backward", a=[[1.0, 2.0], [3.0, 4.0]], b=[[5.0, 6.0], [7.0, 8.0]]
)
def test_two_examples(gl, a, b):
    """sum(((A + B) * 2).flatten()) and sum(sigmoid(A @ B).flatten()): the loss, and the gradients
    of A and B after one backward() and after a second one."""
    gl.engine.set_recording(True)
    found = []
    for number in (1, 2):
        x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
        out = (x + y) * 2 if number == 1 else gl.sigmoid(x @ y)
        loss = sum(out.flatten())
        loss.backward()
        once = [np.array(x.grad.data), np.array(y.grad.data)]
        loss.backward()
        found.append({"loss": loss, "A and B": once, "A and B again": [x.grad, y.grad]})
    return {"sum": found[0], "sigmoid": found[1]}


@probe("seed-and-accumulate", part="backward", a=normal(3, 5), b=normal(5, 4), g=normal(3, 4))
def test_backward_any(gl, a, b, g):
    """tanh(A @ B) from any first gradient: the gradients of A and B, in float64 and float32."""
    gl.engine.set_recording(True)
    found = []
    for dtype in ("float64", "float32"):
        x, y = (gl.Tensor(v, requires_grad=True, dtype=dtype) for v in (a, b))
        (x @ y).tanh().backward(g)
        found.extend([x.grad, y.grad])
    return found


# no-grad


@probe("no-grad", part="recording stops", a=[2.0, 3.0])
def test_inside_and_after(gl, a):
    """Whether x * 2 requires a gradient, before the block, inside it and after it."""
    gl.engine.set_recording(True)
    x = gl.Tensor(a, requires_grad=True)
    before = x * 2
    with gl.no_grad():
        inside = x * 2
    after = x * 2
    return {
        "requires_grad": [node.requires_grad for node in (before, inside, after)],
        "operation": [type(node._op).__name__ for node in (before, inside, after)],
        "number of inputs": [len(node._inputs) for node in (before, inside, after)],
        "x afterwards": [x, x.requires_grad],
    }


@probe("no-grad", part="blocks in blocks", a=[2.0, 3.0])
def test_nested(gl, a):
    """Whether x * 2 requires a gradient at each place of a block within a block, with two block
    objects and with one that is entered again."""
    gl.engine.set_recording(True)
    x, found = gl.Tensor(a, requires_grad=True), []
    one, other = gl.no_grad(), gl.no_grad()
    for outer, inner in ((one, other), (one, one)):
        flags = {}
        with outer:
            with inner:
                flags["inner"] = (x * 2).requires_grad
            flags["outer again"] = (x * 2).requires_grad
        flags["outside"] = (x * 2).requires_grad
        found.append(flags)
    return {"two blocks": found[0], "one block, twice": found[1]}


@probe("no-grad", part="errors", a=[2.0, 3.0])
def test_after_an_error(gl, a):
    """An error inside the block comes out of it; whether x * 2 requires a gradient inside, and
    after the error."""
    gl.engine.set_recording(True)
    x = gl.Tensor(a, requires_grad=True)
    error, inside = "no error came out", None
    try:
        with gl.no_grad():
            inside = (x * 2).requires_grad
            raise KeyError("somewhere inside")
    except KeyError:
        error = "KeyError"
    return {"error": error, "inside": inside, "after": (x * 2).requires_grad}


@probe("no-grad", part="detach", a=[2.0, 3.0])
def test_detach(gl, a):
    """x.detach() requires no gradient, and is made of the very array of x, which keeps its own."""
    gl.engine.set_recording(True)
    x = gl.Tensor(a, requires_grad=True)
    x.grad = gl.Tensor(a)
    d = x.detach()
    d.data[0] = 7.0
    return {"x": [x, x.requires_grad], "its gradient": x.grad, "detached": [d, d.requires_grad]}


@probe("no-grad", part="detach", a=normal(3, 5), b=normal(3, 5))
def test_detach_cuts(gl, a, b):
    """In the middle of a graph: what the detached tensor and results made of it remember, and
    whether the graph it came from is still whole."""
    gl.engine.set_recording(True)
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    h = x * y
    d = h.detach()
    later, both = d * 2, d * y
    nodes = {"x": x, "y": y, "h": h, "d": d, "later": later}
    names = {id(node): name for name, node in nodes.items()}
    found = {
        name: [names.get(id(t), "another") for t in node._inputs] for name, node in nodes.items()
    }
    flags = [node.requires_grad for node in (h, d, later, both)]
    kinds = [type(d).__name__, type(d._op).__name__, type(h._op).__name__]
    return {"inputs": found, "requires_grad": flags, "kinds": kinds, "d": d}


@probe("no-grad", part="zero_grad", a=[2.0, 3.0], g=[1.0, 10.0])
def test_zero_grad(gl, a, g):
    """x.grad is None afterwards, the first time and every time; x itself stays what it was."""
    gl.engine.set_recording(True)
    x = gl.Tensor(a, requires_grad=True)
    found = []
    for _ in range(2):
        x.grad = gl.Tensor(g)
        x.zero_grad()
        found.append(x.grad)
    return {"grad": found, "x": x, "requires_grad": x.requires_grad}


# find-bug. A bug strikes where it can be seen: shares of constants, and swaps that would change a
# shape, are not counted. Each body makes its engine by itself; what is drawn decides where.

OPERATIONS = ["Add", "Sub", "Mul", "Div", "MatMul", "Exp", "Tanh", "Summation"]


def one_of(*values):
    return Drawn(lambda rng: values[int(rng.integers(len(values)))])


def at_one_operation(gl, bug, op, time, side):
    """An engine that {bug} at one operation, the first or second time that a walk comes to it."""
    gl.engine.set_recording(True)
    met = []

    def strike(shares, first, last):
        if bug == "swaps two gradients":
            shares[first], shares[last] = shares[last], shares[first]
        elif bug == "loses a share":
            shares[(first, last)[side]] = None
        else:
            shares[(first, last)[side]] *= 2 if bug == "counts a share twice" else -1

    def answer(gradients, out_grad, node):
        shares = list(gradients(out_grad, node))
        seen = [n for n, t in enumerate(node._inputs) if t.requires_grad and shares[n] is not None]
        if seen and type(node._op).__name__ == op:
            one, other = seen[0], seen[-1]
            alike = shares[one].shape == shares[other].shape
            same = node._inputs[one] is node._inputs[other]
            met.extend([node] if bug != "swaps two gradients" or (alike and not same) else [])
            if met and met[-1] is node and len(met) == time:
                strike(shares, one, other)
        return tuple(shares)

    broken = gl.pieces.make_engine(answer)

    def engine(f, *arrays):
        met.clear()
        return broken(f, *arrays)

    return gl.pieces.find_bug(engine)


test_one_operation = pytest.mark.parametrize(
    ("bug", "op", "time"),
    [
        ("loses a share", one_of(*OPERATIONS), 2),
        (
            "counts a share twice",
            one_of(*[name for name in OPERATIONS if name != "Mul"]),
            one_of(1, 2),
        ),
        ("turns a sign", one_of(*OPERATIONS), one_of(1, 2)),
        ("swaps two gradients", one_of("Sub", "Mul", "Div", "MatMul"), 1),
    ],
)(probe("find-bug", part="{bug}", side=one_of(0, 1))(at_one_operation))

test_multiplication = pytest.mark.parametrize("bug", ["counts a share twice"])(
    probe("find-bug", part="{bug}", op="Mul", time=1, side=0)(at_one_operation)
)


@probe("find-bug", part="forgets what arrived", op=one_of(*OPERATIONS[:-1]))
def test_forgets_upstream(gl, op):
    """An engine that starts again from ones at every operation of one kind."""

    gl.engine.set_recording(True)

    def answer(gradients, out_grad, node):
        if type(node._op).__name__ == op:
            out_grad = gl.Tensor(np.ones_like(out_grad.data))
        return gradients(out_grad, node)

    return gl.pieces.find_bug(gl.pieces.make_engine(answer))


@probe("find-bug", part="keeps one of several shares", keeps=one_of("first", "last"))
def test_overwrites(gl, keeps):
    """An engine that keeps only one share of a tensor which several operations use."""
    gl.engine.set_recording(True)
    met = {}

    def answer(gradients, out_grad, node):
        shares = list(gradients(out_grad, node))
        for n, parent in enumerate(node._inputs):
            share, before = shares[n], met.get(id(parent))
            if share is None or not parent.requires_grad:
                continue
            if before is None or keeps == "last":
                met[id(parent)] = share
            if before is not None:
                shares[n] = None if keeps == "first" else share - before
        return tuple(shares)

    broken = gl.pieces.make_engine(answer)

    def engine(f, *arrays):
        met.clear()
        return broken(f, *arrays)

    return gl.pieces.find_bug(engine)


def same_operand_once(gl, op, side):
    """An engine that counts only one of the two shares where one tensor is both operands."""

    gl.engine.set_recording(True)

    def answer(gradients, out_grad, node):
        shares = list(gradients(out_grad, node))
        if type(node._op).__name__ == op and node._inputs[0] is node._inputs[1]:
            shares[side] = None
        return tuple(shares)

    return gl.pieces.find_bug(gl.pieces.make_engine(answer))


test_square = probe("find-bug", part="counts a repeated operand once", op="Mul", side=1)(
    same_operand_once
)
test_double = probe("find-bug", part="counts a repeated operand once", op="Add", side=one_of(0, 1))(
    same_operand_once
)


@probe("find-bug", part="goes on too early", keeps=one_of("first", "last"))
def test_too_early(gl, keeps):
    """An engine that goes on from a result with only one of the shares it got."""
    gl.engine.set_recording(True)
    met = {}

    def answer(gradients, out_grad, node):
        shares = gradients(met.get(id(node), out_grad), node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if share is not None and (keeps == "last" or id(parent) not in met):
                met[id(parent)] = share
        return shares

    broken = gl.pieces.make_engine(answer)

    def engine(f, *arrays):
        met.clear()
        return broken(f, *arrays)

    return gl.pieces.find_bug(engine)


@probe("find-bug", part="averages a broadcast", op=one_of("Add", "Sub", "Mul", "Div"))
def test_averages(gl, op):
    """An engine that takes the mean over what was broadcast, not the sum."""

    gl.engine.set_recording(True)

    def answer(gradients, out_grad, node):
        shares = list(gradients(out_grad, node))
        if type(node._op).__name__ == op:
            for n, parent in enumerate(node._inputs):
                if shares[n] is not None:
                    shares[n] = shares[n] * (parent.size / node.size)
        return tuple(shares)

    return gl.pieces.find_bug(gl.pieces.make_engine(answer))


@probe("find-bug", part="remembers the last walk", walk=one_of(2, 3))
def test_remembers(gl, walk):
    """An engine that, from its second or third walk on, adds what the walk before it found."""
    gl.engine.set_recording(True)
    walks, right = [], gl.pieces.make_engine()

    def engine(f, *arrays):
        grads = right(f, *arrays)
        walks.append(grads)
        if len(walks) < walk:
            return grads
        pairs = zip(grads, walks[-2], strict=False)
        return [g + old if g.shape == old.shape else g for g, old in pairs]

    return gl.pieces.find_bug(engine)


@probe("find-bug", gate=True)
def test_right_engine(gl):
    """The right engine is not accused."""
    gl.engine.set_recording(True)
    return gl.pieces.find_bug(gl.pieces.make_engine())


@probe("find-bug", gate=True, rounding=1e-11)
def test_rounding_engine(gl, rounding):
    """A right engine that rounds the last digits differently is not accused."""

    gl.engine.set_recording(True)

    def answer(gradients, out_grad, node):
        shares = gradients(out_grad, node)
        return tuple(None if share is None else share * (1 + rounding) for share in shares)

    return gl.pieces.find_bug(gl.pieces.make_engine(answer))


@probe("find-bug", gate=True, weight=Drawn(lambda rng: float(rng.uniform(0.2, 0.8))))
def test_other_ways(gl, weight):
    """A right engine that computes each share in two halves, and passes on no zeros, is not
    accused."""

    gl.engine.set_recording(True)

    def answer(gradients, out_grad, node):
        one, other = gradients(out_grad * weight, node), gradients(out_grad * (1 - weight), node)
        pairs = zip(one, other, strict=True)
        sums = [None if p is None or q is None else q + p for p, q in pairs]
        return tuple(None if s is None or not s.data.any() else s for s in sums)

    return gl.pieces.find_bug(gl.pieces.make_engine(answer))


# memory-on-paper

REST = [
    *("Sub", "Negate", "MulScalar", "Summation", "Reshape", "Transpose", "BroadcastTo"),
    *("Div", "Pow", "MatMul", "Sin", "Cos", "Abs", "PowerScalar", "Sqrt", "Sigmoid", "Tanh"),
]


@probe("memory-on-paper", part="looks_up", operations="Add Mul Exp Log ReLU")
def test_first_rows(gl, operations):
    """What the backward of these operations looks up."""
    return {name: gl.pieces.looks_up(name) for name in operations.split()}


@probe("memory-on-paper", part="looks_up", order=Drawn(lambda rng: rng.permutation(REST).tolist()))
def test_other_rows(gl, order):
    """What the backwards of all other operations in the table look up."""
    return {name: gl.pieces.looks_up(name) for name in order}


@probe(
    "memory-on-paper",
    part="kept_numbers",
    steps={"h": ["MatMul", "x", "w"], "a": ["Tanh", "h"], "s": ["Mul", "a", "a"]},
    looks_up={"MatMul": "inputs", "Tanh": "output", "Mul": "inputs"},
    sizes={"x": 200, "w": 6, "h": 300, "a": 300, "s": 300},
)
def test_small_program(gl, steps, looks_up, sizes):
    """h = x @ w, a = tanh(h), s = a * a: how many numbers are kept."""
    return gl.pieces.kept_numbers(steps, looks_up, sizes)


def _program(rng):
    """Eight steps of three made-up operations, in which some arrays are looked up again."""
    reads, writes, plain = rng.permutation(["f", "g", "h"]).tolist()
    names = rng.permutation(list("abcdefijklmn")).tolist()
    p, q, r, s, t, u, v, w, x, y = names[:10]
    steps = {
        r: [plain, p, q],
        s: [reads, r, q],
        t: [reads, q, s],
        u: [writes, t, p],
        v: [plain, u, t],
        w: [reads, t, r, q],
        x: [writes, w, v],
        y: [plain, x, w],
    }
    sizes = {name: int(2 ** (n % 10)) * (3 if n % 2 else 5) for n, name in enumerate(names)}
    looks_up = {reads: "inputs", writes: "output", plain: "nothing"}
    return {"steps": steps, "looks_up": looks_up, "sizes": sizes}


@probe("memory-on-paper", part="kept_numbers", program=Drawn(_program))
def test_another_program(gl, program):
    """How many numbers a longer program keeps, in which operations share their inputs."""
    return gl.pieces.kept_numbers(program["steps"], program["looks_up"], program["sizes"])


# celsius-by-hand. float32, so that a student may compute in it.


@probe(
    "celsius-by-hand", part="losses", celsius=[0.0, 100.0], targets=[32.0, 212.0], lr=0.4, steps=3
)
def test_three_losses(gl, celsius, targets, lr, steps):
    """The losses of three steps, Python numbers; both arrays stay what they were."""
    gl.engine.set_recording(True)
    _, _, losses = gl.pieces.fit_line(celsius, targets, lr, steps)
    kinds = [type(loss).__name__ for loss in losses]
    afterwards = [celsius, targets]
    return {"losses": np.array(losses, "float32"), "kinds": kinds, "afterwards": afterwards}


@probe("celsius-by-hand", part="losses", celsius=normal(7), targets=normal(7), lr=0.3, steps=6)
def test_other_losses(gl, celsius, targets, lr, steps):
    """The losses of six steps for other temperatures, on another scale."""
    gl.engine.set_recording(True)
    _, _, losses = gl.pieces.fit_line(100 * celsius, 50 + 20 * targets, lr, steps)
    return np.array(losses, "float32")


@probe("celsius-by-hand", part="line", lr=0.6, steps=400)
def test_finds_the_line(gl, lr, steps):
    """From eleven temperatures between 0 and 100: slope and intercept, to four digits."""
    gl.engine.set_recording(True)
    celsius = np.linspace(0.0, 100.0, 11)
    slope, intercept, _ = gl.pieces.fit_line(celsius, 1.8 * celsius + 32, lr, steps)
    return [round(float(slope), 4), round(float(intercept), 3)]


@probe("celsius-by-hand", part="line", celsius=positive(7), targets=positive(7), lr=0.05, steps=5)
def test_another_line(gl, celsius, targets, lr, steps):
    """Slope and intercept after five small steps, for other temperatures on another scale."""
    gl.engine.set_recording(True)
    slope, intercept, _ = gl.pieces.fit_line(100 * celsius, 80 * targets, lr, steps)
    return np.array([slope, intercept], "float32")
