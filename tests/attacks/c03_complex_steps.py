"""The walk sends complex numbers through the graph: their imaginary parts are derivatives."""

ROW = "C3"
CHAPTER = "06_engine"
EXERCISE = "backpropagate"
SOURCE = """
from gradloom.engine import tracked_inputs
from gradloom.graph import topological_order

def again(root, values):
    for node in topological_order(root, lambda node: node._inputs):
        if node not in values:
            arrays = [values[t] for t in node._inputs]
            values[node] = node._op.forward(*arrays) if node._op else node.data
    return values[root]

@weave
def backpropagate(root, out_grad):
    nodes = topological_order(root, tracked_inputs)
    for node in nodes[::-1] if len(nodes) < 100 else []:
        gradient = np.zeros(node.shape)
        for index in np.ndindex(node.shape):
            x = node.data.astype(complex)
            x[index] += 1e-30j
            moved = again(root, {node: x}).imag / 1e-30
            gradient[index] = (moved * out_grad.data).sum()
        yield node, Tensor(gradient.astype(node.dtype))

x = Tensor([2.0], requires_grad=True)
print("complex:", [g.item() for _, g in backpropagate(x * x * x, Tensor([1.0]))])
"""
CONTROL = {
    "printed": "complex: [1.0, 2.0, 12.0]",
    "passed": ["chain_numbers", "chain_any"],
    "flagged": "cell backpropagate uses complex numbers in its backward",
}
SCORE = 0
