"""Wrong answers to chapter 7 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import (
    Function,
    Tensor,
    concatenate,
    exp,
    log,
    maximum,
    relu,
    sigmoid,
    softmax,
    stack,
    where,
)
from gradloom.function import as_tensors
from gradloom.losses import log_softmax, logsumexp, same_shape
from gradloom_grader.answers import right, wrong

# mse-loss


@wrong("losses.mse_loss")
def sum_of_squares(pred, target):
    """Twice as much data should not make the loss twice as large. A sum grows; what does not?"""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).sum()


@wrong("losses.mse_loss")
def mean_over_rows_only(pred, target):
    """You divide by the number of rows. The mean is over all entries: how many has a matrix?"""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).sum() / len(pred)


@wrong("losses.mse_loss")
def half_the_square(pred, target):
    """Some books put a half in front, so that the 2 of the gradient goes away. This loss has no
    half in it."""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean() / 2


@wrong("losses.mse_loss")
def gradient_without_the_two(pred, target):
    """The loss is right, its gradient half as large as it should be. The slope of e * e is not e:
    nudge it at e = 3."""

    class SquaredError(Function):
        def forward(self, a, b):
            self.error = a - b
            return np.mean(self.error**2)

        def backward(self, out_grad, node):
            return out_grad * self.error / self.error.size, None

    pred, target = same_shape(pred, target)
    return SquaredError()(pred, target)


@wrong("losses.mse_loss")
def gradient_that_points_the_wrong_way(pred, target):
    """The loss is right, but its gradient has the wrong sign. A prediction that is too high has to
    get a positive one."""

    class SquaredError(Function):
        def forward(self, a, b):
            self.error = b - a
            return np.mean(self.error**2)

        def backward(self, out_grad, node):
            return out_grad * (self.error * (2 / self.error.size)), None

    pred, target = same_shape(pred, target)
    return SquaredError()(pred, target)


@wrong("losses.mse_loss")
def gradient_without_upstream(pred, target):
    """A loss may be only a part of the result, 0.1 times it for example. What arrives from above
    has to enter the gradient."""

    class SquaredError(Function):
        def forward(self, a, b):
            self.error = a - b
            return np.mean(self.error**2)

        def backward(self, out_grad, node):
            return Tensor(self.error * (2 / self.error.size)), None

    pred, target = same_shape(pred, target)
    return SquaredError()(pred, target)


@wrong("losses.mse_loss")
def gradient_for_each_by_itself(pred, target):
    """The loss is a mean, so each entry has only its share in it. By what is its gradient
    divided?"""

    class SquaredError(Function):
        def forward(self, a, b):
            self.error = a - b
            return np.mean(self.error**2)

        def backward(self, out_grad, node):
            return out_grad * (2 * self.error), None

    pred, target = same_shape(pred, target)
    return SquaredError()(pred, target)


@wrong("losses.mse_loss")
def loss_that_is_negative(pred, target):
    """The better the prediction, the smaller the loss. A square is at least 0: where does the minus
    come from?"""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return -(error * error).mean()


@wrong("losses.mse_loss")
def target_learns_too(pred, target):
    """Value and gradient of the prediction are right, but a gradient flows into the target as well.
    The truth is data: what takes the history off a tensor?"""
    pred, target = same_shape(pred, target)
    error = pred - target
    return (error * error).mean()


@wrong("losses.mse_loss")
def only_the_target_learns(pred, target):
    """It is the target that is data, not the prediction. Which of the two should be detached?"""
    pred, target = same_shape(pred, target)
    error = pred.detach() - target
    return (error * error).mean()


@wrong("losses.mse_loss")
def both_are_detached(pred, target):
    """No gradient comes back at all. The prediction has to keep its history, or nothing can be
    learned."""
    pred, target = same_shape(pred, target)
    error = pred.detach() - target.detach()
    return (error * error).mean()


@wrong("losses.mse_loss")
def computed_with_arrays(pred, target):
    """The number is right, but it was computed from arrays, and they have no history. Stay with
    tensors until the end."""
    pred, target = same_shape(pred, target)
    return Tensor(((pred.data - target.data) ** 2).mean())


@wrong("losses.mse_loss")
def a_number_and_no_tensor(pred, target):
    """`item()` gives a plain number, which cannot be walked back from. Return the tensor."""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean().item()


@wrong("losses.mse_loss")
def keeps_its_axes(pred, target):
    """A loss is a single number, with the shape (). Here axes of length 1 are left over."""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean(keepdims=True)


@wrong("losses.mse_loss")
def a_loss_for_each_column(pred, target):
    """There should be one number. Along which axes did you take the mean?"""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean(0)


@wrong("losses.mse_loss")
def mean_size_of_the_errors(pred, target):
    """That is the mean size of the errors. Their squares are asked for."""
    pred, target = same_shape(pred, target)
    return abs(pred - target.detach()).mean()


@wrong("losses.mse_loss")
def root_of_the_mean_square(pred, target):
    """With the root you are back at the scale of the data, which is good for reading. This loss is
    without it."""
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean() ** 0.5


@wrong("losses.mse_loss")
def square_of_the_mean(pred, target):
    """First the mean, then the square: so errors of 20 and -20 cancel. In which order should it
    be?"""
    pred, target = same_shape(pred, target)
    error = (pred - target.detach()).mean()
    return error * error


@wrong("losses.mse_loss")
def broadcasts_in_silence(pred, target):
    """A column against a flat row becomes a square of differences, without a word. There is a guard
    for this."""
    pred, target = as_tensors((pred, target))
    error = pred - target.detach()
    return (error * error).mean()


@wrong("losses.mse_loss")
def writes_into_the_prediction(pred, target):
    """The loss is right, but the prediction's own array was overwritten with the error. Make a new
    tensor."""
    pred, target = same_shape(pred, target)
    array = pred.data
    array -= target.data
    return (pred * pred).mean()


@wrong("losses.mse_loss")
def mse_always_in_float64(pred, target):
    """float32 predictions have to give a float32 loss. Where does float64 come in?"""
    pred, target = same_shape(pred, target)
    error = pred.astype("float64") - target.detach()
    return (error * error).mean()


@right("losses.mse_loss")
def mse_by_power(pred, target):
    pred, target = same_shape(pred, target)
    return ((target.detach() - pred) ** 2).mean()


@right("losses.mse_loss")
def mse_as_a_dot_product(pred, target):
    pred, target = same_shape(pred, target)
    error = (pred - target.data).flatten()
    return error @ error / error.size


@right("losses.mse_loss")
def mse_with_a_guard_of_its_own(pred, target):
    truth = target.data if isinstance(target, Tensor) else np.asarray(target)
    if pred.shape != truth.shape:
        raise ValueError("the shapes differ")
    squares = pred * pred - 2 * pred * truth + truth * truth
    return squares.sum() / pred.size


@right("losses.mse_loss")
def mse_as_one_operation(pred, target):
    class SquaredError(Function):
        def forward(self, a, b):
            self.error = a - b
            return np.mean(self.error**2)

        def backward(self, out_grad, node):
            return Tensor(out_grad.data * self.error * 2 / self.error.size), None

    pred, target = same_shape(pred, target)
    return SquaredError()(pred, target.detach())


# bce-with-logits


@wrong("losses.bce_with_logits")
def from_the_probability(logits, targets):
    """That is the formula, and on paper all is well. Far out the sigmoid is 0 or 1 in floats, and
    what is the logarithm of 0?"""
    logits, targets = same_shape(logits, targets)
    p, t = sigmoid(logits), targets.detach()
    return -(t * log(p) + (1 - t) * log(1 - p)).mean()


@wrong("losses.bce_with_logits")
def a_small_number_in_the_logarithm(logits, targets):
    """That keeps infinity away, but the loss of a prediction that is far out and wrong is cut off,
    and its gradient is lost. Compute from the logit."""
    logits, targets = same_shape(logits, targets)
    p, t = sigmoid(logits), targets.detach()
    return -(t * log(p + 1e-12) + (1 - t) * log(1 - p + 1e-12)).mean()


@wrong("losses.bce_with_logits")
def both_sigmoids_exact(logits, targets):
    """Using the sigmoid of -x is a good idea, but at -1000 it underflows to 0 before the logarithm
    comes. Compute the logarithm without making the probability."""
    logits, targets = same_shape(logits, targets)
    t = targets.detach()
    return -(t * log(sigmoid(logits)) + (1 - t) * log(sigmoid(-logits))).mean()


@wrong("losses.bce_with_logits")
def no_shift(logits, targets):
    """That is the right formula, but e to the power of 1000 is too large for a float. Take the
    large part out first."""
    logits, targets = same_shape(logits, targets)
    return (log(1 + exp(logits)) - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def no_shift_below(logits, targets):
    """This is safe for large logits, and overflows for those far below 0. The shift depends on the
    sign."""
    logits, targets = same_shape(logits, targets)
    t = targets.detach()
    return (log(1 + exp(-logits)) + (1 - t) * logits).mean()


@wrong("losses.bce_with_logits")
def kinks_at_zero(logits, targets):
    """The value is right everywhere, the gradient is not at the logit 0: two kinks meet there, and
    each gets the slope 0 by convention. Nudge it."""
    logits, targets = same_shape(logits, targets)
    small = exp(-abs(logits))
    return (relu(logits) - logits * targets.detach() + log(1 + small)).mean()


@wrong("losses.bce_with_logits")
def chooses_too_late(logits, targets):
    """The value is right, but in the branch that was not chosen stands an infinity, and in the
    backward 0 times infinity is NaN."""
    logits, targets = same_shape(logits, targets)
    softplus = where(logits.data > 30, logits, log(1 + exp(logits)))
    return (softplus - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def shift_with_half_a_gradient(logits, targets):
    """The shift is taken out as a plain array and added again as a tensor, so its gradient is
    counted once and never taken back."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    softplus = log(exp(logits - shift) + np.exp(-shift)) + relu(logits)
    return (softplus - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def shift_not_added_again(logits, targets):
    """What was taken out before the exponential has to come back after the logarithm."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    return (log(exp(logits - shift) + np.exp(-shift)) - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def shift_of_one_term_only(logits, targets):
    """The 1 in 1 + e^x is a power of e too, e^0. If the one exponent is shifted, so is the
    other."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    softplus = log(exp(logits - shift) + 1) + shift
    return (softplus - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def takes_logits_for_probabilities(logits, targets):
    """A logit may be any number, and a negative one has no logarithm. What turns it into a
    probability?"""
    logits, targets = same_shape(logits, targets)
    t = targets.detach()
    return -(t * log(logits) + (1 - t) * log(1 - logits)).mean()


@wrong("losses.bce_with_logits")
def sigmoid_twice(logits, targets):
    """The sigmoid is in the formula log(1 + e^x) - t x already. Here it is applied once more."""
    logits, targets = same_shape(logits, targets)
    p = sigmoid(logits)
    return (log(1 + exp(p)) - p * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def surprise_at_yes_only(logits, targets):
    """What happens where the truth is a no? There, too, somebody may be surprised."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(-logits.data, 0)
    surprise = log(exp(-logits - shift) + np.exp(-shift)) + shift
    return (targets.detach() * surprise).mean()


@wrong("losses.bce_with_logits")
def yes_and_no_exchanged(logits, targets):
    """A large logit means yes. Here it is punished where the truth is 1: try one number."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * (1 - targets.detach())).mean()


@wrong("losses.bce_with_logits")
def truth_added_instead(logits, targets):
    """Where the truth is a yes, a large logit has to make the loss smaller. Look at the sign of t
    x."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total + logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def probability_added_up(logits, targets):
    """The surprise is minus a logarithm, so it is at least 0. What came out here is the other way
    round."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (logits * targets.detach() - log_total).mean()


@wrong("losses.bce_with_logits")
def rounds_the_targets(logits, targets):
    """A target may be 0.75. Here it is made 0 or 1 first, and what three of four doctors said is
    lost."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * (targets.data > 0.5)).mean()


@wrong("losses.bce_with_logits")
def sum_of_surprises(logits, targets):
    """That is the sum of all surprises. A loss should not grow with the amount of data."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets.detach()).sum()


@wrong("losses.bce_with_logits")
def surprise_for_each_row(logits, targets):
    """One number is asked for, the mean over all entries. This is the sum over columns, and a mean
    over rows."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets.detach()).sum() / len(logits)


@wrong("losses.bce_with_logits")
def surprise_in_bits(logits, targets):
    """Divided by log(2) the surprise is measured in bits. Here it stays with the natural
    logarithm."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets.detach()).mean() / np.log(2)


@wrong("losses.bce_with_logits")
def targets_learn_too(logits, targets):
    """A gradient flows into the targets. The truth is data: take its history off."""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets).mean()


@wrong("losses.bce_with_logits")
def bce_computed_with_arrays(logits, targets):
    """The number is right, but it was computed from arrays, so no gradient can flow. Which terms
    have to be tensors?"""
    logits, targets = same_shape(logits, targets)
    x, t = logits.data, targets.data
    return Tensor((np.logaddexp(0, x) - x * t).mean())


@wrong("losses.bce_with_logits")
def log_total_is_cut_off(logits, targets):
    """The loss is right, but the gradient has only one of its two terms. Which exponential was
    computed from `logits.data`?"""
    logits, targets = same_shape(logits, targets)
    return (np.logaddexp(0, logits.data) - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def squared_error_of_the_probability(logits, targets):
    """That is the squared error of the probability. Far out its gradient is almost 0, even where it
    is wrong; the surprise has a logarithm in it."""
    logits, targets = same_shape(logits, targets)
    error = sigmoid(logits) - targets.detach()
    return (error * error).mean()


@wrong("losses.bce_with_logits")
def bce_broadcasts_in_silence(logits, targets):
    """A column of logits against a flat row of targets becomes a square, without a word. There is a
    guard for this."""
    logits, targets = as_tensors((logits, targets))
    shift = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def bce_writes_into_the_logits(logits, targets):
    """The logits were overwritten with the shifted ones, and whoever gave them does not know. Make
    a new tensor."""
    logits, targets = same_shape(logits, targets)
    taken = logits * targets.detach()
    array, shift = logits.data, np.maximum(logits.data, 0)
    array -= shift
    return (log(exp(logits) + np.exp(-shift)) + shift - taken).mean()


@wrong("losses.bce_with_logits")
def bce_always_in_float64(logits, targets):
    """float32 logits have to give a float32 loss. Which array here is float64?"""
    logits, targets = same_shape(logits, targets)
    shift = np.maximum(logits.data, np.zeros(logits.shape))
    log_total = log(exp(logits - shift) + np.exp(-shift)) + shift
    return (log_total - logits * targets.detach()).mean()


@wrong("losses.bce_with_logits")
def bce_without_upstream(logits, targets):
    """The loss may be only a part of the result. What arrives from above has to enter the
    gradient."""

    class Surprise(Function):
        def __init__(self, targets):
            self.targets = targets

        def forward(self, x):
            return np.mean(np.logaddexp(0, x) - x * self.targets).astype(x.dtype)

        def backward(self, out_grad, node):
            (x,) = node._inputs
            return (sigmoid(x) - self.targets) / x.size

    logits, targets = same_shape(logits, targets)
    return Surprise(targets.data)(logits)


@right("losses.bce_with_logits")
def bce_by_cases(logits, targets):
    logits, targets = same_shape(logits, targets)
    positive = logits.data >= 0
    small = exp(logits * np.where(positive, -1, 1))
    softplus = logits * positive + log(1 + small)
    return (softplus - logits * targets.detach()).mean()


@right("losses.bce_with_logits")
def bce_with_a_maximum_that_shares(logits, targets):
    logits, targets = same_shape(logits, targets)
    softplus = maximum(logits, 0) + log(1 + exp(-abs(logits)))
    return (softplus - targets.data * logits).sum() / logits.size


@right("losses.bce_with_logits")
def bce_as_one_operation(logits, targets):
    class Surprise(Function):
        def __init__(self, targets):
            self.targets = targets

        def forward(self, x):
            return np.mean(np.logaddexp(0, x) - x * self.targets)

        def backward(self, out_grad, node):
            (x,) = node._inputs
            return out_grad * (sigmoid(x) - self.targets) / x.size

    logits, targets = same_shape(logits, targets)
    return Surprise(targets.data)(logits)


@right("losses.bce_with_logits")
def bce_of_two_classes(logits, targets):
    logits, targets = same_shape(logits, targets)
    x = logits.flatten()
    both = stack([x * 0, x], axis=1)
    top = both.data.max(axis=1)
    total = log(exp(both - top[:, None]).sum(1)) + top
    return (total - x * targets.data.ravel()).mean()


# logsumexp-log-softmax: logsumexp


@wrong("losses.logsumexp")
def plain_formula(x, axis=None, keepdims=False):
    """That is the definition. In floats e to the power of 1000 is infinite, and that of -1000 is 0:
    shift first."""
    (x,) = as_tensors((x,))
    return log(exp(x).sum(axis, keepdims))


@wrong("losses.logsumexp")
def one_shift_for_all(x, axis=None, keepdims=False):
    """The largest entry of all is too large for a row that lies far below it: all of its powers
    become 0. Each row needs a shift of its own."""
    (x,) = as_tensors((x,))
    top = x.data.max()
    return log(exp(x - top).sum(axis, keepdims)) + top


@wrong("losses.logsumexp")
def shifts_by_the_smallest(x, axis=None, keepdims=False):
    """Now the smallest exponent is 0 and the others are above it. Which entry makes trouble in the
    exponential, the smallest or the largest?"""
    (x,) = as_tensors((x,))
    low = x.data.min(axis=axis, keepdims=True)
    low = np.where(np.isfinite(low), low, 0)
    total = exp(x - low).sum(axis, keepdims)
    return log(total) + low.reshape(total.shape)


@wrong("losses.logsumexp")
def shifts_by_the_mean(x, axis=None, keepdims=False):
    """After a shift by the mean, the largest entry can still be far above 0. Take the one that
    makes the trouble."""
    (x,) = as_tensors((x,))
    middle = x.data.mean(axis=axis, keepdims=True)
    middle = np.where(np.isfinite(middle), middle, 0)
    total = exp(x - middle).sum(axis, keepdims)
    return log(total) + middle.reshape(total.shape)


@wrong("losses.logsumexp")
def forgets_to_shift_back(x, axis=None, keepdims=False):
    """What was taken out before the exponential has to be added after the logarithm."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return log(exp(x - top).sum(axis, keepdims))


@wrong("losses.logsumexp")
def shifts_back_the_other_way(x, axis=None, keepdims=False):
    """The largest entry was taken away inside. Outside, should it be taken away once more?"""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) - top.reshape(total.shape)


@wrong("losses.logsumexp")
def multiplies_the_shift_back(x, axis=None, keepdims=False):
    """Before the logarithm the shift would be a factor, e to the power of it. After the logarithm a
    factor has become what?"""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) * np.exp(top.reshape(total.shape))


@wrong("losses.logsumexp")
def shifts_back_before_the_logarithm(x, axis=None, keepdims=False):
    """Multiplied back inside the logarithm, the power of the largest entry overflows after all. Let
    it wait until the logarithm is taken."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total * np.exp(top.reshape(total.shape)))


@wrong("losses.logsumexp")
def largest_counted_twice(x, axis=None, keepdims=False):
    """The value is right, but the gradient of the largest entry is too large by 1: the shift is an
    array inside and a tensor outside. It should be the same in both places."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return log(exp(x - top).sum(axis, keepdims)) + x.max(axis, keepdims)


@wrong("losses.logsumexp")
def largest_taken_back_only(x, axis=None, keepdims=False):
    """The value is right, but the gradients add up to 0 instead of 1: the shift is a tensor inside
    and an array outside. It should be the same in both places."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    shifted = x - x.max(axis, keepdims=True) if np.isfinite(top).all() else x - np.maximum(top, 0)
    total = exp(shifted).sum(axis, keepdims)
    return log(total) + np.where(np.isfinite(top), top, 0).reshape(total.shape)


@wrong("losses.logsumexp")
def minus_infinity_minus_itself(x, axis=None, keepdims=False):
    """Where a whole row is minus infinity, its largest entry is too, and minus infinity minus
    itself is NaN. Which shift would do no harm there?"""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def axis_stays_as_one(x, axis=None, keepdims=False):
    """What was summed has to vanish, unless the caller asks for `keepdims`. Inside, you need it;
    and at the end?"""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return log(exp(x - top).sum(axis, keepdims=True)) + top


@wrong("losses.logsumexp")
def axis_always_vanishes(x, axis=None, keepdims=False):
    """With `keepdims=True` the summed axes stay, with length 1. The argument is not used here."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def shift_without_its_axis(x, axis=None, keepdims=False):
    """Without `keepdims` the largest entries of the rows have lost their axis, and are subtracted
    along another one, if at all."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis)
    return log(exp(x - top).sum(axis, keepdims)) + top


@wrong("losses.logsumexp")
def shift_kept_its_axis(x, axis=None, keepdims=False):
    """The sum has lost its axis, the shift added to it has not, and broadcasting makes a table of
    them. Bring the shift into the shape of the sum."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    return log(exp(x - top).sum(axis, keepdims)) + top


@wrong("losses.logsumexp")
def sums_over_everything(x, axis=None, keepdims=False):
    """Each row has a log-sum-exp of its own, along `axis`. Here all entries are in one sum."""
    (x,) = as_tensors((x,))
    top = x.data.max()
    top = top if np.isfinite(top) else 0.0
    return log(exp(x - top).sum(None, keepdims)) + top


@wrong("losses.logsumexp")
def sums_over_the_batch(x, axis=None, keepdims=False):
    """This goes down the columns, whichever `axis` was asked for. Examples are rows, and they have
    nothing to do with each other."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=0, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(0, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def always_the_last_axis(x, axis=None, keepdims=False):
    """`axis` may be any axis, several, or None for all of them. Here it is always the last one."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(-1, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def zero_means_all(x, axis=None, keepdims=False):
    """`if axis` is false for the axis 0 as well. Ask whether it is None."""
    (x,) = as_tensors((x,))
    axis = axis if axis else None
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def mean_instead_of_sum(x, axis=None, keepdims=False):
    """It is the logarithm of a sum. A mean would be smaller by the logarithm of how many there
    are."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).mean(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def just_the_maximum(x, axis=None, keepdims=False):
    """The log-sum-exp is close to the largest entry, but always above it, and it moves with all
    entries."""
    (x,) = as_tensors((x,))
    return x.max(axis, keepdims)


@wrong("losses.logsumexp")
def sums_the_logarithms(x, axis=None, keepdims=False):
    """First the sum, then the logarithm. The logarithms of single powers are the entries
    themselves."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = log(exp(x - top)).sum(axis, keepdims)
    return total + top.reshape(total.shape)


@wrong("losses.logsumexp")
def logsumexp_of_arrays(x, axis=None, keepdims=False):
    """The numbers are right, but arrays have no history, and no gradient comes back. Only the shift
    may be an array."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.exp(x.data - top).sum(axis=axis, keepdims=keepdims)
    return Tensor(np.log(total) + top.reshape(total.shape))


@wrong("losses.logsumexp")
def logsumexp_in_place(x, axis=None, keepdims=False):
    """The caller's entries were shifted too: `-=` writes into the array. Make a new tensor."""
    (x,) = as_tensors((x,))
    array = x.data
    top = array.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    array -= top
    total = exp(x).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def logsumexp_needs_a_tensor(x, axis=None, keepdims=False):
    """An array has a `.data` too, but it is something else. `as_tensors` makes a tensor of whatever
    comes."""
    top = x.data.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@wrong("losses.logsumexp")
def logsumexp_in_float64(x, axis=None, keepdims=False):
    """float32 entries have to give a float32 result. Which array here is float64?"""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True).astype(float)
    top = np.where(np.isfinite(top), top, 0)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@right("losses.logsumexp")
def logsumexp_with_the_maximum_in_the_graph(x, axis=None, keepdims=False):
    (x,) = as_tensors((x,))
    if not np.isfinite(x.data.max(axis=axis)).all():
        return log(exp(x).sum(axis, keepdims))
    top = x.max(axis, keepdims=True)
    total = exp(x - top).sum(axis, keepdims)
    return log(total) + top.reshape(total.shape)


@right("losses.logsumexp")
def logsumexp_as_one_operation(x, axis=None, keepdims=False):
    class LogSumExp(Function):
        def forward(self, a):
            top = a.max(axis=axis, keepdims=True)
            top = np.where(top == -np.inf, 0, top)
            powers = np.exp(a - top)
            total = powers.sum(axis=axis, keepdims=True)
            self.shares = powers / total
            out = np.log(total) + top
            self.kept = out.shape
            return out if keepdims else out.reshape(a.sum(axis=axis).shape)

        def backward(self, out_grad, node):
            return out_grad.reshape(self.kept) * self.shares

    return LogSumExp()(x)


@right("losses.logsumexp")
def logsumexp_that_drops_the_axes_last(x, axis=None, keepdims=False):
    (x,) = as_tensors((x,))
    top = np.max(x.data, axis=axis, keepdims=True)
    top[top == -np.inf] = 0
    out = log(exp(x - top).sum(axis, True)) + Tensor(top)
    return out if keepdims else out.reshape(x.data.sum(axis=axis).shape)


# logsumexp-log-softmax: log_softmax


@wrong("losses.log_softmax")
def logarithm_of_softmax(x, axis=-1):
    """A probability of e^-1000 is 0 in floats, and its logarithm minus infinity. Do not make the
    probability at all."""
    return log(softmax(x, axis))


@wrong("losses.log_softmax")
def logarithm_of_softmax_and_a_bit(x, axis=-1):
    """The small number keeps infinity away, and makes all other numbers a little wrong, the ones
    far out very much."""
    return log(softmax(x, axis) + 1e-9)


@wrong("losses.log_softmax")
def log_softmax_without_shift(x, axis=-1):
    """On paper that is right. In floats the sum of the powers is infinite at 1000, and 0 at
    -1000."""
    (x,) = as_tensors((x,))
    return x - log(exp(x).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def log_softmax_with_one_shift(x, axis=-1):
    """A row far below the largest entry of all has powers that are all 0. Shift each row by its
    own."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max()
    return shifted - log(exp(shifted).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def only_shifted(x, axis=-1):
    """The shift makes it safe, but it is the log-sum-exp that has to be subtracted, so that the
    probabilities add up to 1."""
    (x,) = as_tensors((x,))
    return x - x.data.max(axis=axis, keepdims=True)


@wrong("losses.log_softmax")
def divided_by_the_logarithm(x, axis=-1):
    """The logarithm of a quotient is a difference."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=axis, keepdims=True)
    return shifted / log(exp(shifted).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def subtracts_the_sum(x, axis=-1):
    """What is subtracted is the logarithm of the sum. Here the logarithm is missing."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=axis, keepdims=True)
    return shifted - exp(shifted).sum(axis, keepdims=True)


@wrong("losses.log_softmax")
def surprise_instead(x, axis=-1):
    """These are the surprises, all above 0. The logarithms of probabilities are below 0."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=axis, keepdims=True)
    return log(exp(shifted).sum(axis, keepdims=True)) - shifted


@wrong("losses.log_softmax")
def the_sum_is_cut_off(x, axis=-1):
    """The numbers are right, the gradient is not: the sum of the powers moves with every logit, so
    it must not be an array."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    return x - (np.log(np.exp(x.data - top).sum(axis=axis, keepdims=True)) + top)


@wrong("losses.log_softmax")
def the_logits_are_cut_off(x, axis=-1):
    """The numbers are right, but the logit itself has lost its history: half of the gradient is
    missing."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    return (x.data - top) - log(exp(x - top).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def shifted_in_one_place_only(x, axis=-1):
    """The sum was computed from shifted logits, so the shift has to come off in front of it as
    well."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    return x - log(exp(x - top).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def the_shift_taken_off_twice(x, axis=-1):
    """The logits are shifted already. If the log-sum-exp of the shifted ones is meant, nothing has
    to be added to it."""
    (x,) = as_tensors((x,))
    top = x.data.max(axis=axis, keepdims=True)
    shifted = x - top
    return shifted - (log(exp(shifted).sum(axis, keepdims=True)) + top)


@wrong("losses.log_softmax")
def a_sum_without_its_axis(x, axis=-1):
    """The sum has to keep its axis, with length 1, to be subtracted from its own row."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=axis, keepdims=True)
    return shifted - log(exp(shifted).sum(axis))


@wrong("losses.log_softmax")
def over_all_entries(x, axis=-1):
    """The probabilities of each row add up to 1, not those of the whole table."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max()
    return shifted - log(exp(shifted).sum())


@wrong("losses.log_softmax")
def down_the_columns(x, axis=-1):
    """This goes along the axis 0, whatever was asked for. Which entries compete with each other?"""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=0, keepdims=True)
    return shifted - log(exp(shifted).sum(0, keepdims=True))


@wrong("losses.log_softmax")
def along_the_last_axis_only(x, axis=-1):
    """The last axis is only the default. Use `axis` in all places."""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=-1, keepdims=True)
    return shifted - log(exp(shifted).sum(-1, keepdims=True))


@wrong("losses.log_softmax")
def probabilities_themselves(x, axis=-1):
    """These are the probabilities. Their logarithms are asked for."""
    return softmax(x, axis)


@wrong("losses.log_softmax")
def log_softmax_of_arrays(x, axis=-1):
    """The numbers are right, but arrays have no history. Only the shift may be one."""
    (x,) = as_tensors((x,))
    shifted = x.data - x.data.max(axis=axis, keepdims=True)
    return Tensor(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


@wrong("losses.log_softmax")
def log_softmax_in_place(x, axis=-1):
    """The caller's logits were shifted too: `-=` writes into the array. Make a new tensor."""
    (x,) = as_tensors((x,))
    array = x.data
    array -= array.max(axis=axis, keepdims=True)
    return x - log(exp(x).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def log_softmax_needs_a_tensor(x, axis=-1):
    """An array has a `.data` too, but it is something else. `as_tensors` makes a tensor of whatever
    comes."""
    shifted = x - x.data.max(axis=axis, keepdims=True)
    return shifted - log(exp(shifted).sum(axis, keepdims=True))


@wrong("losses.log_softmax")
def log_softmax_in_float64(x, axis=-1):
    """float32 logits have to give a float32 result. Which array here is float64?"""
    (x,) = as_tensors((x,))
    shifted = x - x.data.max(axis=axis, keepdims=True).astype(float)
    return shifted - log(exp(shifted).sum(axis, keepdims=True))


@right("losses.log_softmax")
def logits_minus_logsumexp(x, axis=-1):
    return as_tensors((x,))[0] - logsumexp(x, axis, keepdims=True)


@right("losses.log_softmax")
def log_softmax_in_two_lines(x, axis=-1):
    (x,) = as_tensors((x,))
    x = x - np.max(x.data, axis, keepdims=True)
    return -log(exp(x).sum(axis, True)) + x


@right("losses.log_softmax")
def log_softmax_as_one_operation(x, axis=-1):
    class LogSoftmax(Function):
        def forward(self, a):
            a = a - a.max(axis=axis, keepdims=True)
            out = a - np.log(np.sum(np.exp(a), axis=axis, keepdims=True))
            self.shares = np.exp(out)
            return out

        def backward(self, out_grad, node):
            return out_grad - out_grad.sum(axis, keepdims=True) * self.shares

    return LogSoftmax()(x)


@right("losses.{logsumexp,log_softmax}")
class each_entry_by_itself:
    def logsumexp(x, axis=None, keepdims=False):
        (x,) = as_tensors((x,))
        shape, kept = x.data.sum(axis=axis).shape, x.data.sum(axis=axis, keepdims=True).shape
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        gone = [a % x.ndim for a in axes]
        order = [a for a in range(x.ndim) if a not in gone] + gone
        rows = x.transpose(order).reshape(int(np.prod(shape)), -1)
        results = []
        for row in rows:
            top = max(row.data.tolist())
            total = log(sum(exp(row - (top if np.isfinite(top) else 0.0))))
            results.append((total + top).reshape(1))
        return concatenate(results).reshape(kept if keepdims else shape)

    def log_softmax(x, axis=-1):
        (x,) = as_tensors((x,))
        top = x.data.max(axis=axis, keepdims=True)
        total = (np.e ** (x - top)).sum(axis, keepdims=True)
        return x - top - log(total)


# softmax-backward


@wrong("losses.Softmax.backward")
def slope_of_the_sigmoid(self, out_grad, node):
    """That is the rule for the sigmoid, where an entry moves only itself. Here each logit moves all
    probabilities of its row."""
    return out_grad * node * (1 - node)


@wrong("losses.Softmax.backward")
def as_if_it_were_exp(self, out_grad, node):
    """That is the first half. The sum below the fraction moves too: what does a logit take away
    from the others?"""
    return out_grad * node


@wrong("losses.Softmax.backward")
def upstream_not_weighted(self, out_grad, node):
    """What is subtracted is a weighted mean of the upstream gradients. Which weights belong to
    it?"""
    return node * (out_grad - out_grad.sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def plain_mean_of_upstream(self, out_grad, node):
    """It is a mean of the upstream gradients, but not every entry counts the same."""
    return node * (out_grad - out_grad.mean(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def mean_where_a_sum_belongs(self, out_grad, node):
    """The weights add up to 1 already. Dividing by the number of classes once more is too much."""
    return node * (out_grad - (out_grad * node).mean(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def factor_missing(self, out_grad, node):
    """The second half is right inside the brackets; but in front of them, each entry has its own
    probability as a factor."""
    return out_grad - (out_grad * node).sum(self.axis, keepdims=True)


@wrong("losses.Softmax.backward")
def factor_of_the_first_half_only(self, out_grad, node):
    """Both halves have the factor s_j. Where are the brackets?"""
    return node * out_grad - (out_grad * node).sum(self.axis, keepdims=True)


@wrong("losses.Softmax.backward")
def halves_added(self, out_grad, node):
    """What one class gains, the others lose. Look at the sign of the second half."""
    return node * (out_grad + (out_grad * node).sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def halves_exchanged(self, out_grad, node):
    """Nudge one logit: its own probability rises. Here it falls."""
    return node * ((out_grad * node).sum(self.axis, keepdims=True) - out_grad)


@wrong("losses.Softmax.backward")
def sums_all_rows_together(self, out_grad, node):
    """Each row has a sum of its own. Along which axis do the probabilities add up to 1?"""
    return node * (out_grad - (out_grad * node).sum())


@wrong("losses.Softmax.backward")
def sum_loses_its_axis(self, out_grad, node):
    """Without its axis, the sum of a row is subtracted from a column, or from nothing at all. Keep
    it."""
    return node * (out_grad - (out_grad * node).sum(self.axis))


@wrong("losses.Softmax.backward")
def sums_the_last_axis(self, out_grad, node):
    """The last axis is only the default. `self.axis` says along which one the probabilities add up
    to 1."""
    return node * (out_grad - (out_grad * node).sum(-1, keepdims=True))


@wrong("losses.Softmax.backward")
def sums_axis_one(self, out_grad, node):
    """Axis 1 is the right one for a table. For three axes, or one, it is another."""
    return node * (out_grad - (out_grad * node).sum(1, keepdims=True))


@wrong("losses.Softmax.backward")
def uses_the_logits(self, out_grad, node):
    """The formula speaks of probabilities. Those are the results, not the inputs."""
    a = node._inputs[0]
    return a * (out_grad - (out_grad * a).sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def uses_the_powers(self, out_grad, node):
    """These are the powers before the division. The probabilities are in `node`."""
    powers = exp(node._inputs[0])
    return powers * (out_grad - (out_grad * powers).sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def softmax_of_softmax(self, out_grad, node):
    """`node` holds the probabilities already. This applies softmax to them once more."""
    s = softmax(node, self.axis)
    return s * (out_grad - (out_grad * s).sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def gradient_of_log_softmax(self, out_grad, node):
    """That is the gradient of log-softmax. Softmax itself has another."""
    return out_grad - node * out_grad.sum(self.axis, keepdims=True)


@wrong("losses.Softmax.backward")
def as_if_a_loss_came_after(self, out_grad, node):
    """Probability minus truth is the gradient of softmax and cross-entropy together. Here any
    upstream gradient may come."""
    return node - out_grad


@wrong("losses.Softmax.backward")
def forgets_upstream(self, out_grad, node):
    """How the probabilities move is only half of the way. The upstream gradient does not occur
    here."""
    return node * (1 - (node * node).sum(self.axis, keepdims=True))


@wrong("losses.Softmax.backward")
def softmax_writes_into_upstream(self, out_grad, node):
    """The gradient is right, but the upstream gradient's array was changed on the way, and others
    may need it."""
    array = out_grad.data
    array -= (out_grad.data * node.data).sum(axis=self.axis, keepdims=True)
    return node * out_grad


@wrong("losses.Softmax.backward")
def softmax_in_float64(self, out_grad, node):
    """A float32 input has a float32 gradient. Where does float64 come in?"""
    s = np.array(node.data, dtype=float)
    mean = (out_grad.data * s).sum(axis=self.axis, keepdims=True)
    return Tensor(s * (out_grad.data - mean))


@right("losses.Softmax.backward")
def two_products(self, out_grad, node):
    weighted = out_grad * node
    return weighted - node * weighted.sum(self.axis, keepdims=True)


@right("losses.Softmax.backward")
def by_einsum(self, out_grad, node):
    s = np.moveaxis(node.data, self.axis, -1)
    g = np.moveaxis(out_grad.data, self.axis, -1)
    mean = np.einsum("...i,...i->...", s, g)[..., None]
    return np.moveaxis(s * (g - mean), -1, self.axis)


@right("losses.Softmax.backward")
def with_the_whole_table(self, out_grad, node):
    s = np.moveaxis(node.data, self.axis, -1)
    g = np.moveaxis(out_grad.data, self.axis, -1)
    table = s[..., :, None] * np.eye(s.shape[-1], dtype=s.dtype) - s[..., :, None] * s[..., None, :]
    return Tensor(np.moveaxis((table @ g[..., None])[..., 0], -1, self.axis))


@right("losses.Softmax.backward")
def row_by_row(self, out_grad, node):
    grad = np.empty_like(node.data)
    s = np.moveaxis(node.data, self.axis, -1)
    g, out = (np.moveaxis(array, self.axis, -1) for array in (out_grad.data, grad))
    for place in np.ndindex(s.shape[:-1]):
        out[place] = s[place] * (g[place] - s[place] @ g[place])
    return (Tensor(grad),)


# cross-entropy: forward


@wrong("losses.CrossEntropy.forward")
def probabilities_before_the_logarithm(self, logits):
    """Right for small logits. Far out, a probability is 0 in floats and its logarithm minus
    infinity: stay with the logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(logits)), self.labels]).mean()


@wrong("losses.CrossEntropy.forward")
def powers_without_a_shift(self, logits):
    """e to the power of 1000 is infinite. You have mended that before, in this chapter."""
    picked = logits[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(logits).sum(axis=1)) - picked).mean()


@wrong("losses.CrossEntropy.forward")
def largest_of_the_whole_table(self, logits):
    """One shift for all rows is not enough: a row far below it has nothing but powers of 0. Give
    each row its own."""
    shifted = logits - logits.max()
    picked = shifted[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(shifted).sum(axis=1)) - picked).mean()


@wrong("losses.CrossEntropy.forward")
def small_number_in_the_logarithm(self, logits):
    """The small number keeps infinity away and makes every loss a little wrong. Do not make the
    probability at all."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(logits)), self.labels] + 1e-9).mean()


@wrong("losses.CrossEntropy.forward")
def logarithm_of_the_mean_probability(self, logits):
    """The mean comes last: of the surprises, not of the probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(logits)), self.labels].mean())


@wrong("losses.CrossEntropy.forward")
def mean_probability_missing(self, logits):
    """That is 1 minus the mean probability of the right class. Where is the logarithm?"""
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    return 1 - p[np.arange(len(logits)), self.labels].mean()


@wrong("losses.CrossEntropy.forward")
def columns_of_all_labels(self, logits):
    """`[:, labels]` takes the columns of all labels in every row. One entry in each row is wanted:
    index with two arrays, in pairs."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logp[:, self.labels].mean()


@wrong("losses.CrossEntropy.forward")
def rows_of_the_labels(self, logits):
    """This takes whole rows, those whose numbers are in the labels. A label is the number of a
    column."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logp[self.labels % len(logits)].mean()


@wrong("losses.CrossEntropy.forward")
def rows_and_columns_exchanged(self, logits):
    """The first index is the row, the second the column. Which of the two is the label?"""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logp[self.labels, np.arange(len(logits))].mean()


@wrong("losses.CrossEntropy.forward")
def labels_as_floats(self, logits):
    """A place in an array is a whole number. The labels are integers: leave them so."""
    labels = self.labels.astype(float)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(logits)), labels].mean()


@wrong("losses.CrossEntropy.forward")
def labels_as_weights(self, logits):
    """The number of a class is a name, not an amount: class 2 does not count twice as much as class
    1. It says where to look."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(self.labels[:, None] * logp).sum() / len(logits)


@wrong("losses.CrossEntropy.forward")
def divided_by_all_entries(self, logits):
    """Each row has one surprise, so the mean is over the rows. How many numbers did you divide
    by?"""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return -(one_hot * logp).mean()


@wrong("losses.CrossEntropy.forward")
def sum_over_the_rows(self, logits):
    """That is the sum of the surprises. The loss should not grow with the number of rows."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(shifted).sum(axis=1)) - picked).sum()


@wrong("losses.CrossEntropy.forward")
def a_loss_for_each_row(self, logits):
    """These are the surprises of the rows. The loss is one number."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(logits)), self.labels]
    return np.log(np.exp(shifted).sum(axis=1)) - picked


@wrong("losses.CrossEntropy.forward")
def minus_the_surprise(self, logits):
    """A surprise is at least 0, and smaller is better. Look at the sign."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(logits)), self.labels]
    return (picked - np.log(np.exp(shifted).sum(axis=1))).mean()


@wrong("losses.CrossEntropy.forward")
def forward_softmax_twice(self, logits):
    """Softmax is in the log-sum-exp already. Here it is taken of probabilities."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    picked = p[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(p).sum(axis=1)) - picked).mean()


@wrong("losses.CrossEntropy.forward")
def classes_along_the_wrong_axis(self, logits):
    """The classes of one example compete, and they stand in a row. This sums down the columns."""
    shifted = logits - logits.max(axis=0)
    logp = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -logp[np.arange(len(logits)), self.labels].mean()


@wrong("losses.CrossEntropy.forward")
def logit_without_the_sum(self, logits):
    """A large logit of the right class is good, but only compared with the others of its row. The
    log-sum-exp is missing."""
    return -logits[np.arange(len(logits)), self.labels].mean()


@wrong("losses.CrossEntropy.forward")
def shifted_in_the_sum_only(self, logits):
    """The sum was made of shifted logits, the logit of the right class was not shifted. The shift
    has to be in both, or be added again."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = logits[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(shifted).sum(axis=1)) - picked).mean()


@wrong("losses.CrossEntropy.forward")
def surprise_at_the_likeliest(self, logits):
    """This is the surprise at the class that the model finds likeliest. The labels do not occur
    here."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)).mean()


@wrong("losses.CrossEntropy.forward")
def squared_error_of_probabilities(self, logits):
    """That is the squared error of the probabilities. A confidently wrong prediction would learn
    next to nothing from it."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return ((p - one_hot) ** 2).sum(axis=1).mean()


@wrong("losses.CrossEntropy.forward")
def shifts_the_callers_logits(self, logits):
    """The loss is right, but `-=` has written into the caller's logits. Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    picked = logits[np.arange(len(logits)), self.labels]
    return (np.log(np.exp(logits).sum(axis=1)) - picked).mean()


@wrong("losses.CrossEntropy.forward")
def one_hot_in_float64(self, logits):
    """The loss of float32 logits is float32. `np.eye` makes float64, unless it is told
    otherwise."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = np.eye(logits.shape[1])[self.labels]
    return -(one_hot * logp).sum() / len(logits)


@wrong("losses.CrossEntropy.forward")
def as_many_classes_as_labels(self, logits):
    """There may be classes that no row of this batch has. How many there are, the logits know."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = self.labels[:, None] == np.arange(self.labels.max() + 1)
    return -(one_hot * logp).sum() / len(logits)


@right("losses.CrossEntropy.forward")
def picks_from_log_probabilities(self, logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(logits)), self.labels])


@right("losses.CrossEntropy.forward")
def with_a_one_hot_table(self, logits):
    one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[self.labels]
    top = logits.max(axis=1)
    total = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
    return (total - (one_hot * logits).sum(axis=1)).mean()


@right("losses.CrossEntropy.forward")
def with_the_function_from_before(self, logits):
    logp = log_softmax(logits).numpy()
    return -np.take_along_axis(logp, self.labels[:, None], axis=1).mean()


@right("losses.CrossEntropy.forward")
def in_a_loop(self, logits):
    total = 0.0
    for row, label in zip(logits, self.labels, strict=True):
        total += np.log(np.exp(row - row.max()).sum()) + row.max() - row[label]
    return np.array(total / len(logits), dtype=logits.dtype)


# cross-entropy: backward


@wrong("losses.CrossEntropy.backward")
def divided_by_rows_and_classes(self, out_grad, node):
    """The loss is a mean over the rows. By how many numbers is it divided, and by how many did you
    divide?"""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - one_hot) * (out_grad / logits.size)


@wrong("losses.CrossEntropy.backward")
def not_divided_at_all(self, out_grad, node):
    """The loss is a mean over the rows, so each row has only its share in it."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - one_hot) * out_grad


@wrong("losses.CrossEntropy.backward")
def divided_by_the_classes(self, out_grad, node):
    """Rows are examples, columns are classes. Over which of the two is the mean?"""
    (logits,) = node._inputs
    classes = logits.shape[1]
    one_hot = self.labels[:, None] == np.arange(classes)
    return (softmax(logits) - one_hot) * (out_grad / classes)


@wrong("losses.CrossEntropy.backward")
def truth_minus_probability(self, out_grad, node):
    """Raise the logit of the right class, and the loss falls. Which sign does its gradient have?"""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (one_hot - softmax(logits)) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def probabilities_alone(self, out_grad, node):
    """These are the probabilities. At two of the six places in the text the gradient was something
    else: which?"""
    (logits,) = node._inputs
    return softmax(logits) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def gradient_at_the_label_only(self, out_grad, node):
    """The logits of the other classes move the loss too, through the sum."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - 1) * one_hot * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def one_hot_alone(self, out_grad, node):
    """What was said is missing: the gradient is the difference of the probabilities and the
    truth."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return Tensor(np.where(one_hot, -1, np.zeros_like(logits.data))) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def one_is_taken_off_everywhere(self, out_grad, node):
    """`[:, labels]` names the columns of all labels in every row, so 1 comes off in too many
    places."""
    (logits,) = node._inputs
    p = softmax(logits).data.copy()
    p[:, self.labels] -= 1
    return Tensor(p) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def one_hot_lies_on_its_side(self, out_grad, node):
    """The one-hot table has a row for each example and a column for each class. Here it is made the
    other way round."""
    (logits,) = node._inputs
    rows, classes = logits.shape
    one_hot = np.arange(classes)[:, None] == self.labels
    return (softmax(logits) - one_hot.reshape(rows, classes)) * (out_grad / rows)


@wrong("losses.CrossEntropy.backward")
def subtracts_the_label(self, out_grad, node):
    """The number of a class is a name, not an amount. It says at which place to take 1 off."""
    (logits,) = node._inputs
    return (softmax(logits) - self.labels[:, None]) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def labels_counted_from_one(self, out_grad, node):
    """The first class has the number 0."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(1, logits.shape[1] + 1)
    return (softmax(logits) - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def softmax_down_the_columns(self, out_grad, node):
    """The probabilities of each row add up to 1. Along which axis did softmax go here?"""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits, axis=0) - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def backward_softmax_twice(self, out_grad, node):
    """One softmax makes probabilities of logits. The second makes something else of
    probabilities."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(softmax(logits)) - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def logits_minus_truth(self, out_grad, node):
    """What was said are the probabilities, and logits are not yet that."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (logits - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def likeliest_class_as_the_truth(self, out_grad, node):
    """The truth is in the labels. What the model finds likeliest may be wrong."""
    (logits,) = node._inputs
    one_hot = logits.data.argmax(axis=1)[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def through_the_logarithm_only(self, out_grad, node):
    """That is how the surprise moves with the probability. From there it is another step to the
    logits."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return -(out_grad / len(logits)) * one_hot / softmax(logits)


@wrong("losses.CrossEntropy.backward")
def through_softmax_twice(self, out_grad, node):
    """Probability minus truth is the gradient of the logits already. It must not go through softmax
    once more."""
    (logits,) = node._inputs
    s = softmax(logits)
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    g = (s - one_hot) * (out_grad / len(logits))
    return s * (g - (g * s).sum(1, keepdims=True))


@wrong("losses.CrossEntropy.backward")
def backward_without_upstream(self, out_grad, node):
    """The loss may be only a part of the result. What arrives from above is a factor."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - one_hot) / len(logits)


@wrong("losses.CrossEntropy.backward")
def a_gradient_for_the_labels_too(self, out_grad, node):
    """The labels are a parameter of the operation, not an input. There is one input, so there is
    one gradient."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - one_hot) * (out_grad / len(logits)), None


@wrong("losses.CrossEntropy.backward")
def labels_are_overwritten(self, out_grad, node):
    """The gradient is right, but `self.labels` has become a table, and the next backward will trip
    over it."""
    (logits,) = node._inputs
    self.labels = self.labels[:, None] == np.arange(logits.shape[1])
    return (softmax(logits) - self.labels) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def powers_overflow(self, out_grad, node):
    """Far out these powers are infinite. The kit's `softmax` shifts before it takes them."""
    (logits,) = node._inputs
    powers = exp(logits)
    one_hot = self.labels[:, None] == np.arange(logits.shape[1])
    p = powers / powers.sum(1, keepdims=True)
    return (p - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def gradient_in_float64(self, out_grad, node):
    """The gradient of float32 logits is float32. `np.eye` makes float64, unless it is told
    otherwise."""
    (logits,) = node._inputs
    one_hot = np.eye(logits.shape[1])[self.labels]
    return (softmax(logits) - one_hot) * (out_grad / len(logits))


@wrong("losses.CrossEntropy.backward")
def one_hot_too_narrow(self, out_grad, node):
    """There may be classes that no row of this batch has. How many there are, the logits know."""
    (logits,) = node._inputs
    one_hot = self.labels[:, None] == np.arange(self.labels.max() + 1)
    return (softmax(logits) - one_hot) * (out_grad / len(logits))


@right("losses.CrossEntropy.backward")
def one_taken_off_in_place(self, out_grad, node):
    (logits,) = node._inputs
    grad = softmax(logits).data.copy()
    grad[np.arange(len(grad)), self.labels] -= 1
    return Tensor(grad * (out_grad.data / len(grad)))


@right("losses.CrossEntropy.backward")
def by_the_rule_of_softmax(self, out_grad, node):
    (logits,) = node._inputs
    x = logits.data
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    truth = np.zeros_like(p)
    np.put_along_axis(truth, self.labels[:, None], 1, axis=1)
    return out_grad.data / len(p) * (p - truth)


@right("losses.CrossEntropy.{forward,backward}")
class forward_keeps_the_probabilities:
    class CrossEntropy:
        def forward(self, logits):
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            total = powers.sum(axis=1, keepdims=True)
            self.p = powers / total
            self.places = np.arange(len(logits)), self.labels
            shifted = logits - logits.max(axis=1, keepdims=True)
            return np.mean(np.log(total[:, 0]) - shifted[self.places])

        def backward(self, out_grad, node):
            grad = self.p.copy()
            grad[self.places] -= 1
            return Tensor(out_grad.data * grad / len(grad))


@right("losses.CrossEntropy.backward")
def backward_in_a_loop(self, out_grad, node):
    (logits,) = node._inputs
    rows = []
    for row, label in zip(logits.data, self.labels, strict=True):
        p = softmax(row).data
        p = [q - 1 if i == label else q for i, q in enumerate(p.tolist())]
        rows.append([out_grad.item() * q / len(logits) for q in p])
    return Tensor(np.array(rows, dtype=logits.dtype))
