"""Wrong answers to chapter 0 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom.numeric import numeric_gradient, of_argument
from gradloom_grader.answers import right, wrong

# central-difference


@wrong("numeric.central_difference")
def forward_difference(f, *vals, arg=0, eps=1e-6):
    """One side only: on a bent curve that measures the slope half a step beside the point. Nudge to
    both sides."""
    above = list(vals)
    above[arg] = vals[arg] + eps
    return (f(*above) - f(*vals)) / eps


@wrong("numeric.central_difference")
def one_step_for_two(f, *vals, arg=0, eps=1e-6):
    """How far apart are the two points at which f is called? Divide by that."""
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return (f(*above) - f(*below)) / eps


@wrong("numeric.central_difference")
def the_last_one(f, *vals, arg=0, eps=1e-6):
    """`arg` counts from 0, like every index in Python; 1 is not always the last argument."""
    above, below = list(vals), list(vals)
    above[-1 if arg else 0] = vals[-1 if arg else 0] + eps
    below[-1 if arg else 0] = vals[-1 if arg else 0] - eps
    return (f(*above) - f(*below)) / (2 * eps)


@wrong("numeric.central_difference")
def forgets_the_brackets(f, *vals, arg=0, eps=1e-6):
    """Python divides before it subtracts, and multiplies from left to right. Where do brackets
    belong?"""
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return f(*above) - f(*below) / (2 * eps)


@wrong("numeric.central_difference")
def divides_then_multiplies(f, *vals, arg=0, eps=1e-6):
    """`/ 2 * eps` divides by 2 and then multiplies by eps. The whole step belongs below the
    line."""
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return (f(*above) - f(*below)) / 2 * eps


@wrong("numeric.central_difference")
def always_the_first(f, *vals, arg=0, eps=1e-6):
    """`arg` says which argument is to be nudged; it need not be the first."""
    above, below = list(vals), list(vals)
    above[0] = vals[0] + eps
    below[0] = vals[0] - eps
    return (f(*above) - f(*below)) / (2 * eps)


@wrong("numeric.central_difference")
def a_step_of_its_own(f, *vals, arg=0, eps=1e-6):
    """The caller chooses the step. A very small one is no better: look at the U-curve at the end of
    the chapter."""
    eps = 1e-12
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return (f(*above) - f(*below)) / (2 * eps)


@wrong("numeric.central_difference")
def nudges_everything(f, *vals, arg=0, eps=1e-6):
    """All arguments move together here. To see what one of them does, leave the others where they
    are."""
    above = [v + eps for v in vals]
    below = [v - eps for v in vals]
    return (f(*above) - f(*below)) / (2 * eps)


@wrong("numeric.central_difference")
def below_minus_above(f, *vals, arg=0, eps=1e-6):
    """For a function that rises the answer has to be positive. Which of the two values comes
    first?"""
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return (f(*below) - f(*above)) / (2 * eps)


@wrong("numeric.central_difference")
def nudges_the_callers_array(f, *vals, arg=0, eps=1e-6):
    """The slope is right, but a value that is an array was changed for good. `+` makes a new array,
    `+=` does not."""
    vals = list(vals)
    vals[arg] += eps
    above = f(*vals)
    vals[arg] -= 2 * eps
    return (above - f(*vals)) / (2 * eps)


@wrong("numeric.central_difference")
def a_third_call(f, *vals, arg=0, eps=1e-6):
    """The mean of both one-sided slopes is right, but it asks f a third time. Which call can be
    spared?"""
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    middle = f(*vals)
    return ((f(*above) - middle) / eps + (middle - f(*below)) / eps) / 2


@right("numeric.central_difference")
def by_slices(f, *vals, arg=0, eps=1e-6):
    before, x, after = vals[:arg], vals[arg], vals[arg + 1 :]
    return (f(*before, x + eps, *after) - f(*before, x - eps, *after)) / (2 * eps)


@right("numeric.central_difference")
def by_a_comprehension(f, *vals, arg=0, eps=1e-6):
    def at(step):
        return f(*[v + step if i == arg else v for i, v in enumerate(vals)])

    return 0.5 * (at(eps) - at(-eps)) / eps


# numeric-gradient


@wrong("numeric.numeric_gradient")
def keeps_whole_numbers(f, x, eps=1e-6):
    """In an array of whole numbers 3 + 0.001 is 3 again. What dtype does the copy need?"""
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(np.shape(x)):
        above, below = np.array(x), np.array(x)
        above[index] = above[index] + eps
        below[index] = below[index] - eps
        gradient[index] = (f(above) - f(below)) / (2 * eps)
    return gradient


@wrong("numeric.numeric_gradient")
def gradient_of_whole_numbers(f, x, eps=1e-6):
    """The gradient of whole numbers is no array of whole numbers: `zeros_like` takes over their
    dtype."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(np.shape(x)):
        above, below = np.array(x, dtype=float), np.array(x, dtype=float)
        above[index] += eps
        below[index] -= eps
        gradient[index] = (f(above) - f(below)) / (2 * eps)
    return gradient


