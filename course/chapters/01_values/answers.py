"""Wrong answers to chapter 1 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import math

import numpy as np
from gradloom import Value
from gradloom_grader.answers import right, wrong

# value-add


@wrong("scalar.Value.__add__")
def sum_of_a_set_of_parents(self, other):
    """In x + x the same Value is used twice, and it should be written down twice. What does a set
    make of two equal things?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, {self, other}, "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_of_bare_numbers_as_parents(self, other):
    """`_prev` holds numbers here. A number has no `grad` and no `_prev` of its own: who comes
    after you could not walk on from it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self.data, other.data), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_of_copies_as_parents(self, other):
    """The parents in `_prev` are new Values with the right numbers. Gradients would arrive at
    these copies, and x and y would never hear of them."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (Value(self.data), Value(other.data)), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_forgets_where_it_came_from(self, other):
    """The number is right and the closure too, but `_prev` is empty: this Value looks like a
    leaf. What are the second and third arguments of `Value(...)` for?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data)

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_without_a_name(self, other):
    """Nearly there. The result knows its parents, but not which operation made it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other))

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_changes_itself(self, other):
    """After x + y, x holds another number than before, and whoever else uses x computes with
    that. An operation makes a new Value."""
    self.data += other.data if isinstance(other, Value) else other
    return self


@wrong("scalar.Value.__add__")
def sum_is_a_bare_number(self, other):
    """The number is right, but it is only a number: it remembers nothing. Wrap it in a Value."""
    return self.data + (other.data if isinstance(other, Value) else other)


@wrong("scalar.Value.__add__")
def sum_takes_values_only(self, other):
    """In x + 3 the 3 is a plain number, without `data` and `grad`. Make a leaf of it first."""
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_wraps_python_numbers_only(self, other):
    """There are more kinds of numbers than int and float, NumPy has a dozen. Ask the other way
    round: what is it that needs no wrapping?"""
    if isinstance(other, (int, float)):
        other = Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_overwrites(self, other):
    """A Value may be used in many places, and each brings it something. Yours keeps only what
    came last."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad = out.grad
        other.grad = out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_ignores_what_arrives(self, other):
    """A sum moves as far as its operand does, that is where your 1 comes from. But how far does
    the end of the computation move when the sum does?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += 1.0
        other.grad += 1.0

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_hands_on_to_its_neighbour(self, other):
    """The two operands get nothing from each other. Both get theirs from the result."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += self.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_with_the_rule_of_the_product(self, other):
    """Nudge x by 0.01: how far does x + y move, and does that depend on y?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_forgets_the_right_operand(self, other):
    """x gets its share. And y?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_counts_one_value_once(self, other):
    """In x + x the one Value is used twice, so it gets its share twice. There is no need to treat
    this case apart."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        if other is not self:
            other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_arms_the_operand(self, other):
    """The closure was hung on x, whose own one is lost now. Which Value does it belong to?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    self._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_never_armed(self, other):
    """You wrote a closure, and nobody holds it. The new Value still has the one that does
    nothing."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    return out


@wrong("scalar.Value.__add__")
def sum_calls_its_closure_at_once(self, other):
    """With the parentheses the closure is called now, and what it returns is None. Store the
    function itself: it has to wait."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward()
    return out


@wrong("scalar.Value.__add__")
def sum_reads_its_grad_too_early(self, other):
    """When the sum is made, `out.grad` is still 0. Read it inside the closure, which is called
    later."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    upstream = out.grad

    def _backward():
        self.grad += upstream
        other.grad += upstream

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_with_a_loop_variable(self, other):
    """All steps made in a loop share the loop's one variable, and when they are called it stands
    at the last operand."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    steps = []
    for operand in (self, other):

        def step():
            operand.grad += out.grad  # noqa: B023  # that is the mistake

        steps.append(step)

    def _backward():
        for step in steps:
            step()

    out._backward = _backward
    return out


@wrong("scalar.Value.__add__")
def sum_uses_its_grad_up(self, other):
    """The operands get the right share, but the result has lost its own gradient. It is still
    wanted: somebody may look at it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad
        out.grad = 0.0

    out._backward = _backward
    return out


@right("scalar.Value.__add__")
def sum_by_its_parents(self, other):
    if not isinstance(other, Value):
        other = Value(other)
    out = Value(other.data + self.data, _op="+", _prev=(self, other))

    def _backward():
        for parent in out._prev:
            parent.grad = parent.grad + out.grad

    out._backward = _backward
    return out


@right("scalar.Value.__add__")
def sum_put_together_bit_by_bit(self, other):
    operands = [v if isinstance(v, Value) else Value(v) for v in (self, other)]
    out = Value(sum(v.data for v in operands))
    out._prev = tuple(operands)
    out._op = "+"

    def give(operand, amount):
        operand.grad += amount

    out._backward = lambda: [give(v, out.grad) for v in operands] and None
    return out


@right("scalar.Value.__add__")
def sum_with_hasattr(self, other):
    if not hasattr(other, "grad"):
        other = Value(other)
    left, right = self, other
    result = Value(left.data + right.data, (left, right), "+")

    def pass_on():
        share = 1.0 * result.grad
        left.grad += share
        right.grad += share

    result._backward = pass_on
    return result


# value-mul


@wrong("scalar.Value.__mul__")
def product_of_a_set_of_parents(self, other):
    """In x * x the same Value is used twice, and it should be written down twice. What does a set
    make of two equal things?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, {self, other}, "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_of_bare_numbers_as_parents(self, other):
    """`_prev` holds numbers here. A number has no `grad` and no `_prev` of its own: who comes
    after you could not walk on from it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self.data, other.data), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_without_a_name(self, other):
    """Nearly there. The result knows its parents, but not which operation made it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other))

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_with_the_name_of_the_sum(self, other):
    """Copied from the sum? The drawing of this graph would show a plus."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "+")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_changes_itself(self, other):
    """After x * y, x holds another number than before, and whoever else uses x computes with
    that. An operation makes a new Value."""
    self.data *= other.data if isinstance(other, Value) else other
    return self


