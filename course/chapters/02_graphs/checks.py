"""Probes of chapter 2: orders of a graph, the backward walk, zeroing, printing, edges.

Many orders of one graph are right. Hidden graphs are drawn as names, come back as names in the
order found, and are judged by `verify`. Visible examples are compared as they stand, so they say of
each node which of its parents come before it, or have one right order only. That the work grows
with the graph and not with its paths is found by counting: whoever asks far too often is stopped.
"""

import numpy as np
from gradloom_grader.probes import Drawn, probe


def _graph(rng):
    """A graph in which every short cut goes wrong, with children that the root does not reach."""
    fresh = iter([f"n{number}" for number in rng.permutation(90)[:40] + 10])
    graph = {next(fresh): [] for _ in range(3)}
    leaves = list(graph)

    def add(*inputs, shuffled=True):
        name = next(fresh)
        graph[name] = rng.permutation(inputs).tolist() if shuffled else list(inputs)
        return name

    shared = add(leaves[0], leaves[1])
    once = add(shared, leaves[2])
    twice = add(once, shared, shuffled=False)  # the short path second
    thrice = add(shared, twice, shuffled=False)  # the short path first
    double = add(thrice, thrice)
    mixed = add(leaves[1], leaves[1], double)  # three uses of two parents
    pool = [*leaves, double, mixed]  # nothing else uses what is below double
    for _ in range(4):
        pool.append(add(*rng.choice(pool, 2)))
    root = pool[-1]
    for name in pool:
        if all(name not in inputs for inputs in graph.values()) and name != root:
            root = add(name, root)
    aside = add(shared, leaves[0])
    add(root, aside)
    return {"graph": graph, "root": root}


def _parents_first(expected, answer, program):
    """Every node that the root needs, each once, after its parents."""
    if len(answer) != len(set(answer)):
        return "A node stands in the order more than once."
    if set(answer) != set(expected):
        missing = set(expected) - set(answer)
        return "Nodes are missing." if missing else "There are nodes that do not belong here."
    place = {name: i for i, name in enumerate(answer)}
    late = [n for n in answer for p in program["graph"][n] if place[p] > place[n]]
    return "A node stands before one of its parents." if late else None


SUM_OF_PRODUCT = {"a": [], "b": [], "ab": ["a", "b"], "c": [], "d": ["ab", "c"]}

# topological-order


@probe("topological-order", graph=SUM_OF_PRODUCT, root="d")
def test_order(gl, graph, root):
    """d = a * b + c: every node once, the root last, no node before its parents; asked a second
    time, the same; and no node is changed."""
    nodes = gl.pieces.build(graph)
    names = {id(node): name for name, node in nodes.items()}
    found = {}
    for time in ("first time", "second time"):
        order = gl.graph.topological_order(nodes[root], lambda node: node.parents)
        order = [names.get(id(node), "another") for node in order]
        before = {n: [p for p in graph[n] if p in order[: order.index(n)]] for n in graph}
        found[time] = {"nodes": sorted(order), "last": order[-1], "parents before": before}
    parents = {name: [p.name for p in node.parents] for name, node in nodes.items()}
    return {**found, "parents afterwards": parents}


@probe("topological-order", x=3.0, y=3.0)
def test_equal_numbers(gl, x, y):
    """s = x + y of two equal numbers, q = s * s, t = q * s, f = s + t: two leaves, and then one
    right order only."""
    x, y = gl.pieces.Node(x, name="x"), gl.pieces.Node(y, name="y")
    s = gl.pieces.Node(6.0, [x, y], "+", name="s")
    q = gl.pieces.Node(36.0, [s, s], "*", name="q")
    t = gl.pieces.Node(216.0, [q, s], "*", name="t")
    f = gl.pieces.Node(222.0, [s, t], "+", name="f")
    order = [node.name for node in gl.graph.topological_order(f, lambda node: node.parents)]
    return {"leaves": sorted(order[:2]), "then": order[2:]}


@probe("topological-order", program=Drawn(_graph), verify=_parents_first)
def test_any_order(gl, program):
    """A graph with diamonds, paths of unequal length and a node used twice; its nodes know no
    parents themselves, only the function `parents` does."""
    nodes = gl.pieces.build(program["graph"])
    names = {id(node): name for name, node in nodes.items()}
    inputs = {id(node): node.parents for node in nodes.values()}
    for node in nodes.values():
        node.parents = []
    order = gl.graph.topological_order(nodes[program["root"]], lambda node: inputs[id(node)])
    return [names.get(id(node), "another") for node in order]


