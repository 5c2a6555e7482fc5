"""Wrong answers to chapter 6 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import Tensor, gradcheck, kahn_order, no_grad, topological_order
from gradloom.engine import backpropagate, set_recording, tracked_inputs
from gradloom_grader.answers import right, wrong

# backpropagate


@wrong("engine.backpropagate")
def walks_every_path(root, out_grad):
    """Each path from the root is walked by itself here: a node comes out once for each of them,
    and forty doublings have a million million paths. Visit nodes, not paths."""
    yield root, out_grad
    if root._op is not None:
        for parent, share in zip(root._inputs, root._op.gradients(out_grad, root), strict=True):
            if parent.requires_grad and share is not None:
                yield from backpropagate(parent, share)


@wrong("engine.backpropagate")
def nearest_first(root, out_grad):
    """A node near the root may still get a share by a longer way. Distance does not tell when a
    node is ready: which order of chapter 2 does?"""
    ledger, queue = {root: out_grad}, [root]
    for node in queue:
        yield node, ledger[node]
        if node._op is None:
            continue
        for parent, share in zip(node._inputs, node._op.gradients(ledger[node], node), strict=True):
            if parent.requires_grad and share is not None:
                if parent not in ledger:
                    queue.append(parent)
                ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def overwrites_the_ledger(root, out_grad):
    """A tensor that is used twice gets two shares, and both count. Yours keeps the one that came
    last."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger:
            continue
        yield node, ledger[node]
        if node._op is not None:
            shares = node._op.gradients(ledger[node], node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = share


@wrong("engine.backpropagate")
def keeps_the_first_share(root, out_grad):
    """setdefault writes only where nothing stands yet. What becomes of the second share of a
    tensor that is used twice?"""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger:
            continue
        yield node, ledger[node]
        if node._op is not None:
            shares = node._op.gradients(ledger[node], node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger.setdefault(parent, share)


@wrong("engine.backpropagate")
def hands_out_shares(root, out_grad):
    """What comes out here is one share, as soon as it is known. Wait until all uses of a node have
    added theirs; then it comes out once."""
    yield root, out_grad
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger or node._op is None:
            continue
        shares = node._op.gradients(ledger[node], node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share
                yield parent, share


@wrong("engine.backpropagate")
def adds_in_place(root, out_grad):
    """`+=` on an array changes it for everybody who holds it, and a sum hands the very same
    gradient to both of its operands. Make a new tensor: ledger[parent] + share."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    if parent in ledger:
                        ledger[parent].data += share.data
                    else:
                        ledger[parent] = share


@wrong("engine.backpropagate")
def looks_up_by_numbers(root, out_grad):
    """Two tensors may hold the same numbers and are still two. The ledger has to tell nodes apart
    by what they are, not by what they hold."""
    ledger = {root.data.tobytes(): out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.get(node.data.tobytes())
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    key = parent.data.tobytes()
                    ledger[key] = ledger[key] + share if key in ledger else share


@wrong("engine.backpropagate")
def remembers_the_last_walk(root, out_grad):
    """The ledger outlives its walk here: at the next one it still holds what the last one wrote.
    Begin with a new one each time."""
    ledger = vars(root).setdefault("ledger", {})
    ledger[root] = out_grad
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger:
            continue
        yield node, ledger[node]
        if node._op is not None:
            shares = node._op.gradients(ledger[node], node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def stumbles_over_none(root, out_grad):
    """An operation may answer None for an input: it has no share for it. None cannot be added, and
    it is no gradient to come out with."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        if node not in ledger:
            continue
        yield node, ledger[node]
        if node._op is not None:
            shares = node._op.gradients(ledger[node], node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def pairs_with_the_wrong_input(root, out_grad):
    """There is one share for each input, constants too. If you leave the constants out on one side
    only, the shares slip to their neighbours."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(tracked_inputs(node), shares, strict=False):
                if share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def asks_backward_itself(root, out_grad):
    """`backward` may return a single tensor, and then zip takes that apart row by row and stops
    after the first. `gradients` always gives a tuple, in the shapes of the inputs."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.backward(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=False):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def constants_too(root, out_grad):
    """Data and other constants need no gradient, so nothing should come out for them. Who says
    whether a tensor needs one?"""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, lambda node: node._inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def parents_first(root, out_grad):
    """topological_order puts parents first and the root last. At the first leaf nothing has arrived
    yet: from which end does a gradient come?"""
    ledger = {root: out_grad}
    for node in topological_order(root, tracked_inputs):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def starts_from_ones(root, out_grad):
    """The root may be somewhere in a longer computation. Start from the gradient that you are
    given."""
    ledger = {root: Tensor(np.ones_like(root.data))}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def orders_by_recursion(root, out_grad):
    """Right for small graphs. Python gives up after about a thousand calls within calls; the order
    that you wrote in chapter 2 needs none."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in tracked_inputs(node):
                visit(parent)
            order.append(node)

    visit(root)
    ledger = {root: out_grad}
    for node in reversed(order):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def leaves_only(root, out_grad):
    """Results in the middle have gradients too, and somebody may ask for them. Every node that
    requires a gradient comes out; which ones keep it is decided elsewhere."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        if node._op is None:
            yield node, gradient
            continue
        shares = node._op.gradients(gradient, node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def forgets_the_leaves(root, out_grad):
    """A leaf has no operation to ask, so it passes nothing on. But it is the leaves that we want
    gradients for: they have to come out."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None or node._op is None:
            continue
        yield node, gradient
        shares = node._op.gradients(gradient, node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def asks_leaves_for_an_operation(root, out_grad):
    """The walk ends at leaves: their `_op` is None, and None has no gradients to give."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        shares = node._op.gradients(gradient, node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def nothing_to_walk(root, out_grad):
    """A root without an operation has nobody to pass its gradient on to. It has one all the same,
    the one that was given."""
    if root._op is None:
        return
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def takes_for_granted_that_all_are_reached(root, out_grad):
    """An operation may have no share for an input, and then nothing arrives there. Such a node does
    not come out at all."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node)
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def one_share_for_each_tensor(root, out_grad):
    """In x * x one tensor is both inputs, and there is a share for each of them. A dict from input
    to share has room for one."""
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is not None:
            shares = node._op.gradients(gradient, node)
            for parent, share in dict(zip(node._inputs, shares, strict=True)).items():
                if parent.requires_grad and share is not None:
                    ledger[parent] = ledger[parent] + share if parent in ledger else share


@wrong("engine.backpropagate")
def writes_grad_itself(root, out_grad):
    """Gradients on their way belong in the ledger. `.grad` is filled afterwards, by somebody else,
    and may hold something from an earlier walk that must not get lost."""
    root.grad = out_grad
    for node in reversed(topological_order(root, tracked_inputs)):
        if node.grad is None:
            continue
        yield node, node.grad
        if node._op is not None:
            shares = node._op.gradients(node.grad, node)
            node.grad = None
            for parent, share in zip(node._inputs, shares, strict=True):
                if parent.requires_grad and share is not None:
                    parent.grad = share if parent.grad is None else parent.grad + share


@right("engine.backpropagate")
def lists_of_shares(root, out_grad):
    arrived = {id(root): [out_grad]}
    for node in reversed(topological_order(root, lambda node: node._inputs)):
        shares = arrived.get(id(node), [])
        if not node.requires_grad or not shares:
            continue
        gradient = sum(shares[1:], shares[0])
        yield node, gradient
        if not node.is_leaf:
            for parent, share in zip(node.parents, node._op.gradients(gradient, node), strict=True):
                if share is not None:
                    arrived.setdefault(id(parent), []).append(share)


@right("engine.backpropagate")
def by_kahns_order_in_a_list(root, out_grad):
    ledger, pairs = {root: out_grad}, []
    for node in kahn_order(root, tracked_inputs)[::-1]:
        if node in ledger:
            pairs.append((node, ledger[node]))
            shares = node._op.gradients(ledger[node], node) if node._op else ()
            for parent, share in zip(node._inputs, shares, strict=True):
                if not (share is None or not parent.requires_grad):
                    ledger[parent] = share if parent not in ledger else share + ledger[parent]
    return pairs


@right("engine.backpropagate")
def counts_uses_down(root, out_grad):
    waiting, stack, seen = {root: 0}, [root], {root}
    while stack:
        for parent in tracked_inputs(stack.pop()):
            waiting[parent] = waiting.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    totals, ready = {root: out_grad}, [root]
    while ready:
        node = ready.pop()
        total = totals.pop(node, None)
        if total is not None:
            yield node, total
        shares = node._op.gradients(total, node) if node._op and total is not None else None
        for n, parent in enumerate(node._inputs):
            if parent.requires_grad:
                if shares and shares[n] is not None:
                    before = totals.get(parent)
                    totals[parent] = shares[n] if before is None else before + shares[n]
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)


# seed-and-accumulate


@wrong("tensor.Tensor._seed")
def a_single_one(self, grad):
    """One entry is right for a number. A matrix needs a one for each of its entries: a gradient has
    the shape of its tensor."""
    if grad is None:
        return Tensor(np.ones(1), dtype=self.dtype)
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return grad


@wrong("tensor.Tensor._seed")
def ones_in_float64(self, grad):
    """np.ones makes float64 if nobody tells it otherwise, and everything after it would be float64
    too. There is a function that makes ones like a given array."""
    if grad is None:
        return Tensor(np.ones(self.shape))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return grad


@wrong("tensor.Tensor._seed")
def always_ones(self, grad):
    """Ones are for the case that nothing is given. Somebody who does give a gradient wants the walk
    to start from that."""
    if grad is not None and np.shape(getattr(grad, "data", grad)) != self.shape:
        raise ValueError(f"pass a gradient of shape {self.shape}")
    return Tensor(np.ones_like(self.data))


@wrong("tensor.Tensor._seed")
def takes_any_shape(self, grad):
    """A gradient of another shape is a mistake of the caller, and it should not get far. Compare
    the shapes, and raise a ValueError."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    return grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)


@wrong("tensor.Tensor._seed")
def asks_a_list_for_its_shape(self, grad):
    """A list has no shape that one could ask for. Make a tensor of what is given first, and compare
    the shapes then."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return Tensor(grad, dtype=self.dtype)


@wrong("tensor.Tensor._seed")
def stretches_the_seed(self, grad):
    """Broadcasting hides a mistake here: a row where a matrix belongs is not repeated, it is
    refused."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    return Tensor(np.broadcast_to(grad.data, self.shape))


@wrong("tensor.Tensor._seed")
def reshapes_the_seed(self, grad):
    """As many entries are not yet the same shape: (3, 2) poured into (2, 3) puts numbers where they
    do not belong. Refuse it."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    return grad.reshape(self.shape)


@wrong("tensor.Tensor._seed")
def asserts_the_shape(self, grad):
    """An assert is for what cannot happen, and Python can be told to skip it. For a wrong argument
    the docstring names the error."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    assert grad.shape == self.shape
    return grad


@wrong("tensor.Tensor._seed")
def gives_a_bare_array(self, grad):
    """Operations compute backwards with tensors: wrap the array before you hand it on."""
    if grad is None:
        return np.ones_like(self.data)
    grad = np.asarray(grad.data if isinstance(grad, Tensor) else grad, dtype=self.dtype)
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return grad


@wrong("tensor.Tensor._seed")
def keeps_the_dtype_of_the_list(self, grad):
    """A list becomes float32 and an array keeps what it has, unless you say which dtype you
    want. You want the tensor's."""
    if grad is None:
        return Tensor(np.ones_like(self.data))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad)
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return grad


@wrong("tensor.Tensor._seed")
def asks_whether_grad_is_true(self, grad):
    """`if not grad` asks whether an array is true, and an array has no answer to that. Ask whether
    it `is None`."""
    if not grad:
        return Tensor(np.ones_like(self.data))
    grad = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
    if grad.shape != self.shape:
        raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
    return grad


@wrong("tensor.Tensor._accumulate")
def replaces_the_gradient(self, gradient):
    """The first gradient is still there when the second one comes. Which of the two is lost?"""
    self.grad = Tensor(gradient)


@wrong("tensor.Tensor._accumulate")
def takes_the_tensor_itself(self, gradient):
    """The same gradient may have been handed to another leaf as well. If each keeps it as it is,
    one array is the `.grad` of both, and whoever writes into one changes the other."""
    self.grad = gradient if self.grad is None else self.grad + gradient


@wrong("tensor.Tensor._accumulate")
def adds_into_what_it_was_given(self, gradient):
    """`+=` on an array writes into it, and this array is not yours: you kept the one that was
    handed in. Make a copy the first time."""
    if self.grad is None:
        self.grad = gradient
    else:
        self.grad.data += gradient.data


@wrong("tensor.Tensor._accumulate")
def adds_to_none(self, gradient):
    """Before the first gradient `.grad` is None, and to None nothing can be added. Look at that
    case first."""
    self.grad = self.grad + gradient


@wrong("tensor.Tensor._accumulate")
def keeps_an_array(self, gradient):
    """`.grad` is a tensor, like everything else that has a gradient's shape. Yours is an array."""
    before = 0 if self.grad is None else self.grad
    self.grad = before + np.array(gradient.data)


@wrong("tensor.Tensor._accumulate")
def leaves_a_list(self, gradient):
    """A list of shares is fine on the way. What stands in `.grad` in the end is their sum, one
    tensor."""
    if self.grad is None:
        self.grad = []
    self.grad.append(Tensor(gradient))


@wrong("tensor.Tensor._accumulate")
def moves_the_tensor(self, gradient):
    """Gradients are added up in `.grad`. `.data` is the tensor itself: it moves later, against the
    gradient, and only if somebody asks for it."""
    self.data = self.data + gradient.data
    self.grad = Tensor(gradient)


@right("tensor.Tensor.{_seed,_accumulate}")
class on_arrays:
    class Tensor:
        def _seed(self, grad):
            if grad is None:
                return Tensor(np.full(self.shape, 1, dtype=self.dtype))
            array = np.array(grad.data if isinstance(grad, Tensor) else grad, dtype=self.dtype)
            if array.shape == self.shape:
                return Tensor(array)
            raise ValueError("the gradient has another shape than the tensor")

        def _accumulate(self, gradient):
            total = np.array(gradient.data)
            if self.grad is not None:
                total += self.grad.data
            self.grad = Tensor(total)


@right("tensor.Tensor.{_seed,_accumulate}")
class by_operations:
    class Tensor:
        def _seed(self, grad):
            if isinstance(grad, type(None)):
                grad = self.data**0
            seed = grad if isinstance(grad, Tensor) else Tensor(grad, dtype=self.dtype)
            if list(seed.shape) != list(self.shape):
                raise ValueError(f"expected the shape {self.shape}")
            return seed

        def _accumulate(self, gradient):
            before = Tensor(np.zeros_like(self.data)) if self.grad is None else self.grad
            self.grad = before + gradient


# no-grad


@wrong("engine.no_grad.__exit__")
def always_on_again(self, *exception):
    """When an inner block ends, the outer one still goes on. Go back to what was before, which need
    not be on."""
    self._before.pop()
    set_recording(True)


@wrong("engine.no_grad.__exit__")
def stays_off(self, *exception):
    """After the block nothing is recorded any more, and nobody notices until backward() complains.
    What you remembered on the way in is for the way out."""
    self._before.pop()


@wrong("engine.no_grad.__exit__")
def swallows_errors(self, *exception):
    """A true value returned from __exit__ tells Python to forget the error. Whoever called should
    hear of it."""
    set_recording(self._before.pop())
    return True


@wrong("engine.no_grad.__exit__")
def only_if_all_went_well(self, *exception):
    """__exit__ is called after an error too; that is what it is for. Recording has to be put back
    in any case."""
    if not exception or exception[0] is None:
        set_recording(self._before.pop())


@wrong("engine.no_grad.{__enter__,__exit__}")
class one_place_to_remember:
    """A block that is entered a second time, inside itself, overwrites what it had remembered.
    `self._before` is a list: there is a place for each."""

    class no_grad:
        def __enter__(self):
            self._before = set_recording(False)

        def __exit__(self, *exception):
            set_recording(self._before)


@wrong("engine.no_grad.{__enter__,__exit__}")
class turns_the_switch_over:
    """Each block turns the switch over, so two blocks in one another switch recording on. Off is
    off, however often it is said."""

    class no_grad:
        def __enter__(self):
            before = set_recording(True)
            set_recording(not before)

        def __exit__(self, *exception):
            before = set_recording(True)
            set_recording(not before)


@wrong("engine.no_grad.{__enter__,__exit__}")
class on_inside_off_outside:
    """Inside the block nothing is to be recorded. Which of True and False switches recording
    off?"""

    class no_grad:
        def __enter__(self):
            set_recording(True)

        def __exit__(self, *exception):
            set_recording(False)


@wrong("engine.no_grad.{__enter__,__exit__}")
class first_remembered_first_out:
    """Blocks end in the opposite order: the one that began last ends first. From which end of the
    list does its entry have to be taken?"""

    class no_grad:
        def __enter__(self):
            self._before.append(set_recording(False))

        def __exit__(self, *exception):
            set_recording(self._before.pop(0))


@wrong("tensor.Tensor.detach")
def still_requires_a_gradient(self):
    """Detached means that no gradient is wanted there. Yours still asks for one."""
    tensor = Tensor._wrap(self.data)
    tensor.requires_grad = self.requires_grad
    return tensor


@wrong("tensor.Tensor.detach")
def keeps_its_history(self):
    """The flag is off, but the new tensor still knows its operation and its inputs, and keeps the
    whole graph alive. It should remember nothing."""
    tensor = Tensor._wrap(self.data)
    tensor._op, tensor._inputs = self._op, self._inputs
    return tensor


@wrong("tensor.Tensor.detach")
def copies_the_array(self):
    """`Tensor(...)` makes an array of its own. A detached tensor looks at the very same array, and
    costs no memory."""
    return Tensor(self)


@wrong("tensor.Tensor.detach")
def cuts_itself_off(self):
    """The tensor itself has to stay in its graph: others still want to walk through it. Only the
    new one has no history."""
    self._op, self._inputs, self.requires_grad = None, (), False
    return self


@wrong("tensor.Tensor.detach")
def the_same_tensor(self):
    """That is the tensor itself, history and all. What is wanted is another tensor around the same
    array."""
    return self


@wrong("tensor.Tensor.detach")
def clears_the_gradient(self):
    """The new tensor is right. But the old one has lost its gradient on the way, and nobody asked
    for that."""
    self.grad = None
    return Tensor._wrap(self.data)


@wrong("tensor.Tensor.detach")
def the_bare_array(self):
    """That is the array. What is wanted is a tensor around it."""
    return self.data


@wrong("tensor.Tensor.zero_grad")
def zero_as_a_number(self):
    """0 is a number, and `.grad` is a tensor or None. Whoever asks for its shape would be
    surprised."""
    self.grad = 0


@wrong("tensor.Tensor.zero_grad")
def a_tensor_of_zeros(self):
    """Zeros would do for adding, but they cost memory, and they say that a gradient was computed
    and is zero. Before any walk there is none: None."""
    self.grad = Tensor(np.zeros_like(self.data))


@wrong("tensor.Tensor.zero_grad")
def zeroes_the_numbers(self):
    """It is the gradient that is to be forgotten. `.data` is the tensor itself, and perhaps all
    that it has learned."""
    self.grad = None
    self.data = np.zeros_like(self.data)


@wrong("tensor.Tensor.zero_grad")
def gives_up_gradients(self):
    """Only the number is forgotten. The tensor still requires a gradient, and will get another
    one."""
    self.grad = None
    self.requires_grad = False


@wrong("tensor.Tensor.zero_grad")
def fills_in_place(self):
    """Somebody may have kept the old gradient, and would find zeros in it. Let go of it instead."""
    if self.grad is not None:
        self.grad.data[...] = 0.0


@right("engine.no_grad.{__enter__,__exit__} tensor.Tensor.{detach,zero_grad}")
class with_the_switch_itself:
    class no_grad:
        def __enter__(self):
            before = set_recording(False)
            self._before = [before, *self._before]

        def __exit__(self, kind, error, trace):
            before, *self._before = self._before
            set_recording(before)
            return False

    class Tensor:
        def detach(self):
            tensor = Tensor([0.0])
            tensor.data = self.data
            return tensor

        def zero_grad(self):
            self.__dict__.update(grad=None)


@right("engine.no_grad.{__enter__,__exit__} tensor.Tensor.{detach,zero_grad}")
class step_by_step:
    class no_grad:
        def __enter__(self):
            was_on = set_recording(False)
            self._before.append(was_on)
            return self

        def __exit__(self, *exception):
            if self._before.pop():
                set_recording(True)
            else:
                set_recording(False)

    class Tensor:
        def detach(self):
            other = Tensor._wrap(self.numpy())
            other.requires_grad = False
            return other

        def zero_grad(self):
            setattr(self, "grad", None)  # noqa: B010


# find-bug


@wrong("pieces.find_bug")
def right_is_a_bug(engine):
    """True means that you found a bug. Here it means that everything agreed."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3))]

    def f(x, y):
        return (((x @ y) * x + x) / y).tanh().sum()

    return gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, engine(f, *arrays))[0]


@wrong("pieces.find_bug")
def products_only(engine):
    """This tries one product. An engine that is wrong at a division, or where a tensor is used
    twice, gets through: try more."""
    x, y = np.array([2.0, 3.0]), np.array([4.0, 5.0])
    grads = engine(lambda x, y: (x * y).sum(), x, y)
    return not (np.allclose(grads[0], y) and np.allclose(grads[1], x))


@wrong("pieces.find_bug")
def never_multiplies(engine):
    """Your trials have everything but a product. Which operation do you trust so much?"""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() / (x / y - h / b).exp().tanh()
        return ((k / y + (x + x) - y).exp() / y / k - h).sum().exp() + (h / x).sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def one_walk_only(engine):
    """One walk cannot show what an engine keeps from walk to walk. Ask it again, with the same
    arrays."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    grads = engine(f, *arrays)
    return not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]


@wrong("pieces.find_bug")
def each_operation_once(engine):
    """Some engines are right the first time that a walk comes to an operation, and wrong the
    second. Let each operation occur twice in one function."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]
    trials = [
        lambda x, y, b: (x * y).sum(),
        lambda x, y, b: (x * x).sum(),
        lambda x, y, b: (x + x).exp().sum(),
        lambda x, y, b: (x / y).tanh().sum(),
        lambda x, y, b: ((x @ y) - b).sum(),
    ] * 3
    for f in trials:
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs, f=f: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def nothing_used_twice(engine):
    """In your trials every tensor is used once. The most frequent bugs of all are where it is used
    again: twice in one operation, by two operations, in the middle of a graph."""
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(1, 2, (3, 3)) for _ in range(7)] + [rng.uniform(1, 2, 3)]

    def f(s, t, u, v, w, x, y, b):
        h = (s @ t * u - v * b).tanh() / w
        return ((h @ x + y).exp() / b).tanh().sum().exp()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def squares_but_no_doubles(engine):
    """x * x is tried, and that is good. A tensor can be both operands of other operations, too."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + x - y).exp() / y * k
        return p.sum() * (h * x + x).sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def doubles_but_no_squares(engine):
    """x + x is tried, and that is good. A tensor can be both operands of other operations, too."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def all_of_one_shape(engine):
    """All your arrays have the same shape, so nothing is ever broadcast. Add a row to a matrix."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, (3, 3))]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def first_gradient_only(engine):
    """You look at the first gradient and believe the others. A bug may sit in any of them."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    for _ in range(3):
        grad = engine(f, *arrays)[0]
        fixed = [Tensor(array) for array in arrays[1:]]
        number = lambda x: f(Tensor(x), *fixed).item()  # noqa: E731
        if not gradcheck(number, arrays[:1], [grad])[0]:
            return True
    return False


@wrong("pieces.find_bug")
def sums_of_gradients(engine):
    """Two errors of opposite sign vanish in a sum, and so does a swap. Compare entry by entry."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3))
    for _ in range(3):
        found = engine(lambda x, y: (x * y + x - y + x * x).sum(), x, y)
        total = sum(grad.sum() for grad in found)
        if abs(total - (y + 1 + 2 * x).sum() - (x - 1).sum()) > 1e-6:
            return True
    return False


@wrong("pieces.find_bug")
def to_the_last_digit(engine):
    """A right engine may add in another order, and then the last digit differs. Allow for a little
    rounding: np.allclose does."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3))
    for _ in range(3):
        first, second = engine(lambda x, y: (x * y + x).sum(), x, y)
        if not (np.array_equal(first, y + 1) and np.array_equal(second, x)):
            return True
    return False


@wrong("pieces.find_bug")
def expects_too_much_of_a_nudge(engine):
    """A nudged gradient is good to about nine digits, and no better. With such a tolerance every
    engine is accused, the right one first of all."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3))]

    def f(x, y):
        return (((x @ y) * x + x) / y).tanh().sum()

    number = lambda *xs: f(*map(Tensor, xs)).item()  # noqa: E731
    return not gradcheck(number, arrays, engine(f, *arrays), rtol=1e-14, atol=0)[0]


@wrong("pieces.find_bug")
def tolerates_everything(engine):
    """An absolute tolerance of 10 is larger than most gradients here, right or wrong. What is
    small, compared with what?"""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        return (((x @ y - b) * x + x) / y).tanh().sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads, atol=10.0)[0]:
            return True
    return False


@wrong("pieces.find_bug")
def waits_for_an_error(engine):
    """Broken engines raise nothing. They return numbers that look like all others; you have to
    compare them with right ones."""
    try:
        engine(lambda x, y: ((x @ y) * x + y).sum(), np.ones((3, 3)), np.ones((3, 3)))
    except Exception:
        return True
    return False


@right("pieces.find_bug")
def many_small_trials(engine):
    rng = np.random.default_rng(1)
    x, y, b = rng.uniform(0.5, 1.5, (4, 4)), rng.uniform(1, 2, (4, 4)), rng.uniform(1, 2, 4)
    trials = [lambda x, y, b: ((x * b + y / b).tanh() * ((x + b) - (y - b)).tanh()).sum()]
    trials.append(lambda x, y, b: ((x * x + (y + y)).tanh().exp() / (x - y).exp().tanh()).sum())
    trials.append(lambda x, y, b: (((x @ y).tanh().exp() @ x).tanh() * x).exp().sum())
    trials.append(lambda x, y, b: (((x / y - b) / x - y) * (x * y + x) + b).tanh().sum())
    trials.append(lambda x, y, b: ((x.tanh() * y.tanh()).exp().sum() * (x + y)).sum())
    trials.append(lambda x, y, b: ((x @ y) @ (y @ x) / 90 - x * b).tanh().sum() * (x / b).sum())
    trials.append(
        lambda x, y, b: (lambda h: (h * h.exp() - h / y).sum() * h.tanh().sum())(x @ y - b)
    )
    for f in trials:
        for _ in range(3):
            number = lambda *xs, f=f: f(*[Tensor(v) for v in xs]).data.item()  # noqa: E731
            if gradcheck(number, [x, y, b], engine(f, x, y, b))[0] is False:
                return True
    return False


@right("pieces.find_bug")
def along_random_directions(engine):
    rng = np.random.default_rng(2)
    bugs = 0
    for _ in range(4):
        args = rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, (1, 3))

        def f(x, y, b):
            h = ((x @ y).tanh() * b + x / y - b).tanh()
            k = (h @ h + x @ x) / b + (y + y) - h
            return (k * h.exp() - x * x).exp().tanh().sum() * (k / y + b).exp().sum()

        grads = engine(f, *args)
        for number, (arg, grad) in enumerate(zip(args, grads, strict=True)):
            step = rng.normal(size=arg.shape)
            ends = []
            for eps in (1e-6, -1e-6):
                moved = [a + eps * step if n == number else a for n, a in enumerate(args)]
                ends.append(f(*map(Tensor, moved)).item())
            slope = (ends[0] - ends[1]) / 2e-6
            bugs += not np.isclose(slope, (step * grad).sum(), rtol=1e-4, atol=1e-5)
    return bugs > 0


@right("pieces.find_bug")
def beside_my_own_backward(engine):
    rng = np.random.default_rng(3)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x, y, b):
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    f(*tensors).backward()
    found = [grad for _ in range(3) for grad in engine(f, *arrays)]
    mine = [tensor.grad.data for tensor in tensors] * 3
    return not all(np.allclose(a, b, rtol=1e-8) for a, b in zip(found, mine, strict=True))


