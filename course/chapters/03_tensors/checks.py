"""Probes of chapter 3: what a tensor holds, what a call records, how its history is read.

Every tensor of a probe goes through the student's `__init__`, and every operation through their
`__call__`; where those are wrong the exercise is run again without them. The views of an array and
`__repr__` share an exercise with `__init__`, so their probes make tensors with the given `_wrap`.
Which tensor it is goes back as a name, found by identity.
"""

import numpy as np
from gradloom_grader.probes import Drawn, normal, probe

# tensor-basics


@probe("tensor-basics", part="__init__", celsius=[[0.0], [100.0]])
def test_lists_and_numbers(gl, celsius):
    """Lists and numbers become float32, whole ones too; there is no gradient yet."""
    rows = gl.Tensor(celsius.tolist())
    weights = gl.Tensor([[1, 2, 3]], requires_grad=True)
    number = gl.Tensor(2.5)
    tensors = [rows, weights, number]
    return {
        "data": [np.asarray(t.data) for t in tensors],
        "requires_grad": [t.requires_grad for t in tensors],
        "grad": [t.grad for t in tensors],
    }


@probe("tensor-basics", part="__init__", a=[1.0, 2.0, 3.0])
def test_own_array(gl, a):
    """Whoever gave the array, or the tensor, may go on changing it: the new tensor has its own."""
    first = gl.Tensor(a)
    second = gl.Tensor(first)
    a[0] = 99.0
    first.data[1] = -1.0
    return {"from the array": np.asarray(first.data), "from the tensor": np.asarray(second.data)}


@probe("tensor-basics", part="__init__", a=normal(3, 5, 4))
def test_dtypes(gl, a):
    """Floating arrays and tensors keep their dtype, other arrays become float32; `dtype` decides,
    where it is given."""
    narrow, whole = a.astype("float32"), (10 * a).astype("int64")
    tensors = [gl.Tensor(x) for x in (a, narrow, whole, gl.Tensor(a))]
    asked = [gl.Tensor(x, dtype="float64") for x in (narrow, whole, a.tolist())]
    asked.append(gl.Tensor(a, dtype="float32"))
    return [np.asarray(t.data) for t in (*tensors, *asked)]


@probe("tensor-basics", part="shape, ndim, size, dtype, numpy, item", a=[[1.0, 2.0, 3.0]])
def test_looking_in(gl, a):
    """A float32 row: its views, the array itself, and item(), a Python number where there is one
    entry and a ValueError where there are more."""
    row, one = gl.Tensor._wrap(a.astype("float32")), gl.Tensor._wrap(a[:, :1])
    found = {"shape": tuple(row.shape), "ndim": row.ndim, "size": row.size, "dtype": row.dtype.name}
    row.numpy()[0, 0] = 7.0
    try:
        more = str(row.item())
    except ValueError:
        more = "ValueError"
    kind = type(one.item()).__name__
    return {**found, "row": row, "one": one.item(), "kind": kind, "item of three": more}


@probe("tensor-basics", part="shape, ndim, size, dtype, numpy, item", a=normal(3, 5, 4))
def test_looking_further_in(gl, a):
    """The views of arrays with three axes and with none."""
    tensors = [gl.Tensor._wrap(x) for x in (a, a[0, 0, 0].reshape(()))]
    return [[tuple(t.shape), t.ndim, t.size, t.dtype.name, t.numpy()] for t in tensors]


@probe("tensor-basics", part="__repr__", a=[1.0, 2.0, 3.0])
def test_repr(gl, a):
    """The text of a tensor that requires a gradient."""
    t = gl.Tensor._wrap(a.astype("float32"))
    t.requires_grad = True
    return repr(t)


@probe("tensor-basics", part="__repr__", a=normal(2, 3))
def test_repr_of_rows(gl, a):
    """The text of a tensor with two rows that requires no gradient; blanks do not count."""
    return " ".join(repr(gl.Tensor._wrap(a)).split())


# function-call


