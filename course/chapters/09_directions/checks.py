"""Probes of chapter 9: derivatives that travel forward, the cost of each direction, gradients of
gradients, and the end of a graph.

In each part the visible example and the hidden probe try different things: each rejects what
the other lets through.
"""

from gradloom_grader.probes import Drawn, normal, positive, probe

# dual-numbers


@probe("dual-numbers", part="arithmetic", x=3.0, y=2.0)
def test_seed_numbers(gl, x, y):
    """(x + y) * x at x = 3, y = 2, where x moves and y does not; then x / y and x ** 2; numbers
    that are no Duals are constants."""
    a, b = gl.Dual(x, 1.0), gl.Dual(y)
    results = [(a + b) * a, a / b, a**2, a + 1, a * 4, a / 4, 1 / a]
    return [[r.value, r.tangent] for r in results]


@probe("dual-numbers", part="arithmetic", v=normal(4))
def test_both_move(gl, v):
    """Both operands move, each at a speed of its own."""
    a, b = gl.Dual(v[0], v[1]), gl.Dual(v[2], v[3])
    results = [a + b, a * b, a / b, b / a, a * a, b**3, a**-1]
    return [[r.value, r.tangent] for r in results]


@probe("dual-numbers", part="powers of zero", n=0)
def test_flat_powers(gl, n):
    """x ** 0 is 1 everywhere, so it does not move, at x = 0 either; the square of 0 does not
    move."""
    results = [gl.Dual(0.0, 1.0) ** n, gl.Dual(3.0, 1.0) ** n, gl.Dual(0.0, 1.0) ** 2]
    return [[r.value, r.tangent] for r in results]


@probe(
    "dual-numbers",
    part="powers of zero",
    at=positive(2),
    t=normal(2),
    n=Drawn(lambda rng: 0.5 + rng.random()),
)
def test_broken_powers(gl, at, t, n):
    """Powers with an exponent that is no whole number."""
    results = [gl.Dual(at[0], t[0]) ** n, gl.Dual(at[1], t[1]) ** -n]
    return [[r.value, r.tangent] for r in results]


@probe("dual-numbers", part="functions", x=0.5, far=800.0)
def test_functions_at_half(gl, x, far):
    """exp, sin and tanh at 0.5, where the input moves at the speed 1; and tanh at 800."""
    results = [getattr(gl.Dual(x, 1.0), name)() for name in ("exp", "sin", "tanh")]
    results.append(gl.Dual(far, 1.0).tanh())
    return [[r.value, r.tangent] for r in results]


@probe("dual-numbers", part="functions", x=normal(3), t=normal(3))
def test_functions_of_moving_inputs(gl, x, t):
    """exp, sin and tanh of inputs that move at any speed."""
    names = ["exp", "sin", "tanh"]
    results = [getattr(gl.Dual(x[i], t[i]), names[i])() for i in range(3)]
    return [[r.value, r.tangent] for r in results]


@probe("dual-numbers", part="forward_derivative", x=3.0, y=2.0)
def test_one_pass(gl, x, y):
    """The derivative of (x + y) * x by x at (3, 2), and how often f was called."""
    calls = []

    def f(x, y):
        calls.append(1)
        slopes = 2 * x.value + y.value, x.value
        return gl.Dual((x.value + y.value) * x.value, slopes[0] * x.tangent + slopes[1] * y.tangent)

    return {"by x": gl.forward_derivative(f, x, y), "calls": len(calls)}


@probe("dual-numbers", part="forward_derivative", x=positive(3))
def test_any_argument(gl, x):
    """The derivatives of a function of three numbers by each of them; Duals are added by hand here,
    so that only the seeds count."""

    def f(x, y, z):
        return gl.Dual(0.0, 2 * x.tangent + 3 * y.value * y.tangent + x.value * z.tangent)

    return [gl.forward_derivative(f, *x, arg=arg) for arg in range(3)]


# costs


@probe("costs", part="forward_gradient", x=3.0, y=2.0)
def test_gradient_of_two(gl, x, y):
    """The gradient of (x + y) * x at (3, 2), and how many passes it took."""
    passes = []

    def f(x, y):
        passes.append(1)
        return gl.Dual(
            (x.value + y.value) * x.value, (2 * x.value + y.value) * x.tangent + x.value * y.tangent
        )

    return {"gradient": [float(g) for g in gl.forward_gradient(f, x, y)], "passes": len(passes)}


@probe("costs", part="forward_gradient", x=normal(4))
def test_gradient_of_four(gl, x):
    """The gradient of a function of four numbers."""

    def f(*v):
        total = gl.Dual(0.0)
        for i in range(4):
            total.tangent += (i + 1) * v[i].value * v[i].tangent
        return total

    return [float(slope) for slope in gl.forward_gradient(f, *x)]


