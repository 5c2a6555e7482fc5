"""Orders and pictures of a graph; of a node only `parents`, `shape` and `grad_fn` are known."""


def topological_order(root, parents):
    """List the nodes that `root` was computed from, each once.

    `parents(node)` gives the inputs of a node. Every node stands after its parents, so `root`
    comes last. Nodes are told apart by identity, and a graph may be a million nodes deep.
    """
    order, seen = [], {id(root)}
    stack = [(root, iter(parents(root)))]
    while stack:
        node, waiting = stack[-1]
        for parent in waiting:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parents(parent))))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def print_graph(root, indent=0):
    """Print one line a node, `<shape> <- <grad_fn, or leaf>`, and below it its parents.

    Parents stand two spaces further to the right than their node, in the order of the
    operation's inputs. A node that is used twice is printed twice. `indent` is the depth of `root`.
    """
    stack = [(root, indent)]
    while stack:
        node, depth = stack.pop()
        print(f"{'  ' * depth}{node.shape} <- {node.grad_fn or 'leaf'}")
        stack.extend((parent, depth + 1) for parent in reversed(node.parents))


def edges(root):
    """List the pairs (parent, child) of the graph of `root`, one for each use of a parent."""
    order = topological_order(root, lambda node: node.parents)
    return [(parent, child) for child in order for parent in child.parents]
