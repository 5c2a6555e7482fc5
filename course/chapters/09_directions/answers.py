"""Wrong answers to chapter 9 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import math

import numpy as np
from gradloom import Dual, Tensor, Value, forward_derivative, grad, topological_order
from gradloom_grader.answers import right, wrong

# dual-numbers


@wrong("dual.Dual.__add__")
def constants_that_move(self, other):
    """A plain number stays where it is, however much x moves. What is its tangent?"""
    other = other if isinstance(other, Dual) else Dual(other, 1.0)
    return Dual(self.value + other.value, self.tangent + other.tangent)


@wrong("dual.Dual.__add__")
def only_the_first_moves(self, other):
    """In a sum both may move, and the result moves by what they move together."""
    other = other if isinstance(other, Dual) else Dual(other)
    return Dual(self.value + other.value, self.tangent)


@wrong("dual.Dual.__mul__")
def one_sided_product(self, other):
    """Half of the product rule: what does the product do when the second factor moves?"""
    other = other if isinstance(other, Dual) else Dual(other)
    return Dual(self.value * other.value, self.tangent * other.value)


@wrong("dual.Dual.__mul__")
def multiplies_the_tangents(self, other):
    """Tangents do not multiply like values. Nudge one factor of 3 * 2 and look what the product
    does."""
    other = other if isinstance(other, Dual) else Dual(other)
    return Dual(self.value * other.value, self.tangent * other.tangent)


@wrong("dual.Dual.__mul__")
def each_keeps_its_own(self, other):
    """Each factor's tangent goes with a value. With which one of the two?"""
    other = other if isinstance(other, Dual) else Dual(other)
    tangent = self.tangent * self.value + other.tangent * other.value
    return Dual(self.value * other.value, tangent)


@wrong("dual.Dual.__mul__")
def needs_a_dual(self, other):
    """The other factor may be a plain number, such as in x * 4."""
    tangent = self.tangent * other.value + self.value * other.tangent
    return Dual(self.value * other.value, tangent)


@wrong("dual.Dual.__truediv__")
def the_denominator_stands_still(self, other):
    """When the denominator grows, the quotient falls. Where is that here?"""
    other = other if isinstance(other, Dual) else Dual(other)
    return Dual(self.value / other.value, self.tangent / other.value)


@wrong("dual.Dual.__truediv__")
def a_sum_above_the_line(self, other):
    """Everything is there but one sign: the quotient falls when the denominator grows."""
    other = other if isinstance(other, Dual) else Dual(other)
    above = self.tangent * other.value + self.value * other.tangent
    return Dual(self.value / other.value, above / other.value**2)


@wrong("dual.Dual.__truediv__")
def not_squared(self, other):
    """Check the quotient rule once more: what stands below the line?"""
    other = other if isinstance(other, Dual) else Dual(other)
    above = self.tangent * other.value - self.value * other.tangent
    return Dual(self.value / other.value, above / other.value)


@wrong("dual.Dual.__pow__")
def exponent_stays(self, exponent):
    """The exponent comes down in front. What happens to the one that stays up?"""
    return Dual(self.value**exponent, exponent * self.value**exponent * self.tangent)


@wrong("dual.Dual.__pow__")
def nothing_comes_down(self, exponent):
    """x ** 3 is steeper than x ** 2, by more than a power of x."""
    return Dual(self.value**exponent, self.value ** (exponent - 1) * self.tangent)


@wrong("dual.Dual.__pow__")
def divides_by_zero(self, exponent):
    """x ** 0 is flat everywhere. At x = 0 the power rule asks for 0 ** -1, though, which is an
    error."""
    slope = exponent * self.value ** (exponent - 1)
    return Dual(self.value**exponent, slope * self.tangent)


@wrong("dual.Dual.__pow__")
def whole_exponents_only(self, exponent):
    """Right for whole exponents. 1.5 is an exponent as well."""
    exponent = int(exponent)
    slope = exponent * self.value ** (exponent - 1) if exponent else 0.0
    return Dual(self.value**exponent, slope * self.tangent)


