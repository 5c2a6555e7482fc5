"""Probes of chapter 7: losses, and what classifying ones are made of.

Losses that are built from operations are asked for their value and, by the walk of chapter 6, for
their gradients; the two Functions are asked for theirs by `backward` itself. Upstream gradients are
never all 1, so a loss is walked back from some multiple of itself. Where numbers cancel, float32
says little about them: of float32 only the dtype is asked.
"""

import numpy as np
from gradloom_grader.probes import Drawn, normal, probe

# mse-loss. Example: a matrix product and its target.

PRODUCT = {
    "a": [[1.0, 2.0], [3.0, 4.0]],
    "b": [[5.0, 6.0], [7.0, 8.0]],
    "target": [[0.1, 0.2], [0.3, 0.4]],
}


@probe("mse-loss", part="the loss", **PRODUCT)
def test_mse_of_a_product(gl, a, b, target):
    """The mean squared error of a @ b; prediction and target stay what they were."""
    pred, truth = gl.Tensor(a) @ gl.Tensor(b), gl.Tensor(target)
    loss = gl.losses.mse_loss(pred, truth)
    return {"loss": loss, "prediction and target afterwards": [pred, truth]}


@probe("mse-loss", part="the loss", pred=normal(3, 5, 4), target=normal(3, 5, 4))
def test_mse_of_any_shape(gl, pred, target):
    """The loss for any shape, in float64 and in float32; the target may be an array."""
    narrow, truth = gl.Tensor(pred.astype("float32")), gl.Tensor(target.astype("float32"))
    pairs = [(narrow, truth), (gl.Tensor(pred), gl.Tensor(target)), (gl.Tensor(pred[0]), target[0])]
    return [gl.losses.mse_loss(*pair) for pair in pairs]


@probe("mse-loss", part="the loss", minor=True, column=[[1.0], [2.0], [3.0]], flat=[1.0, 2.0, 3.0])
def test_mse_refuses(gl, column, flat):
    """A column of predictions and a flat row of targets: a ValueError instead of a loss."""
    try:
        return gl.losses.mse_loss(gl.Tensor(column), gl.Tensor(flat))
    except ValueError:
        return "ValueError"


@probe("mse-loss", part="the gradients", **PRODUCT)
def test_mse_gradients(gl, a, b, target):
    """With C = a @ b, the gradients of C, a and b; the target gets none, though it could."""
    x, y, truth = (gl.Tensor(v, requires_grad=True) for v in (a, b, target))
    pred = x @ y
    pred.retain_grad()
    gl.losses.mse_loss(pred, truth).backward()
    return {"C": pred.grad, "a": x.grad, "b": y.grad, "target": truth.grad}


@probe("mse-loss", part="the gradients", pred=normal(3, 5, 4), target=normal(3, 5, 4), g=normal())
def test_mse_upstream(gl, pred, target, g):
    """The gradient of the prediction where the loss is only a part of the result."""
    x = gl.Tensor(pred, requires_grad=True)
    (gl.losses.mse_loss(x, gl.Tensor(target)) * g).backward()
    return x.grad


# bce-with-logits


@probe(
    "bce-with-logits",
    part="moderate logits",
    logits=[[2.0, -1.0], [0.5, -3.0]],
    targets=[[1.0, 0.0], [0.0, 1.0]],
)
def test_bce_numbers(gl, logits, targets):
    """Loss and gradient for a few logits; the targets get no gradient, and nothing is changed."""
    x, truth = (gl.Tensor(v, requires_grad=True) for v in (logits, targets))
    loss = gl.losses.bce_with_logits(x, truth)
    loss.backward()
    found = {"loss": loss, "gradient": x.grad, "gradient of targets": truth.grad}
    return {**found, "logits and targets afterwards": [x, truth]}


@probe(
    "bce-with-logits",
    part="moderate logits",
    logits=normal(3, 5, 4),
    targets=Drawn(lambda rng: rng.uniform(0.1, 0.9, (3, 5, 4))),
    g=normal(),
)
def test_bce_any(gl, logits, targets, g):
    """Loss and gradient for any shape, where targets are probabilities and the loss is only a part
    of the result; the dtype of the loss for float32."""
    x = gl.Tensor(logits, requires_grad=True)
    loss = gl.losses.bce_with_logits(x, targets)
    (loss * float(g)).backward()
    narrow, truth = gl.Tensor(logits.astype("float32")), gl.Tensor(targets.astype("float32"))
    name = gl.losses.bce_with_logits(narrow, truth).dtype.name
    return {"loss": loss, "gradient": x.grad, "dtype for float32": name}


