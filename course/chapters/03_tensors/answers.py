"""Wrong answers to chapter 3 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import Tensor
from gradloom.arrays import floating
from gradloom.function import as_tensors
from gradloom_grader.answers import right, wrong

# tensor-basics: __init__


@wrong("tensor.Tensor.__init__")
def keeps_the_callers_array(self, data, requires_grad=False, dtype=None):
    """Two owners share one array: when the caller changes it, the tensor changes too. Where is it
    copied?"""
    if isinstance(data, Tensor):
        data = data.data
    self.data = floating(data, dtype)
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def as_numpy_would_have_it(self, data, requires_grad=False, dtype=None):
    """NumPy turns a list of Python floats into float64. Here lists and numbers become float32; only
    arrays that are floating already keep what they are."""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(data, dtype=dtype)
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def whole_numbers_stay_whole(self, data, requires_grad=False, dtype=None):
    """A nudge of 0.01 has no place in an array of integers. What should [1, 2, 3] become?"""
    if isinstance(data, Tensor):
        data = data.data
    array = np.array(data, dtype=dtype)
    self._data = (
        array if array.dtype.kind == "i" and dtype is None else floating(data, dtype).copy()
    )
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def always_float32(self, data, requires_grad=False, dtype=None):
    """A float64 array loses half of its digits here. Which kinds of data should keep their
    dtype?"""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(data, dtype=np.float32 if dtype is None else dtype)
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def ignores_dtype(self, data, requires_grad=False, dtype=None):
    """Somebody asks for `dtype="float64"` and gets what they would have got without asking."""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(floating(data))
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def hands_tensors_to_numpy(self, data, requires_grad=False, dtype=None):
    """`Tensor(t)` of a tensor t fails: NumPy takes t for a sequence of objects. Take its array out
    first."""
    self.data = np.array(floating(data, dtype))
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def shares_with_the_other_tensor(self, data, requires_grad=False, dtype=None):
    """Arrays are copied, but a tensor made from another tensor still shares its array. Copy in both
    cases."""
    if isinstance(data, Tensor):
        self.data = data.data if dtype is None else data.data.astype(dtype)
    else:
        self.data = np.array(floating(data, dtype))
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def forgets_requires_grad(self, data, requires_grad=False, dtype=None):
    """`Tensor([1.0], requires_grad=True)` does not require a gradient. Where did the argument
    go?"""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(floating(data, dtype))
    self.grad = None


@wrong("tensor.Tensor.__init__")
def everyone_requires_a_gradient(self, data, requires_grad=False, dtype=None):
    """Data such as the temperatures needs no gradient, unless somebody asks for one."""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(floating(data, dtype))
    self.requires_grad = True
    self.grad = None


@wrong("tensor.Tensor.__init__")
def numbers_without_an_array(self, data, requires_grad=False, dtype=None):
    """A single number is an array too, with shape (). A Python float has neither shape nor
    dtype."""
    if isinstance(data, Tensor):
        data = data.data
    array = np.array(floating(data, dtype))
    self._data = array if array.ndim else array.item()
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def at_least_one_axis(self, data, requires_grad=False, dtype=None):
    """Tensor(2.5) has the shape (), not (1,): a single number has no axes at all."""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.atleast_1d(np.array(floating(data, dtype)))
    self.requires_grad = bool(requires_grad)
    self.grad = None


@wrong("tensor.Tensor.__init__")
def starts_with_a_gradient_of_zeros(self, data, requires_grad=False, dtype=None):
    """A gradient of zeros says: I was asked, and it is zero. At the start nobody has asked, and
    None says so."""
    if isinstance(data, Tensor):
        data = data.data
    self.data = np.array(floating(data, dtype))
    self.requires_grad = bool(requires_grad)
    self.grad = np.zeros_like(self.data)


@right("tensor.Tensor.__init__")
def floating_then_copy(self, data, requires_grad=False, dtype=None):
    self.requires_grad = requires_grad
    self.grad = None
    self.data = floating(data.data if isinstance(data, Tensor) else data, dtype).copy()


@right("tensor.Tensor.__init__")
def dtype_chosen_by_hand(self, data, requires_grad=False, dtype=None):
    source = getattr(data, "_data", data)
    if dtype is None:
        keeps = isinstance(source, np.ndarray) and np.issubdtype(source.dtype, np.floating)
        dtype = source.dtype if keeps else np.float32
    self.data = np.array(source, dtype=dtype)
    self.requires_grad = requires_grad
    self.grad = None


@right("tensor.Tensor.__init__")
def leaves_grad_to_the_class(self, data, requires_grad=False, dtype=None):
    source = data.numpy() if isinstance(data, Tensor) else data
    self.data = np.copy(floating(source, dtype))
    self.requires_grad = requires_grad


# tensor-basics: the views


@wrong("tensor.Tensor.{shape,ndim,size,dtype,numpy,item}")
class one_method_for_another:
    """Several words are easily mixed up: `shape` is the length of each axis, `ndim` how many axes
    there are, `size` how many entries in all."""

    class Tensor:
        def shape(self):
            return self.data.size

        def ndim(self):
            return len(self.data)

        def size(self):
            return self.data.ndim

        def dtype(self):
            return type(self.data)

        def numpy(self):
            return self.data.tolist()

        def item(self):
            return self.data


@wrong("tensor.Tensor.shape")
def shape_still_to_be_called(self):
    """The answer is a function, where (1, 3) was expected. With `@property` above it, `t.shape`
    runs your code, and gives what your code returns."""

    def shape():
        return self.data.shape

    return shape


@wrong("tensor.Tensor.shape")
def two_axes_only(self):
    """Some tensors have three axes, and a single number has none. NumPy knows them all."""
    return len(self.data), len(self.data[0])


@wrong("tensor.Tensor.ndim")
def counts_from_the_first_entry(self):
    """That counts to two at most. How many lengths are there in a shape?"""
    return 2 if np.ndim(self.data) > 1 else 1


@wrong("tensor.Tensor.ndim")
def always_a_matrix(self):
    """A row of numbers has one axis, a single number has none. Ask the array how many it has."""
    return 2


@wrong("tensor.Tensor.size")
def length_of_the_first_axis(self):
    """Three rows of five numbers are 15 entries. The length of an array is 3."""
    return len(self.data) if self.data.ndim else 1


@wrong("tensor.Tensor.size")
def product_of_the_shape(self):
    """Right, but for a single number: there the product of no lengths comes as 1.0, and a count
    is a whole number."""
    return np.prod(self.data.shape)


@wrong("tensor.Tensor.dtype")
def float32_whatever_it_is(self):
    """Most tensors are float32, but not all of them. Whom can you ask?"""
    return np.dtype("float32")


@wrong("tensor.Tensor.dtype")
def type_of_the_list(self):
    """That is Python's type of an entry. NumPy's arrays know how wide theirs are."""
    return type(self.data.ravel()[0].item())


@wrong("tensor.Tensor.numpy")
def gives_a_copy_away(self):
    """The array itself was asked for: who writes into it writes into the tensor."""
    return self.data.copy()


@wrong("tensor.Tensor.numpy")
def numpy_is_the_tensor(self):
    """Somebody wants to go on with NumPy, and NumPy knows nothing of tensors. Hand out what is
    inside."""
    return self


@wrong("tensor.Tensor.item")
def item_is_a_numpy_number(self):
    """A Python number was asked for. What you return still is a number of NumPy's, in its dtype."""
    if self.data.size != 1:
        raise ValueError("more than one entry")
    return self.data.reshape(-1)[0]