@wrong("dual.Dual.__pow__")
def an_input_of_speed_one(self, exponent):
    """The slope is right, but the base may move at any speed: the chain rule wants it as a
    factor."""
    slope = exponent * self.value ** (exponent - 1) if exponent else 0.0
    return Dual(self.value**exponent, slope)


@wrong("dual.Dual.{exp,sin,tanh}")
class the_slope_alone:
    """The slope at that place is not yet the tangent: how fast does the input itself move?"""

    class Dual:
        def exp(self):
            return Dual(math.exp(self.value), math.exp(self.value))

        def sin(self):
            return Dual(math.sin(self.value), math.cos(self.value))

        def tanh(self):
            return Dual(math.tanh(self.value), 1 - math.tanh(self.value) ** 2)


@wrong("dual.Dual.exp")
def tangent_through_exp(self):
    """The tangent passes exp as a factor; exp is taken of the value only."""
    return Dual(math.exp(self.value), math.exp(self.tangent))


@wrong("dual.Dual.sin")
def falls_where_it_rises(self):
    """At 0 the sine rises. What is the sign of its slope there?"""
    return Dual(math.sin(self.value), -math.cos(self.value) * self.tangent)


@wrong("dual.Dual.tanh")
def input_for_output(self):
    """The slope of tanh is a simple formula in its result, not in its input."""
    return Dual(math.tanh(self.value), (1 - self.value**2) * self.tangent)


@wrong("dual.Dual.tanh")
def overflows_far_out(self):
    """Written with exp it overflows for an input of 800. `math.tanh` does not."""
    up, down = math.exp(self.value), math.exp(-self.value)
    value = (up - down) / (up + down)
    return Dual(value, (1 - value * value) * self.tangent)


@wrong("dual.forward_derivative")
def all_inputs_move(f, *args, arg=0):
    """If all inputs move at once, what comes out is the sum of all derivatives. Let one move."""
    return f(*[Dual(value, 1.0) for value in args]).tangent


@wrong("dual.forward_derivative")
def the_first_input_moves(f, *args, arg=0):
    """`arg` says which input has to move; it need not be the first."""
    duals = [Dual(value) for value in args]
    duals[0].tangent = 1.0
    return f(*duals).tangent


@wrong("dual.forward_derivative")
def nudges_instead(f, *args, arg=0):
    """That is chapter 0: two calls and a small error. One call with a tangent is exact."""
    above, below = list(args), list(args)
    above[arg] += 1e-6
    below[arg] -= 1e-6
    high, low = f(*map(Dual, above)), f(*map(Dual, below))
    return (high.value - low.value) / 2e-6


@wrong("dual.forward_derivative")
def asks_twice(f, *args, arg=0):
    """Right, but f is called twice. One call gives value and tangent together."""
    duals = [Dual(value) for value in args]
    value = f(*duals).value
    duals[arg].tangent = 1.0
    return f(*duals).tangent + 0.0 * value


@wrong("dual.forward_derivative")
def gives_the_value(f, *args, arg=0):
    """The result of f has a value and a tangent. Which of them is the derivative?"""
    duals = [Dual(value) for value in args]
    duals[arg].tangent = 1.0
    return f(*duals).value


@right("dual.Dual.{__add__,__mul__,__truediv__,__pow__}")
class rules_of_their_own:
    class Dual:
        def __add__(self, other):
            if not isinstance(other, Dual):
                return Dual(self.value + other, self.tangent)
            return Dual(self.value + other.value, self.tangent + other.tangent)

        def __mul__(self, other):
            if not isinstance(other, Dual):
                return Dual(self.value * other, self.tangent * other)
            return Dual(
                self.value * other.value, self.value * other.tangent + other.value * self.tangent
            )

        def __truediv__(self, other):
            if not isinstance(other, Dual):
                return Dual(self.value / other, self.tangent / other)
            above = self.tangent * other.value - self.value * other.tangent
            return Dual(self.value / other.value, above / (other.value * other.value))

        def __pow__(self, exponent):
            if exponent == 0:
                return Dual(1.0)
            return Dual(
                self.value**exponent, self.tangent * exponent * self.value ** (exponent - 1)
            )