@probe("function-call", part="the result", a=[1.0, 2.0, 3.0], b=[2.0, 3.0, 4.0])
def test_sum(gl, a, b):
    """a + b is a Tensor; `forward` is called once, with the two arrays."""
    seen = []

    class Sum(gl.Function):
        def forward(self, *arrays):
            seen.append([type(array).__name__ for array in arrays])
            return arrays[0] + arrays[-1]

    x, y = gl.Tensor(a, dtype="float32"), gl.Tensor(b, dtype="float32")
    out = Sum()(x, y)
    kind = type(out).__name__
    return {"out": out, "kind": kind, "forward got": seen, "a and b afterwards": [x, y]}


@probe("function-call", part="the result", a=normal(3, 5), b=normal(4, 5), c=normal(3, 4))
def test_any_operands(gl, a, b, c):
    """Tensors, numbers, lists and arrays as operands, in float64 and in float32; shapes that
    broadcast."""
    found = []
    for dtype in ("float64", "float32"):
        x, y, z = (gl.Tensor(v.astype(dtype)) for v in (a, b, c))
        product = gl.ops.Add()(gl.shapes.MatMul()(x, gl.shapes.Transpose()(y)), z)
        found.extend([product, gl.ops.Mul()(x, 3), gl.ops.Add()(0.1, x)])
        found.extend([gl.ops.Mul()(y, [1, 2, 3, 4, 5]), gl.ops.Add()(b.astype(dtype)[0], x)])
        found.extend([gl.ops.AddScalar(0.1)(z), gl.shapes.BroadcastTo((2, 3, 4))(z).numpy()])
    return found


@probe("function-call", part="the result", minor=True, a=1.5, b=0.1)
def test_single_numbers(gl, a, b):
    """The sum and the product of two float64 tensors with shape () are float64 too."""
    x, y = gl.Tensor(np.array(a)), gl.Tensor(np.array(b))
    return {"sum": gl.ops.Add()(x, y), "product": gl.ops.Mul()(x, y)}


@probe("function-call", part="requires_grad", a=[1.0, 2.0, 3.0], b=[2.0, 3.0, 4.0])
def test_four_combinations(gl, a, b):
    """Whether a + b requires a gradient, where neither, b, a or both do."""
    combinations = [(False, False), (False, True), (True, False), (True, True)]
    pairs = [
        (gl.Tensor(a, requires_grad=left), gl.Tensor(b, requires_grad=right))
        for left, right in combinations
    ]
    return [gl.ops.Add()(x, y).requires_grad for x, y in pairs]


@probe("function-call", part="requires_grad", a=normal(3, 5), b=normal(3, 5))
def test_flags_travel(gl, a, b):
    """Whether results require a gradient: of one input, of three, with numbers and arrays, and two
    steps later."""

    class Sum(gl.Function):
        def forward(self, *arrays):
            return np.add.reduce(arrays)

    w, x = gl.Tensor(a, requires_grad=True), gl.Tensor(b)
    turned = gl.shapes.Transpose()(w)
    later = gl.shapes.MatMul()(x, turned)
    others = [Sum()(x, w, x), Sum()(x, x, w), Sum()(w, x, x), gl.ops.Mul()(w, 2)]
    nodes = [turned, later, gl.ops.AddScalar(1.0)(later), *others, gl.ops.Add()(b, w)]
    return [node.requires_grad for node in nodes]


@probe("function-call", part="the history", a=[1.0, 2.0, 3.0], b=[2.0, 3.0, 4.0])
def test_remembers(gl, a, b):
    """Which operation made a + b and a + 2, and from what; only a requires a gradient."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b)
    names = {id(x): "a", id(y): "b"}
    found = {}
    for name, out in (("a + b", gl.ops.Add()(x, y)), ("a + 2", gl.ops.Add()(x, 2))):
        found[name] = {
            "operation": type(out._op).__name__,
            "inputs": [names.get(id(t), "another " + type(t).__name__) for t in out._inputs],
        }
    return found


@probe("function-call", part="the history", a=[1.0, 2.0, 3.0], b=[2.0, 3.0, 4.0])
def test_remembers_nothing(gl, a, b):
    """Where neither a nor b requires a gradient, a + b and a + 2 have no operation and no
    inputs."""
    x, y = gl.Tensor(a), gl.Tensor(b)
    found = {}
    for name, out in (("a + b", gl.ops.Add()(x, y)), ("a + 2", gl.ops.Add()(x, 2))):
        operation = type(out._op).__name__
        found[name] = {"operation": operation, "number of inputs": len(out._inputs)}
    return found


@probe("function-call", part="the history", a=[1.0, 2.0, 3.0], b=[2.0, 3.0, 4.0])
def test_recording_is_off(gl, a, b):
    """While recording is switched off, a + b remembers nothing, though a requires a gradient."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b)
    before = gl.engine.set_recording(False)
    try:
        out = gl.ops.Add()(x, y)
    finally:
        gl.engine.set_recording(before)
    return {"operation": type(out._op).__name__, "number of inputs": len(out._inputs)}


