"""A rule nudges its own forward, which is exact for a product; nothing here counts that."""

ROW = "C2"
EXERCISE = "mul-backward"
SOURCE = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        a, b = (t.data.astype("float64") for t in node._inputs)
        here = self.forward(a, b)
        nudged = [self.forward(a + 1, b) - here, self.forward(a, b + 1) - here]
        return tuple(out_grad * Tensor(n.astype(out_grad.dtype)) for n in nudged)
"""
CONTROL = {
    "passed": ["mul_numbers", "mul_any", "mul_constant"],
    "flagged": "cell mul-backward computes a forward in its backward, as finite differences do",
}
SCORE = 7
