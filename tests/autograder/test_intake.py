"""Accidents are repaired, and told; what is no notebook is rejected; nothing else is raised."""

import ast
import contextlib
import copy
import itertools
import json

import nbformat
import pytest
from gradloom_grader import build, intake, opened
from gradloom_grader.errors import SubmissionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MUL = "mul-backward"


@pytest.fixture(scope="module")
def template(course, chapter):
    return json.loads(build.source_notebook(course, chapter).read_text("utf-8"))


@pytest.fixture(scope="module")
def read(chapter, template):
    def read(notebook):
        raw = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        return intake.read(raw, chapter, template)

    return read


@pytest.fixture
def solved(rehearsal):
    return rehearsal.solved()


@pytest.fixture(scope="module")
def clean(read, rehearsal):
    return read(rehearsal.solved())


def cell_of(notebook: dict, name: str) -> dict:
    return next(c for c in notebook["cells"] if c["id"] == name)


def sources(submission) -> list[str]:
    return [c.source for c in submission.cells]


class TestWhatIsTaken:
    def test_all_solution_cells_in_order(self, clean, chapter):
        ids = [c.id for c in clean.cells]
        own = [e.id for e in chapter.exercises]
        assert ids == own
        assert clean.attempted == set(own)
        assert not clean.repairs
        assert not clean.flags

    def test_nothing_of_an_untouched_release(self, read, release, chapter):
        found = read(release)
        assert not found.attempted
        assert not found.answered
        assert not found.repairs
        assert not {c.id for c in found.cells} & {e.id for e in chapter.exercises}

    def test_no_check_cell_ever_runs(self, read, solved):
        cell_of(solved, f"{MUL}-check")["source"] = "import os"
        found = read(solved)
        assert "import os" not in sources(found)

    def test_points_tags_outputs_and_the_kernel_do_not_matter(self, read, solved, clean):
        for cell in solved["cells"]:
            cell["metadata"] = {
                **cell["metadata"],
                "tags": ["skip-execution"],
                "editable": True,
            }
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] |= {"points": 999, "locked": False, "checksum": "0"}
            cell["outputs"] = [{"output_type": "stream", "text": "!"}]
        solved["metadata"] = {"kernelspec": {"name": "bash"}}
        assert read(solved) == clean

    def test_a_cell_the_student_added_runs_at_its_place(self, read, solved):
        at = solved["cells"].index(cell_of(solved, MUL))
        added = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "helper = 1"}
        solved["cells"].insert(at, added)
        ids = [c.id for c in read(solved).cells]
        found = next(c for c in read(solved).cells if c.source == "helper = 1")
        assert ids.index(found.id) == ids.index(MUL) - 1

    def test_given_cells_are_the_releases_and_only_changed_ones_the_students(
        self, read, solved, clean, template
    ):
        given_ = intake.given_cells(template)
        assert given_
        assert not {c.id for c in given_} & {c.id for c in clean.cells}
        changed = next(c for c in solved["cells"] if c["id"] == given_[0].id)
        changed["source"] = given_[0].source + "\nimport math as maths"
        assert sources(read(solved))[0] == changed["source"]

    def test_no_two_cells_share_an_id(self, read, solved):
        given_ = next(c for c in solved["cells"] if c["cell_type"] == "code")
        given_["source"] = "".join(given_["source"]) + "\nimport math as maths"
        ids = [c.id for c in read(solved).cells]
        assert len(set(ids)) == len(ids)

    def test_a_changed_given_cell_that_kills_takes_the_given_one_not_along(self, solved, grade):
        given_ = next(c for c in solved["cells"] if c["cell_type"] == "code")
        given_["source"] = "".join(given_["source"]) + "\nimport os\nos._exit(1)"
        assert grade(solved).score == 120

    def test_a_written_answer_is_told_from_none(self, read, solved, chapter):
        question = chapter.questions[0].id
        for text, answered in (
            ("YOUR ANSWER HERE", False),
            ("", False),
            ("  \n", False),
            ("Because.", True),
        ):
            cell_of(solved, question)["source"] = text
            assert (question in read(solved).answered) is answered

    def test_the_digest_is_that_of_what_runs(self, read, solved, clean):
        assert read(solved).digest == clean.digest
        cell_of(solved, MUL)["source"] += "\n# more"
        assert read(solved).digest != clean.digest


