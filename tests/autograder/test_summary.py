"""The class at a glance: counts from stored reports, in the terminal and as a page."""

import pytest
from click.testing import CliRunner
from gradloom_grader import cli, summary
from gradloom_grader.errors import SetupError
from gradloom_grader.report import ExerciseResult, ProbeResult, Report, Store

from .test_feedback import EVIL, Page

CHAPTER = "04_elementwise"


def mul(status: str, points: float, **more) -> ExerciseResult:
    return ExerciseResult("mul", points, 4, status, "", **more)


def report(*exercises: ExerciseResult, **more) -> Report:
    score = sum(e.points for e in exercises)
    return Report(CHAPTER, score, 5, 0, "bubblewrap", "k", exercises=exercises, **more)


def wrong(name: str, hint: str, *failing: str) -> ExerciseResult:
    probes = [ProbeResult(probe, False, f"{probe} says\nbut no") for probe in failing]
    probes.append(ProbeResult("fine", True, "fine says"))
    return mul("failed", 0, misconception=name, hint=hint, probes=tuple(probes))


RIGHT = ExerciseResult("add", 1, 1, "passed", "")
CARRIED = ExerciseResult(
    "add", 1, 1, "carried", "", probes=(ProbeResult("sum", False, "sum says\nno"),)
)


@pytest.fixture
def reports() -> dict[str, Report]:
    return {
        "ada": report(mul("passed", 4), RIGHT),
        "alan": report(wrong("swaps", "Look again.\nAnd at this.", "one", "two"), CARRIED),
        "barbara": report(
            wrong("swaps", "Look again.", "two"), RIGHT, flags=("uses os", "and sys")
        ),
        "carl": report(wrong("doubles", "Once is enough.", "two"), RIGHT),
        "donald": report(mul("failed", 0), rejected="no notebook"),
    }


@pytest.fixture
def found(reports) -> summary.Summary:
    return summary.Summary(CHAPTER, reports)


class TestCounts:
    def test_of_exercises(self, found):
        rows = {row.id: row for row in found.rows}
        assert rows["mul"].counts == {"passed": 1, "failed": 3}
        assert rows["mul"].share == 0.25
        assert rows["add"].counts == {"passed": 3, "carried": 1}

    def test_of_misconceptions_with_their_hints(self, found):
        assert found.misconceptions == [
            summary.Found("mul", "swaps", "Look again.", 2),
            summary.Found("mul", "doubles", "Once is enough.", 1),
        ]

    def test_of_probes_but_not_where_another_exercise_is_to_blame(self, found):
        assert found.probes == [
            summary.Found("mul", "two", "two says", 3),
            summary.Found("mul", "one", "one says", 1),
        ]

    def test_of_scores(self, found):
        assert found.scores == (
            "5 students; of 5 points half of them have at least 1, the mean is 1.6"
        )


class TestTheCommand:
    @pytest.fixture
    def stored(self, own_course, reports):
        for student, each in reports.items():
            Store(own_course).write(student, each)
        return own_course

    def run(self, course, chapter=CHAPTER):
        return CliRunner().invoke(cli.main, ["summary", chapter, "--course", str(course)])

    def test_shows_what_the_class_misunderstood(self, stored):
        shown = self.run(stored)
        assert shown.exit_code == 0
        for text in ("5 students", "25%", "swaps", "Look again.", "two says"):
            assert text in shown.output

    def test_writes_a_page(self, stored):
        self.run(stored)
        page = Page((stored / "reports" / CHAPTER / "summary.html").read_text("utf-8"))
        for text in (
            "5 students",
            "25 %",
            "swaps",
            "two says",
            "no notebook",
            "uses os",
            "and sys",
        ):
            assert text in page.words
        links = {a["href"] for a in page.all("a")}
        assert f"../../autograded/ada/{CHAPTER}/report.html" in links
        assert {th["scope"] for th in page.all("th")} == {"col", "row"}

    def test_says_what_to_do_where_nothing_was_graded(self, own_course):
        shown = self.run(own_course)
        assert shown.exit_code == 1
        assert f"run `gradloom grade {CHAPTER}` first" in shown.output


def test_the_page_is_only_text(course, tmp_path):
    evil = report(wrong(EVIL, EVIL, EVIL), rejected=None, flags=(EVIL, EVIL, EVIL), repairs=(EVIL,))
    folder = type(course)(tmp_path, course.chapters, course.reference)
    path = summary.write(folder, summary.Summary(CHAPTER, {"ada": evil}))
    page = Page(path.read_text("utf-8"))
    assert not page.all("script")
    assert page.words.count(EVIL) >= 7
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_a_class_without_reports_is_an_error(course, tmp_path):
    empty = type(course)(tmp_path, course.chapters, course.reference)
    with pytest.raises(SetupError, match="there are no reports"):
        summary.read(empty, CHAPTER)
