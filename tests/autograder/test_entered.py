"""What a probe's case enters, and which exercises can run alone side by side."""

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
from gradloom_grader import holes, probes
from gradloom_grader.chapters import read_course
from gradloom_grader.entered import entered_holes, groups

COURSE = read_course(Path(__file__).parents[2] / "course")


def exercises(**holes_of):
    return [SimpleNamespace(id=name, holes=tuple(own.split())) for name, own in holes_of.items()]


def names(found):
    return [group.exercises for group in found]


def test_who_needs_nothing_is_in_no_group():
    found = groups(exercises(a="f", b="g"), {"a": set(), "b": {"f"}})
    assert names(found) == [["b"]]
    assert found[0].needs == {"f"}


def test_a_group_fills_what_any_of_it_needs():
    found = groups(exercises(a="f", b="g", c="h"), {"a": set(), "b": {"f"}, "c": {"f", "k"}})
    assert names(found) == [["b", "c"]]
    assert (found[0].holes, found[0].needs) == ({"g", "h"}, {"f", "k"})


def test_nobody_is_with_one_who_needs_a_hole_of_theirs():
    needs = {"a": {"k"}, "b": {"f", "k"}, "c": {"g"}}
    assert names(groups(exercises(a="f", b="g", c="h"), needs)) == [["a", "c"], ["b"]]
    circle = {"a": {"g"}, "b": {"f"}}
    assert names(groups(exercises(a="f", b="g"), circle)) == [["a"], ["b"]]


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
def test_no_group_of_a_chapter_holds_the_reference_of_what_it_grades(chapter):
    sources = COURSE.engine(chapter)
    cases = probes.collect(chapter.checks)
    entered = entered_holes(chapter, sources, holes.load(sources), cases)
    needs = {
        e.id: frozenset().union(*(entered[c.key] for c in cases if c.probe.exercise == e.id))
        - set(e.holes)
        for e in chapter.exercises
    }
    found = groups(chapter.exercises, needs)
    owned = {e.id: set(e.holes) for e in chapter.exercises}
    for group in found:
        assert not group.needs & set().union(*(owned[name] for name in group.exercises))
        assert group.needs == set().union(*(needs[name] for name in group.exercises))
    assert sorted(itertools.chain(*names(found))) == sorted(name for name in needs if needs[name])