@right("dual.Dual.{exp,sin,tanh}", "dual.forward_derivative")
class other_formulas:
    class Dual:
        def exp(self):
            return Dual(math.exp(self.value), self.tangent * math.exp(self.value))

        def sin(self):
            return Dual(math.sin(self.value), self.tangent * math.sin(self.value + math.pi / 2))

        def tanh(self):
            value = math.tanh(self.value)
            return Dual(value, self.tangent * (1 + value) * (1 - value))

    def forward_derivative(f, *args, arg=0):
        return f(*[Dual(v, 1.0 if i == arg else 0.0) for i, v in enumerate(args)]).tangent


# costs


@wrong("dual.forward_gradient")
def one_pass_for_all(f, *args):
    """One pass tells one derivative. How many inputs are there?"""
    return [forward_derivative(f, *args)] * len(args)


@wrong("dual.forward_gradient")
def two_inputs_only(f, *args):
    """Right for two inputs. How many may there be?"""
    return [forward_derivative(f, *args, arg=0), forward_derivative(f, *args, arg=1)]


@wrong("dual.forward_gradient")
def skips_the_first(f, *args):
    """Arguments count from 0."""
    return [forward_derivative(f, *args, arg=arg) for arg in range(1, len(args))]


@wrong("dual.forward_gradient")
def passes_to_spare(f, *args):
    """The gradient is right, but f runs more often than needed: one pass an input is enough."""
    f(*map(Dual, args))
    return [forward_derivative(f, *args, arg=arg) for arg in range(len(args))]


@wrong("dual.count_operations")
def counts_leaves_too(root):
    """A leaf was not computed by any operation."""
    return len(topological_order(root, lambda node: node._prev))


@wrong("dual.count_operations")
def counts_uses(root):
    """A node that is used twice was computed once. Count nodes, not uses."""
    if not root._prev:
        return 0
    nodes = [root]
    count = 0
    while nodes and count < 10000:
        node = nodes.pop()
        count += bool(node._prev)
        nodes.extend(node._prev)
    return count


@wrong("dual.count_operations")
def counts_pairs_of_inputs(root):
    """Right where every operation has two inputs. A sine has one."""
    order = topological_order(root, lambda node: node._prev)
    return sum(len(node._prev) for node in order) // 2


@wrong("dual.count_operations")
def at_least_one(root):
    """A graph that is a single leaf took no operation at all."""
    order = topological_order(root, lambda node: node._prev)
    return max(1, sum(1 for node in order if node._prev))


@wrong("dual.count_operations")
def counts_edges(root):
    """That counts inputs: a sum of two numbers is one operation with two inputs."""
    return sum(len(node._prev) for node in topological_order(root, lambda node: node._prev))


@wrong("dual.count_operations")
def forgets_the_root(root):
    """The last operation counts as well."""
    order = topological_order(root, lambda node: node._prev)
    return sum(1 for node in order if node._prev and node is not root)


@wrong("dual.forward_cost")
def one_pass_is_enough(f, *args):
    """That is the cost of one pass, and one pass gives one derivative."""
    return count_operations(f(*map(Value, args)))


@wrong("dual.forward_cost", "dual.reverse_cost")
class products_only:
    """Sums are operations too."""

    def forward_cost(f, *args):
        order = topological_order(f(*map(Value, args)), lambda node: node._prev)
        return len(args) * sum(1 for node in order if node._op == "*")

    def reverse_cost(f, *args):
        order = topological_order(f(*map(Value, args)), lambda node: node._prev)
        return 2 * sum(1 for node in order if node._op == "*")


@wrong("dual.forward_cost")
def adds_the_passes(f, *args):
    """Every pass evaluates every operation: is that a sum or a product?"""
    return len(args) + count_operations(f(*map(Value, args)))


