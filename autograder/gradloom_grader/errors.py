"""The kinds of error: an author's, a student's, the set-up's. Each says what to do about it."""

from pathlib import Path


class AuthorError(Exception):
    """A mistake in the course itself, at a file and a line."""

    def __init__(self, path: Path | str, line: int, message: str):
        super().__init__(f"{path}:{line}: {message}")
        self.path, self.line, self.message = path, line, message


class SubmissionError(Exception):
    """A submission that cannot be read at all; the student reads what to hand in instead."""


class SetupError(Exception):
    """What the instructor, or we, must mend before anything can be graded."""


class GradebookError(SetupError):
    """The gradebook cannot be had at all: it is locked, full, or its server is gone."""


def reason(error: Exception) -> str:
    """Why it was raised; of the system's errors without number and file."""
    return getattr(error, "strerror", None) or str(error)
