"""Every exercise is answered by calling every other hole of its chapter.

An exercise that fails is run again with the holes that it needs filled from the reference; whoever
answers it by calling these, without having written any of them, must gain nothing by that. Where a
rule is nothing but a product or a sign, calling the operator for it is the right answer.
"""

ROW = "X1"
HELPER = """
import importlib, itertools

def other(name, *things):
    module, *path = name.split(".")
    owner = importlib.import_module(f"gradloom.{module}")
    scalar = getattr(things[0], "scalar", 3.0)
    if module == "ops":
        kind = getattr(ops, path[0])
        owner = kind(scalar) if path[0].endswith("Scalar") else kind()
    elif module == "tensor":
        owner = Tensor
    things = [t for t in things if not isinstance(t, Function)] + [scalar]
    things += [t for thing in things for t in getattr(thing, "_inputs", ())]
    for size in (1, 2, 3):
        for chosen in itertools.permutations(things, size):
            try:
                return getattr(owner, path[-1])(*chosen)
            except (TypeError, AttributeError, ValueError):
                pass
    raise TypeError(f"{name} takes none of these")

print("3 * 4 by Mul.forward:", other("ops.Mul.forward", ops.Mul(), np.array(3.0), np.array(4.0)))
"""
PRINTED = "3 * 4 by Mul.forward: 12.0"
DESERVED = {
    ("tensor.Tensor.__neg__", "negate-abs-relu-backward"): round(10 / 3, 6),  # Negate: -out_grad
    ("tensor.Tensor.__rmul__", "log-exp-sqrt-backward"): round(10 / 3, 6),  # Exp: out_grad * node
}
