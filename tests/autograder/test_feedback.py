"""The feedback page and the fragments: what they tell, and that all of it is text."""

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser

import pytest
from gradloom_grader import build, feedback, intake
from gradloom_grader.intake import Submission
from gradloom_grader.jail import Cell
from gradloom_grader.report import ExerciseResult, ProbeResult, QuestionResult, Report

EVIL = "<script>alert('1')</script>"
OWN_FACTOR = """def backward(self, out_grad, node):
    a, b = node._inputs
    return out_grad * a, out_grad * b
"""
NOTHING = Submission((), {}, {}, frozenset())


class Page(HTMLParser):
    """A page as its tags, and as the text that a reader sees."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data if self.open[-1:] != ["style"] else ""

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


def report_of(*exercises: ExerciseResult, **more) -> Report:
    return Report("c", 0, 1, 0, "bubblewrap", "k", exercises=exercises, **more)


@pytest.fixture
def page_of(chapter):
    """The page of a report, parsed."""

    def page_of(report, submission=NOTHING, student="ada") -> Page:
        return Page(feedback.page(chapter, student, report, submission))

    return page_of


@pytest.fixture(scope="module")
def handed_in(course, chapter, rehearsal):
    """A notebook with a known mistake and an untouched exercise, and what intake makes of it."""
    notebook = rehearsal.filled({"ops.Mul.backward": OWN_FACTOR})
    released = {c["id"]: c for c in rehearsal.released["cells"]}
    for cell in notebook["cells"]:
        if cell["id"] == "pow-backward":
            cell["source"] = released["pow-backward"]["source"]
    raw = json.dumps(notebook).encode()
    template = json.loads(build.build_if_stale(course, chapter).read_text("utf-8"))
    return raw, intake.read(raw, chapter, template)


@pytest.fixture(scope="module")
def told(handed_in, grade, chapter):
    raw, submission = handed_in
    report = grade(raw)
    return report, Page(feedback.page(chapter, "ada", report, submission))


class TestThePageTells:
    def test_marks_and_reasons_of_each_exercise(self, told, result):
        report, page = told
        for exercise in report.exercises:
            points = f"{feedback.number(exercise.points)} of {feedback.number(exercise.max_points)}"
            assert f"{exercise.id} {points}, {feedback.WORDS[exercise.status]}" in page.words
            assert exercise.because.split("\n")[0] in page.words
        assert result(report, "pow-backward").status == "not attempted"

    def test_the_hint(self, told, result):
        report, page = told
        hint = result(report, "mul-backward").hint
        assert hint
        assert hint.split("\n")[0] in page.words

    def test_the_example_with_its_numbers(self, told, result):
        report, page = told
        failed = [p for p in result(report, "mul-backward").probes if p.rows]
        rows = dict(failed[0].rows)
        assert {"asked", "they part", "came", "expected"} == set(rows)
        assert all(text in page.words for text in rows.values())

    def test_of_hidden_probes_the_sentence_and_shapes(self, told, result):
        report, page = told
        hidden = [p for p in result(report, "mul-backward").probes if not p.visible]
        assert not any(p.rows for p in hidden)
        says, wrong = next(p.told for p in hidden if not p.passed)
        assert says in page.words
        assert wrong in page.words

    def test_the_code_as_it_was_handed_in_line_by_line(self, told, handed_in):
        _, page = told
        source = handed_in[1].sources["mul-backward"]
        assert all(line in page.words for line in source.split("\n"))
        assert page.words.count("a, b = node._inputs") >= 1

    def test_what_was_printed_outside_of_probes(self, page_of):
        found = report_of(ExerciseResult("e", 0, 1, "failed", ""), outputs={"e": "a line\n"})
        assert "a line" in page_of(found).words

    def test_what_was_repaired_and_why_nothing_could_be_graded(self, page_of):
        found = report_of(repairs=tuple(f"repair {n}" for n in range(60)), rejected="no notebook")
        page = page_of(found)
        assert "could not be graded: no notebook." in page.words
        assert "repair 49" in page.words
        assert "repair 50" not in page.words
        assert "and 10 more" in page.words

    def test_that_there_was_no_jail(self, page_of):
        found = report_of()
        assert "without a jail" not in page_of(found).words
        found = dataclasses.replace(found, jail="none (--unsafe)")
        assert "without a jail" in page_of(found).words

    def test_answers_and_added_cells(self, page_of):
        found = report_of(questions=(QuestionResult("why", 5, True),), outputs={"added-1": "two"})
        own = Submission((Cell("added-1", "1 + 1"),), {}, {"why": "Because."}, frozenset())
        page = page_of(found, own)
        assert "A person reads your answer in words and gives up to 5 points more." in page.words
        for text in ("Because.", "1 + 1", "two"):
            assert text in page.words

    def test_figures(self, page_of):
        found = report_of(ExerciseResult("e", 0, 1, "failed", ""), figures={"e": ["QUJD"]})
        (image,) = page_of(found).all("img")
        assert image == {"src": "data:image/png;base64,QUJD", "alt": image["alt"]}
        assert image["alt"]

    def test_badges(self, page_of):
        found = report_of(badges=("all mine",))
        assert "Badge: all mine" in page_of(found).words
        assert "Badge: all mine." in Page(feedback.repairs_html(found)).words

    def test_never_the_flags(self, page_of):
        assert "secretly" not in page_of(report_of(flags=("secretly",))).words


class TestThePageIs:
    def test_only_text(self, page_of):
        """Every text that a student decides, hostile."""
        probes = (
            ProbeResult("p", False, f"{EVIL}\n{EVIL}", True, (("came", EVIL),)),
            ProbeResult("q", False, f"{EVIL}\n{EVIL}", True, ()),
            ProbeResult("r", False, f"{EVIL}\n{EVIL}"),
        )
        exercise = ExerciseResult("e", 0, 1, "failed", f"{EVIL}.", hint=EVIL, probes=probes)
        found = report_of(
            exercise,
            repairs=(EVIL,),
            outputs={"e": EVIL, "added-1": EVIL},
            questions=(QuestionResult("why", 5, True),),
        )
        cells = (Cell("added-1", EVIL),)
        own = Submission(cells, {"e": EVIL}, {"why": EVIL}, frozenset())
        page = page_of(found, own, student=EVIL)
        assert not page.all("script")
        assert page.words.count(EVIL) == 16
        assert EVIL in page_of(dataclasses.replace(found, rejected=EVIL)).words

    def test_allowed_nothing_but_its_own_style(self, page_of, chapter):
        text = feedback.page(chapter, "ada", report_of(), NOTHING)
        (policy,) = [m["content"] for m in Page(text).all("meta") if "http-equiv" in m]
        style = re.search("<style>(.*)</style>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'"
        )
        assert not any("style" in attributes for _, attributes in Page(text).tags)

    def test_readable_without_eyes_and_on_a_phone(self, told):
        _, page = told
        assert page.all("html") == [{"lang": "en"}]
        assert any(m.get("name") == "viewport" for m in page.all("meta"))
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert len(page.all("main")) == 1
        assert {th["scope"] for th in page.all("th")} == {"col", "row"}
        ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
        assert {a["href"].removeprefix("#") for a in page.all("a")} <= ids

    def test_of_limited_size(self, page_of, chapter):
        cells = tuple(Cell(f"added-{n}", "<" * 10**6) for n in range(100))
        texts = {cell.id: "&" * 10**5 for cell in cells}
        figures = {"added-0": ["A" * 10**6] * 2}
        own = Submission(cells, {}, {}, frozenset())
        modest = report_of(outputs=texts)
        text = feedback.page(chapter, "ada", modest, own)
        assert "95000 more characters" in text
        assert len(text) < feedback.MOST_BYTES
        text = feedback.page(chapter, "ada", report_of(outputs=texts, figures=figures), own)
        assert "they are left out" in text
        assert len(text) < 20_000

    def test_the_same_each_time(self, told, handed_in, chapter):
        report, _ = told
        first, second = (feedback.page(chapter, "ada", report, handed_in[1]) for _ in "12")
        assert first == second


class TestFragments:
    def test_escape_every_text(self):
        probes = (ProbeResult(EVIL, False, EVIL), ProbeResult(EVIL, False, EVIL, True))
        result = ExerciseResult(EVIL, 0, 1, "failed", f"{EVIL}.", hint=EVIL, probes=probes)
        page = Page(feedback.exercise_html(result))
        assert not page.all("script")
        assert page.words.count(EVIL) == 5

    def test_escape_repairs_rejections_and_output(self):
        found = report_of(repairs=(EVIL,), rejected=EVIL)
        assert Page(feedback.repairs_html(found)).words.count(EVIL) == 2
        assert EVIL in Page(feedback.printed_html(EVIL)).words

    def test_are_left_alone_by_mathjax(self):
        result = ExerciseResult("e", 0, 1, "failed", r"$\href{javascript:alert(1)}{x}$")
        for text in (feedback.exercise_html(result), feedback.repairs_html(report_of())):
            assert "tex2jax_ignore" in Page(text).tags[0][1]["class"]


class TestText:
    def test_shows_what_could_not_be_seen(self):
        assert feedback.plain("a\x1b[31mb\r\nc\td\u202ee\ud800") == (
            "a\\x1b[31mb\nc\td\\u202ee\\ud800"
        )
        assert feedback.plain("Grüße, שלום, 漢字, 👍🏽") == "Grüße, שלום, 漢字, 👍🏽"

    def test_is_cut_where_it_is_long(self):
        assert feedback.cut("x" * 5000) == "x" * 5000
        assert feedback.cut("x" * 5001).endswith("\n(cut: 1 more characters)")
        assert "cut" not in feedback.answer_markdown("x" * 20_000)
        assert "cut" in feedback.answer_markdown("x" * 20_001)

    @pytest.mark.parametrize("text", ["a\n\n# b\n", "```\n$x$", "[a](b)", "&lt;", "</pre>", "é 2"])
    def test_of_an_answer_is_the_same_after_markdown(self, text):
        from nbconvert.filters.markdown_mistune import markdown2html_mistune

        page = Page(markdown2html_mistune(feedback.answer_markdown(text)))
        assert page.words.rstrip("\n") == text.rstrip("\n")
        assert {tag for tag, _ in page.tags} == {"pre"}