@probe("topological-order", doublings=40)
def test_many_paths(gl, doublings):
    """x + x, 40 times in a row: 41 nodes, more than a million million paths."""
    chain = [gl.pieces.Node(1.0)]
    for _ in range(doublings):
        below = chain[-1]
        chain.append(gl.pieces.Node(2 * below.value, [below, below], "+"))
    places = {id(node): i for i, node in enumerate(chain)}
    asked = []

    def parents(node):
        asked.append(node)
        if len(asked) > 50 * doublings:
            raise RuntimeError(f"parents(...) was asked {len(asked)} times for {len(chain)} nodes")
        return node.parents

    order = gl.graph.topological_order(chain[-1], parents)
    return np.array([places.get(id(node), -1) for node in order])


@probe("topological-order", minor=True, length=20_000)
def test_deep(gl, length):
    """20,000 nodes in a row, in order; deep in the graph, Python's own stack is not deep, and no
    node is compared with all the others."""
    compared = []

    class Watched(gl.pieces.Node):
        def __eq__(self, other):
            compared.append(other)
            if len(compared) > 5 * length:
                raise RuntimeError(f"{len(compared)} comparisons for {length} nodes")
            return self is other

        __hash__ = gl.pieces.Node.__hash__

    chain = [Watched(0.0)]
    for place in range(1, length):
        chain.append(Watched(float(place), [chain[-1]], "+"))
    places = {id(node): i for i, node in enumerate(chain)}
    frames = []

    def parents(node):
        if node is chain[0]:
            try:
                raise KeyError
            except KeyError as error:
                frame = error.__traceback__.tb_frame
            while frame:
                frames.append(0)
                frame = frame.f_back
        return node.parents

    order = gl.graph.topological_order(chain[-1], parents)
    order = np.array([places.get(id(node), -1) for node in order])
    return {"order": order, "thousands of calls inside one another": len(frames) // 1000}


# kahn-order


@probe(
    "kahn-order",
    part="the order",
    graph={"x": [], "a": ["x", "x"], "y": [], "f": ["a", "y"]},
    root="f",
)
def test_kahn(gl, graph, root):
    """f = x * x + y: every node once, the root last, no node before its parents; and no node is
    changed."""
    nodes = gl.pieces.build(graph)
    names = {id(node): name for name, node in nodes.items()}
    order = gl.graph.kahn_order(nodes[root], lambda node: node.parents)
    order = [names.get(id(node), "another") for node in order]
    before = {n: [p for p in graph[n] if p in order[: order.index(n)]] for n in graph}
    parents = {name: [p.name for p in node.parents] for name, node in nodes.items()}
    found = {"nodes": sorted(order), "last": order[-1], "parents before": before}
    return {**found, "parents afterwards": parents}


@probe("kahn-order", part="the order", program=Drawn(_graph), verify=_parents_first)
def test_any_kahn(gl, program):
    """A graph with diamonds, paths of unequal length, a node used twice, and children that the
    root was not computed from."""
    nodes = gl.pieces.build(program["graph"])
    names = {id(node): name for name, node in nodes.items()}
    order = gl.graph.kahn_order(nodes[program["root"]], lambda node: node.parents)
    return [names.get(id(node), "another") for node in order]


@probe(
    "kahn-order",
    part="cycles",
    graph={"sea": ["rain"], "cloud": ["sea"], "rain": ["cloud"]},
    root="rain",
)
def test_cycle(gl, graph, root):
    """The rain falls into the sea, the sea makes clouds, the clouds make rain: a CycleError, with
    all three in its message."""
    nodes = gl.pieces.build(graph)
    try:
        order = gl.graph.kahn_order(nodes[root], lambda node: node.parents)
    except gl.graph.CycleError as error:
        words = "".join(sign if sign.isalnum() else " " for sign in str(error)).split()
        return {"raised": type(error).__name__, "names": sorted(set(words) & set(graph))}
    return {"returned": [node.name for node in order]}


def _with_a_cycle(rng):
    """A cycle in the middle of a graph: leaves before it, other nodes after it."""
    names = [f"n{number}" for number in rng.permutation(90)[:11] + 10]
    one, two, *ring = names[:6]
    before, after, last, side, root = names[6:]
    graph = {one: [], two: [], before: [one, two]}
    graph |= {ring[i]: [ring[i - 1], before if i else two] for i in range(4)}
    graph |= {after: [ring[2], one], last: [after, ring[1]], side: [two], root: [last, side]}
    return {"graph": graph, "root": root, "ring": ring}


def _names_the_cycle(expected, answer, program):
    if "raised" not in answer:
        return "Nothing was raised."
    words = set("".join(s if s.isalnum() else " " for s in answer["message"]).split())
    if not set(program["ring"]) <= words:
        return "The message does not name every node of the cycle."
    others = set(program["graph"]) - set(program["ring"])
    return "The message names nodes that are on no cycle." if others & words else None


@probe("kahn-order", part="cycles", program=Drawn(_with_a_cycle), verify=_names_the_cycle)
def test_any_cycle(gl, program):
    """A cycle in the middle of a larger graph: the CycleError names its nodes and no others."""
    nodes = gl.pieces.build(program["graph"])
    try:
        order = gl.graph.kahn_order(nodes[program["root"]], lambda node: node.parents)
    except gl.graph.CycleError as error:
        return {"raised": type(error).__name__, "message": str(error)}
    return {"returned": [node.name for node in order]}


@probe("kahn-order", part="the order", minor=True, length=1000)
def test_long_kahn(gl, length):
    """1000 nodes in a row: no node is compared with all the others, nor asked for its parents
    again and again."""
    compared, asked = [], []

    class Watched(gl.pieces.Node):
        def __eq__(self, other):
            compared.append(other)
            if len(compared) > 50 * length:
                raise RuntimeError(f"{len(compared)} comparisons for {length} nodes")
            return self is other

        __hash__ = gl.pieces.Node.__hash__

    def parents(node):
        asked.append(node)
        if len(asked) > 50 * length:
            raise RuntimeError(f"parents(...) was asked {len(asked)} times for {length} nodes")
        return node.parents

    chain = [Watched(0.0)]
    for _ in range(length - 1):
        chain.append(Watched(0.0, [chain[-1]], "+"))
    places = {id(node): i for i, node in enumerate(chain)}
    order = gl.graph.kahn_order(chain[-1], parents)
    return np.array([places.get(id(node), -1) for node in order])


# value-backward


@probe("value-backward", a=2.0, b=3.0, c=10.0)
def test_backward(gl, a, b, c):
    """Gradients of d = a * b + c, of the diamond d = a * b + a, of s + 3 * s with s = a * b, and of
    a leaf by itself."""
    found = {}
    for name in ("a * b + c", "a * b + a"):
        x, y, z = gl.Value(a), gl.Value(b), gl.Value(c)
        xy = x * y
        d = xy + z if name == "a * b + c" else xy + x
        d.backward()
        found[name] = {"a": x.grad, "b": y.grad, "c": z.grad, "ab": xy.grad, "d": d.grad}
    x, y = gl.Value(a), gl.Value(b)
    s = x * y
    f = s + s * 3.0
    f.backward()
    found["s + 3 * s"] = {"a": x.grad, "b": y.grad, "s": s.grad}
    leaf = gl.Value(a)
    leaf.backward()
    return {**found, "a leaf": leaf.grad}


@probe("value-backward", a=2.0, b=3.0)
def test_gradient_of_0(gl, a, b):
    """f = relu(-ab) + ab: a gradient of 0 on the way is no reason to stop."""
    x, y = gl.Value(a), gl.Value(b)
    xy = x * y
    f = (xy * -1.0).relu() + xy
    f.backward()
    return {"ab": xy.grad, "a": x.grad, "b": y.grad}


@probe("value-backward", a=2.0, b=3.0)
def test_again(gl, a, b):
    """c = a * b, then d = c + a and e = c * b: d.backward(), e.backward(), and d.backward() once
    more add to what is there; a root starts from 1 each time."""
    x, y = gl.Value(a), gl.Value(b)
    c = x * y
    d, e = c + x, c * y
    found = {}
    for name, root in (("d", d), ("then e", e), ("then d again", d)):
        root.backward()
        found[name] = [node.grad for node in (x, y, c, d, e)]
    return found


def _expression(rng):
    """Steps of an expression on three leaves: an operation, and the places of two operands."""
    steps = [["*", 0, 1], ["+", 3, 2], ["*", 4, 3], ["+", 3, 5], ["*", 6, 6]]
    for last in range(7, 12):
        other = int(rng.integers(3, last))
        operands = [last, other] if rng.random() < 0.5 else [other, last]
        steps.append([["+", "*"][int(rng.integers(2))], *operands])
    return steps


@probe(
    "value-backward", numbers=Drawn(lambda rng: rng.uniform(0.5, 1.2, 3)), steps=Drawn(_expression)
)
def test_any_expression(gl, numbers, steps):
    """The gradients of all nodes of a larger expression, in which results are used several
    times."""
    nodes = [gl.Value(number) for number in numbers]
    for operation, i, j in steps:
        nodes.append(nodes[i] + nodes[j] if operation == "+" else nodes[i] * nodes[j])
    nodes[-1].backward()
    return [node.grad for node in nodes]


@probe("value-backward", doublings=40)
def test_many_paths_back(gl, doublings):
    """x + x, 40 times in a row: the gradient of x, and how often each sum's `_backward` is
    called."""
    chain, calls, asked = [], [0] * doublings, []

    class Watched(gl.Value):
        @property
        def _prev(self):
            asked.append(self)
            if len(asked) > 50 * doublings:
                raise RuntimeError(f"_prev was read {len(asked)} times for {len(chain)} nodes")
            return self.__dict__["given"]

        @_prev.setter
        def _prev(self, given):
            self.__dict__["given"] = given

    chain.append(Watched(1.0))
    for place in range(doublings):
        below = chain[-1]
        out = Watched(2 * below.data, (below, below), "+")

        def step(out=out, below=below, place=place):
            calls[place] += 1
            if sum(calls) > 50 * doublings:
                raise RuntimeError(f"{sum(calls)} calls of _backward for {doublings} sums")
            below.grad += 2 * out.grad

        out._backward = step
        chain.append(out)
    chain[-1].backward()
    return {"x.grad": chain[0].grad, "calls": calls}


@probe("value-backward", minor=True, length=2000)
def test_deep_back(gl, length):
    """x + 1 + 1 + 1 and so on, 2000 sums: the gradient of x."""
    x = total = gl.Value(3.0)
    for _ in range(length):
        total = total + 1.0
    total.backward()
    return x.grad


# zero-grad. Whole zeros are right as well: adding 0.0 makes floats of them.


@probe("zero-grad", a=2.0)
def test_zero_between(gl, a):
    """b = a * 1 and c = b * 1: a.grad after c.backward(), after a second one, after zero_grad(c),
    and after a third one."""
    a = gl.Value(a)
    b = a * 1.0
    c = b * 1.0
    found = {}
    c.backward()
    found["once"] = a.grad
    c.backward()
    found["twice"] = a.grad
    gl.scalar.zero_grad(c)
    found["zeroed"] = [node.grad + 0.0 for node in (a, b, c)]
    c.backward()
    found["once more"] = a.grad
    return found


@probe("zero-grad", numbers=Drawn(lambda rng: rng.uniform(0.5, 1.5, 3)), steps=Drawn(_expression))
def test_zero_any(gl, numbers, steps):
    """All gradients of a larger graph, some of them 0 already; numbers stay as they are, and so
    do gradients of what the root was not computed from."""
    nodes = [gl.Value(number) for number in numbers]
    for operation, i, j in steps:
        nodes.append(nodes[i] + nodes[j] if operation == "+" else nodes[i] * nodes[j])
    later = nodes[-1] * nodes[3]
    for i, node in enumerate([*nodes, later]):
        node.grad = float(i % 4)
    gl.scalar.zero_grad(nodes[-1])
    return {"grad": [node.grad + 0.0 for node in [*nodes, later]], "data": [n.data for n in nodes]}


@probe("zero-grad", doublings=40)
def test_zero_many_paths(gl, doublings):
    """x + x, 40 times in a row: 41 nodes, and not one visit for each of the paths."""
    asked = []

    class Watched(gl.Value):
        @property
        def _prev(self):
            asked.append(self)
            if len(asked) > 50 * doublings:
                raise RuntimeError(f"_prev was read {len(asked)} times for {doublings + 1} nodes")
            return self.__dict__["given"]

        @_prev.setter
        def _prev(self, given):
            self.__dict__["given"] = given

    chain = [Watched(1.0)]
    for _ in range(doublings):
        chain.append(Watched(1.0, (chain[-1], chain[-1]), "+"))
    for node in chain:
        node.grad = 5.0
    gl.scalar.zero_grad(chain[-1])
    return [node.grad + 0.0 for node in chain]


# print-graph. What counts is the depth of a line, not how many blanks a level is.


@probe(
    "print-graph",
    shapes={
        "celsius": [2, 1],
        "w": [1, 1],
        "w_t": [1, 1],
        "product": [2, 1],
        "b": [1],
        "pred": [2, 1],
    },
)
def test_six_lines(gl, shapes):
    """The graph of pred = celsius @ w.T + b, a line for each node: how deep it stands, and what
    it says."""
    value = {name: np.zeros([int(n) for n in shape]) for name, shape in shapes.items()}
    celsius, w, b = (gl.pieces.Node(value[name]) for name in ("celsius", "w", "b"))
    w_t = gl.pieces.Node(value["w_t"], [w], "transpose")
    product = gl.pieces.Node(value["product"], [celsius, w_t], "matmul")
    pred = gl.pieces.Node(value["pred"], [product, b], "add")
    lines = gl.pieces.printed(gl.graph.print_graph, pred)
    blanks = [len(line) - len(line.lstrip()) for line in lines]
    levels = sorted(set(blanks))
    texts = [" ".join(line.split()) for line in lines]
    return [f"{levels.index(n)}: {text}" for n, text in zip(blanks, texts, strict=True)]


def _small_graph(rng):
    """A few nodes, some used more than once, with an operation and a shape each."""
    shapes = [[], [2, 3], [4, 1], [5, 2, 3]]
    inputs = [[], [], [0, 1], [1], [2, 3], [2, 2, 0], [4, 5, 3], [6, 4]]
    names = rng.permutation(["add", "mul", "sin", "exp", "matmul", "tanh", "log", "sub"]).tolist()
    return [
        {
            "inputs": rng.permutation(np.array(ways, int)).tolist(),
            "operation": name if ways else "",
            "shape": shapes[int(rng.integers(len(shapes)))],
        }
        for ways, name in zip(inputs, names, strict=True)
    ]


@probe("print-graph", graph=Drawn(_small_graph))
def test_any_lines(gl, graph):
    """A larger graph, with nodes that are used twice: how deep each line stands, and what it
    says."""
    nodes = []
    for node in graph:
        inputs = [nodes[i] for i in node["inputs"]]
        value = np.zeros([int(n) for n in node["shape"]])
        nodes.append(gl.pieces.Node(value, inputs, node["operation"] or None))
    lines = gl.pieces.printed(gl.graph.print_graph, nodes[-1])
    blanks = [len(line) - len(line.lstrip()) for line in lines]
    levels = sorted(set(blanks))
    texts = [" ".join(line.split()) for line in lines]
    return [f"{levels.index(n)}: {text}" for n, text in zip(blanks, texts, strict=True)]


# edges


@probe(
    "edges", graph={"x": [], "y": [], "a": ["x", "y"], "f": ["a", "x"], "g": ["f", "f"]}, root="g"
)
def test_edges(gl, graph, root):
    """The edges of g = f * f with f = (x + y) * x, sorted by their names; and no node is
    changed."""
    nodes = gl.pieces.build(graph)
    names = {id(node): name for name, node in nodes.items()}
    found = gl.graph.edges(nodes[root])
    parents = {name: [p.name for p in node.parents] for name, node in nodes.items()}
    pairs = sorted(f"{names.get(id(p), '?')} to {names.get(id(c), '?')}" for p, c in found)
    return {"edges": pairs, "parents afterwards": parents}


@probe("edges", program=Drawn(_graph))
def test_any_edges(gl, program):
    """The edges of a larger graph, one for each use of a node, sorted by name."""
    nodes = gl.pieces.build(program["graph"])
    names = {id(node): name for name, node in nodes.items()}
    found = gl.graph.edges(nodes[program["root"]])
    return sorted(f"{names.get(id(p), '?')} to {names.get(id(c), '?')}" for p, c in found)


@probe("edges", doublings=30)
def test_many_paths_of_edges(gl, doublings):
    """x + x, 30 times in a row: 60 edges, as numbers from 0 to 30, and not one for each of the
    paths."""
    asked = []

    class Watched(gl.pieces.Node):
        @property
        def parents(self):
            asked.append(self)
            if len(asked) > 50 * doublings:
                raise RuntimeError(f"parents was read {len(asked)} times for {doublings + 1} nodes")
            return self.__dict__["given"]

        @parents.setter
        def parents(self, given):
            self.__dict__["given"] = given

    chain = [Watched(1.0)]
    for _ in range(doublings):
        chain.append(Watched(1.0, [chain[-1], chain[-1]], "+"))
    places = {id(node): i for i, node in enumerate(chain)}
    found = gl.graph.edges(chain[-1])
    return np.array(sorted([places.get(id(p), -1), places.get(id(c), -1)] for p, c in found))
