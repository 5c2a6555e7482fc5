"""Wrong answers to chapter 5 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import Tensor, shapes
from gradloom.shapes import broadcast_to, reshape, sum_to, summation, transpose, unbroadcast
from gradloom_grader.answers import right, wrong

# reshape


@wrong("shapes.Reshape.forward")
def reshapes_the_array_itself(self, a):
    """Assigning to `a.shape` changes the caller's own array. Ask for a reshaped one instead."""
    a.shape = self.shape
    return a


@wrong("shapes.Reshape.forward")
def reshape_in_float64(self, a):
    """A float32 array has to stay float32. Which call here asks for more?"""
    return np.array(a, dtype=float).reshape(self.shape)


@wrong("shapes.Reshape.forward")
def transposes_first(self, a):
    """Reshaping keeps the reading order: row by row, the same entries as before. Compare the first
    row of the input with yours."""
    return a.T.reshape(self.shape)


@wrong("shapes.Reshape.forward")
def reads_column_by_column(self, a):
    """Fortran order reads down the columns. This page, and this course, read row by row."""
    return a.reshape(self.shape, order="F")


@wrong("shapes.Reshape.forward")
def resizes_without_minus_one(self, a):
    """One length may be -1, to be worked out from the number of entries. NumPy's reshape does that;
    what does this do?"""
    return np.resize(a, self.shape)


@wrong("shapes.Reshape.backward")
def back_to_the_new_shape(self, out_grad, node):
    """`self.shape` is the shape that the gradient has already. Which one did the input have?"""
    return reshape(out_grad, self.shape)


@wrong("shapes.Reshape.backward")
def back_as_one_row(self, out_grad, node):
    """All numbers are there, but on a single axis. The gradient has the shape of the input."""
    return reshape(out_grad, (-1,))


@wrong("shapes.Reshape.backward")
def back_by_transposing(self, out_grad, node):
    """With (2, 3) and (3, 2) the shapes fit, but do the numbers stand where they belong? Follow one
    of them."""
    return transpose(out_grad)


@wrong("shapes.Reshape.backward")
def back_column_by_column(self, out_grad, node):
    """Forward read row by row. The way back has to read in the same order."""
    return Tensor(out_grad.data.reshape(node._inputs[0].shape, order="F"))


@wrong("shapes.Reshape.backward")
def reshapes_what_arrived(self, out_grad, node):
    """The upstream gradient belongs to somebody else and now has another shape. Leave it as it is;
    return a new tensor."""
    out_grad.data = out_grad.data.reshape(node._inputs[0].shape)
    return out_grad


@wrong("shapes.Reshape.backward")
def reshape_back_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Where does float64 come in?"""
    return np.array(out_grad.data, dtype=float).reshape(node._inputs[0].shape)


@wrong("shapes.Reshape.backward")
def reshape_gives_ones(self, out_grad, node):
    """That would be right if all that arrives were ones. Reshaping passes on what does arrive."""
    return Tensor(np.ones_like(node._inputs[0].data))


@wrong("shapes.Reshape.backward")
def reshapes_the_values(self, out_grad, node):
    """`node` holds the result, not its gradient. What is it that has to travel back?"""
    return reshape(node, node._inputs[0].shape)


@right("shapes.Reshape.{forward,backward}")
class reshape_by_numpy:
    class Reshape:
        def forward(self, a):
            return np.reshape(a, self.shape)

        def backward(self, out_grad, node):
            return np.reshape(out_grad.data, node._inputs[0].shape)


@right("shapes.Reshape.{forward,backward}")
class reshape_by_filling:
    class Reshape:
        def forward(self, a):
            out = a.ravel().reshape(self.shape)
            return out.copy()

        def backward(self, out_grad, node):
            grad = np.empty_like(node._inputs[0].data)
            grad.flat = out_grad.data.ravel()
            return Tensor(grad)


@right("shapes.Reshape.backward")
def reshape_by_method(self, out_grad, node):
    (a,) = node._inputs
    return (out_grad.reshape(*a.shape),)


# transpose-backward


@wrong("shapes.Transpose.backward")
def same_axes_again(self, out_grad, node):
    """Twice (1, 2, 0) is not where you started: (3, 2, 5) becomes (5, 3, 2). Which order undoes
    it?"""
    return transpose(out_grad, self.axes)


@wrong("shapes.Transpose.backward")
def axes_backwards(self, out_grad, node):
    """Reading the order from behind is not the inverse. Ask for each old axis: at which place does
    it stand now?"""
    return transpose(out_grad, None if self.axes is None else self.axes[::-1])


@wrong("shapes.Transpose.backward")
def two_axes_change_places(self, out_grad, node):
    """`self.axes` is no pair to be exchanged. It has an entry for every axis: who stands in front
    now, who comes second?"""
    if self.axes is None:
        return transpose(out_grad)
    order = list(range(out_grad.ndim))
    i, j = self.axes[:2]
    order[i], order[j] = order[j], order[i]
    return transpose(out_grad, order)


@wrong("shapes.Transpose.backward")
def sorts_the_first_two(self, out_grad, node):
    """With three axes or more, two entries are not an order. Every axis needs its place."""
    if self.axes is None:
        return transpose(out_grad)
    return transpose(out_grad, tuple(np.argsort(self.axes[:2]).tolist()))


@wrong("shapes.Transpose.backward")
def reverses_every_axis(self, out_grad, node):
    """`.T` reverses all axes. With two of them that is a transpose; with three, the leading one has
    moved too."""
    return out_grad.T


@wrong("shapes.Transpose.backward")
def none_reverses_all(self, out_grad, node):
    """Without axes the forward swapped the last two and left the others alone. What does `.T` do
    with a stack?"""
    if self.axes is None:
        return out_grad.T
    places = np.argsort([axis % out_grad.ndim for axis in self.axes])
    return transpose(out_grad, tuple(places.tolist()))


@wrong("shapes.Transpose.backward")
def reshapes_instead(self, out_grad, node):
    """The shape is right, but the numbers did not move. Follow the entry at row 0, column 1 there
    and back."""
    return reshape(out_grad, node._inputs[0].shape)


@wrong("shapes.Transpose.backward")
def sorts_negative_axes(self, out_grad, node):
    """-1 is the last axis, but it sorts in front of 0. Make it positive first."""
    if self.axes is None:
        return transpose(out_grad)
    return transpose(out_grad, tuple(np.argsort(self.axes).tolist()))


@wrong("shapes.Transpose.backward")
def forgets_none(self, out_grad, node):
    """`self.axes` may be None: then there is no order to invert, and the last two axes have
    changed places."""
    axes = [axis % out_grad.ndim for axis in self.axes]
    return transpose(out_grad, tuple(np.argsort(axes).tolist()))


@wrong("shapes.Transpose.backward")
def always_the_last_two(self, out_grad, node):
    """That is right where no axes were given. What if they were?"""
    return transpose(out_grad)


@wrong("shapes.Transpose.backward")
def transpose_changes_nothing(self, out_grad, node):
    """The gradient arrives with its axes in the new order. Bring them back to the old one."""
    return out_grad


@wrong("shapes.Transpose.backward")
def transpose_gives_ones(self, out_grad, node):
    """A transpose passes on what arrives, moved to its place. Where is what arrived?"""
    return Tensor(np.ones_like(node._inputs[0].data))


@wrong("shapes.Transpose.backward")
def turns_what_arrived(self, out_grad, node):
    """Right, but the upstream gradient itself was turned round, and others may still read it. Make
    a new tensor."""
    if self.axes is None:
        out_grad.data = out_grad.data.swapaxes(-1, -2)
    else:
        axes = [axis % out_grad.ndim for axis in self.axes]
        out_grad.data = out_grad.data.transpose(np.argsort(axes))
    return out_grad


@wrong("shapes.Transpose.backward")
def transpose_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Moving axes has no need of more digits."""
    grad = np.array(out_grad.data, dtype=float)
    if self.axes is None:
        return grad.swapaxes(-1, -2)
    return grad.transpose(np.argsort([axis % grad.ndim for axis in self.axes]))