@wrong("tensor.Tensor.item")
def item_is_the_first_of_many(self):
    """With three entries there is no such thing as the only one. Better an error than a guess."""
    return float(self.data.reshape(-1)[0])


@wrong("tensor.Tensor.item")
def item_rounds(self):
    """2.5 became 2. A tensor holds floats."""
    return int(self.data.item())


@right("tensor.Tensor.{shape,ndim,size,dtype,numpy,item}")
class asks_the_array_with_functions:
    class Tensor:
        def shape(self):
            return np.shape(self.data)

        def ndim(self):
            return len(self.shape)

        def size(self):
            return int(np.prod(self.data.shape))

        def dtype(self):
            return np.dtype(self.data.dtype.name)

        def numpy(self):
            return self._data

        def item(self):
            (entry,) = self.data.ravel().tolist()
            return entry


@right("tensor.Tensor.{shape,ndim,size,dtype,numpy,item}")
class counts_by_hand:
    class Tensor:
        def shape(self):
            return list(self.data.shape)

        def ndim(self):
            return np.ndim(self.data)

        def size(self):
            count = 1
            for length in self.data.shape:
                count *= length
            return count

        def dtype(self):
            return np.result_type(self.data)

        def numpy(self):
            return self.data[...]

        def item(self):
            if self.data.size > 1:
                raise ValueError("item() needs a tensor with one entry")
            return float(self.data.reshape(()))


