"""Plugs the grader into nbgrader; nothing else."""

from pathlib import Path

from gradloom_grader.bridge import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821