@right("shapes.Transpose.backward")
def inverse_by_a_loop(self, out_grad, node):
    n = out_grad.ndim
    axes = [*range(n - 2), n - 1, n - 2] if self.axes is None else self.axes
    inverse = [0] * n
    for place, axis in enumerate(axes):
        inverse[axis] = place
    return out_grad.transpose(*inverse)


@right("shapes.Transpose.backward")
def moves_axes_on_arrays(self, out_grad, node):
    if self.axes is None:
        return np.swapaxes(out_grad.data, -2, -1)
    return Tensor(np.moveaxis(out_grad.data, range(out_grad.ndim), self.axes))


@right("shapes.Transpose.backward")
def inverse_by_index(self, out_grad, node):
    if self.axes is None:
        return (transpose(out_grad),)
    axes = [axis if axis >= 0 else axis + node.ndim for axis in self.axes]
    return transpose(out_grad, [axes.index(axis) for axis in range(node.ndim)])


# summation


@wrong("shapes.Summation.forward")
def keeps_dims_always(self, a):
    """A summed axis vanishes, unless `self.keepdims` says otherwise."""
    return a.sum(axis=self.axes, keepdims=True)


@wrong("shapes.Summation.forward")
def never_keeps_dims(self, a):
    """With `keepdims=True` the summed axes stay, with length 1. NumPy's sum takes the same word."""
    return a.sum(axis=self.axes)


@wrong("shapes.Summation.forward")
def zero_counts_as_none(self, a):
    """Axis 0 is an axis, but `if 0` is false. Ask `is None`."""
    if self.axes:
        return a.sum(axis=self.axes, keepdims=self.keepdims)
    return a.sum(keepdims=self.keepdims)


@wrong("shapes.Summation.forward")
def always_sums_all(self, a):
    """Only without axes everything is added up. What do `self.axes` say?"""
    return np.sum(a)


@wrong("shapes.Summation.forward")
def averages(self, a):
    """That is the mean, and there is another function for it. A sum is not divided."""
    return a.mean(axis=self.axes, keepdims=self.keepdims)


@wrong("shapes.Summation.forward")
def sums_one_after_the_other(self, a):
    """Once an axis has vanished, the axes behind it have other numbers. NumPy can sum several at
    once."""
    if not isinstance(self.axes, tuple):
        return a.sum(axis=self.axes, keepdims=self.keepdims)
    for axis in self.axes:
        a = a.sum(axis=axis, keepdims=self.keepdims)
    return a


@wrong("shapes.Summation.forward")
def sums_in_float64(self, a):
    """float32 in, float32 out. Which word here asks for float64?"""
    return a.sum(axis=self.axes, keepdims=self.keepdims, dtype="float64")


@wrong("shapes.Summation.forward")
def sums_into_the_input(self, a):
    """The result is right, but to get it the input was overwritten with running sums. Leave it
    alone."""
    sums = a.sum(axis=self.axes, keepdims=self.keepdims)
    np.cumsum(a, axis=0, out=a)
    return sums


@wrong("shapes.Summation.backward")
def zero_is_no_axis(self, out_grad, node):
    """Axis 0 is an axis, but it counts as false. Ask `is None`."""
    shape = node._inputs[0].shape
    axes = self.axes if self.axes else tuple(range(len(shape)))
    kept = list(shape)
    for axis in axes if isinstance(axes, tuple) else [axes]:
        kept[axis] = 1
    return broadcast_to(reshape(out_grad, kept), shape)


