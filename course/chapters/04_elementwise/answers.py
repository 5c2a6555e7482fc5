"""Wrong answers to chapter 4 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import Tensor, cos, log, mul, ops, power, sigmoid, sin, sqrt, sub, tanh
from gradloom_grader.answers import right, wrong

# arithmetic-forward


@wrong("ops.{Sub,Div,Pow}.forward")
class computes_in_place:
    """The result is right, but b's own array was overwritten with it, and the caller loses it.
    Make a new array."""

    class Sub:
        def forward(self, a, b):
            return np.subtract(a, b, out=b)

    class Div:
        def forward(self, a, b):
            return np.divide(a, b, out=b)

    class Pow:
        def forward(self, a, b):
            return np.power(a, b, out=b)


@wrong("ops.{Sub,Div,Pow}.forward")
class widens_to_float64:
    """Two float32 arrays have to give a float32 array. Where does float64 come in?"""

    class Sub:
        def forward(self, a, b):
            return np.subtract(a, b, dtype="float64")

    class Div:
        def forward(self, a, b):
            return np.array(a, dtype=float) / np.array(b, dtype=float)

    class Pow:
        def forward(self, a, b):
            return np.float_power(a, b)


@wrong("ops.{Sub,Div,Pow}.forward")
class takes_b_first:
    """Try two different numbers on paper: 5 and 3. Which one does the operation start from?"""

    class Sub:
        def forward(self, a, b):
            return b - a

    class Div:
        def forward(self, a, b):
            return b / a

    class Pow:
        def forward(self, a, b):
            return b**a


@wrong("ops.Sub.forward")
def distance_instead(self, a, b):
    """2 minus 6 is below zero. A difference keeps its sign; a distance does not."""
    return np.abs(a - b)


@wrong("ops.Div.forward")
def drops_the_fraction(self, a, b):
    """9 / 2 is 4.5. `//` rounds down to whole numbers."""
    return a // b


@wrong("ops.Pow.forward")
def whole_exponents_only(self, a, b):
    """An exponent may be 0.5 or -1.3. What becomes of those here?"""
    return a ** b.astype(int)


@wrong("ops.Pow.forward")
def as_long_as_the_base(self, a, b):
    """In 2 ** x the base is a single number and the exponent an array. How many entries does the
    result have?"""
    out = np.empty_like(a)
    np.power(a, b, out=out)
    return out


@wrong("ops.Pow.forward")
def multiplies_instead(self, a, b):
    """2 to the power of 3 is 2 * 2 * 2, which is not 2 * 3."""
    return a * b


@right("ops.{Sub,Div,Pow}.forward")
class with_python_operators:
    class Sub:
        def forward(self, a, b):
            return a - b

    class Div:
        def forward(self, a, b):
            return a / b

    class Pow:
        def forward(self, a, b):
            return a**b


@right("ops.{Sub,Div,Pow}.forward")
class by_the_inverse:
    class Sub:
        def forward(self, a, b):
            return np.add(a, np.negative(b))

    class Div:
        def forward(self, a, b):
            return a * np.reciprocal(b)

    class Pow:
        def forward(self, a, b):
            return pow(a, b)


# unary-forward


@wrong("ops.{Negate,Log,Exp,Sqrt,Abs,Sin,Cos,ReLU,Sigmoid,Tanh}.forward")
class overwrites_its_input:
    """The result is right, but a's own array was changed to get it. Leave a as it is."""

    class Negate:
        def forward(self, a):
            a *= -1
            return a

    class Log:
        def forward(self, a):
            return np.log(a, out=a)

    class Exp:
        def forward(self, a):
            return np.exp(a, out=a)

    class Sqrt:
        def forward(self, a):
            a **= 0.5
            return a

    class Abs:
        def forward(self, a):
            a[a < 0] *= -1
            return a

    class Sin:
        def forward(self, a):
            return np.sin(a, out=a)

    class Cos:
        def forward(self, a):
            return np.cos(a, out=a)

    class ReLU:
        def forward(self, a):
            a[a < 0] = 0
            return a

    class Sigmoid:
        def forward(self, a):
            small = np.exp(-np.abs(a))
            a[:] = np.where(a > 0, 1, small) / (1 + small)
            return a

    class Tanh:
        def forward(self, a):
            return np.tanh(a, out=a)


@wrong("ops.{Negate,Log,Exp,Sqrt,Abs,Sin,Cos,ReLU,Sigmoid,Tanh}.forward")
class widens_what_it_gets:
    """A float32 array has to give a float32 array. Which call here asks for float64?"""

    class Negate:
        def forward(self, a):
            return np.float64(-1) * a

    class Log:
        def forward(self, a):
            return np.log(a, dtype="float64")

    class Exp:
        def forward(self, a):
            return np.float_power(np.e, a)

    class Sqrt:
        def forward(self, a):
            return np.float_power(a, 0.5)

    class Abs:
        def forward(self, a):
            return np.where(a < 0, -1.0, 1.0) * a

    class Sin:
        def forward(self, a):
            return np.sin(a, dtype="float64")

    class Cos:
        def forward(self, a):
            return np.cos(np.array(a, dtype=float))

    class ReLU:
        def forward(self, a):
            return np.where(a > 0, 1.0, 0.0) * a

    class Sigmoid:
        def forward(self, a):
            small = np.exp(-np.abs(a))
            return np.where(a > 0, 1, small) / (np.ones(a.shape) + small)

    class Tanh:
        def forward(self, a):
            return np.tanh(a, dtype="float64")


@wrong("ops.Negate.forward")
def always_below_zero(self, a):
    """What is minus -3? Turning a sign is something else than making it negative."""
    return -np.abs(a)


@wrong("ops.Log.forward")
def logarithm_to_base_ten(self, a):
    """log(e) has to be 1. To which base is this logarithm?"""
    return np.log10(a)


@wrong("ops.Exp.forward")
def rounds_e(self, a):
    """Three decimals of e are too few: floats hold sixteen digits. NumPy has a function for
    this."""
    return 2.718**a


@wrong("ops.Sqrt.forward")
def halves(self, a):
    """The root of 9 times itself is 9 again. Half of 9 is not its root."""
    return a / 2


@wrong("ops.Abs.forward")
def root_of_the_square(self, a):
    """On paper that is right. In floats the square of 1e200 is too large, and the root comes
    late."""
    return np.sqrt(a**2)


@wrong("ops.Abs.forward")
def turns_every_sign(self, a):
    """Try it at 2: what was positive already has to stay."""
    return -a


@wrong("ops.{Sin,Cos}.forward")
class in_degrees:
    """Calculus measures angles in radians, and NumPy does so too."""

    class Sin:
        def forward(self, a):
            return np.sin(np.radians(a))

    class Cos:
        def forward(self, a):
            return np.cos(np.radians(a))


