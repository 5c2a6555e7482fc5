import inspect
import sys
import traceback

import pytest
from gradloom_grader import memory

SOURCES = {
    "__init__": "from .ops import Mul\nfrom .kit import weave\n",
    "ops": "from . import engine\n\n\nclass Mul:\n    pass\n\n\ndef fail():\n    1 / 0\n",
    "engine": "limit = 3\n",
    "kit/__init__": "from .weave import weave\n",
    "kit/weave": "from ..engine import limit\n\n\ndef weave(x):\n    return limit\n",
}


@pytest.fixture
def package():
    yield memory.load(memory.compile_package(SOURCES), "loom_1")
    memory.unload("loom_1")
    memory.unload("loom_2")


def test_relative_imports_and_subpackages(package):
    assert package.weave(0) == 3
    assert package.Mul.__module__ == "loom_1.ops"
    assert sys.modules["loom_1.kit.weave"].__package__ == "loom_1.kit"


def test_variants_live_side_by_side(package):
    other = memory.load(memory.compile_package({**SOURCES, "engine": "limit = 4\n"}), "loom_2")
    assert (package.weave(0), other.weave(0)) == (3, 4)
    assert package.Mul is not other.Mul


def test_an_unchanged_text_is_compiled_once():
    first = memory.compile_package(SOURCES)
    second = memory.compile_package({**SOURCES, "engine": "limit = 5\n"})
    assert first["ops"].code is second["ops"].code
    assert first["engine"].code is not second["engine"].code


def test_loading_again_starts_afresh(package):
    package.ops.extra = 1
    again = memory.load(memory.compile_package(SOURCES), "loom_1")
    assert not hasattr(again.ops, "extra")


def test_source_is_shown(package):
    assert inspect.getsource(package.ops.fail).startswith("def fail():")
    assert inspect.getsource(package.Mul).startswith("class Mul:")
    with pytest.raises(ZeroDivisionError) as caught:
        package.ops.fail()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("gradloom/ops.py", 9, "1 / 0")


def test_unloading_leaves_nothing(package):
    memory.unload("loom_1")
    assert not [name for name in sys.modules if name.startswith("loom_1")]
    with pytest.raises(ModuleNotFoundError):
        __import__("loom_1")


def test_a_package_that_fails_leaves_nothing():
    codes = memory.compile_package({**SOURCES, "kit/weave": "1 / 0\n"})
    with pytest.raises(ZeroDivisionError):
        memory.load(codes, "loom_2")
    assert not [name for name in sys.modules if name.startswith("loom_2")]


def test_syntax_errors_name_the_module():
    with pytest.raises(SyntaxError) as caught:
        memory.compile_package({"ops": "x = 1\ndef\n"})
    assert (caught.value.filename, caught.value.lineno) == ("gradloom/ops.py", 2)


def test_a_missing_module_is_missing(package):
    with pytest.raises(ModuleNotFoundError):
        __import__("loom_1.nothing")