@wrong("numeric.numeric_gradient")
def counts_entries_but_moves_rows(f, x, eps=1e-6):
    """With two axes `x[i]` is a whole row. You need an index that names one entry."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        above, below = x.copy(), x.copy()
        above[i] += eps
        below[i] -= eps
        gradient[i] = (f(above) - f(below)) / (2 * eps)
    return gradient


@wrong("numeric.numeric_gradient")
def one_row_at_a_time(f, x, eps=1e-6):
    """f gets single rows here, but it is a function of the whole array: rows may mix in it."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    rows = [x] if x.ndim == 1 else x
    for i, row in enumerate(rows):
        for j in np.ndindex(row.shape):
            above, below = row.copy(), row.copy()
            above[j] += eps
            below[j] -= eps
            place = j if x.ndim == 1 else (i, *j)
            gradient[place] = (f(above) - f(below)) / (2 * eps)
    return gradient


@wrong("numeric.numeric_gradient")
def stays_nudged(f, x, eps=1e-6):
    """Each entry keeps its nudge while the next one is tried. Start every time from x itself."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += eps
        above = f(x)
        x[index] -= 2 * eps
        gradient[index] = (above - f(x)) / (2 * eps)
    return gradient


@wrong("numeric.numeric_gradient")
def comes_back_to_the_wrong_place(f, x, eps=1e-6):
    """Up by eps, down by two, and then down once more: count where that ends."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += eps
        above = f(x)
        x[index] -= 2 * eps
        gradient[index] = (above - f(x)) / (2 * eps)
        x[index] -= eps
    return gradient