@wrong("ops.{Sin,Cos}.forward")
class sine_for_cosine:
    """At 0 the sine is 0 and the cosine is 1. Which one did you write where?"""

    class Sin:
        def forward(self, a):
            return np.cos(a)

    class Cos:
        def forward(self, a):
            return np.sin(a)


@wrong("ops.ReLU.forward")
def largest_entry(self, a):
    """np.max looks for the largest entry along an axis. You want a choice for each entry by
    itself."""
    return np.max(a, 0)


@wrong("ops.ReLU.forward")
def asks_the_whole_array(self, a):
    """`if a > 0` asks one question of a whole array. Ask each entry: NumPy compares entry by
    entry."""
    return a if a > 0 else 0


@wrong("ops.ReLU.forward")
def gives_the_mask(self, a):
    """`a > 0` says where a is positive. What should stand at those places is a itself."""
    return a > 0


@wrong("ops.Sigmoid.forward")
def overflows_below_zero(self, a):
    """Right, but not silent: at -800 this computes e ** 800. Let the exponent never be above
    zero."""
    return 1 / (1 + np.exp(-a))


@wrong("ops.Sigmoid.forward")
def infinity_by_infinity(self, a):
    """At 800 both the numerator and the denominator are infinite, and their quotient is NaN."""
    return np.exp(a) / (1 + np.exp(a))


@wrong("ops.Sigmoid.forward")
def falls_instead_of_rising(self, a):
    """A large input has to come close to 1. Look at the sign in the exponent."""
    return 1 / (1 + np.exp(a))


@wrong("ops.Sigmoid.forward")
def clips_its_input(self, a):
    """Clipping is silent, but the tails are off: at -800 the result is 0, far below
    sigmoid(-20)."""
    return 1 / (1 + np.exp(-np.clip(a, -20, 20)))


@wrong("ops.Tanh.forward")
def tanh_from_two_exponentials(self, a):
    """At 800 this is infinity by infinity, which is NaN. NumPy has a function that takes care."""
    return (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1)


@wrong("ops.Tanh.forward")
def sigmoid_for_tanh(self, a):
    """tanh(0) is 0, and negative inputs give negative outputs. Which function starts at 0.5?"""
    return 1 / (1 + np.exp(-a))


@right("ops.{Negate,Log,Exp,Sqrt,Abs,Sin,Cos,ReLU,Sigmoid,Tanh}.forward")
class by_other_formulas:
    class Negate:
        def forward(self, a):
            return 0 - a

    class Log:
        def forward(self, a):
            return np.log2(a) * 0.6931471805599453

    class Exp:
        def forward(self, a):
            return np.e**a

    class Sqrt:
        def forward(self, a):
            return a**0.5

    class Abs:
        def forward(self, a):
            return np.maximum(a, -a)

    class Sin:
        def forward(self, a):
            return np.exp(1j * a).imag

    class Cos:
        def forward(self, a):
            return np.exp(1j * a).real

    class ReLU:
        def forward(self, a):
            return (a + np.abs(a)) / 2

    class Sigmoid:
        def forward(self, a):
            return (1 + np.tanh(a / 2)) / 2

    class Tanh:
        def forward(self, a):
            return 1 - 2 / (np.exp(2 * a) + 1)


@right("ops.{Abs,ReLU,Sigmoid}.forward")
class case_by_case:
    class Abs:
        def forward(self, a):
            return a * np.sign(a)

    class ReLU:
        def forward(self, a):
            return a * (a > 0)

    class Sigmoid:
        def forward(self, a):
            out = np.empty_like(a)
            up = a >= 0
            out[up] = 1 / (1 + np.exp(-a[up]))
            grown = np.exp(a[~up])
            out[~up] = grown / (1 + grown)
            return out


@right("ops.{ReLU,Sigmoid}.forward")
class with_where_and_errstate:
    class ReLU:
        def forward(self, a):
            return np.where(a > 0, a, 0)

    class Sigmoid:
        def forward(self, a):
            with np.errstate(over="ignore"):
                return 1 / (1 + np.exp(-a))


# operators


@wrong(
    "tensor.Tensor.{__sub__,__truediv__,__pow__,__neg__,__abs__}",
    "tensor.Tensor.{__radd__,__rmul__,__rsub__,__rtruediv__,__rpow__,__rmatmul__}",
)
class passes_the_bare_array:
    """The number is right, but the result does not know where it came from. What does the
    operation have to be given, so that it can remember x itself?"""

    class Tensor:
        def __sub__(self, other):
            return ops.Sub()(self.data, other)

        def __truediv__(self, other):
            return ops.Div()(self.data, other)

        def __pow__(self, other):
            return ops.Pow()(self.data, other)

        def __neg__(self):
            return ops.Negate()(self.data)

        def __abs__(self):
            return Tensor(np.abs(self.data))

        def __radd__(self, other):
            return ops.Add()(other, self.data)

        def __rmul__(self, other):
            return Tensor(other * self.data)

        def __rsub__(self, other):
            return ops.Sub()(other, self.data)

        def __rtruediv__(self, other):
            return ops.Div()(other, self.data)

        def __rpow__(self, other):
            return ops.Pow()(other, self.data)

        def __rmatmul__(self, other):
            return Tensor(other @ self.data)


@wrong(
    "tensor.Tensor.{__sub__,__truediv__,__pow__,__radd__,__rmul__,__rsub__,__rtruediv__,__rpow__}"
)
class knows_python_numbers_only:
    """Arrays, booleans and NumPy's own numbers meet tensors too. Who else can turn `other` into a
    constant for you, whatever it is?"""

    class Tensor:
        def __sub__(self, other):
            if not isinstance(other, int | float | Tensor):
                return NotImplemented
            return ops.Sub()(self, other)

        def __truediv__(self, other):
            if not isinstance(other, int | float | Tensor):
                return NotImplemented
            return ops.Div()(self, other)

        def __pow__(self, other):
            if not isinstance(other, int | float | Tensor):
                return NotImplemented
            return ops.Pow()(self, other)

        def __radd__(self, other):
            return ops.Add()(float(other), self)

        def __rmul__(self, other):
            return ops.Mul()(float(other), self)

        def __rsub__(self, other):
            return ops.Sub()(float(other), self)

        def __rtruediv__(self, other):
            return ops.Div()(float(other), self)

        def __rpow__(self, other):
            return ops.Pow()(float(other), self)


@wrong("tensor.Tensor.{__neg__,__abs__,__rmatmul__}")
class brings_float64_along:
    """A float32 tensor became float64. An array of your own has a dtype too, and the wider one
    wins."""

    class Tensor:
        def __neg__(self):
            return self * np.array(-1.0)

        def __abs__(self):
            return self * np.where(self.data < 0, -1.0, 1.0)

        def __rmatmul__(self, other):
            return shapes.MatMul()(Tensor(other, dtype="float64"), self)