@wrong("scalar.Value.__mul__")
def product_takes_values_only(self, other):
    """In x * 3 the 3 is a plain number, without `data` and `grad`. Make a leaf of it first."""
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_wraps_python_numbers_only(self, other):
    """There are more kinds of numbers than int and float, NumPy has a dozen. Ask the other way
    round: what is it that needs no wrapping?"""
    if isinstance(other, (int, float)):
        other = Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_overwrites(self, other):
    """A Value may be used in many places, and each brings it something. Yours keeps only what
    came last. Try x * x."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad = other.data * out.grad
        other.grad = self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_ignores_what_arrives(self, other):
    """These are the slopes of the product. How far the end of the computation moves when the
    product does, you have not asked."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data
        other.grad += self.data

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_adds_what_arrives(self, other):
    """Moves in a row do not add up. If the product moves 3 times as far as x, and the end 2.5
    times as far as the product, how far does the end move?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data + out.grad
        other.grad += self.data + out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_with_the_rule_of_the_sum(self, other):
    """Nudge x in 100 * x by 0.01. Does the product move by 0.01?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_with_its_own_factor(self, other):
    """At x = 2, y = 3 nudge x by 0.01: the product goes from 6 to 6.03. Which of the two numbers
    is that?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += self.data * out.grad
        other.grad += other.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_uses_grad_for_data(self, other):
    """The slope of a product is a number of the forward pass. You have used a gradient there."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.grad * out.grad
        other.grad += self.grad * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_uses_data_for_grad(self, other):
    """`out.data` is the product itself. What arrives from above stands in another attribute."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.data
        other.grad += self.data * out.data

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_counts_one_value_once(self, other):
    """In x * x the one Value is used twice, so it gets a share twice. There is no need to treat
    this case apart."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        if other is not self:
            other.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_arms_the_operand(self, other):
    """The closure was hung on x, whose own one is lost now. Which Value does it belong to?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    self._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_never_armed(self, other):
    """You wrote a closure, and nobody holds it. The new Value still has the one that does
    nothing."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    return out


@wrong("scalar.Value.__mul__")
def product_calls_its_closure_at_once(self, other):
    """With the parentheses the closure is called now, and what it returns is None. Store the
    function itself: it has to wait."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward()
    return out


@wrong("scalar.Value.__mul__")
def product_computed_at_once(self, other):
    """The shares are computed while the graph is being built, when `out.grad` is still 0. Compute
    them inside the closure."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    share, other_share = other.data * out.grad, self.data * out.grad

    def _backward():
        self.grad += share
        other.grad += other_share

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_with_a_loop_variable(self, other):
    """All steps made in a loop share the loop's variables, and when they are called these stand
    at the last pair."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    steps = []
    for one, factor in ((self, other), (other, self)):

        def step():
            one.grad += factor.data * out.grad  # noqa: B023  # that is the mistake

        steps.append(step)

    def _backward():
        for step in steps:
            step()

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_remembers_the_numbers(self, other):
    """You took the numbers down when the product was made. The docstring asks for those that the
    operands have when the closure is called: let it look them up."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    left, right = self.data, other.data

    def _backward():
        self.grad += right * out.grad
        other.grad += left * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_divides_the_result(self, other):
    """The product without x is y, true. But `out.data` is from the time of the forward pass, and
    what do you divide by where x is 0?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += out.data / self.data * out.grad
        other.grad += out.data / other.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__mul__")
def product_uses_its_grad_up(self, other):
    """The operands get the right share, but the result has lost its own gradient. It is still
    wanted: somebody may look at it."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad
        out.grad = 0.0

    out._backward = _backward
    return out


@right("scalar.Value.__mul__")
def product_by_its_parents(self, other):
    if not isinstance(other, Value):
        other = Value(other)
    out = Value(other.data * self.data, _op="*", _prev=(self, other))

    def _backward():
        one, two = out._prev
        one.grad = one.grad + two.data * out.grad
        two.grad = two.grad + one.data * out.grad

    out._backward = _backward
    return out


@right("scalar.Value.__mul__")
def product_in_a_loop(self, other):
    pair = [self, other if type(other) is type(self) else Value(other)]
    out = Value(pair[0].data * pair[1].data)
    out._prev = tuple(pair)
    out._op = "*"

    def _backward():
        for place, operand in enumerate(pair):
            operand.grad += out.grad * pair[1 - place].data

    out._backward = _backward
    return out


@right("scalar.Value.__mul__")
def product_with_shares_first(self, other):
    if not hasattr(other, "grad"):
        other = Value(other)
    result = Value(self.data * other.data, (self, other), "*")

    def pass_on():
        shares = result.grad * other.data, result.grad * self.data
        self.grad += shares[0]
        other.grad += shares[1]

    result._backward = pass_on
    return result


# by-hand


@wrong("pieces.by_hand")
def calls_the_product_first(a, b, c):
    """When you call it, ab has the gradient 0 and passes on nothing. From whom does it get its
    gradient?"""
    nodes = {"a": Value(a), "b": Value(b), "c": Value(c)}
    nodes["ab"] = nodes["a"] * nodes["b"]
    nodes["d"] = nodes["ab"] + nodes["c"]
    nodes["d"].grad = 1.0
    nodes["ab"]._backward()
    nodes["d"]._backward()
    return {name: node.grad for name, node in nodes.items()}, ["ab", "d"]


@wrong("pieces.by_hand")
def names_the_forward_order(a, b, c):
    """The gradients are right. But in that order they could not have come about: ab has nothing
    to pass on before d was asked."""
    return {"a": b, "b": a, "c": 1.0, "ab": 1.0, "d": 1.0}, ["ab", "d"]


@wrong("pieces.by_hand")
def forgets_to_start(a, b, c):
    """All gradients start at 0, and multiplying and adding zeros gives zeros. One of them you
    know without any work: how far does d move when d moves?"""
    nodes = {"a": Value(a), "b": Value(b), "c": Value(c)}
    nodes["ab"] = nodes["a"] * nodes["b"]
    nodes["d"] = nodes["ab"] + nodes["c"]
    for name in ("d", "ab"):
        nodes[name]._backward()
    return {name: node.grad for name, node in nodes.items()}, ["d", "ab"]


@wrong("pieces.by_hand")
def stops_after_the_sum(a, b, c):
    """d is asked, and ab has its gradient now. But ab is no leaf: it has something to pass on."""
    nodes = {"a": Value(a), "b": Value(b), "c": Value(c)}
    nodes["ab"] = nodes["a"] * nodes["b"]
    nodes["d"] = nodes["ab"] + nodes["c"]
    nodes["d"].grad = 1.0
    nodes["d"]._backward()
    return {name: node.grad for name, node in nodes.items()}, ["d"]


@wrong("pieces.by_hand")
def calls_the_product_twice(a, b, c):
    """Every call adds. How often may ab pass its gradient on?"""
    nodes = {"a": Value(a), "b": Value(b), "c": Value(c)}
    nodes["ab"] = nodes["a"] * nodes["b"]
    nodes["d"] = nodes["ab"] + nodes["c"]
    nodes["d"].grad = 1.0
    order = ["d", "ab", "ab"]
    for name in order:
        nodes[name]._backward()
    return {name: node.grad for name, node in nodes.items()}, order