@wrong("dual.reverse_cost")
def only_the_way_back(f, *args):
    """Before anything can go back, it has to go forward."""
    return count_operations(f(*map(Value, args)))


@wrong("dual.reverse_cost")
def once_for_every_input(f, *args):
    """The way back answers for all inputs at once."""
    return 2 * len(args) * count_operations(f(*map(Value, args)))


@wrong("dual.reverse_cost")
def always_four(f, *args):
    """Right for the example only. The cost grows with the operations."""
    return 4


@right("dual.{forward_gradient,count_operations,forward_cost,reverse_cost}")
class with_loops:
    def forward_gradient(f, *args):
        gradient = []
        for arg in range(len(args)):
            duals = [Dual(value) for value in args]
            duals[arg] = Dual(args[arg], 1.0)
            gradient.append(f(*duals).tangent)
        return gradient

    def count_operations(root):
        seen, stack, count = {id(root)}, [root], 0
        while stack:
            node = stack.pop()
            if node._prev:
                count += 1
            for parent in node._prev:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    stack.append(parent)
        return count

    def forward_cost(f, *args):
        total = 0
        for _ in args:
            total += count_operations(f(*[Value(a) for a in args]))
        return total

    def reverse_cost(f, *args):
        operations = count_operations(f(*[Value(a) for a in args]))
        return operations + operations


@right("dual.{count_operations,forward_gradient}")
class by_names_of_operations:
    def count_operations(root):
        return len([n for n in topological_order(root, lambda node: node.parents) if n._op])

    def forward_gradient(f, *args):
        return np.array([forward_derivative(f, *args, arg=i) for i, _ in enumerate(args)])


# hessian-vector-product


@wrong("functional.hessian_vector_product")
def numpy_inside(f, x, vector):
    """`.data` is an array without history: the second gradient cannot pass it. Stay with
    tensors."""
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x])
    weighed = Tensor(np.asarray(gradient.data * np.asarray(vector)), requires_grad=True)
    (product,) = grad(weighed.sum(), [weighed])
    return Tensor(product.data * 0)


@wrong("functional.hessian_vector_product")
def stale_gradients(f, x, vector):
    """The second backward adds to what the first one left in `.grad`. Take the gradients as
    values, or forget the first one in between."""
    x = Tensor(x, requires_grad=True)
    f(x).backward(create_graph=True)
    if x.grad.requires_grad:
        (x.grad * vector).sum().backward()
    return Tensor(x.grad.data)


@wrong("functional.hessian_vector_product")
def in_the_points_own_grad(f, x, vector):
    """Right numbers, but the gradient that x already had is gone. Work on a tensor of your own."""
    x.requires_grad = True
    x.grad = None
    f(x).backward(create_graph=True)
    gradient, x.grad = x.grad, None
    if gradient.requires_grad:
        (gradient * vector).sum().backward()
    product = x.grad if x.grad is not None else Tensor(np.zeros_like(x.data))
    return Tensor(product.data)


@wrong("functional.hessian_vector_product")
def a_graph_that_never_ends(f, x, vector):
    """The result is a value for others to use. Asked with `create_graph` it carries the whole
    history of both walks along."""
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x], create_graph=True)
    if not gradient.requires_grad:
        return Tensor(np.zeros_like(x.data))
    (product,) = grad(gradient, [x], vector, create_graph=True)
    return product


@wrong("functional.hessian_vector_product")
def forgets_the_vector(f, x, vector):
    """That is the Hessian times a vector of ones. Where does `vector` come in?"""
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x], create_graph=True)
    if not gradient.requires_grad:
        return Tensor(np.zeros_like(x.data))
    (product,) = grad(gradient.sum(), [x])
    return product


@wrong("functional.hessian_vector_product")
def vector_afterwards(f, x, vector):
    """Multiplying by the vector at the end is too late: each row of the Hessian needs it inside,
    where it is still summed over."""
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x], create_graph=True)
    if not gradient.requires_grad:
        return Tensor(np.zeros_like(x.data))
    (product,) = grad(gradient.sum(), [x])
    return Tensor(product.data * np.asarray(vector))