@wrong("tensor.Tensor.{__rsub__,__rtruediv__,__rpow__,__rmatmul__}")
class forgets_to_turn_round:
    """5 - x and x - 5 differ. In a reflected method `other` stands on the left: say it in that
    order."""

    class Tensor:
        def __rsub__(self, other):
            return ops.Sub()(self, other)

        def __rtruediv__(self, other):
            return ops.Div()(self, other)

        def __rpow__(self, other):
            return ops.Pow()(self, other)

        def __rmatmul__(self, other):
            return shapes.MatMul()(self, other)


@wrong("tensor.Tensor.{__sub__,__truediv__,__pow__,__neg__}")
class changes_self:
    """`y = x - 1` must leave x alone: someone may still need it. Let the result be a new tensor."""

    class Tensor:
        def __sub__(self, other):
            self.data = ops.Sub()(self, other).data
            return self

        def __truediv__(self, other):
            self.data = ops.Div()(self, other).data
            return self

        def __pow__(self, other):
            self.data = ops.Pow()(self, other).data
            return self

        def __neg__(self):
            self.data *= -1
            return self


@wrong("tensor.Tensor.{__sub__,__truediv__,__pow__}")
class cuts_off_the_other:
    """x is remembered, but y is not: it needs a gradient as well, and only its numbers got
    through."""

    class Tensor:
        def __sub__(self, other):
            return ops.Sub()(self, getattr(other, "data", other))

        def __truediv__(self, other):
            return self * (1 / np.asarray(getattr(other, "data", other)))

        def __pow__(self, other):
            return ops.Pow()(self, getattr(other, "data", other))


@wrong("tensor.Tensor.__pow__")
def number_exponents_only(self, other):
    """The exponent may be a tensor, with a gradient of its own. Which operation takes two
    tensors?"""
    return ops.PowerScalar(other)(self)


@wrong("tensor.Tensor.__abs__")
def absolute_by_negation(self):
    """Try it at 2 and at -3. What should happen to numbers that are positive already?"""
    return ops.Negate()(self)


@wrong("tensor.Tensor.__rpow__")
def squares(self, other):
    """In 2 ** x the 2 is the base. Here it became the exponent, whatever stood on the left."""
    return ops.Pow()(self, 2)


@wrong("tensor.Tensor.__radd__")
def only_for_sum(self, other):
    """That makes sum() start from 0. But what is 5 + x, or an array plus x?"""
    return self if other == 0 else NotImplemented


@wrong("tensor.Tensor.{__radd__,__rmul__}")
class one_tensor_for_each_number:
    """An array on the left is one operand. The result is one tensor, not a list of them."""

    class Tensor:
        def __radd__(self, other):
            return [ops.Add()(value, self) for value in np.ravel(other)]

        def __rmul__(self, other):
            return [ops.Mul()(value, self) for value in np.ravel(other)]


@wrong("tensor.Tensor.__rmatmul__")
def entry_by_entry(self, other):
    """`@` is the matrix product: rows times columns, summed. This multiplies entry by entry."""
    return ops.Mul()(other, self)


@right(
    "tensor.Tensor.{__sub__,__truediv__,__pow__,__neg__,__abs__}",
    "tensor.Tensor.{__radd__,__rmul__,__rsub__,__rtruediv__,__rpow__,__rmatmul__}",
)
class wraps_what_is_no_tensor:
    class Tensor:
        def __sub__(self, other):
            if not isinstance(other, Tensor):
                other = Tensor(other)
            return ops.sub(self, other)

        def __truediv__(self, other):
            if not isinstance(other, Tensor):
                other = Tensor(other)
            return ops.divide(self, other)

        def __pow__(self, other):
            if not isinstance(other, Tensor):
                other = Tensor(other)
            return ops.power(self, other)

        def __neg__(self):
            return ops.negate(self)

        def __abs__(self):
            return self * np.sign(self.data)

        def __radd__(self, other):
            return self + other

        def __rmul__(self, other):
            return self * other

        def __rsub__(self, other):
            return Tensor(other) - self

        def __rtruediv__(self, other):
            return Tensor(other) / self

        def __rpow__(self, other):
            return Tensor(other) ** self

        def __rmatmul__(self, other):
            return Tensor(other) @ self


@right("tensor.Tensor.{__sub__,__truediv__,__neg__,__abs__,__rsub__,__rtruediv__,__rmatmul__}")
class from_other_operators:
    class Tensor:
        def __sub__(self, other):
            return self + ops.Mul()(Tensor(-1.0, dtype=self.dtype), other)

        def __truediv__(self, other):
            y = other if isinstance(other, Tensor) else Tensor(other, dtype=self.dtype)
            return self * ops.Pow()(y, -1)

        def __neg__(self):
            return self * -1

        def __abs__(self):
            return ops.relu(self) + ops.relu(ops.negate(self))

        def __rsub__(self, other):
            return ops.Negate()(self) + other

        def __rtruediv__(self, other):
            return ops.Pow()(self, -1.0) * other

        def __rmatmul__(self, other):
            return (self.T @ other.T).T


# mul-backward


@wrong("ops.Mul.backward")
def keeps_its_own_factor(self, out_grad, node):
    """Nudge `a` by 0.01. By how many hundredths does a * b move: a or b of them?"""
    a, b = node._inputs
    return out_grad * a, out_grad * b


@wrong("ops.Mul.backward")
def product_ignores_upstream(self, out_grad, node):
    """These are the local derivatives. What came down from above has to be passed on as well."""
    a, b = node._inputs
    return b, a


@wrong("ops.Mul.backward")
def one_gradient_for_two(self, out_grad, node):
    """a * b has two operands, and each of them waits for a gradient of its own."""
    _, b = node._inputs
    return out_grad * b


@wrong("ops.Mul.backward")
def uses_the_product(self, out_grad, node):
    """`node` holds a * b. How far does the product move when only one factor does?"""
    return out_grad * node, out_grad * node


@wrong("ops.Mul.backward")
def multiplies_into_upstream(self, out_grad, node):
    """The upstream gradient belongs to somebody else: other operations may still read it. `*=`
    changes it under their eyes."""
    a, b = node._inputs
    grad_b = out_grad * a
    out_grad.data *= b.data
    return out_grad, grad_b