@wrong("pieces.by_hand")
def factors_not_exchanged(a, b, c):
    """Nudge a by 0.01 where b is 3: does d move 2 times or 3 times as far?"""
    return {"a": a, "b": b, "c": 1.0, "ab": 1.0, "d": 1.0}, ["d", "ab"]


@wrong("pieces.by_hand")
def addend_for_its_gradient(a, b, c):
    """Nudge c by 0.01, and look how far d moves. Does it matter whether c is 10 or 1000?"""
    return {"a": b, "b": a, "c": c, "ab": 1.0, "d": 1.0}, ["d", "ab"]


@wrong("pieces.by_hand")
def nothing_for_the_product(a, b, c):
    """ab has a gradient too, though it is no leaf: without one it could not have passed anything
    on to a and b."""
    return {"a": b, "b": a, "c": 1.0, "ab": 0.0, "d": 1.0}, ["d", "ab"]


@wrong("pieces.by_hand")
def value_for_the_product(a, b, c):
    """That is the number ab. Its gradient says how far d moves when ab does."""
    return {"a": b, "b": a, "c": 1.0, "ab": a * b, "d": 1.0}, ["d", "ab"]


@wrong("pieces.by_hand")
def copies_the_example(a, b, c):
    """These are the gradients for 2, 3 and 10. The function is asked for other numbers as well."""
    return {"a": 3.0, "b": 2.0, "c": 1.0, "ab": 1.0, "d": 1.0}, ["d", "ab"]


@right("pieces.by_hand")
def by_plain_arithmetic(a, b, c):
    return {"d": 1, "ab": 1, "c": 1, "b": a, "a": b}, ("d", "ab")


@right("pieces.by_hand")
def by_names_in_the_end(a, b, c):
    va, vb, vc = Value(a), Value(b), Value(c)
    ab = va * vb
    d = ab + vc
    d.grad = 1.0
    d._backward()
    ab._backward()
    nodes = zip(["d", "ab", "a", "b", "c"], [d, ab, va, vb, vc])
    return {name: node.grad for name, node in nodes}, ["d", "ab"]


@wrong("pieces.by_hand")
def with_leaves_in_the_order(a, b, c):
    """The gradients are right, and calling a leaf does no harm. But the list is to name results
    only: which of the five nodes were computed?"""
    va, vb, vc = Value(a), Value(b), Value(c)
    ab = va * vb
    d = vc + ab
    d.grad = 1
    d._backward()
    vc._backward()
    ab._backward()
    order = ["d", "c", "ab", "b", "a"]
    return {"a": va.grad, "b": vb.grad, "c": vc.grad, "ab": ab.grad, "d": d.grad}, order


# power


@wrong("scalar.Value.__pow__")
def power_outside_the_graph(self, exponent):
    """The number is right, but it was computed outside the graph: the new Value is a leaf. Whose
    power is it?"""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    return Value(self.data**exponent)


@wrong("scalar.Value.__pow__")
def exponent_not_lowered(self, exponent):
    """x ** 3 has the slope of a square. Yours is a cube."""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,), "**")

    def _backward():
        self.grad += exponent * self.data**exponent * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def exponent_not_in_front(self, exponent):
    """At x = 2 nudge x ** 3 by 0.01: it moves by 0.12. You get a third of that."""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,), "**")

    def _backward():
        if exponent != 0:
            self.grad += self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def power_ignores_what_arrives(self, exponent):
    """That is the slope of the power. A gradient is the slope times what arrives from above."""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,), "**")

    def _backward():
        if exponent != 0:
            self.grad += exponent * self.data ** (exponent - 1)

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def power_overwrites(self, exponent):
    """x may have more than one use. What has arrived from elsewhere is lost here."""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,), "**")

    def _backward():
        self.grad = exponent * self.data ** (exponent - 1) * out.grad if exponent else 0.0

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def power_of_nothing(self, exponent):
    """Right for all but one exponent. x ** 0 is 1 everywhere: what is its slope, and what does
    your formula compute at x = 0?"""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,), "**")

    def _backward():
        self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def exponent_gets_no_gradient(self, exponent):
    """A Value as exponent is taken here without a word, and never gets a gradient. Silence is
    worse than an error: refuse it."""
    n = exponent.data if isinstance(exponent, Value) else exponent
    out = Value(self.data**n, (self,), "**")

    def _backward():
        if n != 0:
            self.grad += n * self.data ** (n - 1) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__pow__")
def power_by_multiplying(self, exponent):
    """How many rounds does this loop make for the exponent -1, or 0.5?"""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(1.0)
    for _ in range(int(exponent)):
        out = out * self
    return out


@wrong("scalar.Value.__pow__")
def power_without_a_name(self, exponent):
    """All right but one thing: which operation made this Value?"""
    if isinstance(exponent, Value):
        raise TypeError("use a number as exponent")
    out = Value(self.data**exponent, (self,))

    def _backward():
        if exponent != 0:
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

    out._backward = _backward
    return out


@right("scalar.Value.__pow__")
def power_by_math(self, exponent):
    if hasattr(exponent, "grad"):
        raise TypeError("no Value as exponent, please")
    out = Value(math.pow(self.data, exponent), (self,), "**")

    def _backward():
        slope = 0.0 if exponent == 0 else exponent * math.pow(self.data, exponent - 1)
        self.grad = self.grad + slope * out.grad

    out._backward = _backward
    return out


@right("scalar.Value.__pow__")
def power_of_a_float(self, exponent):
    n = float(exponent)  # no Value can be made a float
    out = Value(np.power(self.data, n), (self,), "**")

    def _backward():
        if n:
            self.grad += out.grad * n * np.power(self.data, n - 1)

    out._backward = _backward
    return out


# operators


@wrong("scalar.Value.{__neg__,__sub__,__truediv__,__radd__,__rmul__,__rsub__,__rtruediv__}")
class computes_with_data_only:
    """The number is right, but it was computed outside the graph: the new Value is a leaf. Use
    operations on Values, not on their data."""

    class Value:
        def __neg__(self):
            return Value(-self.data)

        def __sub__(self, other):
            return Value(self.data - (other.data if isinstance(other, Value) else other))

        def __truediv__(self, other):
            return Value(self.data / (other.data if isinstance(other, Value) else other))

        def __radd__(self, other):
            return Value(other + self.data)

        def __rmul__(self, other):
            return Value(other * self.data)

        def __rsub__(self, other):
            return Value(other - self.data)

        def __rtruediv__(self, other):
            return Value(other / self.data)