@wrong("shapes.Summation.backward")
def knows_no_negative_axes(self, out_grad, node):
    """-1 is the last axis. `in` compares numbers and does not know that."""
    shape = node._inputs[0].shape
    axes = range(len(shape)) if self.axes is None else np.atleast_1d(self.axes).tolist()
    kept = [1 if axis in axes else n for axis, n in enumerate(shape)]
    return broadcast_to(reshape(out_grad, kept), shape)


@wrong("shapes.Summation.backward")
def inserts_axes_unsorted(self, out_grad, node):
    """Each axis that is inserted moves the ones behind it. In which order do the axes in
    `self.axes` come?"""
    shape = node._inputs[0].shape
    axes = range(len(shape)) if self.axes is None else np.atleast_1d(self.axes)
    kept = list(out_grad.shape)
    for axis in axes if not self.keepdims else []:
        kept.insert(axis % len(shape), 1)
    return broadcast_to(reshape(out_grad, kept), shape)


@wrong("shapes.Summation.backward")
def forgets_the_vanished_axis(self, out_grad, node):
    """NumPy puts a missing axis in front. Which one was it here? On a square matrix nobody
    complains, so put a 1 where the axis was before you stretch."""
    return out_grad * np.ones_like(node._inputs[0].data)


@wrong("shapes.Summation.backward")
def one_axis_at_most(self, out_grad, node):
    """`self.axes` may be a tuple, with several axes in it. Each of them needs its 1."""
    shape = node._inputs[0].shape
    kept = [1] * len(shape)
    if self.axes is not None:
        kept = list(shape)
        kept[self.axes] = 1
    return broadcast_to(reshape(out_grad, kept), shape)


@wrong("shapes.Summation.backward")
def expands_what_was_kept(self, out_grad, node):
    """With keepdims the axes are there already. Are they put in a second time?"""
    a = node._inputs[0]
    axes = tuple(range(a.ndim)) if self.axes is None else self.axes
    return np.expand_dims(out_grad.data, axes) * np.ones_like(a.data)


@wrong("shapes.Summation.backward")
def sum_gives_ones(self, out_grad, node):
    """Ones are the local derivatives. What arrived at each sum has to be multiplied with them."""
    return Tensor(np.ones_like(node._inputs[0].data))


@wrong("shapes.Summation.backward")
def shares_it_out(self, out_grad, node):
    """Nudge one summand by 0.01 and the sum moves by 0.01, however many summands there are. It is
    the mean that divides."""
    shape = node._inputs[0].shape
    axes = tuple(range(len(shape))) if self.axes is None else self.axes
    kept = list(shape)
    for axis in axes if isinstance(axes, tuple) else [axes]:
        kept[axis] = 1
    return broadcast_to(reshape(out_grad, kept), shape) * (node.size / node._inputs[0].size)


@wrong("shapes.Summation.backward")
def stops_before_stretching(self, out_grad, node):
    """The ones are in the right places, but the gradient has to be as large as the input. Stretch
    it."""
    kept = np.sum(node._inputs[0].data, axis=self.axes, keepdims=True).shape
    return reshape(out_grad, kept)


@wrong("shapes.Summation.backward")
def scales_by_the_summands(self, out_grad, node):
    """Does a sum move faster where a summand is large? Nudge one that is 2, and one that is 200."""
    a = node._inputs[0].data
    kept = a.sum(axis=self.axes, keepdims=True).shape
    return out_grad.data.reshape(kept) * a


@wrong("shapes.Summation.backward")
def puts_axes_into_upstream(self, out_grad, node):
    """Right, but what arrived has another shape now, and it was not yours to change. Make a new
    tensor."""
    a = node._inputs[0].data
    out_grad.data = out_grad.data.reshape(a.sum(axis=self.axes, keepdims=True).shape)
    return broadcast_to(out_grad, a.shape)


@wrong("shapes.Summation.backward")
def stretches_in_float64(self, out_grad, node):
    """np.ones is float64 unless it is told otherwise, and makes a float32 gradient wider."""
    a = node._inputs[0].data
    kept = a.sum(axis=self.axes, keepdims=True).shape
    return out_grad.data.reshape(kept) * np.ones(a.shape)


@right("shapes.Summation.{forward,backward}")
class sums_and_a_read_only_view:
    class Summation:
        def forward(self, a):
            return np.sum(a, axis=self.axes, keepdims=self.keepdims)

        def backward(self, out_grad, node):
            a, grad = node._inputs[0].data, out_grad.data
            if self.axes is not None and not self.keepdims:
                grad = np.expand_dims(grad, self.axes)
            return np.broadcast_to(grad, a.shape)


@right("shapes.Summation.{forward,backward}")
class adds_and_multiplies_by_ones:
    class Summation:
        def forward(self, a):
            return np.add.reduce(a, axis=self.axes, keepdims=self.keepdims)

        def backward(self, out_grad, node):
            (a,) = node._inputs
            if self.axes is None:
                return out_grad.reshape((1,) * a.ndim) * np.ones_like(a.data)
            axes = self.axes if isinstance(self.axes, tuple) else (self.axes,)
            axes = [axis % a.ndim for axis in axes]
            kept = [1 if axis in axes else n for axis, n in enumerate(a.shape)]
            return [out_grad.reshape(kept) * np.ones_like(a.data)]


@right("shapes.Summation.backward")
def asks_numpy_for_the_shape(self, out_grad, node):
    (a,) = node._inputs
    kept = np.empty(a.shape).sum(axis=self.axes, keepdims=True).shape
    return Tensor(np.zeros_like(a.data)) + reshape(out_grad, kept)


@right("shapes.Summation.backward")
def puts_sorted_axes_in(self, out_grad, node):
    (a,) = node._inputs
    if not self.keepdims:
        axes = range(a.ndim) if self.axes is None else np.atleast_1d(self.axes) % a.ndim
        kept = list(out_grad.shape)
        for axis in sorted(axes):
            kept.insert(axis, 1)
        out_grad = reshape(out_grad, kept)
    return broadcast_to(out_grad, a.shape)