@wrong("ops.Mul.backward")
def product_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. What asks for more here?"""
    a, b = (np.array(x.data, dtype=float) for x in node._inputs)
    return Tensor(out_grad.data * b), Tensor(out_grad.data * a)


@wrong("ops.Mul.backward")
def product_drops_constants(self, out_grad, node):
    """The walk pairs gradients with inputs by position. Keep a place for every input, always
    two."""
    a, b = node._inputs
    pairs = [(a, out_grad * b), (b, out_grad * a)]
    return tuple(grad for x, grad in pairs if x.requires_grad)


@wrong("ops.Mul.backward")
def one_entry_for_a_square(self, out_grad, node):
    """In x * x both inputs are the same tensor, and still there are two of them."""
    a, b = node._inputs
    grads = {id(a): out_grad * b, id(b): out_grad * a}
    return tuple(grads.values())


@right("ops.Mul.backward")
def product_on_arrays(self, out_grad, node):
    first, second = node._inputs
    return [out_grad.data * second.data, out_grad.data * first.data]


@right("ops.Mul.backward")
def product_by_index(self, out_grad, node):
    return mul(node._inputs[1], out_grad), mul(node._inputs[0], out_grad)


@right("ops.Mul.backward")
def none_for_constants(self, out_grad, node):
    a, b = node._inputs
    grad_a = out_grad * b if a.requires_grad else None
    grad_b = out_grad * a if b.requires_grad else None
    return grad_a, grad_b


@right("ops.Mul.backward")
def product_divided_again(self, out_grad, node):
    return tuple(out_grad * node / x for x in node._inputs)


# sub-backward


@wrong("ops.Sub.backward")
def like_a_sum(self, out_grad, node):
    """Nudge b upwards. Does a - b go up or down?"""
    return out_grad, out_grad


@wrong("ops.Sub.backward")
def sign_on_the_first(self, out_grad, node):
    """Nudge a upwards: a - b goes up with it. On which of the two does the sign belong?"""
    return -out_grad, out_grad


@wrong("ops.Sub.backward")
def sign_on_both(self, out_grad, node):
    """Nudge a upwards, then b. Does a - b really fall both times?"""
    return -out_grad, -out_grad


@wrong("ops.Sub.backward")
def difference_ignores_upstream(self, out_grad, node):
    """One and minus one are the local derivatives. Where is what came down from above?"""
    ones = np.ones_like(node.data)
    return Tensor(ones), Tensor(-ones)


@wrong("ops.Sub.backward")
def scales_by_operands(self, out_grad, node):
    """Does a - b move faster where a is large? Nudge once at a = 2 and once at a = 200."""
    a, b = node._inputs
    return out_grad * a, -out_grad * b


@wrong("ops.Sub.backward")
def turns_upstream_round(self, out_grad, node):
    """The upstream gradient is not yours to change; others may still read it. Make a new one."""
    first = Tensor(out_grad)
    out_grad.data *= -1
    return first, out_grad


@wrong("ops.Sub.backward")
def difference_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32, like the upstream gradient you were given."""
    return Tensor(out_grad, dtype="float64"), Tensor(-out_grad, dtype="float64")


@wrong("ops.Sub.backward")
def difference_drops_constants(self, out_grad, node):
    """Gradients are paired with inputs by position. A constant keeps its place too."""
    pairs = zip(node._inputs, (out_grad, -out_grad), strict=True)
    return [grad for x, grad in pairs if x.requires_grad]


@right("ops.Sub.backward")
def difference_times_ones(self, out_grad, node):
    return out_grad * 1, out_grad * -1


@right("ops.Sub.backward")
def difference_on_arrays(self, out_grad, node):
    upstream = out_grad.data
    return [upstream.copy(), np.negative(upstream)]


@right("ops.Sub.backward")
def difference_from_zero(self, out_grad, node):
    return (out_grad, sub(0, out_grad))


# div-backward


@wrong("ops.Div.backward")
def divisor_sign_lost(self, out_grad, node):
    """Make b a little larger. Does a / b become larger or smaller?"""
    a, b = node._inputs
    return out_grad / b, out_grad * a / (b * b)


@wrong("ops.Div.backward")
def divisor_not_squared(self, out_grad, node):
    """8 / 2 is 4 and 8 / 2.01 is about 3.98. By how much did it move for each hundredth of b?"""
    a, b = node._inputs
    return out_grad / b, -out_grad * a / b


@wrong("ops.Div.backward")
def numerator_lost(self, out_grad, node):
    """That is how 1 / b moves. With 8 above the line instead of 1, all moves are larger."""
    _, b = node._inputs
    return out_grad / b, -out_grad / (b * b)


@wrong("ops.Div.backward")
def quotient_like_a_product(self, out_grad, node):
    """Dividing is not multiplying: nudge a in a / b where b is 2, and see how far it moves."""
    a, b = node._inputs
    return out_grad * b, out_grad * a


@wrong("ops.Div.backward")
def quotient_exchanged(self, out_grad, node):
    """Both expressions are right. Which of them belongs to the first input?"""
    a, b = node._inputs
    return -out_grad * a / (b * b), out_grad / b


@wrong("ops.Div.backward")
def quotient_ignores_upstream(self, out_grad, node):
    """These are the local derivatives. What came from above is missing in both."""
    a, b = node._inputs
    return 1 / b, -a / (b * b)


@wrong("ops.Div.backward")
def divides_upstream_in_place(self, out_grad, node):
    """`/=` changes the upstream gradient itself, which others may still read. Make a new tensor."""
    _, b = node._inputs
    out_grad.data /= b.data
    return out_grad, -out_grad * node


@wrong("ops.Div.backward")
def quotient_in_float64(self, out_grad, node):
    """The gradient of a float32 tensor is float32. Where does the wider type come in?"""
    a, b = (np.array(x.data, dtype=float) for x in node._inputs)
    return out_grad.data / b, -out_grad.data * a / b**2


@wrong("ops.Div.backward")
def quotient_drops_constants(self, out_grad, node):
    """Two inputs, two places. Where an input is a constant its place may hold None, but must
    exist."""
    a, b = node._inputs
    grads = []
    if a.requires_grad:
        grads.append(out_grad / b)
    if b.requires_grad:
        grads.append(-out_grad * a / (b * b))
    return grads


@right("ops.Div.backward")
def quotient_on_arrays(self, out_grad, node):
    a, b, upstream = node._inputs[0].data, node._inputs[1].data, out_grad.data
    return Tensor(upstream / b), Tensor(-upstream * a / np.square(b))


@right("ops.Div.backward")
def quotient_by_powers(self, out_grad, node):
    a, b = node._inputs
    return [out_grad * b**-1, out_grad * a * -1 * b**-2]


@right("ops.Div.backward")
def quotient_step_by_step(self, out_grad, node):
    a, b = node._inputs
    local_b = -(a / b) / b
    return out_grad * (1 / b), out_grad * local_b if b.requires_grad else None


# pow-backward