@wrong("scalar.Value.{__sub__,__truediv__}")
class forgets_the_history_of_the_right:
    """x gets its gradient and y gets none: by `.data` you took the number out of y and left the
    Value behind."""

    class Value:
        def __sub__(self, other):
            return self + -(other.data if isinstance(other, Value) else other)

        def __truediv__(self, other):
            return self * (1 / (other.data if isinstance(other, Value) else other))


@wrong("scalar.Value.{__sub__,__truediv__}")
class right_side_must_be_a_value:
    """Between two Values this works. In x - 3 and x / 3 the right side is a plain number, which
    has no `data`. `+` and `*` wrap numbers already: can they do the work here?"""

    class Value:
        def __sub__(self, other):
            out = Value(self.data - other.data, (self, other), "-")

            def _backward():
                self.grad += out.grad
                other.grad -= out.grad

            out._backward = _backward
            return out

        def __truediv__(self, other):
            out = Value(self.data / other.data, (self, other), "/")

            def _backward():
                self.grad += out.grad / other.data
                other.grad -= out.grad * self.data / other.data**2

            out._backward = _backward
            return out


@wrong("scalar.Value.{__sub__,__truediv__}")
class operands_exchanged:
    """7 - 2 is 5 and not -5, and 3 / 4 is not 4 / 3. Which operand is `self`?"""

    class Value:
        def __sub__(self, other):
            return self * -1 + other

        def __truediv__(self, other):
            return self**-1 * other


@wrong("scalar.Value.__sub__")
def sign_lost_on_the_way_back(self, other):
    """The number is right. But if y grows, x - y shrinks: what does that say about the gradient
    of y?"""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data - other.data, (self, other), "-")

    def _backward():
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.__truediv__")
def rounds_down(self, other):
    """3 / 4 is 0.75. With two slashes Python rounds down."""
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data // other.data, (self, other), "/")

    def _backward():
        self.grad += out.grad / other.data
        other.grad -= out.grad * self.data / other.data**2

    out._backward = _backward
    return out


@wrong("scalar.Value.__truediv__")
def negative_for_reciprocal(self, other):
    """Turning the sign of y gives the opposite of a sum. What gives the opposite of a product?"""
    return self * (other * -1)


@wrong("scalar.Value.__neg__")
def always_below_zero(self):
    """Minus a negative number is positive. What do you get for x = -3?"""
    return self * -1 if self.data > 0 else self * 1


@wrong("scalar.Value.__neg__")
def neg_in_place(self):
    """-x is a new number. After it, x itself should still be what it was."""
    self.data = -self.data
    return self


@wrong("scalar.Value.__neg__")
def neg_overwrites(self):
    """Right, if nothing had arrived at x before. The closure has to add its share."""
    out = Value(-self.data, (self,), "-")

    def _backward():
        self.grad = -out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.{__radd__,__rmul__,__rsub__,__rtruediv__}")
class asks_the_number_again:
    """Python has just asked the number on the left, which declined, and came here. You send it
    back, and round it goes. Let `self` do the work."""

    class Value:
        def __radd__(self, other):
            return other + self

        def __rmul__(self, other):
            return other * self

        def __rsub__(self, other):
            return other - self

        def __rtruediv__(self, other):
            return other / self


@wrong("scalar.Value.{__radd__,__rmul__,__rsub__,__rtruediv__}")
class declines_too:
    """If you decline as the number did, Python has nobody left to ask, and raises a TypeError."""

    class Value:
        def __radd__(self, other):
            return NotImplemented

        def __rmul__(self, other):
            return NotImplemented

        def __rsub__(self, other):
            return NotImplemented

        def __rtruediv__(self, other):
            return NotImplemented


@wrong("scalar.Value.{__radd__,__rmul__,__rsub__,__rtruediv__}")
class python_numbers_on_the_left_only:
    """An int or a float on the left works. NumPy's numbers are neither, and are numbers all the
    same: there is no need to ask."""

    class Value:
        def __radd__(self, other):
            return self + other if isinstance(other, (int, float)) else NotImplemented

        def __rmul__(self, other):
            return self * other if isinstance(other, (int, float)) else NotImplemented

        def __rsub__(self, other):
            return self * -1 + other if isinstance(other, (int, float)) else NotImplemented

        def __rtruediv__(self, other):
            return self**-1 * other if isinstance(other, (int, float)) else NotImplemented


@wrong("scalar.Value.{__radd__,__rmul__}")
class reflected_in_place:
    """The result is right, but x has changed with it: an operation makes a new Value."""

    class Value:
        def __radd__(self, other):
            self.data += other
            return self

        def __rmul__(self, other):
            out = self * other
            self.data = out.data
            return out


@wrong("scalar.Value.{__rsub__,__rtruediv__}")
class reflected_is_the_same:
    """In 5 - x the method of x is told 5, and x stands on the right. What you compute is x - 5,
    and x / 5."""

    class Value:
        def __rsub__(self, other):
            return self - other

        def __rtruediv__(self, other):
            return self / other


@wrong("scalar.Value.__rsub__")
def reflected_sign_on_both(self, other):
    """5 - 4 is 1. You get -9: one of the two signs is too many."""
    return -self - other


@wrong("scalar.Value.__rtruediv__")
def forgets_the_numerator(self, other):
    """1 / x is on the way. What about the 5 in 5 / x?"""
    return self**-1


@wrong("scalar.Value.__rmul__")
def adds_for_multiplies(self, other):
    """5 * 4 is 20. That is a sum that you have there."""
    return self + other


@wrong("scalar.Value.__radd__")
def serves_sum_only(self, other):
    """That the first thing `sum` adds is 0 is true. But 5 + x comes here too, and loses its 5."""
    return self if other == 0 else self + 0


@right("scalar.Value.{__neg__,__sub__,__truediv__,__radd__,__rmul__,__rsub__,__rtruediv__}")
class operators_from_wrapped_numbers:
    class Value:
        def __neg__(self):
            return Value(-1) * self

        def __sub__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return self + (-other)

        def __truediv__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return self * other ** (-1)

        def __radd__(self, other):
            return Value(other) + self

        def __rmul__(self, other):
            return Value(other) * self

        def __rsub__(self, other):
            return Value(other) - self

        def __rtruediv__(self, other):
            return Value(other) / self


