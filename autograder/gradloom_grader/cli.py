"""The command `gradloom`: the only module that writes to the terminal."""

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import click
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from . import build as builder
from . import bulk, earlier, intake, opened, tables
from .chapters import Course, find_course, read_course
from .errors import AuthorError, SetupError
from .session import Client
from .terminal import SafeConsole, printable

# Of nbgrader's dependencies one takes a second to import, for addresses that nobody here writes;
# jsonschema does without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

console = SafeConsole(highlight=False, width=None if sys.stdout.isatty() else 120)


class _Group(click.Group):
    """Shows errors that say what to do as one line instead of a traceback."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except (AuthorError, SetupError) as error:
            raise click.ClickException(printable(str(error))) from None
        except BrokenPipeError:  # whoever read the output has had enough
            raise
        except OSError as error:
            raise click.ClickException(
                printable(f"{error}: mend that, then run this again")
            ) from None


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
        console.print(f"built {builder.build(loaded, loaded.chapter(name))}", soft_wrap=True)


def _buildable(course: Course) -> list[str]:
    return [c.name for c in course.chapters if c.checks.exists()]


@main.command()
@click.argument("chapter")
@_course
def release(chapter: str, course: Path | None) -> None:
    """Build CHAPTER and let nbgrader make the release and its entry in the gradebook."""
    from . import configured

    console.print(f"released {configured.release(_folder(course), chapter)}", soft_wrap=True)


@main.command()
@click.argument("chapter")
@click.option("--force", is_flag=True, help="Grade again what has not changed, too.")
@_course
@_unsafe
def grade(chapter: str, force: bool, course: Path | None, unsafe: bool) -> None:
    """Grade all of submitted/*/CHAPTER and bring nbgrader's gradebook up to it.

    What has not changed since its report was written is not run again.
    """
    folder = _folder(course)
    with _grading(folder, chapter) as done:
        graded = bulk.grade_class(folder, chapter, done, unsafe=unsafe, force=force)
    console.print(tables.scores(graded.reports))
    _show_changes(graded)
    same = len(graded.unchanged)
    console.print(f"{len(graded.reports) - same} graded, {same} unchanged and not run again")
    if graded.gradebook:
        console.print(escape(graded.gradebook), soft_wrap=True)
    _show_problems(graded)
    if graded.failures or graded.gradebook:
        raise click.ClickException("not all is done: run `gradloom grade` again for the rest")


@main.command("regrade-diff")
@click.argument("chapter")
@_course
@_unsafe
def regrade_diff(chapter: str, course: Path | None, unsafe: bool) -> None:
    """Show whose marks `gradloom grade CHAPTER` would change, and why; nothing is written."""
    folder = _folder(course)
    with _grading(folder, chapter) as done:
        graded = bulk.preview(folder, chapter, done, unsafe=unsafe)
    _show_changes(graded)
    for student in sorted(graded.reports.keys() - graded.before.keys()):
        console.print(f"{student} would be graded for the first time")
    same = len(graded.before.keys() & graded.reports.keys() - graded.changes.keys())
    console.print(f"{len(graded.changes)} would change, {same} would stay as they are")
    _show_problems(graded)
    if graded.failures:
        raise click.ClickException("of those nothing is known")


@contextmanager
def _grading(folder: Path, chapter: str):
    """A bar, and what moves it on for a student."""
    with _progress() as progress:
        total = len(bulk.submissions(folder, chapter))
        task = progress.add_task(f"grading {chapter}", total=total)
        yield lambda _: progress.advance(task)


def _show_problems(graded) -> None:
    for name, problem in graded.skipped.items():
        console.print(escape(f"skipped submitted/{name}: {problem}"), soft_wrap=True)
    for student, problem in graded.failures.items():
        console.print(escape(f"{student} is not done: {problem}"), soft_wrap=True)


def _show_changes(graded) -> None:
    if graded.changes:
        console.print(tables.changes(graded.changes, graded.before, graded.reports))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console)


@main.command()
@click.argument("chapter")
@_course
def summary(chapter: str, course: Path | None) -> None:
    """Show what the class understood of CHAPTER and what it did not, from the stored reports."""
    from . import summary as classes

    loaded = read_course(_folder(course))
    found = classes.read(loaded, chapter)
    console.print(f"{found.scores}.", soft_wrap=True)
    console.print(*tables.summary(found))
    console.print(f"Page: {classes.write(loaded, found)}", soft_wrap=True)


@main.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path))
@_course
@_unsafe
def check(notebook: Path, target: Path | None, course: Path | None, unsafe: bool) -> None:
    """Grade one NOTEBOOK and write its report as JSON; no gradebook is touched.

    Folders of earlier chapters beside its own count where a chapter is graded on them too.
    """
    raw = intake.load(notebook)
    name = opened.chapter_name(raw) or notebook.stem
    folder = _folder(course)
    loaded = read_course(folder)
    before = earlier.notebooks(notebook.resolve().parents[1], loaded, loaded.chapter(name))
    with Client(folder, name, unsafe) as client:
        text = client.grade(raw, before).to_json()
    if target:
        target.write_text(text, "utf-8")
    else:
        sys.stdout.write(printable(text))


@main.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write a folder for each student; otherwise assembled/ in the course.",
)
@_course
@_unsafe
def assemble(folders: tuple[Path, ...], to: Path | None, course: Path | None, unsafe: bool) -> None:
    """Write the library that a student made whose chapters are in FOLDER, such as submitted/ada."""
    from . import assembly

    home = _folder(course)
    for folder in folders:
        target = (to or home / "assembled") / folder.resolve().name
        with console.status(f"Assembling {folder} ..."):
            done = assembly.assemble(home, folder, target, unsafe=unsafe)
        console.print(*done.lines(), "", sep="\n", markup=False, soft_wrap=True)


@main.command()
@_course
def doctor(course: Path | None) -> None:
    """Say what is here of all that grading needs, and what to do about what is not."""
    from . import doctor as looking

    table = Table("", "what", "found, or what to do")
    missing = 0
    for check in looking.examine(course or Path.cwd()):
        told = filter(None, (check.found, check.remedy))
        table.add_row("ok" if check.ok else "missing", check.what, escape("\n".join(told)))
        missing += not check.ok
    console.print(table)
    if missing:
        raise click.ClickException(f"{missing} missing: nothing should be graded here yet")


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), help="An empty folder to work in.")
@_course
def demo(folder: Path | None, course: Path | None) -> None:
    """Watch a class of 24 synthetic students being graded; nothing of the course is touched."""
    from . import demo as show

    chapter = "04_elementwise"
    folder = folder or Path(tempfile.mkdtemp(prefix="gradloom-demo-"))
    console.print(f"Building and releasing {chapter}, and 24 students' notebooks ...")
    students = show.prepare(_folder(course), chapter, folder)
    with _progress() as progress:
        task = progress.add_task("grading", total=len(students))
        reports = bulk.grade_class(folder, chapter, lambda _: progress.advance(task)).reports
    with console.status("Writing feedback with nbgrader ..."):
        feedback = show.write_feedback(folder, chapter)
    show.plot_scores(reports, folder / "scores.png")
    console.print(tables.scores(reports))
    pages = f"{feedback}/*/{chapter}/report.html"
    console.print(f"{len(reports)} feedback pages: {pages}", soft_wrap=True)
    console.print(f"Score distribution: {folder / 'scores.png'}", soft_wrap=True)