# unbroadcast


@wrong("shapes.unbroadcast")
def either_in_front_or_stretched(grad, shape):
    """Both can happen in one broadcast: (2, 1) in (2, 2, 2) has an axis in front and a stretched
    one. Do the second step after the first, not instead."""
    extra = grad.ndim - len(shape)
    if extra > 0:
        return grad.sum(axis=tuple(range(extra)))
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return grad.sum(axis=stretched, keepdims=True)


@wrong("shapes.unbroadcast")
def matches_lengths(grad, shape):
    """A length may occur twice. In (5, 5) a bias of (5,) is found at both axes, but only the last
    is its own. Go by positions, from the right."""
    summed = tuple(axis for axis, n in enumerate(grad.shape) if n not in shape)
    return grad.sum(axis=summed).reshape(shape)


@wrong("shapes.unbroadcast")
def means_over_the_copies(grad, shape):
    """Two copies of an entry both move when it is nudged. Is the effect that of one copy, or of two
    together?"""
    extra = grad.ndim - len(shape)
    stretched = [extra + axis for axis, n in enumerate(shape) if n == 1]
    return grad.mean(axis=(*range(extra), *stretched)).reshape(shape)


@wrong("shapes.unbroadcast")
def takes_the_first_copy(grad, shape):
    """Each copy received a gradient of its own. You take that of the first: what about the
    others?"""
    while grad.ndim > len(shape):
        grad = grad[0]
    for axis, n in enumerate(shape):
        if n == 1:
            grad = grad.take([0], axis=axis)
    return grad


@wrong("shapes.unbroadcast")
def drops_the_one(grad, shape):
    """The numbers are right, but (3, 1) came back as (3,). Keep a stretched axis, with length 1."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    stretched = [axis for axis, n in enumerate(shape) if n == 1 and grad.shape[axis] > 1]
    return grad.sum(axis=tuple(stretched))


@wrong("shapes.unbroadcast")
def loses_every_one(grad, shape):
    """An axis that was 1 and stayed 1 belongs to the shape as well. Which sums take it away?"""
    extra = grad.ndim - len(shape)
    ones = [extra + axis for axis, n in enumerate(shape) if n == 1]
    return grad.sum(axis=(*range(extra), *ones))


@wrong("shapes.unbroadcast")
def aligned_on_the_left(grad, shape):
    """Broadcasting aligns shapes on the right: what is missing is put in front. Where do you look
    for it?"""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=-1)
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return grad.sum(axis=stretched, keepdims=True)


@wrong("shapes.unbroadcast")
def counts_from_the_left(grad, shape):
    """With axes in front, axis 0 of `shape` is not axis 0 of the gradient. By how many places is it
    moved?"""
    extra = grad.ndim - len(shape)
    stretched = {axis for axis, n in enumerate(shape) if n == 1}
    return grad.sum(axis=tuple(stretched | set(range(extra)))).reshape(shape)


@wrong("shapes.unbroadcast")
def cuts_to_size(grad, shape):
    """The shape is right, but most numbers were thrown away. Each entry needs the sum over its
    copies."""
    return np.resize(grad, shape)


@wrong("shapes.unbroadcast")
def reshapes_without_a_sum(grad, shape):
    """A reshape needs as many entries as there are. First the copies have to be added up."""
    return grad.reshape(shape)


@wrong("shapes.unbroadcast")
def only_axes_in_front(grad, shape):
    """That takes care of axes in front. What of an axis of length 1 that was stretched?"""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad


@wrong("shapes.unbroadcast")
def only_stretched_axes(grad, shape):
    """That takes care of stretched axes. But a gradient may have more axes than `shape`."""
    for axis, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@wrong("shapes.unbroadcast")
def one_axis_in_front_only(grad, shape):
    """More than one axis may have been put in front. How many were there?"""
    if grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@wrong("shapes.unbroadcast")
def sums_too_much(grad, shape):
    """Where nothing was repeated there is nothing to sum, and the gradient comes back as it is."""
    total = grad.sum(axis=0, keepdims=grad.ndim == len(shape))
    return np.broadcast_to(total, shape) if total.ndim <= len(shape) else total


@wrong("shapes.unbroadcast")
def adds_into_the_gradient(grad, shape):
    """`+=` has added the rows into the gradient's own first row. Somebody else may still read it:
    let `sum` make a new array."""
    while grad.ndim > len(shape):
        total = grad[0, ...]
        for row in grad[1:]:
            total += row
        grad = total
    for axis, n in enumerate(shape):
        if n == 1:
            total = grad[(slice(None),) * axis + (slice(1),)]
            for i in range(1, grad.shape[axis]):
                total += grad[(slice(None),) * axis + (slice(i, i + 1),)]
            grad = total
    return grad


@wrong("shapes.unbroadcast")
def unbroadcasts_in_float64(grad, shape):
    """A float32 gradient stays float32. Which word here asks for float64?"""
    extra = grad.ndim - len(shape)
    stretched = [extra + axis for axis, n in enumerate(shape) if n == 1]
    return grad.sum(axis=(*range(extra), *stretched), dtype="float64").reshape(shape)


@right("shapes.unbroadcast")
def first_in_front_then_stretched(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] > 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@right("shapes.unbroadcast")
def entry_by_entry(grad, shape):
    out = np.zeros(shape, grad.dtype)
    extra = grad.ndim - len(shape)
    for index, value in np.ndenumerate(grad):
        place = tuple(0 if n == 1 else i for i, n in zip(index[extra:], shape, strict=True))
        out[place] += value
    return out


@right("shapes.unbroadcast")
def with_a_padded_shape(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, (m, n) in enumerate(zip(grad.shape, padded, strict=True)) if m != n)
    return np.add.reduce(grad, axis=axes, keepdims=True).reshape(shape)


@right("shapes.unbroadcast")
def by_counting_places(grad, shape):
    places = np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), grad.shape)
    sums = np.bincount(places.ravel(), grad.ravel())
    return sums.reshape(shape).astype(grad.dtype)


# gradients


@wrong("function.Function.gradients")
def passes_backward_on(self, out_grad, node):
    """Each gradient still has the shape of the result. Whose shape should it have?"""
    grads = self.backward(out_grad, node)
    return (grads,) if isinstance(grads, Tensor) else grads


@wrong("function.Function.gradients")
def the_first_operand_only(self, out_grad, node):
    """In x * b and in b * x somebody was broadcast. It is not always the first: look after every
    input."""
    grads = self.backward(out_grad, node)
    first, *others = (grads,) if isinstance(grads, Tensor) else grads
    first = first if first is None else first.sum_to(node._inputs[0].shape)
    return (first, *others)


@wrong("function.Function.gradients")
def the_second_operand_only(self, out_grad, node):
    """The operand that was broadcast may stand on the left as well. Look after every input."""
    grads = self.backward(out_grad, node)
    first, *others = (grads,) if isinstance(grads, Tensor) else grads
    pairs = zip(others, node._inputs[1:], strict=True)
    return (first, *[grad if grad is None else grad.sum_to(x.shape) for grad, x in pairs])


@wrong("function.Function.gradients")
def sums_before_the_rule(self, out_grad, node):
    """The rule of the operation wants all that arrived: each copy is multiplied by a partner of its
    own. Sum afterwards."""
    grads = []
    for place, tensor in enumerate(node._inputs):
        found = self.backward(out_grad.sum_to(tensor.shape), node)
        found = (found,) if isinstance(found, Tensor) else found
        grads.append(found[place])
    return tuple(grads)


@wrong("function.Function.gradients")
def the_other_operands_shape(self, out_grad, node):
    """Each gradient belongs to the input at the same place. Whose shape do you ask for?"""
    grads = self.backward(out_grad, node)
    grads = (grads,) if isinstance(grads, Tensor) else grads
    pairs = zip(grads, reversed(node._inputs), strict=True)
    return tuple([grad if grad is None else grad.sum_to(x.shape) for grad, x in pairs])


@wrong("function.Function.gradients")
def the_shape_of_the_result(self, out_grad, node):
    """`node` is the result, and its shape is the large one. The gradient belongs to an input."""
    grads = self.backward(out_grad, node)
    grads = (grads,) if isinstance(grads, Tensor) else grads
    return tuple([grad if grad is None else grad.sum_to(node.shape) for grad in grads])


@wrong("function.Function.gradients")
def a_single_one_stays_bare(self, out_grad, node):
    """With one input `backward` may return a tensor without a tuple. Whoever calls `gradients`
    always wants a tuple."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        return grads.sum_to(node._inputs[0].shape)
    pairs = zip(grads, node._inputs, strict=True)
    return tuple([None if grad is None else grad.sum_to(x.shape) for grad, x in pairs])