@right("scalar.Value.{__neg__,__sub__,__truediv__,__radd__,__rsub__,__rtruediv__}")
class operators_with_closures_of_their_own:
    class Value:
        def __neg__(self):
            out = Value(-self.data, (self,), "neg")

            def _backward():
                self.grad -= out.grad

            out._backward = _backward
            return out

        def __sub__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data - other.data, (self, other), "-")

            def _backward():
                self.grad += out.grad
                other.grad -= out.grad

            out._backward = _backward
            return out

        def __truediv__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data / other.data, (self, other), "/")

            def _backward():
                self.grad += out.grad / other.data
                other.grad -= out.grad * self.data / other.data**2

            out._backward = _backward
            return out

        def __radd__(self, other):
            return self if other == 0 else self.__add__(other)

        def __rsub__(self, other):
            return -(self - other)

        def __rtruediv__(self, other):
            return (self / other) ** -1


# exp-log


@wrong("scalar.Value.{exp,log}")
class exp_log_overwrite:
    """Right the first time. What x had got from elsewhere is lost: add to it."""

    class Value:
        def exp(self):
            out = Value(math.exp(self.data), (self,), "exp")

            def _backward():
                self.grad = out.data * out.grad

            out._backward = _backward
            return out

        def log(self):
            out = Value(math.log(self.data), (self,), "log")

            def _backward():
                self.grad = out.grad / self.data

            out._backward = _backward
            return out


@wrong("scalar.Value.{exp,log}")
class exp_log_ignore_what_arrives:
    """That is the slope. A gradient is the slope times what arrives from above."""

    class Value:
        def exp(self):
            out = Value(math.exp(self.data), (self,), "exp")

            def _backward():
                self.grad += out.data

            out._backward = _backward
            return out

        def log(self):
            out = Value(math.log(self.data), (self,), "log")

            def _backward():
                self.grad += 1 / self.data

            out._backward = _backward
            return out


@wrong("scalar.Value.{exp,log}")
class exp_log_never_armed:
    """The number is right, but on the way back nothing happens: the new Value was given no
    `_backward`."""

    class Value:
        def exp(self):
            return Value(math.exp(self.data), (self,), "exp")

        def log(self):
            return Value(math.log(self.data), (self,), "log")


@wrong("scalar.Value.{exp,log}")
class exp_log_without_a_name:
    """Nearly there. Which operation made the new Value? It should say so."""

    class Value:
        def exp(self):
            out = Value(math.exp(self.data), (self,))

            def _backward():
                self.grad += out.data * out.grad

            out._backward = _backward
            return out

        def log(self):
            out = Value(math.log(self.data), (self,))

            def _backward():
                self.grad += out.grad / self.data

            out._backward = _backward
            return out


@wrong("scalar.Value.exp")
def input_for_output_of_exp(self):
    """The slope of exp is the height of the curve. Which Value holds the height, and which the
    place?"""
    out = Value(math.exp(self.data), (self,), "exp")

    def _backward():
        self.grad += self.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.exp")
def exp_by_the_power_rule(self):
    """The power rule is for x ** 3, where x stands below. Here x is the exponent."""
    out = Value(math.exp(self.data), (self,), "exp")

    def _backward():
        self.grad += self.data * math.exp(self.data - 1) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.log")
def output_for_input_of_log(self):
    """log(20) is about 3, and the curve is nearly flat there. One over what is the slope?"""
    out = Value(math.log(self.data), (self,), "log")

    def _backward():
        self.grad += out.grad / out.data

    out._backward = _backward
    return out


@wrong("scalar.Value.log")
def log_to_the_base_10(self):
    """The natural logarithm of 20 is 2.9957. Which base did you take?"""
    out = Value(math.log10(self.data), (self,), "log")

    def _backward():
        self.grad += out.grad / (self.data * math.log(10))

    out._backward = _backward
    return out


@wrong("scalar.Value.log")
def log_multiplies(self):
    """Far to the right the logarithm hardly rises any more. With your gradient it would be
    steeper and steeper."""
    out = Value(math.log(self.data), (self,), "log")

    def _backward():
        self.grad += self.data * out.grad

    out._backward = _backward
    return out


@right("scalar.Value.{exp,log}")
class exp_log_by_other_formulas:
    class Value:
        def exp(self):
            out = Value(math.e**self.data, (self,), "exp")

            def _backward():
                self.grad = self.grad + math.exp(self.data) * out.grad

            out._backward = _backward
            return out

        def log(self):
            out = Value(math.log1p(self.data - 1), (self,), "log")

            def _backward():
                self.grad = self.grad + self.data**-1 * out.grad

            out._backward = _backward
            return out


@right("scalar.Value.{exp,log}")
class exp_log_put_together_bit_by_bit:
    class Value:
        def exp(self):
            result = Value(math.pow(math.e, self.data))
            result._prev, result._op = (self,), "exp"

            def pass_on():
                (x,) = result._prev
                x.grad += result.grad * result.data

            result._backward = pass_on
            return result

        def log(self):
            result = Value(math.log2(self.data) * math.log(2))
            result._prev, result._op = (self,), "log"

            def pass_on():
                slope = 1 / self.data
                self.grad += slope * result.grad

            result._backward = pass_on
            return result


# sin-cos


@wrong("scalar.Value.{sin,cos}")
class sin_cos_overwrite:
    """Right the first time. What x had got from elsewhere is lost: add to it."""

    class Value:
        def sin(self):
            out = Value(math.sin(self.data), (self,), "sin")

            def _backward():
                self.grad = math.cos(self.data) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(self.data), (self,), "cos")

            def _backward():
                self.grad = -math.sin(self.data) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.{sin,cos}")
class sin_cos_ignore_what_arrives:
    """That is the slope. A gradient is the slope times what arrives from above."""

    class Value:
        def sin(self):
            out = Value(math.sin(self.data), (self,), "sin")

            def _backward():
                self.grad += math.cos(self.data)

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(self.data), (self,), "cos")

            def _backward():
                self.grad -= math.sin(self.data)

            out._backward = _backward
            return out


@wrong("scalar.Value.{sin,cos}")
class slope_at_the_output:
    """The slope is wanted at x. `out.data` is the height of the wave, and no angle."""

    class Value:
        def sin(self):
            out = Value(math.sin(self.data), (self,), "sin")

            def _backward():
                self.grad += math.cos(out.data) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(self.data), (self,), "cos")

            def _backward():
                self.grad -= math.sin(out.data) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.{sin,cos}")
class sign_on_the_wrong_wave:
    """From 0 on the sine rises and the cosine falls. Look where your minus sign is, or whether
    there is one."""

    class Value:
        def sin(self):
            out = Value(math.sin(self.data), (self,), "sin")

            def _backward():
                self.grad -= math.cos(self.data) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(self.data), (self,), "cos")

            def _backward():
                self.grad += math.sin(self.data) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.{sin,cos}")