class TestRepairs:
    def test_a_deleted_cell_is_put_back_as_released(self, read, solved):
        solved["cells"].remove(cell_of(solved, MUL))
        found = read(solved)
        assert found.repairs == (f"The cell of {MUL} was missing; nothing was found for it.",)
        assert MUL not in found.attempted

    def test_of_duplicates_the_last_one_counts(self, read, solved, grade):
        twin = copy.deepcopy(cell_of(solved, MUL))
        cell_of(solved, MUL)["source"] = "wrong = 1"
        solved["cells"].append(twin)
        found = read(solved)
        assert any(MUL in r and "2" in r for r in found.repairs)
        ids = [c.id for c in found.cells]
        assert len(set(ids)) == len(ids)
        assert grade(solved).score == 120

    def test_an_untouched_duplicate_does_not_undo_the_work(self, read, solved, release, grade):
        solved["cells"].append(cell_of(release, MUL))
        assert MUL in read(solved).attempted
        assert grade(solved).score == 120

    def test_moved_cells_are_run_where_they_are(self, read, solved, chapter, grade):
        solved["cells"].reverse()
        found = read(solved)
        assert found.attempted == {e.id for e in chapter.exercises}
        assert grade(solved).score == 120

    @pytest.mark.parametrize("kind", ["markdown", "raw", "", None, 3])
    def test_a_retyped_cell_is_run_as_code(self, read, solved, grade, kind):
        cell_of(solved, MUL)["cell_type"] = kind
        found = read(solved)
        assert any(MUL in r and "code cell" in r for r in found.repairs)
        assert MUL in found.attempted
        assert grade(solved).score == 120

    def test_a_forgotten_weave_is_added(self, read, solved, grade):
        cell = cell_of(solved, MUL)
        cell["source"] = "".join(cell["source"]).replace("@weave\n", "", 1)
        found = read(solved)
        assert any("@weave was missing above Mul" in r for r in found.repairs)
        assert grade(solved).score == 120

    def test_every_forgotten_weave_is_added(self, read, solved, grade):
        for cell in solved["cells"]:
            if cell["cell_type"] == "code" and not cell["id"].endswith("-check"):
                cell["source"] = "".join(cell["source"]).replace("@weave\n", "")
        assert grade(solved).score == 120

    def test_a_weave_of_another_spelling_is_none_forgotten(self, read, solved):
        cell = cell_of(solved, MUL)
        plain = "".join(cell["source"]).replace("@weave\n", "", 1)
        for source in (
            plain + "\nMul = weave(Mul)",
            "\n" + plain.replace("class", "@weave\nclass"),
        ):
            cell["source"] = source
            assert not read(solved).repairs

    def test_lines_do_not_move(self, read, solved):
        cell = cell_of(solved, MUL)
        cell["source"] = "".join(cell["source"]).replace("@weave\n", "", 1)
        found = next(c for c in read(solved).cells if c.id == MUL)
        assert found.source.startswith(cell["source"])

    @pytest.mark.parametrize("keep", [True, False])
    def test_dropped_metadata_costs_nothing(self, read, solved, grade, clean, keep):
        """Cells are found by their ids, or by the ids in their metadata."""
        for cell in solved["cells"]:
            if keep:
                cell["id"] = f"x{id(cell)}"
            else:
                cell["metadata"] = {}
        solved["metadata"] = {}
        assert read(solved).attempted == clean.attempted
        assert grade(solved).score == 120

    def test_without_any_ids_the_work_still_counts(self, read, release, solved, grade, chapter):
        """Everything is an added cell then; what it weaves is what was attempted."""
        for cell in solved["cells"]:
            del cell["id"]
            cell["metadata"] = {}
        found = read(solved)
        assert found.attempted == {e.id for e in chapter.exercises}
        assert grade(solved).score == 120

    def test_a_whole_solution_in_one_extra_cell(self, read, release, solved, grade, chapter):
        ids = {e.id for e in chapter.exercises}
        text = "\n\n\n".join("".join(c["source"]) for c in solved["cells"] if c["id"] in ids)
        notebook = copy.deepcopy(release)
        extra = {"cell_type": "code", "id": "extra", "metadata": {}, "source": text}
        notebook["cells"].append(extra)
        assert read(notebook).attempted == ids
        assert grade(notebook).score == 120

    def test_windows_line_ends_and_a_byte_order_mark(self, read, solved, clean, grade):
        for cell in solved["cells"]:
            cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
        raw = b"\xef\xbb\xbf" + json.dumps(solved, indent=1).replace("\n", "\r\n").encode()
        assert read(raw).digest == clean.digest

    def test_magics_are_no_syntax_errors(self, read, solved, grade):
        cell = cell_of(solved, MUL)
        cell["source"] = "%matplotlib inline\n!ls\n" + "".join(cell["source"])
        assert not read(solved).repairs
        assert grade(solved).score == 120

    def test_sources_as_lists_with_junk(self, read, solved, clean):
        for cell in solved["cells"]:
            lines = "".join(cell["source"]).splitlines(keepends=True)
            cell["source"] = [*lines[:1], None, 3, {}, *lines[1:]]
        assert read(solved).digest == clean.digest

    def test_nbformat_3(self, read, solved, grade):
        for cell in solved["cells"]:
            cell["source"] = "".join(cell["source"])
        old = nbformat.convert(nbformat.from_dict(solved), 3)
        found = read(json.dumps(old).encode())
        assert MUL in found.attempted
        assert grade(json.dumps(old).encode()).score == 120


