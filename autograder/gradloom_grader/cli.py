"""The command `gradloom`: the only module that writes to the terminal."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from . import build as builder
from . import intake
from .chapters import Course, find_course, read_course
from .gradebook import NotReleased
from .holes import AuthorError
from .session import Client, RefereeError

console = Console(highlight=False)


class _Group(click.Group):
    """Shows errors that say what to do as one line instead of a traceback."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except (AuthorError, NotReleased, RefereeError, LookupError) as error:
            text = error.args[0] if error.args else str(error)
            raise click.ClickException(str(text)) from None


_course = click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The course's folder; otherwise the nearest one at or above here.",
)
_unsafe = click.option(
    "--unsafe", is_flag=True, help="Run submissions without a jail. Every report will say so."
)


def _folder(course: Path | None) -> Path:
    return (course or find_course(Path.cwd())).resolve()


@click.group(cls=_Group)
@click.version_option(package_name="gradloom")
def main() -> None:
    """Build chapters, release them, grade what comes back."""


@main.command()
@click.argument("chapter", required=False)
@_course
def build(chapter: str | None, course: Path | None) -> None:
    """Write the source notebook and the kit of CHAPTER, or of all chapters that have checks."""
    loaded = read_course(_folder(course))
    for name in [chapter] if chapter else _buildable(loaded):
        console.print(f"built {builder.build(loaded, loaded.chapter(name))}")


def _buildable(course: Course) -> list[str]:
    return [c.name for c in course.chapters if c.checks.exists()]


@main.command()
@click.argument("chapter")
@_course
def release(chapter: str, course: Path | None) -> None:
    """Build CHAPTER and let nbgrader make the release and its entry in the gradebook."""
    from . import bulk

    console.print(f"released {bulk.release(_folder(course), chapter)}")


@main.command()
@click.argument("chapter")
@_course
@_unsafe
def grade(chapter: str, course: Path | None, unsafe: bool) -> None:
    """Grade all of submitted/*/CHAPTER and bring nbgrader's gradebook up to it."""
    from . import bulk

    folder = _folder(course)
    total = len(bulk.submissions(folder, chapter))
    with _progress() as progress:
        task = progress.add_task(f"grading {chapter}", total=total)
        reports = bulk.grade_class(
            folder, chapter, unsafe=unsafe, done=lambda _: progress.advance(task)
        )
    for student, report in reports.items():
        console.print(f"{student}: {report.score:g} of {report.max_score:g}, {report.summary()}")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console)


@main.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path))
@_course
@_unsafe
def check(notebook: Path, target: Path | None, course: Path | None, unsafe: bool) -> None:
    """Grade one NOTEBOOK and write its report as JSON; no gradebook is touched."""
    raw = notebook.read_bytes()
    name = intake.chapter_name(raw) or notebook.stem
    folder = _folder(course)
    read_course(folder).chapter(name)
    with Client(folder, name, unsafe) as client:
        text = client.grade(raw).to_json()
    if target:
        target.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
