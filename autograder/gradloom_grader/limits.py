"""How much a submission may use: each limit once, with the words that name it in a report."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from gradloom_grader import wire
from gradloom_grader.faults import Fault

MB = 2**20


@dataclass(frozen=True)
class Limits:
    cell_seconds: float = 5.0  # of computing: a busy machine costs nobody marks
    probe_seconds: float = 5.0
    patience: float = 3.0  # seconds by the clock for each of computing: some only wait
    submission_seconds: float = 60.0
    memory: int = 2048 * MB
    threads: int = 64
    open_files: int = 64
    file_bytes: int = 32 * MB
    disk_bytes: int = 64 * MB
    files: int = 4096
    output_bytes: int = 100_000  # of one cell
    outputs_bytes: int = 1_000_000  # of all cells of a submission
    answer_bytes: int = 128 * MB  # arrays in all answers of a submission
    figures: int = 8  # of a submission, in its report

    def seconds(self, step: Literal["cell", "answer"]) -> float:
        return self.cell_seconds if step == "cell" else self.probe_seconds

    @cached_property
    def words(self) -> dict[str, str]:
        """Each limit as it ends a sentence such as "it took longer than ..."."""
        return {
            "cell": f"the {self._time(self.cell_seconds)} a cell may take",
            "answer": f"the {self._time(self.probe_seconds)} an answer may take",
            "submission": f"the {self.submission_seconds:g} seconds a whole submission may take",
            "memory": f"the {self.memory / 2**30:g} GB of memory a submission may use",
            "threads": f"the {self.threads} threads a submission may have",
            "open files": f"the {self.open_files} files that may be open at a time",
            "file": f"the {self.file_bytes / MB:g} MB that a file may have",
            "disk": f"the {self.disk_bytes / MB:g} MB in {self.files} files a submission may write",
            "process": "the one process, without a network, that a submission has",
            "frame": (
                f"what an answer may hold: {wire.HEADER // 1024} KB of numbers and text,"
                f" {wire.NODES} values, {wire.ARRAYS} arrays with {wire.BODY / MB:g} MB in them"
            ),
            "answers": f"the {self.answer_bytes / MB:g} MB all answers together may hold",
        }

    def _time(self, seconds: float) -> str:
        return f"{seconds:g} seconds of computing ({self.patience * seconds:g} by the clock)"

    @property
    def output(self) -> str:
        cell, together = self.output_bytes / 1000, self.outputs_bytes / 10**6
        return f"a cell may print {cell:g} KB, all cells together {together:g} MB"

    def used_up(self) -> Fault:
        """The fault of everything for which a submission has no time left."""
        return Fault("limit", limit=self.words["submission"])

    def name(self, fault: Fault, step: Literal["cell", "answer"]) -> Fault:
        """A child's fault with the limit that it speaks of, if any, in our words."""
        which = {"timeout": step, "limit": "frame"}.get(fault.kind) or _behind(fault)
        return replace(fault, limit=self.words[which]) if which else fault


_SIGNS = {  # an exception, how its text begins, the limit behind it
    ("MemoryError", ""): "memory",
    ("RuntimeError", "can't start new thread"): "threads",
    ("OSError", "[Errno 24]"): "open files",
    ("OSError", "[Errno 27]"): "file",
    ("OSError", "[Errno 28]"): "disk",
    ("PermissionError", "[Errno 1]"): "process",
}


def _behind(fault: Fault) -> str | None:
    for (name, text), which in _SIGNS.items():
        if fault.kind == "error" and fault.name == name and fault.text.startswith(text):
            return which
    return None