@wrong("function.Function.gradients")
def goes_through_a_tensor(self, out_grad, node):
    """A tensor can be looped over too, and gives its rows. If `backward` returned a single tensor,
    put it into a tuple first."""
    grads = self.backward(out_grad, node)
    pairs = zip(grads, node._inputs, strict=False)
    return tuple([None if grad is None else grad.sum_to(x.shape) for grad, x in pairs])


@wrong("function.Function.gradients")
def trips_over_none(self, out_grad, node):
    """`backward` may give None for an input that needs no gradient. None has no `sum_to`."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        grads = (grads,)
    return tuple([g.sum_to(x.shape) for g, x in zip(grads, node._inputs, strict=True)])


@wrong("function.Function.gradients")
def leaves_none_out(self, out_grad, node):
    """Gradients and inputs are paired by position. A None keeps its place, or all behind it go to
    the wrong inputs."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        grads = (grads,)
    pairs = zip(grads, node._inputs, strict=True)
    return tuple([grad.sum_to(x.shape) for grad, x in pairs if grad is not None])


@wrong("function.Function.gradients")
def leaves_constants_out(self, out_grad, node):
    """Gradients and inputs are paired by position. A constant has no gradient, but it has its
    place."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        grads = (grads,)
    pairs = zip(grads, node._inputs, strict=True)
    return tuple([g if g is None else g.sum_to(x.shape) for g, x in pairs if x.requires_grad])


@wrong("function.Function.gradients")
def none_for_constants_only(self, out_grad, node):
    """It is `backward` that decides where a None stands, and it may do so for other inputs than
    constants. Look at the gradient, not at the input."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        grads = (grads,)
    pairs = zip(grads, node._inputs, strict=True)
    return tuple([grad.sum_to(x.shape) if x.requires_grad else None for grad, x in pairs])


@wrong("function.Function.gradients")
def zeros_for_none(self, out_grad, node):
    """None says that nobody asks for this gradient. Zeros would be a gradient, and cost memory."""
    grads = self.backward(out_grad, node)
    if isinstance(grads, Tensor):
        grads = (grads,)
    zeros = [Tensor(np.zeros_like(x.data)) for x in node._inputs]
    pairs = zip(grads, zeros, strict=True)
    return tuple([z if grad is None else grad.sum_to(z.shape) for grad, z in pairs])


@wrong("function.Function.gradients")
def sums_into_the_same_tensor(self, out_grad, node):
    """Add hands the same tensor to both inputs, and it is `out_grad` itself. Assigning to its data
    changes it for everybody."""
    grads = self.backward(out_grad, node)
    grads = (grads,) if isinstance(grads, Tensor) else tuple(grads)
    for grad, tensor in zip(grads, node._inputs, strict=True):
        if grad is not None and grad.shape != tensor.shape:
            grad.data = shapes.unbroadcast(grad.data, tensor.shape)
    return grads