@wrong("functional.hessian_vector_product")
def nudged_gradients(f, x, vector):
    """Nudging the gradient gives the first few digits. With a gradient of the gradient all of them
    are right."""

    def slope(at):
        at = Tensor(at, requires_grad=True)
        return grad(f(at), at).data

    vector = np.asarray(vector)
    eps = 1e-4
    return Tensor((slope(x.data + eps * vector) - slope(x.data - eps * vector)) / (2 * eps))


@wrong("functional.hessian_vector_product")
def only_for_bent_functions(f, x, vector):
    """The gradient of a linear function depends on nothing, so nothing can be asked of it. What is
    the answer then?"""
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x], create_graph=True)
    (product,) = grad(gradient, [x], vector)
    return product


@right("functional.hessian_vector_product")
def by_a_weighed_sum(f, x, vector):
    x = Tensor(x, requires_grad=True)
    slope = grad(f(x), x, create_graph=True)
    weighed = (slope * vector).sum()
    return grad(weighed, x) if weighed.requires_grad else Tensor(np.zeros_like(x.data))


@right("functional.hessian_vector_product")
def by_backward(f, x, vector):
    x = Tensor(x, requires_grad=True)
    f(x).backward(create_graph=True)
    slope = x.grad
    x.zero_grad()
    if slope.requires_grad:
        slope.backward(vector)
    product = x.grad
    x.zero_grad()
    return Tensor(0 * x.data) if product is None else product.detach()


# release


@wrong("functional.release")
def the_root_only(root):
    """The root forgets its inputs, but the nodes before it still hold on to theirs."""
    if root._op is not None:
        root._op, root._inputs = None, ()
        root.requires_grad = False


@wrong("functional.release")
def the_root_is_no_leaf(root):
    """The root may be a leaf itself. Then there is nothing to cut, and it can still be trained."""
    for node in topological_order(root, lambda node: node._inputs):
        if node is root or node._op is not None:
            node._op, node._inputs = None, ()
            node.requires_grad = False


@wrong("functional.release")
def leaves_as_well(root):
    """A leaf that no longer requires a gradient cannot be trained any more. Leave the leaves
    alone."""
    for node in topological_order(root, lambda node: node._inputs):
        node._op, node._inputs = None, ()
        node.requires_grad = False


@wrong("functional.release")
def still_asks_for_gradients(root):
    """A result that still requires a gradient, without inputs, is a leaf: its backward raises
    nothing and keeps a gradient of its own."""
    for node in topological_order(root, lambda node: node._inputs):
        if node._op is not None:
            node._op, node._inputs = None, ()


@wrong("functional.release")
def gradients_go_too(root):
    """The gradients are what the walk was for. They stay."""
    for node in topological_order(root, lambda node: node._inputs):
        node.grad = None
        if node._op is not None:
            node._op, node._inputs = None, ()
            node.requires_grad = False


@wrong("functional.release")
def one_call_inside_another(root):
    """A function that calls itself for every parent runs out of stack in a deep graph."""
    if root._op is None:
        return
    parents = root._inputs
    root._op, root._inputs, root.requires_grad = None, (), False
    for parent in parents:
        release(parent)


@wrong("functional.release")
def keeps_the_inputs(root):
    """The operation is gone, and the inputs are still held. It is they that keep the memory."""
    for node in topological_order(root, lambda node: node._inputs):
        if node._op is not None:
            node._op = None
            node.requires_grad = False


@right("functional.release")
def with_a_stack(root):
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_leaf:
            continue
        stack.extend(node._inputs)
        node._op, node._inputs, node.requires_grad = None, (), False


@right("functional.release")
def from_the_root_down(root):
    for node in reversed(topological_order(root, lambda node: node.parents)):
        if not node.is_leaf:
            node.requires_grad = False
            node._op = None
            node._inputs = ()
