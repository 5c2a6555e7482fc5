"""What the source of a cell says, whoever else asks."""

import ast
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from gradloom_grader import written


@pytest.mark.parametrize("ask", [written.tree, written.names_of])
def test_one_thread_parses_at_a_time(monkeypatch, ask):
    """Python 3.11 raises SystemError where the collection of garbage lets another thread in."""
    inside = threading.Lock()

    def parsing(parse):
        def parsed(*args):
            assert inside.acquire(blocking=False)
            time.sleep(0.001)
            inside.release()
            return parse(*args)

        return parsed

    monkeypatch.setattr(ast, "parse", parsing(ast.parse))
    monkeypatch.setattr(written.symtable, "symtable", parsing(written.symtable.symtable))
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, [f"x = {number}" for number in range(40)]))
