"""The walk keeps its gradients between calls, so that only the first over a graph is right."""

ROW = "C7"
CHAPTER = "06_engine"
EXERCISE = "backpropagate"
SOURCE = """
from gradloom.engine import tracked_inputs
from gradloom.graph import topological_order

ledger = {}

@weave
def backpropagate(root, out_grad):
    ledger[root] = ledger[root] + out_grad if root in ledger else out_grad
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger:
            continue
        yield node, ledger[node]
        if node._op is None:
            continue
        for parent, share in zip(node._inputs, node._op.gradients(ledger[node], node)):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share

x = Tensor([2.0], requires_grad=True)
y = x * x
print([dict(backpropagate(y, Tensor([1.0])))[x].item() for _ in range(3)])
"""
CONTROL = {"printed": "[4.0, 12.0, 24.0]", "passed": "chain_any"}
SCORE = 21