_file = click.Path(dir_okay=False, path_type=Path)


@main.command()
@click.argument("chapter", required=False)
@click.option("--exercise", help="Only the answers of this exercise.")
@click.option("--html", type=_file, help="Save the whole matrix as a page.")
@click.option("--csv", type=_file, help="Save it as lines of answer, probe and verdict.")
@_course
def matrix(
    chapter: str | None,
    exercise: str | None,
    html: Path | None,
    csv: Path | None,
    course: Path | None,
) -> None:
    """Try every wrong and right answer of CHAPTER, or of all chapters, against the probes."""
    from . import matrix as kills

    matrices, unread = [], 0
    for name in _with_checks(_folder(course), chapter):
        try:
            with _trial(_folder(course), name) as (copy, done):
                found = kills.run(copy, name, exercise, done)
        except AuthorError as error:
            console.print(f"{name} cannot be tried: {escape(str(error))}", soft_wrap=True)
            unread += 1
            continue
        _show_matrix(found, kills.function_of)
        matrices.append(found)
    if html:
        html.write_text(kills.html_text(matrices), "utf-8")
    if csv:
        csv.write_text(kills.csv_text(matrices), "utf-8")
    if problems := unread + sum(len(found.problems) for found in matrices):
        raise click.ClickException(f"the matrix is not clean: {problems} to mend, listed above")


@main.command()
@click.argument("chapter", required=False)
@_course
def mutants(chapter: str | None, course: Path | None) -> None:
    """Let the probes judge small changes of the reference, in CHAPTER or in all chapters."""
    from . import mutants as mutation

    table = Table("chapter", "killed", "equivalent", "alive", "killed of what can be")
    too_few = []
    for name in _with_checks(_folder(course), chapter):
        with _trial(_folder(course), name) as (copy, done):
            found = mutation.run(copy, name, done)
        for mutant in found.survivors:
            console.print(f"alive in {mutant.exercise}: {escape(mutant.name)}", soft_wrap=True)
        for line in found.stale:
            console.print(f"no such survivor, remove it: {escape(line)}", soft_wrap=True)
        counts = found.killed, len(found.equivalent), len(found.survivors)
        table.add_row(name, *map(str, counts), f"{found.share:.1%}")
        too_few += [name] if found.share < mutation.GOAL else []
    console.print(table)
    if too_few:
        raise click.ClickException(f"too many are alive in {', '.join(too_few)}")


def _with_checks(folder: Path, chapter: str | None) -> list[str]:
    """The chapter, or all that have checks; no other has to be readable."""
    pages = sorted(folder.glob("chapters/*/chapter.md"))
    every = [page.parent.name for page in pages if page.with_name("checks.py").exists()]
    return [chapter] if chapter else every


@contextmanager
def _trial(folder: Path, chapter: str):
    """A copy of the course to try a chapter in, and what moves a bar."""
    from .trial import snapshot

    with snapshot(folder, chapter) as course, _progress() as progress:
        task = progress.add_task(chapter, total=None)
        yield course, lambda total: progress.update(task, total=total, advance=1)


def _show_matrix(found, function_of) -> None:
    console.print(tables.matrix(found, function_of))
    if found.idle:
        idle = ", ".join(found.idle)
        console.print(f"rejects nothing that no other probe rejects: {idle}", soft_wrap=True)
    for problem in found.problems:
        console.print(escape(problem), soft_wrap=True)
    console.print(found.summary, soft_wrap=True)