# memory-on-paper


@wrong("pieces.looks_up")
def always_the_inputs(operation):
    """Some local derivatives are plain constants, and some can be read off the result. Go through
    the table row by row."""
    return "inputs"


@wrong("pieces.looks_up")
def sums_look_up_too(operation):
    """How steep is x + y, or x - y? The same everywhere: there is nothing to look up."""
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh"]
    nothing = ["MulScalar", "Summation", "Reshape", "Transpose", "BroadcastTo"]
    return "output" if operation in output else "nothing" if operation in nothing else "inputs"


@wrong("pieces.looks_up")
def exp_from_its_input(operation):
    """Exp is its own slope, so the numbers are there already: in its result."""
    inputs = ["Mul", "Div", "Pow", "Log", "Abs", "Sin", "Cos", "MatMul", "PowerScalar", "Exp"]
    output = ["Sqrt", "ReLU", "Sigmoid", "Tanh"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


@wrong("pieces.looks_up")
def activations_from_their_inputs(operation):
    """The slopes of sigmoid and tanh can be had from the value alone. Look at what you wrote in
    chapter 4."""
    inputs = ["Mul", "Div", "Pow", "Log", "Abs", "Sin", "Cos", "MatMul", "PowerScalar"]
    inputs += ["Sigmoid", "Tanh", "Sqrt"]
    output = ["Exp", "ReLU"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


@wrong("pieces.looks_up")
def shapes_count_as_numbers(operation):
    """These only move, repeat or add up entries. To go back they need the shape of the input, and
    not one of its numbers."""
    nothing = ["Add", "Sub", "Negate", "MulScalar"]
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh"]
    return "nothing" if operation in nothing else "output" if operation in output else "inputs"


@wrong("pieces.looks_up")
def matrix_product_for_nothing(operation):
    """The gradient of A in A @ B has B in it. Where is B to come from?"""
    inputs = ["Mul", "Div", "Pow", "Log", "Abs", "Sin", "Cos", "PowerScalar"]
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


@wrong("pieces.looks_up")
def signs_from_the_result(operation):
    """The result of Abs is positive on both sides of 0. Can you tell from it which side it came
    from?"""
    inputs = ["Mul", "Div", "Pow", "Log", "Sin", "Cos", "MatMul", "PowerScalar"]
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh", "Abs"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


@wrong("pieces.looks_up")
def the_scalar_is_no_input(operation):
    """In 4 * x the slope is 4, which the operation keeps itself. Nothing of x is needed."""
    inputs = ["Mul", "Div", "Pow", "Log", "Abs", "Sin", "Cos", "MatMul", "PowerScalar", "MulScalar"]
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


@wrong("pieces.kept_numbers")
def counts_again_and_again(steps, looks_up, sizes):
    """An array that two operations look up is in memory once. Count arrays, not looks."""
    total = 0
    for result, (operation, *inputs) in steps.items():
        if looks_up[operation] == "inputs":
            total += sum(sizes[name] for name in inputs)
        elif looks_up[operation] == "output":
            total += sizes[result]
    return total


@wrong("pieces.kept_numbers")
def inputs_and_outputs_apart(steps, looks_up, sizes):
    """What is the output of one operation may be an input of the next: the same array, and it is
    kept once."""
    inputs, outputs = set(), set()
    for result, (operation, *names) in steps.items():
        if looks_up[operation] == "inputs":
            inputs.update(names)
        elif looks_up[operation] == "output":
            outputs.add(result)
    return sum(sizes[name] for name in inputs) + sum(sizes[name] for name in outputs)


@wrong("pieces.kept_numbers")
def two_operands_always(steps, looks_up, sizes):
    """Not every operation has two inputs."""
    kept = set()
    for result, (operation, *inputs) in steps.items():
        if looks_up[operation] == "inputs":
            first, second = inputs
            kept.update([first, second])
        elif looks_up[operation] == "output":
            kept.add(result)
    return sum(sizes[name] for name in kept)


@wrong("pieces.kept_numbers")
def keeps_everything(steps, looks_up, sizes):
    """That is all there is. Some of it nobody will look at again: it can be thrown away at once."""
    return sum(sizes.values())


@wrong("pieces.kept_numbers")
def counts_arrays(steps, looks_up, sizes):
    """Arrays differ in size. How many numbers are in each?"""
    kept = set()
    for result, (operation, *inputs) in steps.items():
        if looks_up[operation] == "inputs":
            kept.update(inputs)
        elif looks_up[operation] == "output":
            kept.add(result)
    return len(kept)


@wrong("pieces.kept_numbers")
def forgets_the_outputs(steps, looks_up, sizes):
    """Some operations look up their own result. It has to be kept as well."""
    kept = set()
    for operation, *inputs in steps.values():
        if looks_up[operation] == "inputs":
            kept.update(inputs)
    return sum(sizes[name] for name in kept)


@wrong("pieces.kept_numbers")
def output_besides_inputs(steps, looks_up, sizes):
    """An operation that looks up its inputs has no use for its result. Keep the one or the
    other."""
    kept = set()
    for result, (operation, *inputs) in steps.items():
        if looks_up[operation] == "inputs":
            kept.update(inputs)
        if looks_up[operation] != "nothing":
            kept.add(result)
    return sum(sizes[name] for name in kept)


@right("pieces.{looks_up,kept_numbers}")
class by_tables:
    def looks_up(operation):
        table = dict.fromkeys("Exp Sqrt ReLU Sigmoid Tanh".split(), "output")
        table |= dict.fromkeys("Add Sub Negate AddScalar MulScalar DivScalar".split(), "nothing")
        table |= dict.fromkeys("Summation Reshape Transpose BroadcastTo".split(), "nothing")
        return table.get(operation, "inputs")

    def kept_numbers(steps, looks_up, sizes):
        wanted = {"inputs": lambda name: steps[name][1:], "output": lambda name: [name]}
        nothing = lambda name: []  # noqa: E731
        lists = [wanted.get(looks_up[steps[name][0]], nothing)(name) for name in steps]
        return sum(map(sizes.get, set().union(*lists)))


@right("pieces.{looks_up,kept_numbers}")
class case_by_case:
    def looks_up(operation):
        if operation in {"Exp", "Sqrt", "Sigmoid", "Tanh", "ReLU"}:
            return "output"
        for part in (
            "Add",
            "Sub",
            "Neg",
            "MulS",
            "DivS",
            "Sum",
            "Shape",
            "shape",
            "Trans",
            "Broad",
        ):
            if operation.startswith(part) or operation.endswith(part):
                return "nothing"
        return "inputs"

    def kept_numbers(steps, looks_up, sizes):
        total = 0
        for name, size in sizes.items():
            made = name in steps and looks_up[steps[name][0]] == "output"
            read = [s for s in steps.values() if looks_up[s[0]] == "inputs" and name in s[1:]]
            total += size if made or read else 0
        return total


# celsius-by-hand


@wrong("pieces.fit_line")
def never_zeroes(celsius, targets, lr, steps):
    """backward() adds to `.grad`. Without zeroing, each step goes by all gradients there have ever
    been, and the line swings to and fro."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def hundreds_as_they_are(celsius, targets, lr, steps):
    """With x up to 100 the slope's gradient is thousands of times the intercept's, and every step
    overshoots. Let the model see celsius / 100."""
    x, y = Tensor(celsius[:, None]), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item(), b.item(), losses


@wrong("pieces.fit_line")
def update_joins_the_graph(celsius, targets, lr, steps):
    """`w - lr * w.grad` is a new tensor that remembers the old one: it is no leaf, so its `.grad`
    stays None. Change the numbers of w, its `.data`."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        w = w - lr * w.grad
        b = b - lr * b.grad
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def every_row_against_every_target(celsius, targets, lr, steps):
    """The prediction is a column (N, 1) and the targets are (N,): their difference is a silent
    (N, N), every prediction against every target. Make the targets a column too."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets)
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def uphill(celsius, targets, lr, steps):
    """The gradient points to where the loss grows. Which way do you want to go?"""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data + lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def slope_for_hundreds(celsius, targets, lr, steps):
    """Your w is the slope for x, which is celsius / 100. How far does the line rise for one
    degree?"""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item(), b.item(), losses


@wrong("pieces.fit_line")
def keeps_whole_graphs(celsius, targets, lr, steps):
    """A loss kept as a tensor keeps its whole graph alive, step after step. `.item()` is the plain
    number."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.data)
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def losses_one_step_late(celsius, targets, lr, steps):
    """The first loss is the one with which the line started, before any update. Yours is of one
    step later."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        ((x @ w.T + b - y) ** 2).mean().backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(((x @ w.T + b - y) ** 2).mean().item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def sum_for_mean(celsius, targets, lr, steps):
    """The loss is the mean over all temperatures. A sum grows with their number, and the steps with
    it. (Half the sum is the mean of two.)"""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).sum() / 2
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def scales_the_callers_array(celsius, targets, lr, steps):
    """`celsius /= 100` writes into an array that belongs to whoever called. Make a new one."""
    celsius /= 100
    x, y = Tensor(celsius[:, None]), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def stops_when_it_looks_good(celsius, targets, lr, steps):
    """A loss below 1 still means a degree here or there. Take all the steps that were asked for."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        if loss.item() < 1:
            break
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def predicts_without_recording(celsius, targets, lr, steps):
    """no_grad is for what needs no gradient, such as an update. The prediction has to be recorded,
    or there is nothing to walk back along."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        with no_grad():
            loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def starts_elsewhere(celsius, targets, lr, steps):
    """In the end the line is the same. But you were asked to start from zeros, and after a few
    steps one sees where a line comes from."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w = Tensor(np.array([[0.5]]), requires_grad=True)
    b = Tensor(np.array([10.0]), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@wrong("pieces.fit_line")
def intercept_left_alone(celsius, targets, lr, steps):
    """There are two parameters. The line can only turn about its start if b never moves."""
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1))
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        w.data = w.data - lr * w.grad.data
        w.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses


@right("pieces.fit_line")
def with_new_leaves(celsius, targets, lr, steps):
    x, y = np.reshape(celsius, (-1, 1)) * 0.01, np.reshape(targets, (-1, 1))
    w, b, losses = np.zeros((1, 1)), np.zeros(1), []
    for _ in range(steps):
        weight, bias = Tensor(w, requires_grad=True), Tensor(b, requires_grad=True)
        error = x @ weight.T + bias - y
        loss = (error * error).mean()
        loss.backward()
        losses.append(float(loss.data))
        w, b = w - lr * weight.grad.data, b - lr * bias.grad.data
    return float(w[0, 0]) / 100, float(b[0]), losses


@right("pieces.fit_line")
def in_float32_and_in_place(celsius, targets, lr, steps):
    x, y = Tensor(celsius / 100, dtype="float32"), Tensor(targets, dtype="float32")
    w, b = Tensor([[0.0]], requires_grad=True), Tensor([0.0], requires_grad=True)
    losses = []
    while len(losses) < steps:
        w.grad = b.grad = None
        pred = x.reshape(-1, 1) @ w.T + b
        loss = ((pred - y.reshape(-1, 1)) ** 2).mean()
        loss.backward()
        with no_grad():
            w.data -= lr * w.grad.data
            b.data -= lr * b.grad.data
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses
