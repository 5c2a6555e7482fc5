"""Every row of the table of operations: values, both orders of gradients, dtypes, side effects."""

import numpy as np
import pytest
from gradloom import Tensor, check_gradients
from hypothesis import given, settings
from hypothesis import strategies as st


def leaves(row, dtype=np.float64):
    return [Tensor(array, requires_grad=True) for array in row.arrays(dtype)]


def test_the_value_is_numpys(row):
    out = row.on_tensors(*leaves(row))
    expected = row.on_arrays(*row.arrays())
    assert out.shape == np.shape(expected)
    np.testing.assert_allclose(out.data, expected, rtol=1e-12, atol=1e-14)


def test_gradients_of_both_orders_agree_with_nudging(row):
    check_gradients(row.on_tensors, *leaves(row), order=2)


@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_random_shapes_agree_with_numpy_and_with_nudging(family, data):
    row = data.draw(family)
    test_the_value_is_numpys(row)
    test_gradients_of_both_orders_agree_with_nudging(row)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_numpys_and_that_of_gradients_their_leafs(row, dtype):
    tensors = leaves(row, dtype)
    out = row.on_tensors(*tensors)
    assert isinstance(out.data, np.ndarray)
    assert out.dtype == row.on_arrays(*row.arrays(dtype)).dtype
    out.backward()
    assert [(leaf.grad.shape, leaf.grad.dtype) for leaf in tensors] == [
        (leaf.shape, dtype) for leaf in tensors
    ]


def test_nothing_is_written_in_place(row):
    tensors = leaves(row)
    out = row.on_tensors(*tensors)
    seed = Tensor(np.random.default_rng(1).normal(size=out.shape))
    everything = [*tensors, out, seed]
    before = [t.data.copy() for t in everything]
    for tensor in everything:
        tensor.data.setflags(write=False)
    out.backward(seed)
    for tensor, array in zip(everything, before, strict=True):
        np.testing.assert_array_equal(tensor.data, array)


def test_the_gradient_is_linear_in_the_upstream_gradient(row):
    tensors = leaves(row)
    out = row.on_tensors(*tensors)
    g, h = np.random.default_rng(2).normal(size=(2, *out.shape))

    def gradients(upstream):
        for leaf in tensors:
            leaf.zero_grad()
        out.backward(np.asarray(upstream))
        return [leaf.grad.data for leaf in tensors]

    triples = zip(gradients(g), gradients(h), gradients(2 * g - 3 * h), strict=True)
    for one, other, both in triples:
        np.testing.assert_allclose(both, 2 * one - 3 * other, rtol=1e-9, atol=1e-9)


def test_an_operand_that_needs_no_gradient_gets_none_and_changes_no_other(row):
    everyone = leaves(row)
    row.on_tensors(*everyone).backward()
    for chosen, leaf in enumerate(everyone):
        tensors = [Tensor(a, requires_grad=i == chosen) for i, a in enumerate(row.arrays())]
        row.on_tensors(*tensors).backward()
        assert [tensor.grad is not None for tensor in tensors] == [
            i == chosen for i in range(len(tensors))
        ]
        np.testing.assert_array_equal(tensors[chosen].grad.data, leaf.grad.data)


def test_gradients_of_leaves_are_their_own(row):
    tensors = leaves(row)
    out = row.on_tensors(*tensors)
    seed = Tensor(np.ones(out.shape))
    out.backward(seed)
    grads = [leaf.grad.data for leaf in tensors]
    others = [seed.data, out.data, *(leaf.data for leaf in tensors)]
    for i, grad in enumerate(grads):
        assert grad.flags.writeable
        assert not any(np.shares_memory(grad, other) for other in [*others, *grads[:i]])