@wrong("numeric.numeric_gradient")
def nudges_the_callers_x(f, x, eps=1e-6):
    """`np.asarray` makes no copy where it need not: the caller's own array is nudged, and
    afterwards not the same to the last bit."""
    x = np.asarray(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += eps
        above = f(x)
        x[index] -= 2 * eps
        gradient[index] = (above - f(x)) / (2 * eps)
        x[index] += eps
    return gradient


@wrong("numeric.numeric_gradient")
def all_entries_at_once(f, x, eps=1e-6):
    """This moves all entries together and gives one number for all. The gradient has a number of
    its own for each entry."""
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


@wrong("numeric.numeric_gradient")
def a_flat_answer(f, x, eps=1e-6):
    """The numbers are right. The gradient has the shape of x, though."""
    x = np.array(x, dtype=float)
    gradient = []
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += eps
        below[index] -= eps
        gradient.append((f(above) - f(below)) / (2 * eps))
    return np.array(gradient)


@wrong("numeric.numeric_gradient")
def forward_only(f, x, eps=1e-6):
    """One side only: that measures the slope half a step beside x. Nudge to both sides."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above = x.copy()
        above[index] += eps
        gradient[index] = (f(above) - f(x)) / eps
    return gradient


@right("numeric.numeric_gradient")
def saves_and_restores(f, x, eps=1e-6):
    x = np.array(x, dtype="float64")
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + eps
        above = f(x)
        x[index] = kept - eps
        gradient[index] = (above - f(x)) / (2 * eps)
        x[index] = kept
    return gradient


@right("numeric.numeric_gradient")
def by_flat_numbers(f, x, eps=1e-6):
    x = np.array(x, dtype=float)
    slopes = []
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        step = step.reshape(x.shape)
        slopes.append(float(f(x + step) - f(x - step)) / (2 * eps))
    return np.array(slopes).reshape(x.shape)


# gradcheck


@wrong("numeric.gradcheck")
def absolute_only(f, args, grads, rtol=1e-5, atol=1e-6):
    """A gradient of a hundred million is right to a millionth and still off by a hundred. What
    counts is the error beside the size of the true entry."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape or not np.all(np.abs(grad - expected) <= atol):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def relative_only(f, args, grads, rtol=1e-5, atol=1e-6):
    """Where the true entry is 0, an error cannot be measured beside its size. That is what `atol`
    is for."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        close = np.shape(grad) == expected.shape
        if not close or not np.all(np.abs(grad - expected) <= rtol * np.abs(expected)):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def sums_before_it_looks(f, args, grads, rtol=1e-5, atol=1e-6):
    """An error of +1 and one of -1 add up to 0. Look at every entry on its own."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape:
            return False, f"argument {i} has another shape"
        if not abs(np.sum(grad - expected)) <= atol + rtol * np.sum(np.abs(expected)):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def the_mean_error(f, args, grads, rtol=1e-5, atol=1e-6):
    """One bad entry among two hundred good ones hardly moves the mean. Look for the worst entry."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape:
            return False, f"argument {i} has another shape"
        error = np.abs(grad - expected)
        if not np.mean(error) <= np.mean(atol + rtol * np.abs(expected)):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def never_looks_at_shapes(f, args, grads, rtol=1e-5, atol=1e-6):
    """(3, 1) and (3,) can be subtracted: NumPy makes (3, 3) of them, and the numbers may still
    agree. Compare the shapes first."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if not np.allclose(grad, expected, rtol=rtol, atol=atol):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def nan_passes(f, args, grads, rtol=1e-5, atol=1e-6):
    """Every comparison with NaN is false, `>` as well as `<=`. Ask whether all entries are close,
    not whether one is far off."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape:
            return False, f"argument {i} has another shape"
        if np.any(np.abs(grad - expected) > atol + rtol * np.abs(expected)):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def generous(f, args, grads, rtol=1e-5, atol=1e-6):
    """An error of one percent is no round-off. The caller says what is close enough: `rtol` and
    `atol`."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape or not np.allclose(
            grad, expected, rtol=2e-2, atol=2e-2
        ):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def tolerances_exchanged(f, args, grads, rtol=1e-5, atol=1e-6):
    """One of the two tolerances is multiplied by the size of the true entry. Which one?"""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        close = np.shape(grad) == expected.shape
        if not close or not np.all(np.abs(grad - expected) <= rtol + atol * np.abs(expected)):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def ignores_signs(f, args, grads, rtol=1e-5, atol=1e-6):
    """Comparing absolute values lets -3 pass for 3, which sends every step of a training the wrong
    way. It is the error whose absolute value counts."""
    for i, (x, grad) in enumerate(zip(args, grads)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        close = np.shape(grad) == expected.shape
        if not close or not np.allclose(np.abs(grad), np.abs(expected), rtol=rtol, atol=atol):
            return False, f"argument {i} is off"
    return True, "all gradients agree"


@wrong("numeric.gradcheck")
def first_argument_only(f, args, grads, rtol=1e-5, atol=1e-6):
    """There may be several arguments, and any of their gradients may be the wrong one."""
    expected = numeric_gradient(of_argument(f, args, 0), args[0])
    ok = np.shape(grads[0]) == expected.shape
    ok = ok and np.allclose(grads[0], expected, rtol=rtol, atol=atol)
    return ok, "all gradients agree" if ok else "argument 0 is off"


@wrong("numeric.gradcheck")
def flags_everything(f, args, grads, rtol=1e-5, atol=1e-6):
    """A check that never lets anything pass is of no use to whoever wrote a right gradient."""
    return False, "wrong"


@right("numeric.gradcheck")
def entry_by_entry(f, args, grads, rtol=1e-5, atol=1e-6):
    faults = []
    for i in range(len(args)):
        expected = numeric_gradient(of_argument(f, args, i), args[i])
        if np.asarray(grads[i]).shape != expected.shape:
            return False, f"argument {i} has another shape"
        for index in np.ndindex(expected.shape):
            error = abs(float(np.asarray(grads[i])[index]) - expected[index])
            if not error <= atol + rtol * abs(expected[index]):
                faults.append(f"argument {i}, entry {index}")
    return len(faults) == 0, ", ".join(faults)


@right("numeric.gradcheck")
def by_allclose(f, args, grads, rtol=1e-5, atol=1e-6):
    wrong = []
    for i, grad in enumerate(grads):
        truth = numeric_gradient(
            lambda v: f(*[v if j == i else a for j, a in enumerate(args)]), args[i]
        )
        if np.shape(grad) != truth.shape or not np.allclose(grad, truth, rtol=rtol, atol=atol):
            wrong.append(i)
    return not wrong, f"wrong: {wrong}" if wrong else "fine"
