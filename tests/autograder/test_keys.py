"""A report's key changes with everything that decides a mark."""

import os
import threading
from dataclasses import replace

import pytest
from gradloom_grader.chapters import read_course
from gradloom_grader.keys import base_key, course_secret, report_key
from gradloom_grader.limits import Limits

LIMITS = Limits()


@pytest.fixture
def key(own_course):
    def key(limits=LIMITS, jail="a jail"):
        course = read_course(own_course)
        return base_key(course, course.chapter("04_elementwise"), limits, jail)

    return key


@pytest.mark.parametrize("name", ["chapter.md", "checks.py", "answers.py", "pieces.py"])
def test_with_each_file_of_the_chapter(key, own_course, name):
    before = key()
    path = own_course / "chapters" / "04_elementwise" / name
    path.write_text(path.read_text("utf-8") + "\n\n# and more\n", "utf-8")
    assert key() != before


def test_with_the_secret_the_limits_and_the_jail(key, own_course):
    before = key()
    assert key() == before
    assert key(limits=replace(LIMITS, cell_seconds=6.0)) != before
    assert key(jail="none (--unsafe)") != before
    (own_course / ".secret").write_bytes(b"another")
    assert key() != before


def test_with_the_notebook_and_earlier_ones():
    keys = [
        report_key("base", b"a", {}),
        report_key("base", b"b", {}),
        report_key("another", b"a", {}),
        report_key("base", b"a", {"03_tensors": b"a"}),
        report_key("base", b"a", {"03_tensors": b"b"}),
        report_key("base", b"a", {"05_shapes": b"a"}),
        report_key("base", b"a", {"03_tensors": b"a", "05_shapes": b"b"}),
        report_key("base", b"a", {"03_tensors": b"b", "05_shapes": b"a"}),
    ]
    assert len(set(keys)) == len(keys)
    both = {"03_tensors": b"a", "05_shapes": b"b"}
    assert report_key("base", b"a", dict(reversed(both.items()))) == keys[6]


def test_the_secret_is_made_once_and_is_readable_by_its_owner_only(tmp_path):
    first = course_secret(tmp_path)
    assert len(first) == 32
    assert course_secret(tmp_path) == first
    assert os.listdir(tmp_path) == [".secret"]
    assert (tmp_path / ".secret").stat().st_mode & 0o077 == 0


def test_all_who_make_it_at_the_same_time_have_the_same(tmp_path):
    start, found = threading.Barrier(8), set()

    def make():
        start.wait()
        found.add(course_secret(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