class TestNames:
    """What a name meant is given back only where that is surely what the student meant."""

    @pytest.fixture
    def with_cells(self, solved):
        """The solved notebook, in which `mul-backward` calls `both`, with cells at both ends."""
        text = "".join(cell_of(solved, MUL)["source"])
        body = "return both(*node._inputs, out_grad)"
        cell_of(solved, MUL)["source"] = text.replace("return out_grad * b, out_grad * a", body)
        made = itertools.count()

        def with_cells(above, *below):
            cells = [{"cell_type": "code", "id": f"x{next(made)}", "source": s} for s in below]
            first = {"cell_type": "code", "id": "first", "source": above}
            solved["cells"] = [first, *solved["cells"], *cells]
            return solved

        return with_cells

    HELPER = "def both(a, b, g):\n    return g * b, g * a"

    def restored(self, submission) -> list[str]:
        return [c.source for c in submission.cells if c.id.startswith("restored")]

    def test_a_variable_takes_no_function_away(self, read, with_cells):
        found = read(with_cells(self.HELPER, "both = 3"))
        assert self.restored(found) == [ast.unparse(ast.parse(self.HELPER))]
        assert "you gave both another meaning" in found.repairs[0]

    def test_a_better_function_further_down_is_better(self, read, with_cells):
        found = read(with_cells("def both(a, b, g):\n    return g, g", self.HELPER))
        assert not self.restored(found)

    def test_a_function_that_uses_the_variable_keeps_it(self, read, with_cells):
        user = "def show():\n    return both"
        assert not self.restored(read(with_cells(self.HELPER, "both = 3", user)))

    def test_a_variable_that_a_variable_replaces_is_as_it_is(self, read, with_cells):
        assert not self.restored(read(with_cells("both = max", "both = min")))

    def test_a_local_variable_takes_nothing(self, read, with_cells):
        user = "def show(both):\n    for both in [1]:\n        pass"
        assert not self.restored(read(with_cells(self.HELPER, user)))

    def test_cells_that_need_each_other_stay_in_order(self, read, with_cells):
        found = read(with_cells(self.HELPER, "one = two", "two = one"))
        assert sources(found)[-2:] == ["one = two", "two = one"]
        assert not found.repairs

    def test_a_cell_behind_a_chain_of_helpers_runs_last(self, read, with_cells):
        found = read(with_cells(self.HELPER, "a1 = b1", "b1 = c1", "c1 = 1"))
        assert sources(found)[-3:] == ["c1 = 1", "b1 = c1", "a1 = b1"]
        assert len(found.repairs) == 2


class TestCaps:
    def test_what_is_too_long_is_left_out_and_the_rest_is_graded(self, read, solved, grade):
        cell_of(solved, MUL)["source"] += "\n#" + "x" * 100_000
        assert read(solved).repairs == (
            f"{MUL} is longer than 100,000 characters; it was left out.",
        )
        assert MUL not in read(solved).attempted
        assert grade(solved).score == 113

    def test_all_that_is_run_is_bounded(self, read, solved):
        long = {"cell_type": "code", "metadata": {}, "source": "#" * 90_000 + "\n1"}
        solved["cells"] += [long] * 12
        with pytest.raises(SubmissionError, match="more than 300000 characters"):
            read(solved)

    def test_an_answer_in_words_is_bounded(self, read, solved, chapter):
        question = chapter.questions[0].id
        cell_of(solved, question)["source"] = "x" * 2_000_000
        assert len(read(solved).texts[question]) == 300_000

    def test_a_large_notebook_is_the_same_without_its_outputs(self, read, solved, clean):
        for cell in solved["cells"]:
            cell["outputs"] = [{"data": {"image/png": "A" * 200_000}}]
        raw = json.dumps(solved).encode()
        assert len(raw) > opened.LARGE
        assert read(raw) == clean

    @pytest.mark.parametrize(
        ("raw", "message"),
        [
            (b"[" * 6_000_000, "too much to read"),
            (b'{"cells": [' + b"{}," * 2_000_000 + b"{}]}", "more than 2000 cells"),
            (b'{"cells": [{"source": "' + b"x" * 6_000_000, "damaged"),
            (b"[" + b"1," * 3_000_000 + b"1]", "not a notebook"),
            (b"x" * 6_000_000, "not a notebook"),
        ],
        ids=range(5),
    )
    def test_a_large_file_is_read_in_bounded_memory(self, read, raw, message):
        with pytest.raises(SubmissionError, match=message):
            read(raw)


