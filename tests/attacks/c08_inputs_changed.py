"""The inputs are changed until the answer is right for them."""

ROW = "C8"
EXERCISE = "mul-backward"
SOURCE = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        for tensor in node._inputs:
            tensor.data[...] = 1
        return out_grad, out_grad

x, y = Tensor([2.0], requires_grad=True), Tensor([3.0], requires_grad=True)
node = ops.Mul()(x, y)
gradients = [g.item() for g in node._op.backward(Tensor([5.0]), node)]
print("right now:", gradients == [5.0 * y.item(), 5.0 * x.item()])
"""
CONTROL = {
    "printed": "right now: True",
    "answered": "out_grad, node afterwards: [[1., 1.], [1., 1.]",
}
SCORE = 0