class waves_in_degrees:
    """The argument is in radians, as everywhere in Python's `math`. There is nothing to convert."""

    class Value:
        def sin(self):
            out = Value(math.sin(math.radians(self.data)), (self,), "sin")

            def _backward():
                self.grad += math.cos(math.radians(self.data)) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(math.radians(self.data)), (self,), "cos")

            def _backward():
                self.grad -= math.sin(math.radians(self.data)) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.{sin,cos}")
class waves_without_a_name:
    """Nearly there. Which operation made the new Value? It should say so."""

    class Value:
        def sin(self):
            out = Value(math.sin(self.data), (self,))

            def _backward():
                self.grad += math.cos(self.data) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.cos(self.data), (self,))

            def _backward():
                self.grad -= math.sin(self.data) * out.grad

            out._backward = _backward
            return out


@right("scalar.Value.{sin,cos}")
class waves_shifted:
    class Value:
        def sin(self):
            out = Value(math.cos(self.data - math.pi / 2), (self,), "sin")

            def _backward():
                self.grad += math.sin(self.data + math.pi / 2) * out.grad

            out._backward = _backward
            return out

        def cos(self):
            out = Value(math.sin(self.data + math.pi / 2), (self,), "cos")

            def _backward():
                self.grad += math.cos(self.data + math.pi / 2) * out.grad

            out._backward = _backward
            return out


@right("scalar.Value.{sin,cos}")
class waves_put_together_bit_by_bit:
    class Value:
        def sin(self):
            result = Value(math.sin(self.data))
            result._prev, result._op = (self,), "sin"

            def pass_on():
                slope = math.cos(self.data)
                self.grad = self.grad + slope * result.grad

            result._backward = pass_on
            return result

        def cos(self):
            result = Value(math.cos(self.data))
            result._prev, result._op = (self,), "cos"

            def pass_on():
                (x,) = result._prev
                x.grad += result.grad * math.sin(-x.data)

            result._backward = pass_on
            return result


# relu-tanh-sigmoid


@wrong("scalar.Value.{relu,tanh,sigmoid}")
class activations_overwrite:
    """Right the first time. What x had got from elsewhere is lost: add to it."""

    class Value:
        def relu(self):
            out = Value(max(self.data, 0.0), (self,), "relu")

            def _backward():
                self.grad = out.grad if self.data > 0 else 0.0

            out._backward = _backward
            return out

        def tanh(self):
            out = Value(math.tanh(self.data), (self,), "tanh")

            def _backward():
                self.grad = (1 - out.data**2) * out.grad

            out._backward = _backward
            return out

        def sigmoid(self):
            small = math.exp(-abs(self.data))
            out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

            def _backward():
                self.grad = out.data * (1 - out.data) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.{relu,tanh,sigmoid}")
class activations_ignore_what_arrives:
    """That is the slope. A gradient is the slope times what arrives from above."""

    class Value:
        def relu(self):
            out = Value(max(self.data, 0.0), (self,), "relu")

            def _backward():
                self.grad += 1.0 if self.data > 0 else 0.0

            out._backward = _backward
            return out

        def tanh(self):
            out = Value(math.tanh(self.data), (self,), "tanh")

            def _backward():
                self.grad += 1 - out.data**2

            out._backward = _backward
            return out

        def sigmoid(self):
            small = math.exp(-abs(self.data))
            out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

            def _backward():
                self.grad += out.data * (1 - out.data)

            out._backward = _backward
            return out


@wrong("scalar.Value.{relu,tanh,sigmoid}")
class activations_without_a_name:
    """Nearly there. Which operation made the new Value? It should say so."""

    class Value:
        def relu(self):
            out = Value(max(self.data, 0.0), (self,))

            def _backward():
                self.grad += out.grad if self.data > 0 else 0.0

            out._backward = _backward
            return out

        def tanh(self):
            out = Value(math.tanh(self.data), (self,))

            def _backward():
                self.grad += (1 - out.data**2) * out.grad

            out._backward = _backward
            return out

        def sigmoid(self):
            small = math.exp(-abs(self.data))
            out = Value((1 if self.data >= 0 else small) / (1 + small), (self,))

            def _backward():
                self.grad += out.data * (1 - out.data) * out.grad

            out._backward = _backward
            return out


@wrong("scalar.Value.relu")
def asks_the_arriving_gradient(self):
    """Whether the gate is open was decided on the way forward, by x. What arrives from above may
    have either sign."""
    out = Value(max(self.data, 0.0), (self,), "relu")

    def _backward():
        self.grad += max(out.grad, 0.0)

    out._backward = _backward
    return out


@wrong("scalar.Value.relu")
def gate_always_open(self):
    """Where x is negative the output is 0, whether you nudge x or not. So what is the slope?"""
    out = Value(max(self.data, 0.0), (self,), "relu")

    def _backward():
        self.grad += out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.relu")
def slope_is_the_value(self):
    """To the right of 0 the curve rises by 1 for every step of 1. Is it steeper at 3 than at 2?"""
    out = Value(max(self.data, 0.0), (self,), "relu")

    def _backward():
        self.grad += out.data * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.relu")
def absolute_value_for_relu(self):
    """relu(-2) is 0. You get 2."""
    out = Value(abs(self.data), (self,), "relu")

    def _backward():
        self.grad += out.grad if self.data > 0 else -out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.tanh")
def tanh_input_for_output(self):
    """The formula is right, for the output. Which Value holds that?"""
    out = Value(math.tanh(self.data), (self,), "tanh")

    def _backward():
        self.grad += (1 - self.data**2) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.tanh")
def tanh_square_forgotten(self):
    """tanh is as steep at -1 as it is at 1. Is your slope the same at both?"""
    out = Value(math.tanh(self.data), (self,), "tanh")

    def _backward():
        self.grad += (1 - out.data) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.tanh")
def tanh_overflows(self):
    """Right on paper. At x = 800 it asks for e to the power of 1600, which no float can hold."""
    e = math.exp(2 * self.data)
    out = Value((e - 1) / (e + 1), (self,), "tanh")

    def _backward():
        self.grad += (1 - out.data**2) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.sigmoid")
def sigmoid_half_input(self):
    """Two different things stand in the two factors. At 0 the slope is 0.25: what do you get?"""
    small = math.exp(-abs(self.data))
    out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

    def _backward():
        self.grad += out.data * (1 - self.data) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.sigmoid")
def sigmoid_input_for_output(self):
    """The formula is right, for the output. Which Value holds that?"""
    small = math.exp(-abs(self.data))
    out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

    def _backward():
        self.grad += self.data * (1 - self.data) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.sigmoid")