@wrong("ops.Pow.backward")
def exponent_not_lowered(self, out_grad, node):
    """Nudge a in a ** 2: the slope is a straight line in a. Is yours a parabola?"""
    a, b = node._inputs
    return out_grad * b * a**b, out_grad * node * log(a)


@wrong("ops.Pow.backward")
def exponent_not_in_front(self, out_grad, node):
    """a ** 3 at a = 2 moves by 0.12 when a moves by 0.01. You get a third of that. What is
    missing?"""
    a, b = node._inputs
    return out_grad * a ** (b - 1), out_grad * node * log(a)


@wrong("ops.Pow.backward")
def base_and_exponent_exchanged(self, out_grad, node):
    """Both gradients are there. Which is for the base, which for the exponent?"""
    a, b = node._inputs
    return out_grad * node * log(a), out_grad * b * a ** (b - 1)


@wrong("ops.Pow.backward")
def logarithm_forgotten(self, out_grad, node):
    """Only e ** b is its own derivative by b. For another base a factor comes in: which?"""
    a, b = node._inputs
    return out_grad * b * a ** (b - 1), out_grad * node


@wrong("ops.Pow.backward")
def exponent_like_the_base(self, out_grad, node):
    """The power rule is for a base that moves. When the exponent moves, the curve is another
    one."""
    a, b = node._inputs
    return out_grad * b * a ** (b - 1), out_grad * a * b ** (a - 1)


@wrong("ops.Pow.backward")
def no_gradient_for_the_exponent(self, out_grad, node):
    """The exponent is an input like the base. If it needs a gradient, None is not enough."""
    a, b = node._inputs
    return out_grad * b * a ** (b - 1), None


@wrong("ops.Pow.backward")
def power_ignores_upstream(self, out_grad, node):
    """Both local derivatives are right. What came from above has to be in the product."""
    a, b = node._inputs
    return b * a ** (b - 1), node * log(a)


@wrong("ops.Pow.backward")
def through_the_logarithm(self, out_grad, node):
    """(-2) ** 3 is -8, but log(-2) is NaN. Keep the logarithm out of what the base gets."""
    a, b = (x.data for x in node._inputs)
    with np.errstate(invalid="ignore"):
        grad_a = b * np.exp((b - 1) * np.log(a))
        grad_b = np.exp(b * np.log(a)) * np.log(a)
    return out_grad * grad_a, out_grad * grad_b


@wrong("ops.Pow.backward")
def power_in_place(self, out_grad, node):
    """Whoever gave you the upstream gradient may read it again. `*=` has changed it."""
    a, b = node._inputs
    grad_a = out_grad * b * a ** (b - 1)
    out_grad.data *= node.data * np.log(a.data)
    return grad_a, out_grad


@wrong("ops.Pow.backward")
def power_in_float64(self, out_grad, node):
    """Gradients have the dtype of their inputs. Which NumPy function here always answers in
    float64?"""
    a, b = (x.data for x in node._inputs)
    with np.errstate(invalid="ignore"):
        return out_grad.data * b * np.float_power(a, b - 1), out_grad * node * np.log(a)


@wrong("ops.Pow.backward")
def power_drops_constants(self, out_grad, node):
    """Gradients and inputs are paired by position: two inputs, two places."""
    a, b = node._inputs
    grads = [out_grad * b * a ** (b - 1)] if a.requires_grad else []
    if b.requires_grad:
        grads.append(out_grad * node * log(a))
    return grads


@right("ops.Pow.backward")
def power_on_arrays(self, out_grad, node):
    a, b = node._inputs[0].data, node._inputs[1].data
    with np.errstate(all="ignore"):
        return [out_grad.data * b * a ** (b - 1), out_grad.data * np.power(a, b) * np.log(a)]


@right("ops.Pow.backward")
def power_from_the_result(self, out_grad, node):
    a, b = node._inputs
    return out_grad * node * b / a, out_grad * node * log(abs(a)) if b.requires_grad else None


@right("ops.Pow.backward")
def power_with_functions(self, out_grad, node):
    a, b = node._inputs
    grad_a = mul(mul(out_grad, b), power(a, sub(b, 1)))
    return grad_a, mul(out_grad, mul(power(a, b), log(a)))


# negate-abs-relu-backward


@wrong("ops.{Negate,Abs,ReLU}.backward")
class signs_in_place:
    """Right, but written into the upstream gradient, which others may still read. Make a new
    one."""

    class Negate:
        def backward(self, out_grad, node):
            out_grad.data *= -1
            return out_grad

    class Abs:
        def backward(self, out_grad, node):
            out_grad.data[node._inputs[0].data < 0] *= -1
            return out_grad

    class ReLU:
        def backward(self, out_grad, node):
            out_grad.data[node.data == 0] = 0
            return out_grad


@wrong("ops.{Negate,Abs,ReLU}.backward")
class signs_in_float64:
    """The gradient of a float32 tensor is float32. np.where of two Python floats is float64."""

    class Negate:
        def backward(self, out_grad, node):
            return Tensor(-out_grad.data, dtype="float64")

    class Abs:
        def backward(self, out_grad, node):
            return out_grad.data * np.where(node._inputs[0].data < 0, -1.0, 1.0)

    class ReLU:
        def backward(self, out_grad, node):
            return out_grad.data * np.where(node._inputs[0].data > 0, 1.0, 0.0)


@wrong("ops.{Negate,Abs,ReLU}.backward")
class passes_upstream_on:
    """Nudge an input upwards at 2 and at -3. Does the output go up by as much, both times?"""

    class Negate:
        def backward(self, out_grad, node):
            return out_grad

    class Abs:
        def backward(self, out_grad, node):
            return out_grad

    class ReLU:
        def backward(self, out_grad, node):
            return out_grad


@wrong("ops.{Negate,Abs,ReLU}.backward")
class signs_without_upstream:
    """That is the slope at each entry. A gradient is the slope times what came from above."""

    class Negate:
        def backward(self, out_grad, node):
            return Tensor(-np.ones_like(node.data))

    class Abs:
        def backward(self, out_grad, node):
            return Tensor(np.sign(node._inputs[0].data))

    class ReLU:
        def backward(self, out_grad, node):
            return Tensor((node._inputs[0].data > 0).astype(node.dtype))


@wrong("ops.{Abs,ReLU}.backward")
class asks_the_gradient:
    """Whether the curve rises or falls depends on where the input is, not on the gradient's
    sign."""

    class Abs:
        def backward(self, out_grad, node):
            return out_grad * np.sign(out_grad.data)

    class ReLU:
        def backward(self, out_grad, node):
            return out_grad * (out_grad.data > 0)