@probe(
    "bce-with-logits",
    part="moderate logits",
    minor=True,
    zeros=[0.0, 0.0, 0.0],
    targets=[0.0, 1.0, 0.3],
)
def test_bce_at_zero(gl, zeros, targets):
    """Loss and gradient where the model says nothing: logits of 0."""
    x = gl.Tensor(zeros, requires_grad=True)
    loss = gl.losses.bce_with_logits(x, gl.Tensor(targets))
    loss.backward()
    return {"loss": loss, "gradient": x.grad}


@probe(
    "bce-with-logits",
    part="moderate logits",
    minor=True,
    column=[[1.0], [-2.0], [3.0]],
    flat=[1.0, 0.0, 1.0],
)
def test_bce_refuses(gl, column, flat):
    """A column of logits and a flat row of targets: a ValueError instead of a loss."""
    try:
        return gl.losses.bce_with_logits(gl.Tensor(column), gl.Tensor(flat))
    except ValueError:
        return "ValueError"


@probe(
    "bce-with-logits",
    part="far out",
    logits=[1000.0, 1000.0, -1000.0, -1000.0, 40.0, -30.0],
    targets=[1.0, 0.0, 1.0, 0.0, 0.0, 0.8],
)
def test_bce_far_out(gl, logits, targets):
    """Loss and gradient for logits far from 0, right and wrong: finite, and exact."""
    x = gl.Tensor(logits, requires_grad=True)
    loss = gl.losses.bce_with_logits(x, gl.Tensor(targets))
    loss.backward()
    return {"loss": loss, "gradient": x.grad}


# logsumexp-log-softmax

FAR = [[1000.0, -999.0, -1000.0], [-1000.0, -1001.0, -1003.0]]


@probe(
    "logsumexp-log-softmax",
    part="logsumexp",
    x=[[1.0, 2.0, 4.0], [0.5, -1.0, 2.0]],
    g=[3.0, -2.0],
)
def test_logsumexp_numbers(gl, x, g):
    """logsumexp along the rows, axis=1, and its gradient for the upstream gradient g; x stays what
    it was."""
    leaf = gl.Tensor(x, requires_grad=True)
    out = gl.losses.logsumexp(leaf, 1)
    (out * g).sum().backward()
    return {"result": out, "gradient": leaf.grad, "x afterwards": leaf}


@probe("logsumexp-log-softmax", part="logsumexp", x=normal(3, 5, 4), g=normal(60))
def test_logsumexp_any(gl, x, g):
    """logsumexp and its gradient along one axis, two, or all, with and without keepdims; its dtype
    for float32."""
    found = []
    for axis in (None, 0, 1, -1, (0, 2)):
        for keepdims in (False, True):
            leaf = gl.Tensor(x, requires_grad=True)
            out = gl.losses.logsumexp(leaf, axis, keepdims=keepdims)
            (out * np.resize(g, out.shape)).sum().backward()
            found.extend([out, leaf.grad])
    name = gl.losses.logsumexp(gl.Tensor(x.astype("float32")), 1).dtype.name
    return {"results and gradients": found, "dtype for float32": name}


@probe("logsumexp-log-softmax", part="logsumexp", x=FAR)
def test_logsumexp_far_out(gl, x):
    """logsumexp along the rows, and its gradient, where one row is far above 0 and one far below;
    x may be an array."""
    leaf = gl.Tensor(x, requires_grad=True)
    out = gl.losses.logsumexp(leaf, 1)
    out.backward()
    return {"result": out, "gradient": leaf.grad, "of an array": gl.losses.logsumexp(x, 1)}


@probe(
    "logsumexp-log-softmax",
    part="logsumexp",
    minor=True,
    some=[[0.0, -np.inf, 1.0]],
    nothing=[[-np.inf, -np.inf], [2.0, -np.inf]],
)
def test_logsumexp_of_minus_infinity(gl, some, nothing):
    """Entries that are minus infinity: result and gradient for a row with one of them, and the
    result where a row has nothing else."""
    leaf = gl.Tensor(some, requires_grad=True)
    out = gl.losses.logsumexp(leaf, 1)
    out.backward()
    rows = gl.losses.logsumexp(gl.Tensor(nothing), 1)
    return {"result": out, "gradient": leaf.grad, "result for two rows": rows}