@probe("function-call", part="the history", a=normal(3, 3), b=normal(3, 3), s=normal(2))
def test_each_call_its_own(gl, a, b, s):
    """Which operation object and which tensors a result remembers, in a program of several steps
    that uses one tensor twice."""

    class Shift(gl.Function):
        def __init__(self, by):
            self.by = by

        def forward(self, array):
            return array + self.by

    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    first, second = Shift(float(s[0]))(x), Shift(float(s[1]))(x)
    square = gl.shapes.MatMul()(y, y)
    last = gl.ops.Mul()(square, first)
    names = {id(x): "x", id(y): "y", id(first): "first", id(square): "square"}
    nodes = [first, second, square, last]
    return {
        "operations": [type(node._op).__name__ for node in nodes],
        "shifts": [first._op.by, second._op.by],
        "inputs": [[names.get(id(t), "another") for t in node._inputs] for node in nodes],
    }


# history. The program of Celsius and Fahrenheit, step by step.

CELSIUS = {"celsius": [[0.0], [100.0]], "w": [[0.5]], "b": [10.0]}


@probe("history", part="grad_fn", **CELSIUS)
def test_grad_fn(gl, celsius, w, b):
    """The names of the operations behind pred = celsius @ w.T + b."""
    x, weight = gl.Tensor(celsius), gl.Tensor(w, requires_grad=True)
    turned = weight.T
    product = x @ turned
    pred = product + gl.Tensor(b, requires_grad=True)
    nodes = {"w": weight, "w.T": turned, "celsius @ w.T": product, "pred": pred}
    found = {name: node.grad_fn for name, node in nodes.items()}
    texts = str, type(None)
    return {k: v if isinstance(v, texts) else f"a {type(v).__name__}" for k, v in found.items()}


@probe("history", part="grad_fn", a=normal(3, 5))
def test_grad_fn_of_others(gl, a):
    """The names of other operations, one of them made on the spot."""

    class TakeHalf(gl.Function):
        def forward(self, array):
            return array / 2

    x = gl.Tensor(a, requires_grad=True)
    shifted, repeated = gl.ops.AddScalar(1.0)(x), gl.shapes.BroadcastTo((2, 3, 5))(x)
    found = [node.grad_fn for node in (x * x, shifted, repeated, TakeHalf()(x))]
    return [name if isinstance(name, str) else f"a {type(name).__name__}" for name in found]


@probe("history", part="parents", **CELSIUS)
def test_parents(gl, celsius, w, b):
    """What each step of pred = celsius @ w.T + b was computed from, as a list."""
    x, weight, bias = (
        gl.Tensor(celsius),
        gl.Tensor(w, requires_grad=True),
        gl.Tensor(b, requires_grad=True),
    )
    turned = weight.T
    product = x @ turned
    pred = product + bias
    nodes = {"celsius": x, "w": weight, "w.T": turned, "celsius @ w.T": product, "b": bias}
    names = {id(node): name for name, node in nodes.items()}
    found = {"kind of thing": type(pred.parents).__name__}
    for name, node in {**nodes, "pred": pred}.items():
        found[name] = [names.get(id(t), "another") for t in node.parents]
    return found


@probe("history", part="parents", a=normal(3, 5))
def test_parents_again(gl, a):
    """The parents of x * x and of x + 2, asked twice; emptying the first answer spoils nothing."""
    x = gl.Tensor(a, requires_grad=True)
    found = []
    for node in (x * x, x + 2):
        node.parents.clear()
        found.append(["x" if t is x else "a constant" for t in node.parents])
    return found