@wrong("ops.ReLU.backward")
def relu_times_its_output(self, out_grad, node):
    """Above zero the curve is a line. Is its slope at 3 really three times as steep as at 1?"""
    return out_grad * node


@wrong("ops.Negate.backward")
def negates_the_value(self, out_grad, node):
    """That is the value of -x once more. How steep is the line -x?"""
    return -out_grad * node._inputs[0]


@right("ops.{Negate,Abs,ReLU}.backward")
class signs_on_arrays:
    class Negate:
        def backward(self, out_grad, node):
            return np.negative(out_grad.data)

    class Abs:
        def backward(self, out_grad, node):
            return np.where(node._inputs[0].data > 0, out_grad.data, -out_grad.data)

    class ReLU:
        def backward(self, out_grad, node):
            return (np.where(node.data > 0, out_grad.data, 0),)


@right("ops.{Negate,Abs,ReLU}.backward")
class signs_from_the_output:
    class Negate:
        def backward(self, out_grad, node):
            return out_grad * -1

    class Abs:
        def backward(self, out_grad, node):
            return out_grad * node._inputs[0] / node

    class ReLU:
        def backward(self, out_grad, node):
            return [out_grad * np.heaviside(node.data, 0)]


# log-exp-sqrt-backward


@wrong("ops.{Log,Exp,Sqrt}.backward")
class growth_in_place:
    """Right, but `*=` and `/=` have changed the upstream gradient itself. Make a new tensor."""

    class Log:
        def backward(self, out_grad, node):
            out_grad.data /= node._inputs[0].data
            return out_grad

    class Exp:
        def backward(self, out_grad, node):
            out_grad.data *= node.data
            return out_grad

    class Sqrt:
        def backward(self, out_grad, node):
            node.data *= 2
            return out_grad / node


@wrong("ops.{Log,Exp,Sqrt}.backward")
class growth_in_float64:
    """The gradient of a float32 tensor is float32. Which step here widens it?"""

    class Log:
        def backward(self, out_grad, node):
            return Tensor(out_grad.data / node._inputs[0].data, dtype="float64")

    class Exp:
        def backward(self, out_grad, node):
            return out_grad.data * np.float_power(np.e, node._inputs[0].data)

    class Sqrt:
        def backward(self, out_grad, node):
            return out_grad.data * 0.5 * np.float_power(node._inputs[0].data, -0.5)


@wrong("ops.{Log,Exp,Sqrt}.backward")
class growth_without_upstream:
    """The slope is right. Multiply it by what came from above."""

    class Log:
        def backward(self, out_grad, node):
            return 1 / node._inputs[0]

    class Exp:
        def backward(self, out_grad, node):
            return node

    class Sqrt:
        def backward(self, out_grad, node):
            return 0.5 / node


@wrong("ops.Log.backward")
def one_over_the_output(self, out_grad, node):
    """`node` holds log(x). At x = 1 that is 0, yet the logarithm is not infinitely steep there."""
    return out_grad / node


@wrong("ops.Log.backward")
def steeper_further_out(self, out_grad, node):
    """Between 1 and 2 the logarithm rises by 0.69, between 10 and 11 by 0.095. Is it steeper
    there?"""
    return out_grad * node._inputs[0]


@wrong("ops.Exp.backward")
def scales_by_the_exponent(self, out_grad, node):
    """At x = 0 the curve e ** x is not flat: it rises by 0.01 when you nudge x by 0.01."""
    return out_grad * node._inputs[0]


@wrong("ops.Exp.backward")
def power_rule_for_exp(self, out_grad, node):
    """The power rule is for x ** n, where the base moves. In e ** x the exponent does."""
    x = node._inputs[0]
    return out_grad * x * np.exp(x.data - 1)


@wrong("ops.Sqrt.backward")
def half_over_the_input(self, out_grad, node):
    """The power rule lowers the exponent 0.5 by one. What is x to that power?"""
    return out_grad / (2 * node._inputs[0])


@wrong("ops.Sqrt.backward")
def half_times_the_root(self, out_grad, node):
    """The root grows more and more slowly. Does your slope get smaller further out?"""
    return out_grad * 0.5 * node


@wrong("ops.Sqrt.backward")
def half_forgotten(self, out_grad, node):
    """From 4 to 4.01 the root moves by 0.0025. You say twice as much."""
    return out_grad / node


@right("ops.{Log,Exp,Sqrt}.backward")
class growth_on_arrays:
    class Log:
        def backward(self, out_grad, node):
            return out_grad.data * np.reciprocal(node._inputs[0].data)

    class Exp:
        def backward(self, out_grad, node):
            return (np.exp(node._inputs[0].data) * out_grad.data,)

    class Sqrt:
        def backward(self, out_grad, node):
            return [0.5 * out_grad.data / np.sqrt(node._inputs[0].data)]


@right("ops.{Log,Exp,Sqrt}.backward")
class growth_by_powers:
    class Log:
        def backward(self, out_grad, node):
            (x,) = node._inputs
            return out_grad * x**-1

    class Exp:
        def backward(self, out_grad, node):
            return mul(node, out_grad)

    class Sqrt:
        def backward(self, out_grad, node):
            x = node._inputs[0]
            return out_grad * sqrt(x) / (x + x)


# sin-cos-sigmoid-tanh-backward


@wrong("ops.{Sin,Cos,Sigmoid,Tanh}.backward")
class curves_in_place:
    """Right, but written into an array that others may still read. Make a new one."""

    class Sin:
        def backward(self, out_grad, node):
            out_grad.data *= np.cos(node._inputs[0].data)
            return out_grad

    class Cos:
        def backward(self, out_grad, node):
            out_grad.data *= -np.sin(node._inputs[0].data)
            return out_grad

    class Sigmoid:
        def backward(self, out_grad, node):
            out_grad.data *= node.data * (1 - node.data)
            return out_grad

    class Tanh:
        def backward(self, out_grad, node):
            node.data **= 2
            return out_grad * (1 - node)


@wrong("ops.{Sin,Cos,Sigmoid,Tanh}.backward")
class curves_in_float64:
    """The gradient of a float32 tensor is float32. Who asks for float64 here?"""

    class Sin:
        def backward(self, out_grad, node):
            return out_grad.data * np.cos(node._inputs[0].data, dtype="float64")

    class Cos:
        def backward(self, out_grad, node):
            return -out_grad.data * np.sin(node._inputs[0].data, dtype="float64")

    class Sigmoid:
        def backward(self, out_grad, node):
            return out_grad.data * node.data * (np.ones(node.shape) - node.data)

    class Tanh:
        def backward(self, out_grad, node):
            return out_grad.data * (np.ones(node.shape) - node.data**2)