@probe(
    "logsumexp-log-softmax",
    part="log_softmax",
    x=[[1.0, 2.0, 4.0], [0.5, -1.0, 2.0]],
    g=[[3.0, -2.0, 1.0], [1.0, 0.5, -2.0]],
)
def test_log_softmax_numbers(gl, x, g):
    """log_softmax along the rows, the default, and its gradient for the upstream gradient g; x
    stays what it was."""
    leaf = gl.Tensor(x, requires_grad=True)
    out = gl.losses.log_softmax(leaf)
    (out * g).sum().backward()
    return {"result": out, "gradient": leaf.grad, "x afterwards": leaf}


@probe("logsumexp-log-softmax", part="log_softmax", x=normal(3, 5, 4), g=normal(3, 5, 4))
def test_log_softmax_any(gl, x, g):
    """log_softmax and its gradient along any axis of an array with three; its dtype for float32."""
    found = []
    for axis in (-1, 0, 1, 2):
        leaf = gl.Tensor(x, requires_grad=True)
        out = gl.losses.log_softmax(leaf, axis)
        (out * g).sum().backward()
        found.extend([out, leaf.grad])
    name = gl.losses.log_softmax(gl.Tensor(x.astype("float32"))).dtype.name
    return {"results and gradients": found, "dtype for float32": name}


@probe("logsumexp-log-softmax", part="log_softmax", x=FAR)
def test_log_softmax_far_out(gl, x):
    """log_softmax and its gradient where one row is far above 0 and one far below; x may be an
    array."""
    leaf = gl.Tensor(x, requires_grad=True)
    out = gl.losses.log_softmax(leaf)
    out[:, 1].sum().backward()
    return {"result": out, "gradient": leaf.grad, "of an array": gl.losses.log_softmax(x)}


# softmax-backward


@probe(
    "softmax-backward",
    a=[[2.0, 1.0, -1.0], [0.5, 0.0, 1.5]],
    g=[[3.0, -2.0, 1.0], [1.0, 1.0, -2.0]],
)
def test_softmax_numbers(gl, a, g):
    """The gradient of two rows of logits; nothing is changed in place."""
    x, upstream = gl.Tensor(a, requires_grad=True), gl.Tensor(g)
    node = gl.softmax(x)
    grad = node._op.backward(upstream, node)
    return {"gradient": grad, "a, g, node afterwards": [x, upstream, node]}


@probe("softmax-backward", a=normal(3, 5, 4), g=normal(3, 5, 4))
def test_softmax_any(gl, a, g):
    """Along the last axis of one, two or three: the gradient, of the shape and dtype of a."""
    found = []
    narrow = a.astype("float32"), g.astype("float32")
    for x, upstream in [(a, g), (a[0], g[0]), (a[0, 0], g[0, 0]), narrow]:
        node = gl.softmax(gl.Tensor(x, requires_grad=True))
        grad = node._op.backward(gl.Tensor(upstream), node)
        found.append(grad[0] if isinstance(grad, tuple | list) else grad)
    return {"gradients": found[:3], "dtype for float32": found[3].dtype.name}


@probe("softmax-backward", minor=True, a=normal(3, 5, 4), g=normal(3, 5, 4))
def test_softmax_axes(gl, a, g):
    """The gradient where softmax goes along another axis than the last."""
    nodes = [gl.softmax(gl.Tensor(a, requires_grad=True), axis) for axis in (0, 1, -2)]
    return [node._op.backward(gl.Tensor(g), node) for node in nodes]


# cross-entropy. `backward` has a part of its own: where forward raises, the node is made by hand.

ROWS = [[2.0, 1.0, -1.0], [0.5, 0.0, 1.5]]
classes = Drawn(lambda rng: rng.permutation([0, 1, 2, 3, *rng.integers(0, 4, 3)]))


