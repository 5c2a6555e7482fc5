"""Gradients as values, of gradients too, and the end of a graph."""

import weakref

import numpy as np
import pytest
from gradloom import Tensor, grad, hessian_vector_product, no_grad, release
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


def leaf(data):
    return Tensor(np.array(data, float), requires_grad=True)


class TestGrad:
    def test_of_one_input_is_a_tensor_and_of_several_a_tuple(self):
        x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
        out = (x * y).sum()
        assert grad(out, x).data.tolist() == [3.0, 4.0]
        assert [g.data.tolist() for g in grad(out, [x, y])] == [[3.0, 4.0], [1.0, 2.0]]

    def test_changes_no_grad(self):
        x = leaf([1.0, 2.0])
        x.grad = before = Tensor([5.0, 5.0])
        grad((x * x).sum(), x)
        assert x.grad is before

    def test_of_an_intermediate(self):
        x = leaf([1.0, 2.0])
        h = x * x
        assert grad((h * h).sum(), h).data.tolist() == [2.0, 8.0]

    def test_is_zeros_where_the_output_does_not_depend_on_the_input(self):
        x, other = leaf([1.0]), leaf([[1.0, 2.0]])
        found = grad((x * x).sum(), other)
        assert found.data.tolist() == [[0.0, 0.0]]
        assert found.dtype == other.dtype

    def test_weighs_an_output_of_any_shape(self):
        x = leaf([1.0, 2.0])
        assert grad(x * x, x, out_grad=[10.0, 100.0]).data.tolist() == [20.0, 400.0]

    def test_of_a_gradient(self):
        x = leaf([2.0])
        slope = grad((x**3).sum(), x, create_graph=True)
        assert grad(slope.sum(), x).item() == pytest.approx(12.0)

    def test_refuses_an_input_that_needs_no_gradient(self):
        x = leaf([1.0])
        with pytest.raises(ValueError, match="input 1 needs no gradient"):
            grad((x * x).sum(), [x, Tensor([1.0])])

    def test_refuses_an_output_without_history(self):
        x = leaf([1.0])
        with no_grad():
            out = x * x
        with pytest.raises(RuntimeError, match="requires_grad=True"):
            grad(out, x)

    def test_refuses_a_graph_whose_data_was_assigned(self):
        x = leaf([1.0])
        out = (x * x).sum()
        x.data = np.array([3.0])
        with pytest.raises(RuntimeError, match="assigned"):
            grad(out, x)


def quadratic(matrix):
    return lambda x: (x * (Tensor(matrix) @ x)).sum() * 0.5


class TestHessianVectorProduct:
    @given(hnp.arrays(float, (3, 3), elements=st.floats(-2, 2)), st.integers(0, 100))
    def test_of_a_quadratic_form_is_its_matrix_times_the_vector(self, matrix, seed):
        rng = np.random.default_rng(seed)
        symmetric = matrix + matrix.T
        x, vector = rng.standard_normal((2, 3))
        found = hessian_vector_product(quadratic(symmetric), Tensor(x), vector)
        np.testing.assert_allclose(found.data, symmetric @ vector, atol=1e-12)

    def test_where_the_first_gradient_is_zero(self):
        """y = x * x + x * z at (6, 0): the Hessian is [[2, 1], [1, 0]]."""

        def f(v):
            return v[0] * v[0] + v[0] * v[1]

        at = Tensor(np.array([6.0, 0.0]))
        assert hessian_vector_product(f, at, [1.0, 0.0]).data.tolist() == [2.0, 1.0]
        assert hessian_vector_product(f, at, [0.0, 1.0]).data.tolist() == [1.0, 0.0]

    def test_of_a_linear_function_is_zero(self):
        at = Tensor(np.array([6.0, 0.0]))
        assert hessian_vector_product(lambda v: v.sum(), at, [1.0, 2.0]).data.tolist() == [0.0, 0.0]

    def test_leaves_the_point_as_it_is(self):
        at = leaf([6.0, 0.0])
        hessian_vector_product(lambda v: (v * v).sum(), at, [1.0, 2.0])
        assert at.grad is None
        assert at.is_leaf


class TestRelease:
    def test_cuts_every_result_and_leaves_the_leaves(self):
        x = leaf([1.0, 2.0])
        h = x * x
        out = h.sum()
        out.backward()
        release(out)
        assert (out.is_leaf, h.is_leaf, x.requires_grad) == (True, True, True)
        assert x.grad.data.tolist() == [2.0, 4.0]
        assert h.data.tolist() == [1.0, 4.0]
        with pytest.raises(RuntimeError, match="requires_grad=True"):
            out.backward()

    def test_a_leaf_stays_what_it_is(self):
        x = leaf([1.0])
        release(x)
        x.backward()
        assert x.grad.data.tolist() == [1.0]

    def test_frees_what_was_only_remembered(self):
        x = leaf([1.0])
        out = (x * x).sum()
        gone = weakref.ref(out.parents[0])
        release(out)
        assert gone() is None
