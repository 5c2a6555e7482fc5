"""What an instructor sees on the terminal, and what a program reads, is steered by no student."""

import io
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from gradloom_grader import cli
from gradloom_grader.bulk import Store
from gradloom_grader.terminal import SafeConsole, printable
from rich.console import Console
from rich.table import Table

CHAPTER = "04_elementwise"
STEERS = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\x00"
RAISES = r"""
name = "Evil\nada  120 / 120 PASSED" + "\x1b[2J\x1b]52;c;b3duZWQ=\x07\x9b31m\u202e"
raise type(name, (Exception,), {})(name)
"""
EVIL_NAME = "zoe\x1b[2J\u202e\nada"


def is_harmless(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.row("E13", "Texts that steer a terminal are printed as they are.")
def test_the_console_escapes_what_it_prints():
    def shown(kind):
        console = kind(file=io.StringIO(), width=200, force_terminal=False)
        table = Table("student")
        table.add_row(STEERS)
        console.print(STEERS, table, markup=False)
        return console.file.getvalue()

    assert "\x1b]0;owned" in shown(Console)  # the control
    assert "\u202e" in shown(Console)
    assert is_harmless(shown(SafeConsole))
    assert shown(SafeConsole).count(r"\u001b[2J") == 2


@pytest.mark.row("E14", "Lines and fields are put into what a program reads.")
def test_escaped_json_says_the_same():
    text = json.dumps({"a": STEERS + "\U000e0001\n"}, ensure_ascii=False)
    assert is_harmless(printable(text))
    assert json.loads(printable(text)) == json.loads(text)


@pytest.fixture(scope="module")
def shown(site, tmp_path_factory):
    """What `gradloom grade` and `gradloom check` print of a class with two who steer in it."""
    course = site.course
    evil = site.with_cells()
    cell = next(c for c in evil["cells"] if c["id"] == "mul-backward")
    cell["source"] = RAISES
    for student, notebook in {"ada": site.honest, "mallory": evil, EVIL_NAME: evil}.items():
        site.hand_in(student, notebook)
    path = tmp_path_factory.mktemp("work") / f"{CHAPTER}.ipynb"
    path.write_text(json.dumps(evil))
    folder = ["--course", str(course)]
    graded = CliRunner().invoke(cli.main, ["grade", CHAPTER, *folder])
    checked = CliRunner().invoke(cli.main, ["check", str(path), *folder])
    return graded.output, checked.output, Store(course).read(CHAPTER, "mallory")


@pytest.mark.row("E13", "A student's id, errors and output steer the terminal of who grades.")
def test_the_command_prints_nothing_that_steers(shown):
    graded, checked, report = shown
    assert is_harmless(graded)
    assert is_harmless(checked)
    mine = next(e for e in report.exercises if e.id == "mul-backward")
    assert "\x1b]52;c;" in mine.because  # the control: it came that far
    assert r"\u001b]52;c;" in checked


@pytest.mark.row("E14", "A false line that says that somebody passed is put into the output.")
def test_nobody_adds_a_line(shown):
    graded, checked, report = shown
    rows = [line for line in graded.splitlines() if "ada" in line and "zoe" not in line]
    assert len(rows) == 1
    assert "120 / 120" in rows[0]
    assert json.loads(checked)["exercises"] == json.loads(report.to_json())["exercises"]


LOADED = """
import json, sys
import numpy, msgpack, packaging.requirements, subprocess, tempfile, socket
before = set(sys.modules)
from gradloom_grader import jail
print(json.dumps(sorted(set(sys.modules) - before)))
"""


PARSERS = {"pickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "yaml", "xml", "pyexpat"}
SESSION = """
import json, sys
import pytest
from gradloom_grader import probes, session

class Look:
    def pytest_runtestloop(self, session):
        print(json.dumps(sorted(sys.modules)))
        return True

pytest.main([*probes.PYTEST_OPTIONS, sys.argv[1]], plugins=[Look()])
"""


@pytest.mark.row("E15", "The referee's process is searched for parsers of XML and the like.")
def test_the_referee_loads_no_parser(site):
    """Nor does what it is made of; NumPy brings pickle, and nobody here calls it."""
    checks = site.course / "chapters" / CHAPTER / "checks.py"
    command = [sys.executable, "-c", SESSION, str(checks)]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # as the client starts it
    done = subprocess.run(command, capture_output=True, check=True, env=alone)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert {"pytest", "gradloom_grader"} <= loaded
    assert loaded & PARSERS <= {"pickle", "_pickle"}


@pytest.mark.row("E15", "The side that reads answers is searched for parsers of XML and the like.")
def test_what_reads_a_worker_loads_no_parser():
    """Beside what NumPy and msgpack bring themselves."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert {"gradloom_grader.wire", "gradloom_grader.replies"} <= loaded
    assert not {name.partition(".")[0] for name in loaded} & PARSERS
