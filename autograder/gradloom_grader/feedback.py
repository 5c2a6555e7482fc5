"""What people read of a report: a page of its own, and fragments for the notebook nbgrader keeps.

No page has a script or loads anything. What a student wrote stands in it as text: escaped, control
characters made visible, and cut where it is long.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from .chapters import Chapter
from .intake import Submission
from .jail import Cell
from .report import ExerciseResult, ProbeResult, QuestionResult, Report, number

MOST_BYTES = 2_000_000  # of a page
LONGEST = 5_000  # characters of one text
LONGEST_ANSWER = 20_000  # of one that a person marks
MOST_ADDED = 40  # cells
MOST_REPAIRS = 50
WORDS = {
    "passed": "all right",
    "partly": "partly right",
    "failed": "not yet right",
    "not attempted": "not attempted",
    "carried": "error carried forward",
}
# Terminal escapes, what reorders a line, and halves of characters that cannot be written.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def page(chapter: Chapter, student: str, report: Report, submission: Submission) -> str:
    """The feedback on one submission; without the student's own work where that is too much."""
    for short in (False, True):
        text = render(
            "page.html",
            title=_title(chapter),
            student=student,
            report=report,
            submission=submission,
            exercises=() if report.rejected else report.exercises,
            answered=answered(report),
            wrong={e.id for e in report.exercises if e.status in ("partly", "failed")},
            added=added_cells(submission),
            short=short,
        )
        if len(text.encode()) <= MOST_BYTES:
            break
    return text


def _title(chapter: Chapter) -> str:
    return chapter.text.strip().partition("\n")[0].lstrip("# ")


def exercise_html(result: ExerciseResult) -> str:
    """What stands at an exercise's check: marks and reasons."""
    return render("exercise.html", exercise=result)


def repairs_html(report: Report) -> str:
    """The sum, and what was repaired, for the top of a notebook."""
    return render("repairs.html", report=report, answered=answered(report))


def printed_html(text: str) -> str:
    """What a cell printed."""
    return render("printed.html", text=text)


def answer_markdown(text: str) -> str:
    """An answer in words as Markdown that means just its characters, whoever renders it."""
    shown = cut(plain(text), LONGEST_ANSWER)
    coded = "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in shown)
    return f'<pre class="tex2jax_ignore mathjax_ignore" style="{_ANSWER}">{coded}</pre>'


_ANSWER = "white-space: pre-wrap; font: inherit; background: none; border: 0; padding: 0"


def answered(report: Report) -> list[QuestionResult]:
    """The questions in words that a person has to read."""
    return [q for q in report.questions if q.answered and not report.rejected]


def added_cells(submission: Submission) -> list[Cell]:
    """The first of the cells that the student added or changed."""
    return [c for c in submission.cells if c.id.startswith("added-")][:MOST_ADDED]


def plain(text: str) -> str:
    """The text with its control characters written out."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text.replace("\r\n", "\n"))


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or as much of it as a page shows."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n(cut: {len(text) - longest} more characters)"


def render(template: str, **context) -> str:
    """A page or fragment of `templates/`."""
    return _templates().get_template(template).render(**context)


@cache
def version() -> str:
    """A fingerprint of the templates."""
    files = sorted((Path(__file__).parent / "templates").iterdir())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


@cache
def _templates() -> jinja2.Environment:
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.filters |= {"number": number, "cut": cut, "failed": _failed}
    style = (folder / "page.css").read_text("utf-8")
    digest = hashlib.sha256(style.encode()).digest()
    environment.globals |= {
        "style": Markup(style),
        "style_digest": base64.b64encode(digest).decode(),
        "words": WORDS,
        "most_repairs": MOST_REPAIRS,
        "longest_answer": LONGEST_ANSWER,
    }
    return environment


def _failed(exercise: ExerciseResult, visible: bool) -> list[ProbeResult]:
    return [p for p in exercise.probes if not p.passed and p.visible == visible]