# tensor-basics: __repr__


@wrong("tensor.Tensor.__repr__")
def repr_like_a_list(self):
    """Nearly: the array stands there as NumPy prints it, without commas between the numbers."""
    return f"Tensor({self.data.tolist()}, requires_grad={self.requires_grad})"


@wrong("tensor.Tensor.__repr__")
def repr_within_a_repr(self):
    """`array(...)` stands inside `Tensor(...)`. NumPy prints an array in two ways; this is the one
    for `repr`, not the one for `print`."""
    return f"Tensor({self.data!r}, requires_grad={self.requires_grad})"


@wrong("tensor.Tensor.__repr__")
def repr_without_the_flag(self):
    """A reader wants to see whether it requires a gradient, too."""
    return f"Tensor({self.data})"


@wrong("tensor.Tensor.__repr__")
def repr_with_a_constant_flag(self):
    """Not every tensor requires a gradient. What is written there has to be this tensor's own
    flag."""
    return f"Tensor({self.data}, requires_grad=True)"


@wrong("tensor.Tensor.__repr__")
def repr_that_hides_true(self):
    """The flag is told when it is False and hidden when it is True. Tell it in both cases."""
    flag = "" if self.requires_grad else ", requires_grad=False"
    return f"Tensor({self.data}{flag})"


@wrong("tensor.Tensor.__repr__")
def repr_that_prints(self):
    """Printing shows the text to you, but hands nothing back. `repr` wants the text itself."""
    print(f"Tensor({self.data}, requires_grad={self.requires_grad})")


@wrong("tensor.Tensor.__repr__")
def repr_in_lower_case(self):
    """That is how PyTorch writes it. Here the name of the class is `Tensor`."""
    return f"tensor({self.data}, requires_grad={self.requires_grad})"


@right("tensor.Tensor.__repr__")
def repr_from_an_f_string(self):
    return f"Tensor({self.data}, requires_grad={self.requires_grad})"


@right("tensor.Tensor.__repr__")
def repr_joined(self):
    return "".join(["Tensor(", str(self.data), ", requires_grad=", str(self.requires_grad), ")"])


# function-call