@probe("cross-entropy", part="forward", logits=ROWS, labels=np.array([0, 2]))
def test_forward_numbers(gl, logits, labels):
    """The loss for two rows of logits, a single number; logits and labels stay what they were."""
    x = gl.Tensor(logits)
    op = gl.losses.CrossEntropy(labels)
    loss = op(x)
    return {"loss": loss, "logits and labels afterwards": [x, op.labels]}


@probe("cross-entropy", part="forward", logits=normal(7, 4), labels=classes)
def test_forward_any(gl, logits, labels):
    """The loss for other numbers of rows and classes, where some classes may not occur."""
    some = labels < 3
    batches = [(logits, labels), (logits[some], labels[some]), (logits[:1], labels[:1])]
    return [gl.losses.CrossEntropy(y)(gl.Tensor(x)) for x, y in batches]


@probe(
    "cross-entropy",
    part="forward",
    minor=True,
    logits=[[1000.0, -1000.0, 0.0], [-1000.0, -998.0, -1001.0], [0.5, 40.0, 1.0]],
    labels=np.array([2, 2, 1]),
)
def test_forward_far_out(gl, logits, labels):
    """The loss where logits are far from 0, row by row and together: finite, and exact."""
    rows = [gl.losses.CrossEntropy(labels[i : i + 1])(gl.Tensor(logits[i : i + 1])) for i in (0, 1)]
    return [*rows, gl.losses.CrossEntropy(labels)(gl.Tensor(logits))]


@probe("cross-entropy", part="forward", minor=True, logits=normal(7, 4), labels=classes)
def test_forward_dtype(gl, logits, labels):
    """The loss of float32 logits is float32."""
    return gl.losses.CrossEntropy(labels)(gl.Tensor(logits.astype("float32")))


@probe("cross-entropy", part="backward", logits=ROWS, labels=np.array([0, 2]), g=3.0)
def test_backward_numbers(gl, logits, labels, g):
    """The gradient of two rows of logits for the upstream gradient g; g and labels stay what they
    were."""
    x, upstream = gl.Tensor(logits, requires_grad=True), gl.Tensor(np.array(g))
    op = gl.losses.CrossEntropy(labels)
    try:
        node = op(x)
    except Exception:
        node = gl.Tensor(np.array(1.0))
        node._record(op, (x,))
    grad = op.backward(upstream, node)
    return {"gradient": grad, "g and labels afterwards": [upstream, op.labels]}


@probe("cross-entropy", part="backward", logits=normal(7, 4), labels=classes, g=normal())
def test_backward_any(gl, logits, labels, g):
    """The gradient for other numbers of rows and classes, where some classes may not occur."""
    some, found = labels < 3, []
    for array, y in [(logits, labels), (logits[some], labels[some]), (logits[:1], labels[:1])]:
        x = gl.Tensor(array, requires_grad=True)
        op = gl.losses.CrossEntropy(y)
        try:
            node = op(x)
        except Exception:
            node = gl.Tensor(np.array(1.0))
            node._record(op, (x,))
        found.append(op.backward(gl.Tensor(g), node))
    return found


@probe(
    "cross-entropy",
    part="backward",
    minor=True,
    logits=[[1000.0, -1000.0, 0.0], [-1000.0, -998.0, -1001.0], [0.5, 40.0, 1.0]],
    labels=np.array([2, 0, 1]),
    g=-3.0,
)
def test_backward_far_out(gl, logits, labels, g):
    """The gradient where logits are far from 0."""
    x = gl.Tensor(logits, requires_grad=True)
    op = gl.losses.CrossEntropy(labels)
    try:
        node = op(x)
    except Exception:
        node = gl.Tensor(np.array(1.0))
        node._record(op, (x,))
    return op.backward(gl.Tensor(np.array(g)), node)


@probe("cross-entropy", part="backward", minor=True, logits=ROWS, labels=np.array([0, 2]), g=3.0)
def test_backward_dtype(gl, logits, labels, g):
    """The dtype of the gradient where logits and upstream gradient are float32."""
    x = gl.Tensor(logits.astype("float32"), requires_grad=True)
    op = gl.losses.CrossEntropy(labels)
    try:
        node = op(x)
    except Exception:
        node = gl.Tensor(np.float32(1.0))
        node._record(op, (x,))
    grad = op.backward(gl.Tensor(np.float32(g)), node)
    return (grad[0] if isinstance(grad, tuple | list) else grad).dtype.name
