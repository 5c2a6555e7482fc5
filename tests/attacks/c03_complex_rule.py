"""A rule differentiates its own forward by a complex step; nothing here counts that."""

ROW = "C3"
EXERCISE = "log-exp-sqrt-backward"
SOURCE = """
def by_a_complex_step(ufunc):
    def backward(self, out_grad, node):
        x = node._inputs[0].data.astype("complex128")
        return out_grad * Tensor((ufunc(x + 1e-30j).imag / 1e-30).astype(out_grad.dtype))
    return backward

for ufunc in (np.log, np.exp, np.sqrt):
    weave(type(ufunc.__name__.title(), (Function,), {"backward": by_a_complex_step(ufunc)}))
"""
CONTROL = {
    "passed": ["log_exp_sqrt_numbers[Log", "log_exp_sqrt_any[Exp", "log_exp_sqrt_any[Sqrt"],
    "flagged": "cell log-exp-sqrt-backward uses complex numbers in its backward",
}
SCORE = 10