class TestRejected:
    @pytest.mark.parametrize(
        ("raw", "message"),
        [
            (b"", "not a notebook"),
            (b"\x00\x01", "not a notebook"),
            (b"print('hello')", "not a notebook"),
            (b"[" * 100_000, "not a notebook"),
            (b'{"a":' * 100_000, "not a notebook"),
            (b"[]", "not a notebook"),
            (b"3", "not a notebook"),
            (b"null", "not a notebook"),
            (b"{}", "no cells"),
            (b'{"cells": 3}', "no cells"),
            (b'{"cells": {"a": 1}}', "no cells"),
            (b'{"cells": null}', "no cells"),
            (b'{"nbformat": 3, "worksheets": 5}', "old format"),
            (b'{"nbformat": 3}', "old format|no cells"),
            ("{}".encode("utf-16"), "UTF-8"),
            (b'{"cells": "\xff"}', "UTF-8"),
            (b'{"cells": [' + b"{}," * 2001 + b"{}]}", "more than 2000 cells"),
            (b" " * 200_000_001, "larger than 200 MB"),
            (b'{"cells": [' + b"1" * 5000 + b"]}", "not a notebook|no cells"),
        ],
        ids=range(19),
    )
    def test_with_a_message_that_says_what_to_do(self, read, raw, message):
        with pytest.raises(SubmissionError, match=message):
            read(raw)

    def test_the_batch_goes_on(self, grade):
        for raw in (b"", b"[" * 100_000, b"{}"):
            assert grade(raw).rejected


class TestNothingElseIsRaised:
    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_by_a_notebook_mutated_at_random(self, read, rehearsal, data):
        notebook = rehearsal.solved()
        for _ in range(data.draw(st.integers(1, 6))):
            _mutate(notebook, data.draw)
        self._try(read, json.dumps(notebook).encode())

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=200))
    def test_by_bytes(self, read, raw):
        self._try(read, raw)

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=60))
    def test_by_any_source(self, read, rehearsal, source):
        notebook = rehearsal.solved()
        cell_of(notebook, MUL)["source"] = source
        self._try(read, json.dumps(notebook).encode())

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 10**6), st.integers(0, 255))
    def test_by_a_flipped_byte(self, read, rehearsal, place, value):
        raw = bytearray(json.dumps(rehearsal.solved()).encode())
        raw[place % len(raw)] = value
        self._try(read, bytes(raw))

    @staticmethod
    def _try(read, raw):
        with contextlib.suppress(SubmissionError):
            found = read(raw)
            json.dumps([found.sources, found.texts, [c.source for c in found.cells]])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def _mutate(thing, draw):
    """Replace, drop or double something at random inside nested lists and dicts."""
    while isinstance(thing, dict | list) and thing:
        keys = list(thing) if isinstance(thing, dict) else range(len(thing))
        key = draw(st.sampled_from(keys))
        deeper = isinstance(thing[key], dict | list) and thing[key]
        action = draw(st.sampled_from(["go", "go", "replace", "drop", "double"]))
        if deeper and action == "go":
            thing = thing[key]
            continue
        if action == "drop":
            del thing[key]
        elif action == "double" and isinstance(thing, list):
            thing.append(copy.deepcopy(thing[key]))
        else:
            thing[key] = draw(JSON)
        return


class TestFlags:
    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("import os", "os"),
            ("from subprocess import run", "subprocess"),
            ("import gc as g", "gc"),
            ("eval('1')", "eval"),
            ("x = __import__", "__import__"),
        ],
    )
    def test_are_for_the_instructor(self, read, solved, source, name):
        cell_of(solved, MUL)["source"] += f"\n{source}\n"
        assert read(solved).flags == (f"cell {MUL} uses {name}",)


class TestChapterName:
    @pytest.mark.parametrize(
        ("raw", "name"),
        [
            (b'{"metadata": {"gradloom": {"chapter": "04_x"}}}', "04_x"),
            (b'\xef\xbb\xbf{"metadata": {"gradloom": {"chapter": "04_x"}}}', "04_x"),
            (b'{"metadata": {"gradloom": {"chapter": 4}}}', None),
            (b'{"metadata": {"gradloom": 4}}', None),
            (b'{"metadata": []}', None),
            (b"[]", None),
            (b"\xff", None),
            (b"[" * 100_000, None),
            (b"", None),
        ],
        ids=range(9),
    )
    def test_is_read_where_it_can_be(self, raw, name):
        assert opened.chapter_name(raw) == name