@wrong("function.Function.gradients")
def gradients_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Where does float64 come in?"""
    grads = self.backward(out_grad, node)
    grads = (grads,) if isinstance(grads, Tensor) else grads
    pairs = zip(grads, node._inputs, strict=True)
    wide = [None if grad is None else grad.sum_to(x.shape) for grad, x in pairs]
    return tuple([None if grad is None else Tensor(grad, dtype="float64") for grad in wide])


@right("function.Function.gradients")
def with_a_plain_loop(self, out_grad, node):
    grads = self.backward(out_grad, node)
    if not isinstance(grads, tuple | list):
        grads = [grads]
    summed = []
    for place, grad in enumerate(grads):
        if grad is not None:
            grad = shapes.sum_to(grad, node._inputs[place].shape)
        summed.append(grad)
    return tuple(summed)


@right("function.Function.gradients")
def with_unbroadcast_on_arrays(self, out_grad, node):
    grads = self.backward(out_grad, node)
    grads = (grads,) if isinstance(grads, Tensor) else grads
    return tuple(
        grad if grad is None else Tensor(np.array(shapes.unbroadcast(grad.data, tensor.shape)))
        for grad, tensor in zip(grads, node._inputs, strict=True)
    )


@right("function.Function.gradients")
def only_where_shapes_differ(self, out_grad, node):
    grads = self.backward(out_grad, node)
    grads = [grads] if isinstance(grads, Tensor) else list(grads)
    for place, (grad, tensor) in enumerate(zip(grads, node._inputs, strict=True)):
        if grad is not None and grad.shape != tensor.shape:
            grads[place] = grad.sum_to(tensor.shape)
    return tuple(grads)


# broadcast-to-backward


@wrong("shapes.BroadcastTo.backward")
def broadcasts_once_more(self, out_grad, node):
    """`self.shape` is the large shape, and the gradient has it already. The way back goes to the
    shape of the input."""
    return broadcast_to(out_grad, self.shape)


@wrong("shapes.BroadcastTo.backward")
def broadcast_passes_on(self, out_grad, node):
    """What arrived is larger than the input. A gradient has the shape of what it belongs to."""
    return out_grad


@wrong("shapes.BroadcastTo.backward")
def sums_the_front_only(self, out_grad, node):
    """Axes in front are taken care of. What of an axis that had the length 1 and was stretched?"""
    while out_grad.ndim > node._inputs[0].ndim:
        out_grad = summation(out_grad, 0)
    return out_grad


@wrong("shapes.BroadcastTo.backward")
def sums_the_stretched_only(self, out_grad, node):
    """Stretched axes are taken care of. But the result may also have more axes than the input."""
    stretched = tuple(axis for axis, n in enumerate(node._inputs[0].shape) if n == 1)
    return summation(out_grad, stretched, keepdims=True)


@wrong("shapes.BroadcastTo.backward")
def front_or_stretched(self, out_grad, node):
    """Both may happen at once. After the axes in front, look for stretched ones too."""
    a = node._inputs[0]
    extra = out_grad.ndim - a.ndim
    if extra:
        return summation(out_grad, tuple(range(extra)))
    return summation(out_grad, tuple(i for i in range(a.ndim) if a.shape[i] == 1), keepdims=True)


@wrong("shapes.BroadcastTo.backward")
def looks_for_lengths(self, out_grad, node):
    """A length may occur twice, in (3, 3) for example. Which axes were repeated is a matter of
    positions, counted from the right."""
    shape = node._inputs[0].shape
    summed = tuple(axis for axis, n in enumerate(out_grad.shape) if n not in shape)
    return reshape(summation(out_grad, summed), shape)


@wrong("shapes.BroadcastTo.backward")
def sums_from_behind(self, out_grad, node):
    """New axes are put in front. You take them away at the other end."""
    shape = node._inputs[0].shape
    while out_grad.ndim > len(shape):
        out_grad = summation(out_grad, -1)
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return summation(out_grad, stretched, keepdims=True)


@wrong("shapes.BroadcastTo.backward")
def mean_of_the_copies(self, out_grad, node):
    """Nudge the input, and all of its copies move. What they do together is no mean."""
    a = node._inputs[0]
    return sum_to(out_grad, a.shape) * (a.size / node.size)


@wrong("shapes.BroadcastTo.backward")
def first_of_the_copies(self, out_grad, node):
    """One copy's gradient is only one contribution. What happens to the others?"""
    a, grad = node._inputs[0], out_grad.data
    grad = grad[(0,) * (grad.ndim - a.ndim)]
    for axis, n in enumerate(a.shape):
        grad = grad.take(range(n), axis=axis)
    return grad


@wrong("shapes.BroadcastTo.backward")
def counts_the_copies(self, out_grad, node):
    """That says how many copies there are, as if each had received a 1. What did they receive?"""
    a = node._inputs[0]
    return sum_to(Tensor(np.ones_like(out_grad.data)), a.shape)


@wrong("shapes.BroadcastTo.backward")
def sum_without_its_one(self, out_grad, node):
    """The numbers are right, but an axis of length 1 got lost on the way. Keep it, or reshape."""
    a = node._inputs[0]
    extra = out_grad.ndim - a.ndim
    stretched = [extra + i for i, n in enumerate(a.shape) if n == 1]
    return summation(out_grad, (*range(extra), *stretched))


@wrong("shapes.BroadcastTo.backward")
def shrinks_what_arrived(self, out_grad, node):
    """The upstream gradient itself has shrunk, and others may still read it. Make a new tensor."""
    out_grad.data = unbroadcast(out_grad.data, node._inputs[0].shape)
    return out_grad