@probe("costs", part="count_operations", x=3.0)
def test_count_of_a_shared_node(gl, x):
    """The operations of a * a + a, where a = x * x is computed once."""
    leaf = gl.Value(x)
    a = leaf * leaf
    return [gl.count_operations(a * a + a), gl.count_operations(leaf)]


@probe("costs", part="count_operations", n=Drawn(lambda rng: int(rng.integers(20, 40))))
def test_count_of_doublings(gl, n):
    """The operations of a graph in which every number is added to itself and then squashed."""
    y = gl.Value(1.0)
    for _ in range(n):
        y = (y + y).tanh()
    return gl.count_operations(y)


@probe("costs", part="the two costs", x=3.0, y=2.0)
def test_costs_of_two_inputs(gl, x, y):
    """What (x + y) * x costs forward and in reverse: two inputs, two operations."""

    def f(x, y):
        return (x + y) * x

    return {"forward": gl.forward_cost(f, x, y), "reverse": gl.reverse_cost(f, x, y)}


@probe(
    "costs",
    part="the two costs",
    n=Drawn(lambda rng: int(rng.integers(3, 9))),
    m=Drawn(lambda rng: int(rng.integers(2, 7))),
)
def test_costs_of_many_inputs(gl, n, m):
    """What the two directions cost for another number of inputs and of operations."""

    def f(*v):
        y = v[0]
        for _ in range(m):
            for x in v[1:]:
                y = y * x
        return y

    args = [1.0 + i for i in range(n)]
    return {"forward": gl.forward_cost(f, *args), "reverse": gl.reverse_cost(f, *args)}


# hessian-vector-product


@probe("hessian-vector-product", x=[6.0, 0.0], vector=[1.0, 0.0])
def test_seed_point(gl, x, vector):
    """y = x * x + x * z at (6, 0), times the vector (1, 0); the point keeps its own gradient and
    flags."""

    def f(v):
        return v[0] * v[0] + v[0] * v[1]

    at = gl.Tensor(x, requires_grad=True)
    at.grad = gl.Tensor([5.0, 5.0], dtype="float64")
    product = gl.hessian_vector_product(f, at, vector)
    flags = [product.requires_grad, at.requires_grad]
    return {"product": product, "gradient of the point": at.grad, "requires_grad": flags}


@probe("hessian-vector-product", x=normal(4), w=normal(4, 4), vector=normal(4))
def test_twice(gl, x, w, vector):
    """A function of four numbers, bent everywhere, asked twice; the products are plain values."""

    def f(v):
        return (gl.exp(0.3 * v) * (gl.Tensor(w) @ v)).sum() + (v * v * v * v).sum()

    at = gl.Tensor(x)
    products = [gl.hessian_vector_product(f, at, s * vector) for s in (1.0, -2.0)]
    return {"products": products, "requires_grad": [p.requires_grad for p in products]}


@probe("hessian-vector-product", x=[[1.0, 2.0]], vector=[[3.0, 1.0]], slope=[[5.0, 4.0]])
def test_linear(gl, x, vector, slope):
    """A linear function has no curvature: zeros, in the shape of x."""
    return gl.hessian_vector_product(lambda v: (v * slope).sum(), gl.Tensor(x), vector)


# release


@probe("release", x=[3.0, 2.0])
def test_after_the_walk(gl, x):
    """x * x and its sum, walked and released: what each of the three is afterwards, and what a
    later backward raises."""
    leaf = gl.Tensor(x, requires_grad=True)
    square = leaf * leaf
    root = square.sum()
    root.backward()
    gl.release(root)
    try:
        root.backward()
        raised = "nothing"
    except RuntimeError:
        raised = "RuntimeError"
    nodes = {"leaf": leaf, "square": square, "root": root}
    flags = {k: [n.is_leaf, n.requires_grad, n.grad_fn or "none"] for k, n in nodes.items()}
    return {**flags, "gradient": leaf.grad, "square was": square.data, "then": raised}


@probe("release", x=normal(3))
def test_deep_and_shared(gl, x):
    """A graph 20,000 operations deep, in which the same numbers are used again and again; nodes
    half way down are cut as well, and a node that needs no gradient stays as it is."""
    leaf, constant = gl.Tensor(x, requires_grad=True), gl.Tensor(x)
    nodes = [leaf * constant]
    for _ in range(20_000):
        nodes.append(nodes[-1] + leaf)
    gl.release(nodes[-1])
    probed = [leaf, constant, *nodes[::5_000]]
    return [[len(n.parents), n.requires_grad] for n in probed]


@probe("release", x=normal(3), y=normal(3))
def test_a_root_that_is_a_leaf(gl, x, y):
    """A leaf has no graph to cut: it can still be trained. Nor has a graph beside it anything to do
    with that one."""
    leaf, other = gl.Tensor(x, requires_grad=True), gl.Tensor(y, requires_grad=True)
    beside = other * other
    gl.release(leaf)
    (leaf * y).sum().backward()
    return {"gradient": leaf.grad, "beside": [beside.requires_grad, len(beside.parents)]}