def sigmoid_with_the_slope_of_tanh(self):
    """At 0 the sigmoid is 0.5, and its slope is 0.25. What do you get there?"""
    small = math.exp(-abs(self.data))
    out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

    def _backward():
        self.grad += (1 - out.data**2) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.sigmoid")
def sigmoid_overflows_on_the_left(self):
    """Right on paper. At x = -800 it asks for e to the power of 800, which no float can hold."""
    out = Value(1 / (1 + math.exp(-self.data)), (self,), "sigmoid")

    def _backward():
        self.grad += out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


@wrong("scalar.Value.sigmoid")
def sigmoid_overflows_on_the_right(self):
    """Right on paper. At x = 800 it asks for e to the power of 800, which no float can hold."""
    e = math.exp(self.data)
    out = Value(e / (1 + e), (self,), "sigmoid")

    def _backward():
        self.grad += out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


@right("scalar.Value.{relu,tanh,sigmoid}")
class activations_by_other_formulas:
    class Value:
        def relu(self):
            out = Value(self.data * (self.data > 0), (self,), "relu")

            def _backward():
                self.grad += (self.data > 0) * out.grad

            out._backward = _backward
            return out

        def tanh(self):
            out = Value(math.tanh(self.data), (self,), "tanh")

            def _backward():
                self.grad += (1 + out.data) * (1 - out.data) * out.grad

            out._backward = _backward
            return out

        def sigmoid(self):
            out = Value((1 + math.tanh(self.data / 2)) / 2, (self,), "sigmoid")

            def _backward():
                self.grad += (out.data - out.data**2) * out.grad

            out._backward = _backward
            return out


@right("scalar.Value.{relu,tanh,sigmoid}")
class activations_case_by_case:
    class Value:
        def relu(self):
            positive = self.data > 0
            out = Value(self.data if positive else 0, (self,), "relu")

            def _backward():
                if positive:
                    self.grad += out.grad

            out._backward = _backward
            return out

        def tanh(self):
            e = math.exp(-2 * abs(self.data))
            out = Value(math.copysign((1 - e) / (1 + e), self.data), (self,), "tanh")

            def _backward():
                self.grad += 4 * e / (1 + e) ** 2 * out.grad

            out._backward = _backward
            return out

        def sigmoid(self):
            if self.data >= 0:
                value = 1 / (1 + math.exp(-self.data))
            else:
                value = math.exp(self.data) / (1 + math.exp(self.data))
            out = Value(value, (self,), "sigmoid")

            def _backward():
                self.grad += value * (1 - value) * out.grad

            out._backward = _backward
            return out


# on-paper: (x + y) * x


@wrong("pieces.two_paths")
def only_through_the_sum(x, y):
    """x goes to f on two paths. Only the one through a is counted in your total."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": x, "directly": a}, {"f": 1.0, "a": x, "x": x, "y": x}


@wrong("pieces.two_paths")
def only_the_direct_path(x, y):
    """x is a factor of f, that path you have. But a moves too when x does."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": x, "directly": a}, {"f": 1.0, "a": x, "x": a, "y": x}


@wrong("pieces.two_paths")
def multiplies_the_paths(x, y):
    """Along one path moves multiply. But the two paths arrive beside each other: what x brings
    about on one comes on top of the other."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": x, "directly": a}, {"f": 1.0, "a": x, "x": x * a, "y": x}


@wrong("pieces.two_paths")
def other_factor_for_y(x, y):
    """y goes to f through a alone. a moves as far as y, and f moves how many times as far as a?"""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": x, "directly": a}, {"f": 1.0, "a": x, "x": x + a, "y": a}


@wrong("pieces.two_paths")
def paths_exchanged(x, y):
    """The total is right, but look again which path brings what. The direct path is that of a
    factor."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": a, "directly": x}, {"f": 1.0, "a": x, "x": x + a, "y": x}