@wrong("function.Function.__call__")
def all_of_them_required(self, *args):
    """celsius @ w.T needs a gradient, though celsius does not. How many of the inputs does it
    take?"""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if all(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def always_tracks(self, *args):
    """Nobody needs a gradient here, and still everything is kept, and with it all the memory.
    When is a history worth keeping?"""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def never_tracks(self, *args):
    """The numbers are right. But when the walk comes back to this result, where should it go on?"""
    inputs = as_tensors(args)
    return Tensor._wrap(self.forward(*[t.data for t in inputs]))


@wrong("function.Function.__call__")
def asks_the_first_input_only(self, *args):
    """In celsius @ w.T it is the second one that needs a gradient. Ask them all."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if inputs[0].requires_grad:
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def asks_the_first_and_the_last(self, *args):
    """An operation may have three inputs, and only the one in the middle may need a gradient."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if inputs[0].requires_grad or inputs[-1].requires_grad:
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def exactly_one_required(self, *args):
    """Where both inputs need a gradient, the result needs one as well."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if sum(t.requires_grad for t in inputs) == 1:
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def remembers_copies(self, *args):
    """A gradient is written into the tensor that is remembered. If that is a copy, w itself never
    hears of it."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, tuple(Tensor(t, requires_grad=t.requires_grad) for t in inputs))
    return out


@wrong("function.Function.__call__")
def remembers_backwards(self, *args):
    """The walk goes backwards, but the inputs stay in the order in which they were given: a / b is
    not b / a."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs[::-1])
    return out


@wrong("function.Function.__call__")
def tensors_into_forward(self, *args):
    """A `forward` computes with arrays. What in a tensor is the array?"""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*inputs))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def remembers_arrays(self, *args):
    """The graph is cut here: an array does not know where it came from. Which things do?"""
    inputs = as_tensors(args)
    arrays = tuple(t.data for t in inputs)
    out = Tensor._wrap(self.forward(*arrays))
    if any(t.requires_grad for t in inputs):
        out._record(self, arrays)
    return out


@wrong("function.Function.__call__")
def remembers_the_class(self, *args):
    """AddScalar(2) and AddScalar(5) are two objects of one class. Only the object knows which
    number it adds."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(type(self), inputs)
    return out


@wrong("function.Function.__call__")
def one_object_for_all_calls(self, *args):
    """Two calls with different parameters share one operation object, so the second result
    remembers the first one's number. Who is `self`?"""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    kind = type(self)
    if "_first" not in vars(kind):
        kind._first = self
    if any(t.requires_grad for t in inputs):
        out._record(kind._first, inputs)
    return out


@wrong("function.Function.__call__")
def remembers_the_name_only(self, *args):
    """A name says what was done, but nobody can call its `backward`. Remember the operation
    itself."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(type(self).__name__.lower(), inputs)
    return out


@wrong("function.Function.__call__")
def returns_the_array(self, *args):
    """The next operation wants a tensor, and an array has no place for a history. Wrap it."""
    return self.forward(*[t.data for t in as_tensors(args)])


@wrong("function.Function.__call__")
def float32_for_everyone(self, *args):
    """Two float64 tensors make a float64 tensor. What does the wrapping do to the dtype here?"""
    inputs = as_tensors(args)
    out = Tensor(self.forward(*[t.data for t in inputs]), dtype="float32")
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def single_numbers_lose_digits(self, *args):
    """Almost. NumPy hands back a bare number where a 0-d array would do, and `Tensor(...)` makes
    numbers float32. `Tensor._wrap` keeps the dtype."""
    inputs = as_tensors(args)
    out = Tensor(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def expects_tensors_only(self, *args):
    """In `x * 2` the 2 is no tensor and has no `.data`. What can make one of it?"""
    out = Tensor._wrap(self.forward(*[t.data for t in args]))
    if any(t.requires_grad for t in args):
        out._record(self, args)
    return out


@wrong("function.Function.__call__")
def remembers_bare_numbers(self, *args):
    """Computed with tensors, but remembered is what was handed in: a number has no shape to give a
    gradient to."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, args)
    return out


@wrong("function.Function.__call__")
def forgets_the_constants(self, *args):
    """`backward` returns one gradient for each input, in their order. A constant keeps its
    place."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if needing := tuple(t for t in inputs if t.requires_grad):
        out._record(self, needing)
    return out


@wrong("function.Function.__call__")
def wraps_each_on_its_own(self, *args):
    """A number takes the dtype of the tensor that it meets. Wrapped on its own it does not know
    whom it will meet; `as_tensors` looks at all of them together."""
    inputs = tuple(t if isinstance(t, Tensor) else Tensor(t) for t in args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def constants_require_gradients(self, *args):
    """The 2 in `x + 2` is a constant. If it requires a gradient, all that it touches requires
    one."""
    inputs = as_tensors(args)
    for t, given in zip(inputs, args, strict=True):
        t.requires_grad = t.requires_grad or not isinstance(given, Tensor)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def flag_without_a_history(self, *args):
    """The result says that it needs a gradient, but not from whom. Who made it, and from what?"""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    out.requires_grad = any(t.requires_grad for t in inputs)
    return out


@wrong("function.Function.__call__")
def history_without_a_flag(self, *args):
    """The history is there, but the next operation asks for `requires_grad` and hears False: the
    graph ends after one step."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
        out.requires_grad = False
    return out


@wrong("function.Function.__call__")
def history_without_asking(self, *args):
    """The flag is right, but operation and inputs are kept even where nobody needs a gradient."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    out._record(self, inputs)
    out.requires_grad = any(t.requires_grad for t in inputs)
    return out


@wrong("function.Function.__call__")
def flag_without_asking(self, *args):
    """The history is right, but every result says that it requires a gradient."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    out.requires_grad = True
    return out


@wrong("function.Function.__call__")
def records_by_hand(self, *args):
    """Right while recording is on. There is a switch for it, which `_record` knows and an
    assignment does not."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    out.requires_grad = any(t.requires_grad for t in inputs)
    if out.requires_grad:
        out._op, out._inputs = self, inputs
    return out


@wrong("function.Function.__call__")
def records_on_an_input(self, *args):
    """The history belongs to the result. Here it was written on the first input, which was there
    before."""
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        inputs[0]._record(self, inputs)
        out.requires_grad = True
    return out


@wrong("function.Function.__call__")
def writes_into_the_first_input(self, *args):
    """`a + b` must leave a as it is: others still read it. Let the result be a new tensor."""
    inputs = as_tensors(args)
    out = inputs[0]
    out._data = np.asarray(self.forward(*[t.data for t in inputs]))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@wrong("function.Function.__call__")
def computes_twice(self, *args):
    """`forward` runs twice for one result: once to be measured, once to be kept. Keep the first."""
    inputs = as_tensors(args)
    arrays = [t.data for t in inputs]
    if self.forward(*arrays) is None:
        raise ValueError("forward returned nothing")
    out = Tensor._wrap(self.forward(*arrays))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@right("function.Function.__call__")
def with_any(self, *args):
    inputs = as_tensors(args)
    out = Tensor._wrap(self.forward(*(t.data for t in inputs)))
    if any(t.requires_grad for t in inputs):
        out._record(self, inputs)
    return out


@right("function.Function.__call__")
def copies_the_result(self, *args):
    inputs = list(as_tensors(args))
    arrays = []
    needed = False
    for t in inputs:
        arrays.append(t.numpy())
        needed = needed or t.requires_grad
    out = Tensor(np.asarray(self.forward(*arrays)))
    if needed:
        out._record(self, inputs)
    return out


@right("function.Function.__call__")
def with_map_and_filter(self, *args):
    tensors = as_tensors(args)
    result = self.forward(*map(Tensor.numpy, tensors))
    out = Tensor(result, dtype=result.dtype)
    for _ in filter(lambda t: t.requires_grad, tensors):
        out._record(self, tensors)
    return out


@right("function.Function.__call__")
def flag_first(self, *args):
    inputs = as_tensors(args)
    flags = [t.requires_grad for t in inputs]
    out = Tensor._wrap(type(self).forward(self, *[t._data for t in inputs]))
    if True in flags:
        out._record(op=self, inputs=tuple(inputs))
    return out


# history


@wrong("tensor.Tensor.grad_fn")
def the_object_itself(self):
    """A text was asked for, such as "add". This is the operation itself."""
    return self._op


@wrong("tensor.Tensor.grad_fn")
def with_a_capital(self):
    """Nearly: "add", not "Add"."""
    return None if self._op is None else type(self._op).__name__


@wrong("tensor.Tensor.grad_fn")
def name_of_no_operation(self):
    """A tensor that no operation made has no name to give. What type is `None`, and what is it
    called?"""
    return type(self._op).__name__.lower()


@wrong("tensor.Tensor.grad_fn")
def calls_itself_a_leaf(self):
    """`print_graph` writes "leaf" itself, where it finds None."""
    return "leaf" if self._op is None else type(self._op).__name__.lower()


@wrong("tensor.Tensor.grad_fn")
def symbols_as_in_values(self):
    """The `_op` of a Value was a sign such as "+". Here the name of the class is wanted, in lower
    case."""
    signs = {"add": "+", "mul": "*", "matmul": "@", "transpose": "T"}
    name = type(self._op).__name__.lower()
    return None if self._op is None else signs.get(name, name)


@wrong("tensor.Tensor.grad_fn")
def knows_four_operations(self):
    """A list of names will never be long enough: chapter 4 has many more. Each class knows
    its own name."""
    for name in ("add", "mul", "matmul", "transpose"):
        if type(self._op).__name__.lower() == name:
            return name
    return None


@right("tensor.Tensor.grad_fn")
def name_if_there_is_one(self):
    if self._op is not None:
        return self._op.__class__.__name__.lower()


@right("tensor.Tensor.grad_fn")
def name_of_a_leaf_first(self):
    if self._op is None:
        return None
    kind = type(self._op)
    return kind.__qualname__.rpartition(".")[2].casefold()


@wrong("tensor.Tensor.parents")
def the_tuple_itself(self):
    """Right, except that a list was asked for, so that each caller has one of their own."""
    return self._inputs


@wrong("tensor.Tensor.parents")
def none_for_a_leaf(self):
    """Whoever asks wants to go through the parents. An empty list can be gone through, None
    cannot."""
    return list(self._inputs) or None


@wrong("tensor.Tensor.parents")
def each_parent_once(self):
    """In x * x the tensor x is a parent twice, and gets two shares of the gradient. Keep both."""
    return list({id(t): t for t in self._inputs}.values())


@wrong("tensor.Tensor.parents")
def parents_that_need_gradients(self):
    """celsius is a parent of celsius @ w.T, too, though it needs no gradient."""
    return [t for t in self._inputs if t.requires_grad]


@wrong("tensor.Tensor.parents")
def arrays_of_the_parents(self):
    """An array has no parents, so the way back ends here. Return the tensors."""
    return [t.data for t in self._inputs]


@wrong("tensor.Tensor.parents")
def parents_in_reverse(self):
    """The order of the inputs was celsius first, then w.T. Keep it."""
    return list(self._inputs)[::-1]


@wrong("tensor.Tensor.parents")
def all_ancestors(self):
    """Parents only, not the parents of parents: `print_graph` goes on from each of them itself."""
    found = list(self._inputs)
    for t in found:
        found.extend(t._inputs)
    return found


@right("tensor.Tensor.parents")
def parents_unpacked(self):
    return [*self._inputs]


@right("tensor.Tensor.parents")
def parents_in_a_loop(self):
    found = []
    for t in self._inputs:
        found.append(t)
    return found


@wrong("tensor.Tensor.is_leaf")
def leaf_by_requires_grad(self):
    """w requires a gradient and is a leaf; celsius requires none and is a leaf. So it is something
    else that decides."""
    return self.requires_grad


@wrong("tensor.Tensor.is_leaf")
def leaf_without_a_gradient(self):
    """w requires a gradient, and no operation made it: a leaf, although this says no."""
    return not self.requires_grad


@wrong("tensor.Tensor.is_leaf")
def leaf_only_if_it_learns(self):
    """Data is a leaf as well. That it requires no gradient does not give it a history."""
    return self.requires_grad and not self._inputs


@wrong("tensor.Tensor.is_leaf")
def leaf_the_wrong_way_round(self):
    """A leaf is where the way back ends. This is True where it goes on."""
    return len(self._inputs) > 0


@wrong("tensor.Tensor.is_leaf")
def leaf_by_gradient(self):
    """Nobody has a `.grad` yet, not even pred. Look at the history, not at the gradient."""
    return self.grad is None


@wrong("tensor.Tensor.is_leaf")
def returns_the_inputs(self):
    """A yes or a no was asked for, and the inputs came."""
    return self._inputs


@right("tensor.Tensor.is_leaf")
def leaf_by_operation(self):
    return self._op is None


@right("tensor.Tensor.is_leaf")
def leaf_by_counting(self):
    return len(self.parents) == 0


# on-paper


@wrong("pieces.requires_gradient")
def writes_into_given(given, steps):
    """The answers are right, but `given` was filled with them, and it belongs to the caller. Start
    from a copy."""
    for result, inputs in steps.items():
        given[result] = any(given[name] for name in inputs)
    return given


@wrong("pieces.requires_gradient")
def every_result_requires(given, steps):
    """Where only data goes in, nothing needs a gradient. Look at what goes into each step."""
    return {**given, **dict.fromkeys(steps, True)}


@wrong("pieces.requires_gradient")
def all_inputs_must_require(given, steps):
    """One input that needs a gradient is enough: celsius needs none, and celsius @ w.T does."""
    needs = dict(given)
    for result, inputs in steps.items():
        needs[result] = all(needs[name] for name in inputs)
    return needs


@wrong("pieces.requires_gradient")
def no_result_requires(given, steps):
    """What is computed from w moves when w does. Then a gradient has to pass through it."""
    return {**given, **dict.fromkeys(steps, False)}


@wrong("pieces.requires_gradient")
def looks_at_given_only(given, steps):
    """The inputs of a step may be results themselves, and what you found out about those counts."""
    needs = {
        result: any(given.get(name, False) for name in inputs) for result, inputs in steps.items()
    }
    return {**given, **needs}


@wrong("pieces.requires_gradient")
def looks_at_the_first_input(given, steps):
    """In celsius @ w.T it is the second input that needs a gradient. Look at all of them."""
    needs = dict(given)
    for result, inputs in steps.items():
        needs[result] = needs[inputs[0]]
    return needs


@wrong("pieces.requires_gradient")
def leaves_given_out(given, steps):
    """Every tensor of the program was asked for, also those that it starts with."""
    needs = dict(given)
    for result, inputs in steps.items():
        needs[result] = any(needs[name] for name in inputs)
    return {name: needs[name] for name in steps}


@wrong("pieces.requires_gradient")
def requires_of_the_example(given, steps):
    """Right for the program of the table, where `doubled` is the exception. In another program it
    is another name, or none: look at what goes into each step."""
    return {**given, **{name: name != "doubled" for name in steps}}


@right("pieces.requires_gradient")
def in_rounds(given, steps):
    needs = {**given, **dict.fromkeys(steps, False)}
    for _ in steps:
        for result, inputs in steps.items():
            for name in inputs:
                needs[result] |= needs[name]
    return needs


@right("pieces.requires_gradient")
def by_recursion(given, steps):
    def requires(name):
        if name in given:
            return given[name]
        return any(requires(parent) for parent in steps[name])

    return {name: requires(name) for name in [*given, *steps]}


@wrong("pieces.leaves")
def what_is_not_computed(steps, needs):
    """A result is a leaf, too, if nothing was recorded for it. When is nothing recorded?"""
    return [name for name in needs if name not in steps]


@wrong("pieces.leaves")
def what_needs_no_gradient(steps, needs):
    """w requires a gradient and is a leaf all the same: nothing went into it."""
    return [name for name in needs if not needs[name]]


@wrong("pieces.leaves")
def what_learns(steps, needs):
    """Data is a leaf as well: nothing was recorded for it."""
    return [name for name in needs if name not in steps and needs[name]]


@wrong("pieces.leaves")
def what_is_computed(steps, needs):
    """These are the tensors in the middle. Leaves are those at which the way back ends."""
    return [name for name in steps if needs[name]]


@wrong("pieces.leaves")
def strikes_out_of_needs(steps, needs):
    """Right, but the names were struck out of `needs` itself, and whoever asked still needs it."""
    for name in steps:
        if needs[name]:
            del needs[name]
    return list(needs)


@wrong("pieces.leaves")
def leaves_of_the_example(steps, needs):
    """Right for the program of the table. In another one it is not `doubled` that only data went
    into: which of the two dicts tells?"""
    return [name for name in needs if name not in steps or name == "doubled"]


@right("pieces.leaves")
def leaves_in_two_groups(steps, needs):
    made = {name for name in needs if name not in steps}
    forgotten = {name for name in steps if not needs[name]}
    return made | forgotten


@right("pieces.leaves")
def leaves_by_what_is_recorded(steps, needs):
    recorded = {name: inputs if needs[name] else [] for name, inputs in steps.items()}
    return tuple(filter(lambda name: not recorded.get(name), needs))


@wrong("pieces.receives")
def everybody_who_needs_one(steps, needs, root):
    """Results need a gradient so that it can pass through them. Kept it is at the leaves."""
    return [name for name in needs if needs[name]]


@wrong("pieces.receives")
def unused_parameters_too(steps, needs, root):
    """Not every parameter has a part in `root`. If the walk never comes to it, its `.grad` stays
    None."""
    return [name for name in needs if needs[name] and name not in steps]


@wrong("pieces.receives")
def data_too(steps, needs, root):
    """celsius is a leaf that the walk could reach. But did it ask for a gradient?"""
    reached = [root]
    for name in reached:
        reached.extend(steps.get(name, []))
    return sorted({name for name in reached if name not in steps})


@wrong("pieces.receives")
def parents_of_the_root_only(steps, needs, root):
    """The walk does not stop at the first step: w is three steps away from pred."""
    return [name for name in steps.get(root, [root]) if needs[name] and name not in steps]


@wrong("pieces.receives")
def everything_on_the_way(steps, needs, root):
    """The gradient passes through the results on its way, but it is kept at leaves only."""
    reached = {root}
    for result in reversed(steps):
        if result in reached:
            reached.update(steps[result])
    return [name for name in needs if needs[name] and name in reached]


@wrong("pieces.receives")
def walks_forwards(steps, needs, root):
    """`backward` starts at the root and goes to what it was computed from, not to what was computed
    from it."""
    reached = {root}
    for result, inputs in steps.items():
        if reached & set(inputs):
            reached.add(result)
    return [name for name in needs if needs[name] and name not in steps and name in reached]


@wrong("pieces.receives")
def starts_at_the_last_line(steps, needs, root):
    """The walk starts where `backward()` was called. The program may have gone on after `root`."""
    reached = {list(steps)[-1]}
    for result in reversed(steps):
        if result in reached:
            reached.update(steps[result])
    return [name for name in needs if needs[name] and name not in steps and name in reached]


@wrong("pieces.receives")
def once_for_each_path(steps, needs, root):
    """A tensor that is reached on two ways has one `.grad` still. Name it once."""
    reached = [root]
    for name in reached:
        reached.extend(steps.get(name, []))
    return [name for name in reached if needs[name] and name not in steps]


@wrong("pieces.receives")
def takes_steps_away(steps, needs, root):
    """Right, but the steps are gone afterwards, and they belong to the caller."""
    reached, results = {root}, list(steps)
    while steps:
        result, inputs = steps.popitem()
        if result in reached:
            reached.update(inputs)
    return [name for name in needs if needs[name] and name not in results and name in reached]


@right("pieces.receives")
def by_a_stack(steps, needs, root):
    found, waiting, seen = [], [root], set()
    while waiting:
        name = waiting.pop()
        if name in seen or not needs[name]:
            continue
        seen.add(name)
        if name in steps:
            waiting.extend(steps[name])
        else:
            found.append(name)
    return found


@right("pieces.receives")
def by_sets_that_grow(steps, needs, root):
    def reached(name):
        return {name}.union(*(reached(parent) for parent in steps.get(name, [])))

    return {name for name in reached(root) - set(steps) if needs[name]}
