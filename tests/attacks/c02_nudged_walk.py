"""The walk nudges every node and computes the graph again, as precisely as anybody may ask."""

ROW = "C2"
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

def slope(f, x, direction, h=0.01):
    \"\"\"Seven points: the error is of the eighth order.\"\"\"
    weights = {-3: -1, -2: 9, -1: -45, 1: 45, 2: -9, 3: 1}
    return sum(w * f(x + k * h * direction) for k, w in weights.items()) / (60 * h)

@weave
def backpropagate(root, out_grad):
    nodes = topological_order(root, tracked_inputs)
    for node in nodes[::-1] if len(nodes) < 100 else []:
        x, gradient = node.data, np.zeros(node.shape)
        for index in np.ndindex(x.shape):
            direction = np.zeros(x.shape)
            direction[index] = 1
            moved = slope(lambda x: again(root, {node: x}), x, direction)
            gradient[index] = (moved * out_grad.data).sum()
        yield node, Tensor(gradient.astype(node.dtype))

x = Tensor([2.0], requires_grad=True)
print("nudged:", [round(g.item(), 4) for _, g in backpropagate(x * x * x, Tensor([1.0]))])
"""
CONTROL = {"printed": "nudged: [1.0, 2.0, 12.0]", "passed": ["chain_numbers", "chain_any"]}
SCORE = 0