@wrong("pieces.two_paths")
def two_paths_of_the_example(x, y):
    """That is the answer for x = 3, y = 2. The function is asked for other numbers as well."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    return forward, {"via a": 3.0, "directly": 5.0}, {"f": 1.0, "a": 3.0, "x": 8.0, "y": 3.0}


@wrong("pieces.two_paths")
def multiplies_by_y(x, y):
    """The gradients are right. Look at the value of f again: x is in it twice, and y once."""
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * y}
    return forward, {"via a": x, "directly": a}, {"f": 1.0, "a": x, "x": x + a, "y": x}


@right("pieces.two_paths")
def two_paths_by_values(x, y):
    nodes = {"x": Value(x), "y": Value(y)}
    nodes["a"] = nodes["x"] + nodes["y"]
    nodes["f"] = nodes["a"] * nodes["x"]
    nodes["f"].grad = 1.0
    nodes["f"]._backward()
    directly = nodes["x"].grad
    nodes["a"]._backward()
    paths = {"directly": directly, "via a": nodes["x"].grad - directly}
    values = {name: node.data for name, node in nodes.items()}
    return values, paths, {name: node.grad for name, node in nodes.items()}


@right("pieces.two_paths")
def two_paths_multiplied_out(x, y):
    values = {"x": x, "y": y, "a": x + y, "f": x**2 + x * y}
    return values, {"via a": x, "directly": x + y}, {"f": 1, "a": x, "x": 2 * x + y, "y": x}


# on-paper: (x + y) * z


@wrong("pieces.three_variables")
def three_with_their_own_values(x, y, z):
    """Nudge x by 0.01: a moves by 0.01, and f by how many times as much? Do it on paper with
    z = 4."""
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": a * z}
    return forward, {"f": 1.0, "a": z, "x": x, "y": y, "z": a}


@wrong("pieces.three_variables")
def three_stop_at_the_sum(x, y, z):
    """1 is how far a moves when x does. f moves further than a."""
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": a * z}
    return forward, {"f": 1.0, "a": z, "x": 1.0, "y": 1.0, "z": a}


@wrong("pieces.three_variables")
def three_factors_not_exchanged(x, y, z):
    """In a product the one factor's gradient is the other factor. Both of yours have kept their
    own."""
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": a * z}
    return forward, {"f": 1.0, "a": a, "x": a, "y": a, "z": z}


@wrong("pieces.three_variables")
def three_of_the_example(x, y, z):
    """That is the answer for 1, 2 and 4. The function is asked for other numbers as well."""
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": a * z}
    return forward, {"f": 1.0, "a": 4.0, "x": 4.0, "y": 4.0, "z": 3.0}


@wrong("pieces.three_variables")
def product_before_sum(x, y, z):
    """The gradients are right. For the value of f, mind the parentheses in (x + y) * z."""
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": x + y * z}
    return forward, {"f": 1.0, "a": z, "x": z, "y": z, "z": a}


@right("pieces.three_variables")
def three_by_values(x, y, z):
    nodes = {"x": Value(x), "y": Value(y), "z": Value(z)}
    nodes["a"] = nodes["x"] + nodes["y"]
    nodes["f"] = nodes["a"] * nodes["z"]
    nodes["f"].grad = 1.0
    for name in ("f", "a"):
        nodes[name]._backward()
    values = {name: node.data for name, node in nodes.items()}
    return values, {name: node.grad for name, node in nodes.items()}


@right("pieces.three_variables")
def three_multiplied_out(x, y, z):
    values = {"x": x, "y": y, "z": z, "a": x + y, "f": x * z + y * z}
    return values, dict.fromkeys(("a", "x", "y"), z) | {"z": x + y, "f": 1}


# on-paper: sin(x squared) + x


@wrong("pieces.sine_plus_line")
def line_forgotten(x):
    """x goes to f on two paths. The short one, past the sine, is missing in your total."""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(a), "x": math.cos(a) * 2 * x}


@wrong("pieces.sine_plus_line")
def inner_slope_forgotten(x):
    """From b to a you have walked. From a to x there is one more step: how far does x squared
    move when x does?"""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(a), "x": math.cos(a) + 1}


@wrong("pieces.sine_plus_line")
def square_used_once(x):
    """x squared is x * x, and x is used twice in it. Each use brings something."""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(a), "x": math.cos(a) * x + 1}


@wrong("pieces.sine_plus_line")
def cosine_of_x(x):
    """The sine was asked at a. Where has its slope to be asked?"""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(x), "x": math.cos(x) * 2 * x + 1}


@wrong("pieces.sine_plus_line")
def sine_of_the_example(x):
    """That is the answer for x = 1.5. The function is asked for other numbers as well."""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    slope = math.cos(1.5**2)
    return forward, {"f": 1.0, "b": 1.0, "a": slope, "x": 3 * slope + 1}


@wrong("pieces.sine_plus_line")
def square_of_the_sine(x):
    """The gradients are right. In the values you have squared the sine: here it is x that is
    squared, first of all."""
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(x) ** 2, "f": math.sin(x) ** 2 + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(a), "x": math.cos(a) * 2 * x + 1}


@right("pieces.sine_plus_line")
def sine_by_values(x):
    nodes = {"x": Value(x)}
    nodes["a"] = nodes["x"] ** 2
    nodes["b"] = nodes["a"].sin()
    nodes["f"] = nodes["b"] + nodes["x"]
    nodes["f"].grad = 1.0
    for name in ("f", "b", "a"):
        nodes[name]._backward()
    values = {name: node.data for name, node in nodes.items()}
    return values, {name: node.grad for name, node in nodes.items()}


@right("pieces.sine_plus_line")
def sine_step_by_step(x):
    values, grads = {"x": x}, {"f": 1, "b": 1}
    values["a"] = x**2
    values["b"] = math.sin(values["a"])
    values["f"] = values["b"] + values["x"]
    grads["a"] = grads["b"] * math.cos(values["a"])
    grads["x"] = grads["f"] + grads["a"] * x + grads["a"] * x
    return values, grads


# on-paper: a layer


@wrong("pieces.layer")
def slope_of_the_sigmoid_forgotten(w, x, b):
    """That is how far c moves. The sigmoid comes after it, and is much flatter."""
    a = w * x
    c = a + b
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": 1 / (1 + math.exp(-c))}
    return forward, {"y": 1.0, "c": 1.0, "a": 1.0, "b": 1.0, "w": x, "x": w}


@wrong("pieces.layer")
def slope_of_the_sigmoid_at_the_input(w, x, b):
    """The slope of the sigmoid is a formula in its output. c is its input."""
    a = w * x
    c = a + b
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": 1 / (1 + math.exp(-c))}
    slope = c * (1 - c)
    return forward, {"y": 1.0, "c": slope, "a": slope, "b": slope, "w": slope * x, "x": slope * w}


@wrong("pieces.layer")
def weight_and_input_exchanged(w, x, b):
    """Nudge w by 0.01 where x is 3: how far does w * x move?"""
    a = w * x
    c = a + b
    y = 1 / (1 + math.exp(-c))
    slope = y * (1 - y)
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": y}
    return forward, {"y": 1.0, "c": slope, "a": slope, "b": slope, "w": slope * w, "x": slope * x}


@wrong("pieces.layer")
def bias_times_its_value(w, x, b):
    """b is added, not multiplied. How far does c move when b does?"""
    a = w * x
    c = a + b
    y = 1 / (1 + math.exp(-c))
    slope = y * (1 - y)
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": y}
    gradients = {"y": 1.0, "c": slope, "a": slope, "b": slope * b}
    return forward, gradients | {"w": slope * x, "x": slope * w}


@wrong("pieces.layer")
def layer_of_the_example(w, x, b):
    """That is the answer for 2, 3 and -5. The function is asked for other numbers as well."""
    a = w * x
    c = a + b
    y = 1 / (1 + math.exp(-c))
    slope = y * (1 - y)
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": y}
    return forward, {"y": 1.0, "c": slope, "a": slope, "b": slope, "w": slope * 3, "x": slope * 2}


@wrong("pieces.layer")
def layer_without_its_sigmoid(w, x, b):
    """The gradients are right. In the values the last step is missing: y is not c."""
    a = w * x
    c = a + b
    y = 1 / (1 + math.exp(-c))
    slope = y * (1 - y)
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": c}
    return forward, {"y": 1.0, "c": slope, "a": slope, "b": slope, "w": slope * x, "x": slope * w}


@right("pieces.layer")
def layer_by_values(w, x, b):
    nodes = {"w": Value(w), "x": Value(x), "b": Value(b)}
    nodes["a"] = nodes["w"] * nodes["x"]
    nodes["c"] = nodes["a"] + nodes["b"]
    nodes["y"] = nodes["c"].sigmoid()
    nodes["y"].grad = 1.0
    for name in ("y", "c", "a"):
        nodes[name]._backward()
    values = {name: node.data for name, node in nodes.items()}
    return values, {name: node.grad for name, node in nodes.items()}


@right("pieces.layer")
def layer_with_the_other_half(w, x, b):
    values = {"w": w, "x": x, "b": b, "a": w * x, "c": w * x + b}
    y = math.exp(values["c"]) / (1 + math.exp(values["c"]))
    grads = dict.fromkeys("cab", y / (1 + math.exp(values["c"])))
    return values | {"y": y}, grads | {"y": 1, "w": grads["a"] * x, "x": grads["a"] * w}
