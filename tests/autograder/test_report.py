"""Reports: as data that survives, on disk whole or not at all."""

import dataclasses
import os

import pytest
from gradloom_grader import report
from gradloom_grader.report import ExerciseResult, Report, Store
from hypothesis import given
from hypothesis import strategies as st

CHAPTER = "04_elementwise"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_a_report_survives_json(solved_report, text, texts, outputs):
    one = dataclasses.replace(solved_report, rejected=text, repairs=texts, outputs=outputs)
    assert Report.from_json(one.to_json()) == one


class TestSummary:
    @staticmethod
    def summary(*results: tuple[str, str | None], **more) -> str:
        exercises = tuple(
            ExerciseResult(f"e{n}", 0, 1, status, "", misconception=name)
            for n, (status, name) in enumerate(results)
        )
        return Report("c", 0, 1, 0, "j", "k", exercises=exercises, **more).summary()

    def test_in_a_few_words(self):
        assert self.summary(("passed", None)) == "all right"
        assert self.summary(("not attempted", None)) == "nothing attempted"
        assert self.summary(("passed", None), ("failed", "squares")) == "squares"
        assert self.summary(("partly", None), ("carried", None)) == "e0 partly, e1 carried"
        assert self.summary(("passed", None), ("not attempted", None)) == "1 not attempted"
        assert self.summary(rejected="no notebook") == "no notebook"

    def test_of_much_is_cut(self):
        text = self.summary(*[("failed", f"m{n}") for n in range(6)])
        assert text == "m0, m1, m2, and 3 more"


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (7.0, "7"), (2.5, "2.5"), (1.75, "1.75"), (0, "0"), (10, "10")],
)
def test_points_are_written_as_a_person_does(value, text):
    assert report.number(value) == text


class TestTheStore:
    def test_gives_none_for_what_cannot_be_read(self, tmp_path):
        store = Store(tmp_path)
        assert store.read(CHAPTER, "ada") is None
        for text in ("", "{", "[]", "{}", '{"exercises": 3}'):
            path = store.path(CHAPTER, "ada")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            assert store.read(CHAPTER, "ada") is None

    def test_writes_whole_files_only(self, tmp_path, solved_report, monkeypatch):
        store = Store(tmp_path)
        store.write("ada", solved_report)

        def fail(*_):
            raise OSError("full")

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="full"):
            store.write("ada", solved_report)
        assert store.read(CHAPTER, "ada") == solved_report
        assert [p.name for p in (tmp_path / "reports" / CHAPTER).iterdir()] == ["ada.json"]
