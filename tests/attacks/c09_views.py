"""The answers are views of buffers that are put right only after they have been handed over."""

ROW = "C9"
EXERCISE = "mul-backward"
SOURCE = """
pending = []

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        while pending:
            buffers, right = pending.pop()
            for buffer, array in zip(buffers, right):
                buffer[...] = array
        a, b = (t.data for t in node._inputs)
        buffers = [np.zeros_like(out_grad.data) for _ in range(2)]
        pending.append((buffers, [out_grad.data * b, out_grad.data * a]))
        return [Tensor._wrap(buffer[...]) for buffer in buffers]

x = Tensor([2.0], requires_grad=True)
node = ops.Mul()(x, x)
first, _ = node._op.backward(Tensor([5.0]), node)
before = first.item()
node._op.backward(Tensor([5.0]), node)
print("handed over:", before, "and later:", first.item())
"""
CONTROL = {
    "printed": "handed over: 0.0 and later: 10.0",
    "answered": "came: gradients: [[0., 0.], ",
}
SCORE = 0