@probe("history", part="is_leaf", **CELSIUS)
def test_is_leaf(gl, celsius, w, b):
    """Which of w, b, w.T, celsius @ w.T and pred are leaves."""
    weight, bias = gl.Tensor(w, requires_grad=True), gl.Tensor(b, requires_grad=True)
    turned = weight.T
    product = gl.Tensor(celsius) @ turned
    nodes = {"w": weight, "b": bias, "w.T": turned, "celsius @ w.T": product}
    return {name: node.is_leaf for name, node in {**nodes, "pred": product + bias}.items()}


@probe("history", part="is_leaf", a=normal(3, 5))
def test_is_leaf_without_gradient(gl, a):
    """Which of x, x + 1, and (x + 1) * x are leaves, where x requires no gradient."""
    x = gl.Tensor(a)
    return [node.is_leaf for node in (x, x + 1, (x + 1) * x)]


# on-paper. A drawn program has a result that needs no gradient and a parameter that `root` does not
# reach, or right and wrong rules would agree by luck.

GIVEN = {"celsius": False, "w": True, "b": True, "scale": True}
PROGRAM = (  # that of the text; a visible dict loses its order
    "doubled <- celsius celsius; w_t <- w; product <- doubled w_t; "
    "pred <- product b; shown <- pred scale"
)
NEEDS = {**GIVEN, "doubled": False, "w_t": True, "product": True, "pred": True, "shown": True}


def _program(rng):
    """A small program with names in no particular order."""
    names = iter(rng.permutation(list("abcdefghijklmnopqrstuvwxyz")).tolist())
    data, parameters, aside, unused = ([next(names) for _ in range(n)] for n in (2, 2, 1, 1))
    given = dict.fromkeys(data, False) | dict.fromkeys([*parameters, *aside, *unused], True)
    given = {name: given[name] for name in rng.permutation(list(given)).tolist()}
    plain, first, second, side, root, late = (next(names) for _ in range(6))
    steps = {
        plain: [data[0], data[1]],
        first: [plain, parameters[0]],
        side: [aside[0], first],
        second: [data[1], first] if rng.random() < 0.5 else [first, data[1]],
        root: [second, parameters[1], second],
        late: [root, side],
    }
    needs = {**given, **dict.fromkeys(steps, True), plain: False}
    return {"given": given, "steps": steps, "needs": needs, "root": root}


@probe("on-paper", part="requires_gradient", given=GIVEN, program=PROGRAM)
def test_requires(gl, given, program):
    """Who requires a gradient in the program of your table; `given` stays what it was."""
    own, steps = dict(given), {s.split()[0]: s.split()[2:] for s in program.split(";")}
    answer = dict(gl.pieces.requires_gradient(own, steps))
    return {"answer": answer, "given afterwards": own}


@probe("on-paper", part="requires_gradient", program=Drawn(_program))
def test_requires_in_another(gl, program):
    """Who requires a gradient in a longer program, with a step that only has data."""
    return gl.pieces.requires_gradient(dict(program["given"]), dict(program["steps"]))


@probe("on-paper", part="leaves", needs=NEEDS, program=PROGRAM)
def test_leaves(gl, needs, program):
    """The leaves in the program of your table, sorted; `needs` stays what it was."""
    own, steps = dict(needs), {s.split()[0]: s.split()[2:] for s in program.split(";")}
    answer = sorted(gl.pieces.leaves(steps, own))
    return {"answer": answer, "needs afterwards": own}


@probe("on-paper", part="leaves", program=Drawn(_program))
def test_leaves_of_another(gl, program):
    """The leaves of a longer program, with a step that only has data."""
    return sorted(gl.pieces.leaves(dict(program["steps"]), dict(program["needs"])))


@probe("on-paper", part="receives", needs=NEEDS, program=PROGRAM, root="pred")
def test_receives(gl, needs, program, root):
    """Whose .grad pred.backward() fills in that program, sorted; `steps` stays what it was."""
    own, steps = dict(needs), {s.split()[0]: s.split()[2:] for s in program.split(";")}
    answer = sorted(gl.pieces.receives(steps, own, root))
    return {"answer": answer, "steps afterwards": steps}


@probe("on-paper", part="receives", program=Drawn(_program))
def test_receives_in_another(gl, program):
    """Whose .grad is filled in a longer program, where not everything leads to the root."""
    steps, needs = dict(program["steps"]), dict(program["needs"])
    return sorted(gl.pieces.receives(steps, needs, program["root"]))