@wrong("shapes.BroadcastTo.backward")
def copies_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Which step here widens it?"""
    return Tensor(unbroadcast(out_grad.data, node._inputs[0].shape), dtype="float64")


@right("shapes.BroadcastTo.backward")
def unbroadcast_on_arrays(self, out_grad, node):
    return unbroadcast(out_grad.data, node._inputs[0].shape)


@right("shapes.BroadcastTo.backward")
def by_sum_and_reshape(self, out_grad, node):
    (a,) = node._inputs
    extra = node.ndim - a.ndim
    stretched = [extra + i for i in range(a.ndim) if a.shape[i] == 1]
    return (summation(out_grad, (*range(extra), *stretched)).reshape(a.shape),)


@right("shapes.BroadcastTo.backward")
def by_method(self, out_grad, node):
    return out_grad.sum_to(*node._inputs[0].shape) if node._inputs[0].ndim else out_grad.sum()


# matmul-backward


@wrong("shapes.MatMul.backward")
def like_an_ordinary_product(self, out_grad, node):
    """`*` multiplies entry by entry. In a matrix product each entry meets a whole row or column."""
    a, b = node._inputs
    return out_grad * b, out_grad * a


@wrong("shapes.MatMul.backward")
def no_transpose(self, out_grad, node):
    """Write down the shapes (M, N), (N, P) and (M, P) with three different lengths. Which factor
    has to be turned?"""
    a, b = node._inputs
    return out_grad @ b, a @ out_grad


@wrong("shapes.MatMul.backward")
def exchanged_gradients(self, out_grad, node):
    """Both products are right. Which of them has the shape of a?"""
    a, b = node._inputs
    return transpose(a) @ out_grad, out_grad @ transpose(b)


@wrong("shapes.MatMul.backward")
def factors_in_the_other_order(self, out_grad, node):
    """In a matrix product the order counts. The gradient of a is (M, N): which factor brings the M,
    and so stands in front?"""
    a, b = node._inputs
    return transpose(b) @ out_grad, out_grad @ transpose(a)


@wrong("shapes.MatMul.backward")
def turns_what_arrives(self, out_grad, node):
    """On a square matrix this runs. Write down the shape of what arrives before and after
    transposing it."""
    a, b = node._inputs
    return transpose(out_grad) @ transpose(b), transpose(a) @ transpose(out_grad)


@wrong("shapes.MatMul.backward")
def factors_exchanged(self, out_grad, node):
    """Nudge a: the product moves by rows of b. Which operand belongs into the gradient of a?"""
    a, b = node._inputs
    return out_grad @ transpose(a), transpose(b) @ out_grad


@wrong("shapes.MatMul.backward")
def product_without_upstream(self, out_grad, node):
    """As if all that arrives were ones. Put what does arrive into both products."""
    a, b = node._inputs
    ones = Tensor(np.ones_like(out_grad.data))
    if a.ndim == b.ndim == 1:
        return ones * b, ones * a
    return ones @ transpose(b), transpose(a) @ ones


@wrong("shapes.MatMul.backward")
def one_gradient_for_both(self, out_grad, node):
    """There are two operands, and two gradients."""
    return out_grad @ transpose(node._inputs[1])


@wrong("shapes.MatMul.backward")
def matrices_only(self, out_grad, node):
    """Right for matrices, and for stacks. A vector has only one axis: make it a row or a column
    first."""
    a, b = node._inputs
    return out_grad @ transpose(b), transpose(a) @ out_grad


@wrong("shapes.MatMul.backward")
def reverses_the_whole_stack(self, out_grad, node):
    """`.T` reverses all axes, the leading ones too. For a stack only the last two change places."""
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    grad_a, grad_b = grad @ columns.T, rows.T @ grad
    return grad_a.reshape(a.shape), grad_b.reshape(b.shape)


@wrong("shapes.MatMul.backward")
def sums_every_leading_axis(self, out_grad, node):
    """A stack has a gradient for each of its matrices. Sum only over axes that the operand does not
    have; or leave all sums to `gradients`."""
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    grad_a, grad_b = grad @ transpose(columns), transpose(rows) @ grad
    if grad.ndim > 2:
        leading = tuple(range(grad.ndim - 2))
        grad_a, grad_b = summation(grad_a, leading), summation(grad_b, leading)
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    return grad_a, grad_b[..., 0] if b.ndim == 1 else grad_b


@wrong("shapes.MatMul.backward")
def outer_product_missing(self, out_grad, node):
    """In matrix @ vector the matrix has a gradient with rows and columns: each number that arrives,
    times the whole vector."""
    a, b = node._inputs
    if a.ndim == b.ndim == 1:
        return out_grad * b, out_grad * a
    if b.ndim == 1:
        return out_grad @ b, transpose(a) @ out_grad
    if a.ndim == 1:
        return out_grad @ transpose(b), a @ out_grad
    return out_grad @ transpose(b), transpose(a) @ out_grad


@wrong("shapes.MatMul.backward")
def outer_product_flattens(self, out_grad, node):
    """np.outer lays everything out on one axis. That is right for two vectors, but a stack loses
    its shape."""
    a, b = node._inputs
    if a.ndim == b.ndim == 1:
        return out_grad * b, out_grad * a
    if b.ndim == 1:
        grad_b = transpose(a) @ out_grad.data[..., None]
        return Tensor(np.outer(out_grad.data, b.data)), grad_b[..., 0]
    if a.ndim == 1:
        grad_a = out_grad.data[..., None, :] @ transpose(b)
        return grad_a[..., 0, :], Tensor(np.outer(a.data, out_grad.data))
    return out_grad @ transpose(b), transpose(a) @ out_grad


@wrong("shapes.MatMul.backward")
def no_stacks(self, out_grad, node):
    """Matrices and vectors are right. `.T` of more than two axes is another thing, though: which
    axes should change places?"""
    a, b = node._inputs
    if a.ndim == b.ndim == 1:
        return out_grad * b, out_grad * a
    if b.ndim == 1:
        return out_grad[..., None] * b, out_grad @ a
    if a.ndim == 1:
        return b @ out_grad, a[:, None] * out_grad[None, :]
    return out_grad @ b.T, a.T @ out_grad


@wrong("shapes.MatMul.backward")
def leaves_the_axis_in(self, out_grad, node):
    """A vector was made a row or a column for the product. Its gradient has that axis still: take
    it out again."""
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    return grad @ transpose(columns), transpose(rows) @ grad


@wrong("shapes.MatMul.backward")
def product_leaves_constants_out(self, out_grad, node):
    """Gradients and inputs are paired by position. An operand that needs no gradient keeps its
    place, with None in it."""
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    grad_a, grad_b = grad @ transpose(columns), transpose(rows) @ grad
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    grad_b = grad_b[..., 0] if b.ndim == 1 else grad_b
    return [grad for x, grad in ((a, grad_a), (b, grad_b)) if x.requires_grad]


@wrong("shapes.MatMul.backward")
def one_entry_for_both_sides(self, out_grad, node):
    """In x @ x both operands are the same tensor, and a dict by tensor keeps one entry. There are
    two gradients all the same."""
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    grad_a, grad_b = grad @ transpose(columns), transpose(rows) @ grad
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    grad_b = grad_b[..., 0] if b.ndim == 1 else grad_b
    grads = {id(a): grad_a, id(b): grad_b}
    return grads[id(a)], grads[id(b)]


@wrong("shapes.MatMul.backward")
def turns_upstream_itself(self, out_grad, node):
    """Right, but the upstream gradient itself was turned round, and others may still read it. Work
    on a tensor of your own."""
    a, b = node._inputs
    rows, columns = a, b
    if b.ndim == 1:
        columns, out_grad.data = b[:, None], out_grad.data[..., None]
    if a.ndim == 1:
        rows, out_grad.data = a[None, :], out_grad.data[..., None, :]
    grad_a = out_grad @ transpose(columns)
    out_grad.data = out_grad.data.swapaxes(-1, -2)
    grad_b = transpose(out_grad @ rows)
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    return grad_a, grad_b[..., 0] if b.ndim == 1 else grad_b


@wrong("shapes.MatMul.backward")
def product_in_wide_floats(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Which step here asks for more?"""
    a, b = (np.array(x.data, dtype=float) for x in node._inputs)
    grad = np.array(out_grad.data, dtype=float)
    rows, columns = a, b
    if b.ndim == 1:
        columns, grad = b[:, None], grad[..., None]
    if a.ndim == 1:
        rows, grad = a[None, :], grad[..., None, :]
    grad_a, grad_b = grad @ columns.swapaxes(-1, -2), rows.swapaxes(-1, -2) @ grad
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    return grad_a, grad_b[..., 0] if b.ndim == 1 else grad_b


