"""The syllabus agrees with the course: exercises, points, and every place that it names."""

import importlib
import re
from functools import cache, reduce
from pathlib import Path

import pytest
from gradloom_grader.chapters import Chapter, read_course

ROOT = Path(__file__).parents[2]
SYLLABUS = (ROOT / "course" / "README.md").read_text("utf-8")
TOTAL, BONUS = 860, 60
MANUAL = 5  # for the question in words
TEXTS = 5  # that the course follows

LINK = re.compile(r"\[(?P<number>\d)\. (?P<title>.+)\]\(chapters/(?P<folder>\w+)/chapter\.md\)")
DURATION = re.compile(
    r"You need about (?:(?P<hours>an|two) hours?(?: and )?)?"
    r"(?:(?P<minutes>\d+) minutes|(?P<half>a half))?[.,;]"
)
SPAN = re.compile(r"`([^`]+)`")
IN_CHAPTER = re.compile(r"(?P<number>\d\d): (?P<name>.+)")


def section(title: str) -> str:
    """What stands under a heading of level 2."""
    return SYLLABUS.split(f"## {title}\n")[1].split("\n## ")[0]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a text: lists of rows, without the heads; a row is a list of cells."""
    lines = [re.findall(r"(?<=\|)[^|]*(?=\|)", line) for line in text.splitlines()]
    rules = [n for n, cells in enumerate(lines) if cells and set("".join(cells)) == {"-"}]
    found = []
    for rule in rules:
        rows = lines[rule + 1 :]
        end = next((n for n, cells in enumerate(rows) if not cells), len(rows))
        found.append([[cell.strip() for cell in cells] for cells in rows[:end]])
    return found


@cache
def chapters() -> dict[int, Chapter]:
    return {chapter.number: chapter for chapter in read_course(ROOT / "course").chapters}


def headings(chapter: Chapter) -> list[str]:
    """The headings of a chapter, without backticks; what stands in blocks of code is none."""
    prose = re.sub(r"^```.*?^```$", "", chapter.text, flags=re.M | re.S)
    return [line.lstrip("# ").replace("`", "") for line in re.findall(r"^#+ .*", prose, re.M)]


def names(chapter: Chapter) -> set[str]:
    """All that can be named after the number of a chapter."""
    ids = {item.id for item in (*chapter.exercises, *chapter.questions)}
    return {*headings(chapter), *ids}


def exists(place: str) -> bool:
    """Whether there is such a heading or exercise, such a file, or such a piece of the engine."""
    if match := IN_CHAPTER.fullmatch(place):
        return match["name"] in names(chapters()[int(match["number"])])
    if "/" in place or place.endswith(".md"):
        return (ROOT / place).is_file()
    module, _, name = place.partition(".")
    try:
        reduce(getattr, name.split("."), importlib.import_module(f"gradloom.{module}"))
    except (ImportError, AttributeError):
        return False
    return True


OVERVIEW = tables(SYLLABUS.split("\n## ")[0])[0]
SOURCES = tables(section("Where things come from"))
ROWS = [row for table in SOURCES for row in table]


# Chapters


def test_every_chapter_has_a_row_with_its_link_and_title():
    links = [LINK.fullmatch(row[0]) for row in OVERVIEW]
    assert [(int(link["number"]), link["folder"]) for link in links] == [
        (number, chapter.name) for number, chapter in chapters().items()
    ]
    for link in links:
        chapter = chapters()[int(link["number"])]
        assert headings(chapter)[0] == f"Chapter {chapter.number}. {link['title']}"


def test_every_row_tells_the_points_of_its_chapter():
    told = [row[2] for row in OVERVIEW]
    assert [int(points.split()[0]) for points in told] == [c.max_score for c in chapters().values()]
    assert [points for points in told if not points.isdigit()] == [f"{BONUS} bonus"]
    assert sum(int(points) for points in told if points.isdigit()) == TOTAL
    assert f"{TOTAL} points and {BONUS} bonus points" in SYLLABUS


@pytest.mark.parametrize("number", range(10))
def test_a_chapter_takes_as_long_as_it_says_and_longer_than_its_exercises(number):
    chapter, told = chapters()[number], int(OVERVIEW[number][3])
    (said,) = DURATION.finditer(" ".join(chapter.text.split()))
    hours = {"an": 1, "two": 2, None: 0}[said["hours"]]
    assert told == 60 * hours + int(said["minutes"] or 0) + (30 if said["half"] else 0)
    assert told > sum(exercise.minutes for exercise in chapter.exercises)


@pytest.mark.parametrize("number", range(10))
def test_every_chapter_begins_and_ends_as_the_syllabus_says(number):
    chapter = chapters()[number]
    for opening in ("**Goal.**", "**What it builds on.**", "**Resumen en español.**"):
        assert chapter.text.count(f"\n{opening}") == 1
    assert [question.points for question in chapter.questions] == [MANUAL]
    assert chapter.text.count("**Model answer.**") == chapter.text.count("**Rubric.**") == 1


def test_the_count_of_operations_in_chapter_4():
    holes = [hole.split(".") for hole in chapters()[4].exercise_of if hole.startswith("ops.")]
    forward, backward = (sum(h[-1] == way for h in holes) for way in ("forward", "backward"))
    assert f"forward of {forward} operations, backward of {backward}," in OVERVIEW[4][1]


# Exercises


def test_the_table_of_exercises_is_what_the_marks_say():
    expected = []
    for chapter in chapters().values():
        rows = [[f"`{e.id}`", e.points, e.difficulty, e.minutes] for e in chapter.exercises]
        rows += [[f"`{q.id}`, in words", f"{q.points} by hand", "", ""] for q in chapter.questions]
        first, *others = rows
        expected += [[chapter.number, *first], *(["", *row] for row in others)]
    (found,) = tables(section("The exercises"))
    assert found == [list(map(str, row)) for row in expected]


# Sources


def test_there_is_a_table_for_each_text_and_one_for_where_they_disagree():
    titles = re.findall(r"^### (.*)", section("Where things come from"), re.M)
    assert len(titles) == len(SOURCES) == TEXTS + 1
    assert titles[-1] == "Where they disagree"
    for table in SOURCES[:TEXTS]:
        assert [row[0] for row in table].index("tests") == len(table) - 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_place_exists(row):
    places = SPAN.findall(row[-1])
    assert row[-1] == ", ".join(f"`{place}`" for place in places)  # places and nothing else
    assert places
    assert [place for place in places if not exists(place)] == []


@pytest.mark.parametrize(
    "place",
    [
        "04: No such heading",
        "05: mul-backward",
        "tests/reference/test_sources.py",
        "ops.Mull",
        "opps.Mul",
        "ops.Mul.backwards",
    ],
)
def test_a_place_that_does_not_exist(place):
    assert not exists(place)