@wrong("ops.{Sin,Cos,Sigmoid,Tanh}.backward")
class curves_without_upstream:
    """The slope is right. A gradient is the slope times what came from above."""

    class Sin:
        def backward(self, out_grad, node):
            return cos(node._inputs[0])

    class Cos:
        def backward(self, out_grad, node):
            return -sin(node._inputs[0])

    class Sigmoid:
        def backward(self, out_grad, node):
            return node * (1 - node)

    class Tanh:
        def backward(self, out_grad, node):
            return 1 - node * node


@wrong("ops.{Sin,Cos}.backward")
class sign_of_the_other:
    """At 0 the sine rises. From 0 on the cosine falls. Which of the two has the minus sign?"""

    class Sin:
        def backward(self, out_grad, node):
            return -out_grad * cos(node._inputs[0])

    class Cos:
        def backward(self, out_grad, node):
            return out_grad * sin(node._inputs[0])


@wrong("ops.{Sin,Cos}.backward")
class angle_of_the_output:
    """The slope is wanted at the input x. `node` holds the output, which is no angle."""

    class Sin:
        def backward(self, out_grad, node):
            return out_grad * cos(node)

    class Cos:
        def backward(self, out_grad, node):
            return -out_grad * sin(node)


@wrong("ops.{Sigmoid,Tanh}.backward")
class input_for_output:
    """The formula is right for the output. Which variable holds it, and which holds the input?"""

    class Sigmoid:
        def backward(self, out_grad, node):
            x = node._inputs[0]
            return out_grad * x * (1 - x)

    class Tanh:
        def backward(self, out_grad, node):
            x = node._inputs[0]
            return out_grad * (1 - x * x)


@wrong("ops.Sigmoid.backward")
def mixes_input_and_output(self, out_grad, node):
    """Two different things stand in the two factors. At 0 the slope is 0.25: what do you get
    there?"""
    return out_grad * node * (1 - node._inputs[0])


@wrong("ops.Sigmoid.backward")
def slope_of_tanh(self, out_grad, node):
    """At 0 the sigmoid is 0.5 and its slope is 0.25. What do you get there?"""
    return out_grad * (1 - node * node)


@wrong("ops.Tanh.backward")
def square_forgotten(self, out_grad, node):
    """tanh is as steep at -1 as it is at 1. Is your slope the same at both?"""
    return out_grad * (1 - node)


@wrong("ops.Tanh.backward")
def slope_of_sigmoid(self, out_grad, node):
    """At 0 tanh has the slope 1. What do you get there?"""
    return out_grad * node * (1 - node)


@right("ops.{Sin,Cos,Sigmoid,Tanh}.backward")
class curves_on_arrays:
    class Sin:
        def backward(self, out_grad, node):
            return out_grad.data * np.cos(node._inputs[0].data)

    class Cos:
        def backward(self, out_grad, node):
            return (np.sin(node._inputs[0].data) * -out_grad.data,)

    class Sigmoid:
        def backward(self, out_grad, node):
            return [out_grad.data * node.data * (1 - node.data)]

    class Tanh:
        def backward(self, out_grad, node):
            return out_grad.data / np.cosh(node._inputs[0].data) ** 2


@right("ops.{Sin,Cos,Sigmoid,Tanh}.backward")
class curves_by_other_formulas:
    class Sin:
        def backward(self, out_grad, node):
            return out_grad * cos(-node._inputs[0])

    class Cos:
        def backward(self, out_grad, node):
            return out_grad * sin(-1 * node._inputs[0])

    class Sigmoid:
        def backward(self, out_grad, node):
            s = sigmoid(node._inputs[0])
            return out_grad * (s - s * s)

    class Tanh:
        def backward(self, out_grad, node):
            t = tanh(node._inputs[0])
            return out_grad * (1 + t) * (1 - t)


# scalar-operations


@wrong("ops.{MulScalar,DivScalar,PowerScalar}.{forward,backward}")
class scalar_in_place:
    """Right, but written into an array that belongs to somebody else. Make a new one."""

    class MulScalar:
        def forward(self, a):
            a *= self.scalar
            return a

        def backward(self, out_grad, node):
            out_grad.data *= self.scalar
            return Tensor(out_grad)

    class DivScalar:
        def forward(self, a):
            a /= self.scalar
            return a

        def backward(self, out_grad, node):
            out_grad.data /= self.scalar
            return Tensor(out_grad)

    class PowerScalar:
        def forward(self, a):
            a **= self.scalar
            return a

        def backward(self, out_grad, node):
            n = self.scalar
            slope = n * node._inputs[0].data ** (n - 1) if n else np.zeros_like(node.data)
            out_grad.data *= slope
            return Tensor(out_grad)


@wrong("ops.{MulScalar,DivScalar,PowerScalar}.{forward,backward}")
class scalar_in_float64:
    """A float32 tensor stays float32 when it meets a number. A float64 array of one number widens
    it."""

    class MulScalar:
        def forward(self, a):
            return a * np.float64(self.scalar)

        def backward(self, out_grad, node):
            return out_grad.data * np.float64(self.scalar)

    class DivScalar:
        def forward(self, a):
            return a / np.array(self.scalar)

        def backward(self, out_grad, node):
            return out_grad / np.array(self.scalar)

    class PowerScalar:
        def forward(self, a):
            return np.float_power(a, self.scalar)

        def backward(self, out_grad, node):
            n = self.scalar
            if n == 0:
                return np.zeros_like(node.data)
            return out_grad.data * n * np.float_power(node._inputs[0].data, n - 1)


@wrong("ops.{MulScalar,DivScalar,PowerScalar}.backward")
class gradient_for_the_scalar_too:
    """The number is a plain constant: it was no input of the node. How many inputs does it have?"""

    class MulScalar:
        def backward(self, out_grad, node):
            return out_grad * self.scalar, out_grad * node._inputs[0]

    class DivScalar:
        def backward(self, out_grad, node):
            return out_grad / self.scalar, -out_grad * node / self.scalar

    class PowerScalar:
        def backward(self, out_grad, node):
            x, n = node._inputs[0], self.scalar
            return out_grad * n * x ** (n - 1), out_grad * node * log(x)


@wrong("ops.MulScalar.backward")
def scalar_twice(self, out_grad, node):
    """Nudge x by 0.01 in 4 * x: it moves by 0.04. Yours says 0.16."""
    return out_grad * self.scalar * self.scalar


@wrong("ops.MulScalar.backward")
def gives_the_tensor(self, out_grad, node):
    """The slope of 4 * x is the same everywhere. Yours depends on x: whose gradient would
    that be?"""
    return out_grad * node._inputs[0]


@wrong("ops.DivScalar.backward")
def multiplies_by_the_divisor(self, out_grad, node):
    """Nudge x by 0.01 in x / 4. Does the quotient move by more than 0.01, or by less?"""
    return out_grad * self.scalar