@right("shapes.MatMul.backward")
def case_by_case(self, out_grad, node):
    a, b = node._inputs
    if a.ndim == b.ndim == 1:
        return out_grad * b, out_grad * a
    if b.ndim == 1:
        return out_grad[..., None] * b, out_grad[..., None] * a
    if a.ndim == 1:
        return summation(out_grad[..., None, :] * b, -1), a[:, None] * out_grad[..., None, :]
    return out_grad @ transpose(b), transpose(a) @ out_grad


@right("shapes.MatMul.backward")
def einsum_on_arrays(self, out_grad, node):
    a, b = (x.data for x in node._inputs)
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b
    lead = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    grad = out_grad.data.reshape(*lead, rows.shape[-2], columns.shape[-1])
    grad_a = np.einsum("...mp,...np->...mn", grad, columns)
    grad_b = np.einsum("...mn,...mp->...np", rows, grad)
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    return grad_a, grad_b[..., 0] if b.ndim == 1 else grad_b


@right("shapes.MatMul.backward")
def multiplies_and_sums(self, out_grad, node):
    a, b = node._inputs
    rows = reshape(a, (1, -1)) if a.ndim == 1 else a
    columns = reshape(b, (-1, 1)) if b.ndim == 1 else b
    lead = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    grad = reshape(out_grad, (*lead, rows.shape[-2], 1, columns.shape[-1]))
    grad_a = summation(grad * columns[..., None, :, :], -1)
    grad_b = summation(grad * rows[..., :, :, None], -3)
    grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
    return [grad_a, grad_b[..., 0] if b.ndim == 1 else grad_b]


@right("shapes.MatMul.backward")
def sums_by_itself(self, out_grad, node):
    a, b = node._inputs
    rows, columns, grad = a, b, out_grad
    if b.ndim == 1:
        columns, grad = reshape(b, (b.size, 1)), reshape(grad, (*grad.shape, 1))
    if a.ndim == 1:
        rows, grad = reshape(a, (1, a.size)), reshape(grad, (*grad.shape[:-1], 1, grad.shape[-1]))
    grad_a = sum_to(grad @ transpose(columns), rows.shape)
    grad_b = sum_to(transpose(rows) @ grad, columns.shape)
    return reshape(grad_a, a.shape), reshape(grad_b, b.shape)


@right("shapes.MatMul.backward")
def sums_where_the_number_of_axes_differs(self, out_grad, node):
    a, b = node._inputs
    if a.ndim == 1 or b.ndim == 1:
        x, y = (t.data for t in (a, b))
        rows, columns = np.atleast_2d(x), y[:, None] if y.ndim == 1 else y
        g = out_grad.data
        g = g[..., None] if b.ndim == 1 else g
        g = g[..., None, :] if a.ndim == 1 else g
        grad_a, grad_b = g @ columns.swapaxes(-1, -2), rows.swapaxes(-1, -2) @ g
        grad_a = grad_a[..., 0, :] if a.ndim == 1 else grad_a
        return Tensor(grad_a), Tensor(grad_b[..., 0] if b.ndim == 1 else grad_b)
    grad_a, grad_b = out_grad @ transpose(b), transpose(a) @ out_grad
    while grad_a.ndim > a.ndim:
        grad_a = summation(grad_a, 0)
    while grad_b.ndim > b.ndim:
        grad_b = summation(grad_b, 0)
    return grad_a, grad_b
