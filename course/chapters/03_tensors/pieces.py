"""Reading a program on paper: who needs a gradient, who is a leaf, who receives a gradient.

A program is data here. `given` maps the tensors that it makes itself to their `requires_grad`;
`steps` maps each result, in the order of the program, to the names that went into it.
"""


def requires_gradient(given: dict[str, bool], steps: dict[str, list[str]]) -> dict[str, bool]:
    """Say of each tensor of a program whether it requires a gradient, without running it.

    Returns a new dict with True or False for every name in `given` and in `steps`.
    """
    needs = dict(given)
    for result, inputs in steps.items():
        needs[result] = any(needs[name] for name in inputs)
    return needs


def leaves(steps: dict[str, list[str]], needs: dict[str, bool]) -> list[str]:
    """List the names of all leaves of a program: the tensors without recorded inputs.

    `needs` says of each tensor whether it requires a gradient. Any order is right.
    """
    return [name for name in needs if name not in steps or not needs[name]]


def receives(steps: dict[str, list[str]], needs: dict[str, bool], root: str) -> list[str]:
    """List the names of the tensors whose `.grad` is filled when `root.backward()` is called.

    `needs` says of each tensor whether it requires a gradient. Any order is right.
    """
    reached = {root}
    for result in reversed(steps):
        if result in reached:
            reached.update(steps[result])
    return [name for name in needs if needs[name] and name not in steps and name in reached]