@wrong("ops.DivScalar.backward")
def gradient_of_the_divisor(self, out_grad, node):
    """That is how x / s moves when s does. But s is a constant here; it is x that moves."""
    return -out_grad * node._inputs[0] / self.scalar**2


@wrong("ops.PowerScalar.backward")
def scalar_exponent_not_lowered(self, out_grad, node):
    """The slope of x ** 3 grows like a square. Does yours?"""
    return out_grad * self.scalar * node


@wrong("ops.PowerScalar.backward")
def scalar_not_in_front(self, out_grad, node):
    """x ** 3 at x = 2 moves by 0.12 for a nudge of 0.01. You get a third of it."""
    n = self.scalar
    return out_grad * node._inputs[0] ** (n - 1 if n else 1) * (n != 0)


@wrong("ops.PowerScalar.backward")
def nothing_over_nothing(self, out_grad, node):
    """x ** 0 is 1 everywhere, so its slope is 0. At x = 0 you compute 0 * 0 ** -1, which is NaN."""
    n = self.scalar
    return out_grad * n * node._inputs[0] ** (n - 1)


@wrong("ops.DivScalar.forward")
def divides_the_scalar(self, a):
    """DivScalar(4) divides x by 4. Here 4 is divided by x."""
    return self.scalar / a


@wrong("ops.PowerScalar.forward")
def scalar_to_the_tensor(self, a):
    """PowerScalar(3) raises x to the third power. Here 3 is raised to the power of x."""
    return self.scalar**a


@wrong("ops.PowerScalar.forward")
def multiplies_in_a_loop(self, a):
    """How many rounds does this loop make for the exponent 0.5, or for -1?"""
    out = np.ones_like(a)
    for _ in range(int(self.scalar)):
        out = out * a
    return out


@right("ops.{MulScalar,DivScalar,PowerScalar}.{forward,backward}")
class scalar_on_arrays:
    class MulScalar:
        def forward(self, a):
            return np.multiply(self.scalar, a)

        def backward(self, out_grad, node):
            return self.scalar * out_grad.data

    class DivScalar:
        def forward(self, a):
            return np.divide(a, self.scalar)

        def backward(self, out_grad, node):
            return [out_grad.data * (1 / self.scalar)]

    class PowerScalar:
        def forward(self, a):
            return np.power(a, self.scalar)

        def backward(self, out_grad, node):
            if self.scalar == 0:
                return np.zeros_like(node.data)
            x = node._inputs[0].data
            return out_grad.data * self.scalar * np.power(x, self.scalar - 1)


@right("ops.{MulScalar,DivScalar,PowerScalar}.backward")
class scalar_by_operations:
    class MulScalar:
        def backward(self, out_grad, node):
            return mul(out_grad, self.scalar)

    class DivScalar:
        def backward(self, out_grad, node):
            return (out_grad * self.scalar**-1,)

    class PowerScalar:
        def backward(self, out_grad, node):
            n = self.scalar
            return out_grad * 0 if n == 0 else out_grad * node._inputs[0] ** (n - 1) * n


# chain-by-hand


@wrong("pieces.chain_by_hand")
def upstream_for_both(d, out_grad):
    """`out_grad` is the gradient of d. What is the gradient of c, from which a and b get theirs?"""
    c, _ = d._inputs
    _, grad_w = d._op.backward(out_grad, d)
    grad_a, grad_b = c._op.backward(out_grad, c)
    return grad_a, grad_b, grad_w


@wrong("pieces.chain_by_hand")
def starts_from_ones(d, out_grad):
    """A chain is rarely the end of a program: something came down to d as well. Start from that."""
    c, _ = d._inputs
    grad_c, grad_w = d._op.backward(Tensor(d.data * 0 + 1), d)
    grad_a, grad_b = c._op.backward(grad_c, c)
    return grad_a, grad_b, grad_w


@wrong("pieces.chain_by_hand")
def knows_products_only(d, out_grad):
    """That is right for a * b * w. But d and c know themselves which operation made them:
    ask it."""
    c, w = d._inputs
    a, b = c._inputs
    return out_grad * b * w, out_grad * a * w, out_grad * c


@wrong("pieces.chain_by_hand")
def knows_the_last_product(d, out_grad):
    """c is asked, and d is not: you answer for it as if it were a product. It may be a sum, and
    its operation knows."""
    c, w = d._inputs
    grad_a, grad_b = c._op.backward(out_grad * w, c)
    return grad_a, grad_b, out_grad * c


@wrong("pieces.chain_by_hand")
def order_of_the_walk(d, out_grad):
    """All three are right, in the order in which the walk finds them. Which order was asked for?"""
    c, _ = d._inputs
    grad_c, grad_w = d._op.backward(out_grad, d)
    grad_a, grad_b = c._op.backward(grad_c, c)
    return grad_w, grad_a, grad_b


@wrong("pieces.chain_by_hand")
def stops_half_way(d, out_grad):
    """These are the gradients of c and w. c is no leaf: walk on to what it was made from."""
    return d._op.backward(out_grad, d)


@wrong("pieces.chain_by_hand")
def first_operation_first(d, out_grad):
    """A backward walk starts at the end: c's gradient has to be known before a and b can
    have one."""
    c, _ = d._inputs
    grad_a, grad_b = c._op.backward(out_grad, c)
    grad_c, grad_w = d._op.backward(grad_a, d)
    return grad_c, grad_b, grad_w


@wrong("pieces.chain_by_hand")
def asks_with_the_wrong_node(d, out_grad):
    """`backward` reads the inputs of the node it is given. Whose inputs are a and b?"""
    c, _ = d._inputs
    grad_c, grad_w = d._op.backward(out_grad, d)
    grad_a, grad_b = c._op.backward(grad_c, d)
    return grad_a, grad_b, grad_w


@wrong("pieces.chain_by_hand")
def uses_upstream_as_a_ledger(d, out_grad):
    """Right, but `out_grad` holds another gradient now, and its owner does not know. Use a new
    name."""
    c, _ = d._inputs
    grad_c, grad_w = d._op.backward(out_grad, d)
    out_grad.data = grad_c.data
    grad_a, grad_b = c._op.backward(out_grad, c)
    return grad_a, grad_b, grad_w


@right("pieces.chain_by_hand")
def chain_by_index(d, out_grad):
    grads = d._op.backward(out_grad, d)
    c = d._inputs[0]
    return [*c._op.backward(grads[0], c), grads[1]]


@right("pieces.chain_by_hand")
def chain_in_a_loop(d, out_grad):
    gradient, found = out_grad, []
    for node in (d, d._inputs[0]):
        gradient, last = node._op.backward(gradient, node)
        found.insert(0, last)
    return gradient, *found
