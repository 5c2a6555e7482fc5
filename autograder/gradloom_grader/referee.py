"""The referee: one chapter's session. Ask the worker, judge, run alone, diagnose, report."""

import hashlib
import hmac
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from . import earlier, faults, figures, holes, intake, probes
from .answers import read_answers
from .chapters import Chapter, Course, Exercise
from .diagnosis import Diagnosis, Evidence, Match
from .earlier import ALL_MINE, OwnLibrary, OwnRun
from .entered import Group, entered_holes, groups
from .errors import SubmissionError
from .intake import Submission
from .jail import Fault, Jail, Outcome, Question
from .keys import base_key, course_secret, report_key
from .probes import Case, Finding
from .report import ExerciseResult, ProbeResult, QuestionResult, Report

Judging = Callable[[Sequence[Case], Callable[[Case], Finding | None]], dict[str, Finding]]


class Referee:
    """Everything needed to grade one chapter, loaded once."""

    def __init__(
        self,
        course: Course,
        chapter: Chapter,
        template: dict,
        jail: Jail,
        cases: list[Case],
        judge: Judging,
    ):
        self.course, self.chapter, self.template, self.jail = course, chapter, template, jail
        self.cases, self.judge = cases, judge
        self.given = intake.given_cells(template)
        self.engine = course.engine(chapter)
        self.reference = holes.load(self.engine)
        self.secret = course_secret(course.folder)
        self.base_key = base_key(course, chapter, jail.limits, jail.description)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self.engine, read_answers(self.chapter.answers))

    def cases_of(self, exercise: Exercise) -> list[Case]:
        return [case for case in self.cases if case.probe.exercise == exercise.id]

    @cached_property
    def enters(self) -> dict[str, frozenset[str]]:
        """For each case, the chapter's holes that the reference enters while it runs."""
        return entered_holes(self.chapter, self.engine, self.reference, self.cases)

    @cached_property
    def needs(self) -> dict[str, frozenset[str]]:
        """For each exercise, the holes of others that its probes enter."""
        return {
            e.id: frozenset().union(*(self.enters[c.key] for c in self.cases_of(e))) - set(e.holes)
            for e in self.chapter.exercises
        }

    @cached_property
    def groups(self) -> list[Group]:
        return groups(self.chapter.exercises, self.needs)

    @cached_property
    def shown(self) -> dict[str, tuple[Question, object]]:
        """What visible cases ask and expect, which is the same for everybody."""
        return {case.key: self.drawn(case, b"") for case in self.cases if case.visible}

    def drawn(self, case: Case, seed: bytes) -> tuple[Question, object]:
        """What a case asks with this seed's inputs, and what is expected for them."""
        inputs = case.inputs(seed)
        question = Question(case.key, case.probe.source, inputs)
        return question, case.expected(self.reference, inputs)

    @cached_property
    def pieces(self) -> dict[str, str]:
        """What fills each of the chapter's holes."""
        return {hole: holes.alone(self.engine, hole) for hole in self.chapter.exercise_of}

    def grade(self, raw: bytes, earlier: Mapping[str, bytes] | None = None) -> Report:
        """Grade one notebook. Whatever is in it, and in earlier ones, a report comes of it."""
        return self.graded(raw, earlier or {})[0]

    def graded(self, raw: bytes, earlier: Mapping[str, bytes]) -> tuple[Report, Submission]:
        """The report, and what was read of the notebook."""
        key = report_key(self.base_key, raw, earlier)
        try:
            submission = intake.read(raw, self.chapter, self.template)
        except SubmissionError as error:
            return self._rejected(str(error), key), intake.NOTHING
        return Grading(self, submission, earlier).report(key), submission

    def _rejected(self, reason: str, key: str) -> Report:
        nothing = [
            ExerciseResult(e.id, 0.0, e.points, "not attempted", "The notebook could not be read.")
            for e in self.chapter.exercises
        ]
        return self._report(nothing, frozenset(), key=key, rejected=reason)

    def _report(
        self, exercises: Sequence[ExerciseResult], answered: frozenset[str], **fields
    ) -> Report:
        return Report(
            chapter=self.chapter.name,
            score=round(sum(e.points for e in exercises), 6),
            max_score=self.chapter.max_score,
            manual_max=self.chapter.manual_max,
            jail=self.jail.description,
            exercises=tuple(exercises),
            questions=tuple(
                QuestionResult(q.id, q.points, q.id in answered) for q in self.chapter.questions
            ),
            **fields,
        )


class Grading:
    """One submission on its way through a referee."""

    def __init__(self, referee: Referee, submission: Submission, earlier: Mapping[str, bytes]):
        self.referee, self.submission, self.earlier = referee, submission, earlier
        self.exercises = referee.chapter.exercises
        self.asked = [c for c in referee.cases if c.probe.exercise in submission.attempted]
        seed = hmac.digest(referee.secret, submission.digest.encode(), hashlib.sha256)
        drawn = {c.key: referee.shown.get(c.key) or referee.drawn(c, seed) for c in self.asked}
        self.questions = {key: question for key, (question, _) in drawn.items()}
        self.inputs = {key: question.inputs for key, question in self.questions.items()}
        self.expected = {key: expected for key, (_, expected) in drawn.items()}
        self.matches: dict[str, list[Match]] = {}

    def report(self, key: str) -> Report:
        self.referee.jail.until = time.monotonic() + self.referee.jail.limits.submission_seconds
        self.together = self._run(self.asked)
        self.findings = self._judged(self.asked, self.together)
        self.shares = {e.id: self._shares(e, self.findings) for e in self.exercises}
        tried = [e for e in self.exercises if e.id in self.submission.attempted]
        again = {e.id for e in tried if self._may_be_carried(e)}
        self.alone: dict[str, dict[str, float]] = {}
        for group in self.referee.groups:
            self.alone |= self._alone(group, again)
        self.own = {e.id: self._on_own_library(e) for e in tried if e.library_from is not None}
        results = [self._result(e) for e in self.exercises]
        return self.referee._report(
            results,
            self.submission.answered,
            key=key,
            badges=(ALL_MINE,) if any(run.is_all_mine for run in self.own.values()) else (),
            repairs=(*self.submission.repairs, *self._left_out()),
            flags=(*self.submission.flags, *self.together.flags),
            outputs={i: c.output for i, c in self.together.cells.items() if c.output},
            figures=figures.pngs({i: c.pictures for i, c in self.together.cells.items()}),
        )

    def _run(self, cases: Sequence[Case], **how) -> Outcome:
        """Run the submission: its visible questions are answered before a hidden one is asked."""
        if not cases:
            return Outcome(cells={}, answers={}, flags=[])
        visible = [self.questions[case.key] for case in cases if case.visible]
        hidden = [self.questions[case.key] for case in cases if not case.visible]
        return self.referee.jail.run(self.submission.cells, [visible, hidden], **how)

    def _judged(self, cases: Sequence[Case], outcome: Outcome) -> dict[str, Finding]:
        def finding(case: Case) -> Finding | None:
            key = case.key
            answer = outcome.answers.get(key, Fault("died"))
            return probes.judge(case, self.inputs[key], self.expected[key], answer)

        return self.referee.judge(cases, finding)

    def _shares(self, exercise: Exercise, findings: dict[str, Finding]) -> dict[str, float]:
        """What each part of an exercise earns of its share: 1, a half or nothing."""
        cases = self.referee.cases_of(exercise)
        if exercise.id not in self.submission.attempted:
            return dict.fromkeys(_parts(cases), 0.0)
        return _earned(cases, findings)

    def _result(self, exercise: Exercise) -> ExerciseResult:
        if exercise.id not in self.submission.attempted:
            text = "Nothing was written here."
            return ExerciseResult(exercise.id, 0.0, exercise.points, "not attempted", text)
        own, alone = self.own.get(exercise.id), self.alone.get(exercise.id, {})
        shares = own.better if own else self.shares[exercise.id]
        best = {part: max(share, alone.get(part, 0.0)) for part, share in shares.items()}
        points = round(exercise.points * sum(best.values()) / len(best), 6)
        carried = best != shares
        status = _status(points, exercise.points, carried)
        explained = status in ("failed", "partly")
        misconceptions = [m.answer for m in self._matches(exercise)] if explained else []
        fault = self._cell_fault(exercise)
        return ExerciseResult(
            id=exercise.id,
            points=points,
            max_points=exercise.points,
            status=status,
            because=self._because(exercise, status, carried, best),
            hint="\n".join(m.hint for m in misconceptions) or None,
            misconception=misconceptions[0].name if misconceptions else None,
            cell_fault=(fault.name or fault.kind) if fault else None,
            probes=tuple(self._probe_results(exercise)),
        )

    def _may_be_carried(self, exercise: Exercise) -> bool:
        """Whether it failed and another exercise's mistake may be why.

        It cannot be, where the others pass and misconceptions explain all that is wrong.
        """
        if min(self.shares[exercise.id].values()) == 1 or not self.referee.needs[exercise.id]:
            return False
        if self._failing(self._owners(self.referee.needs[exercise.id])):
            return True
        failed = {c.key for c in self.referee.cases_of(exercise)} & self.findings.keys()
        return failed != set().union(*(m.cases for m in self._matches(exercise)))

    def _alone(self, group: Group, again: set[str]) -> dict[str, dict[str, float]]:
        """What the parts that failed earn with all that the group needs filled."""
        exercises = [e for e in self.exercises if e.id in again & set(group.exercises)]
        cases = {e.id: self._failed_parts(e) for e in exercises}
        filled = {hole: self.referee.pieces[hole] for hole in sorted(group.needs)}
        findings = self._again(list(itertools.chain(*cases.values())), filled=filled)
        return {name: _earned(each, findings) for name, each in cases.items()}

    def _failed_parts(self, exercise: Exercise) -> list[Case]:
        shares = self.shares[exercise.id]
        cases = self.referee.cases_of(exercise)
        return [case for case in cases if case.probe.gate or shares[case.part] < 1]

    def _on_own_library(self, exercise: Exercise) -> OwnRun:
        """Run it on the library that the student's earlier chapters make, if that may matter."""
        shares = self.shares[exercise.id]
        settled = self.library.but and min(shares.values()) == 1
        changes = {} if settled else self.library.changes
        cases = self.referee.cases_of(exercise)
        earned = {}
        if changes:
            earned = _earned(cases, self._again(cases, changes=changes, given=self.given))
        return OwnRun(self.library, exercise.points, shares, earned)

    @cached_property
    def given(self) -> list[str]:
        """The given cells that have to run again on a kit of other modules."""
        return intake.needed(self.referee.given, self.submission.cells)

    @cached_property
    def library(self) -> OwnLibrary:
        referee = self.referee
        return earlier.own_library(referee.jail, referee.course, referee.chapter, self.earlier)

    def _again(self, cases: list[Case], **how) -> dict[str, Finding]:
        """What is wrong on a kit with other pieces or modules."""
        dead = [i for i, c in self.together.cells.items() if c.fault and c.fault.kind != "error"]
        return self._judged(cases, self._run(cases, skip=dead, **how))

    def _owners(self, others: Collection[str]) -> list[str]:
        """The exercises that have these holes."""
        return [e.id for e in self.exercises if set(others) & set(e.holes)]

    def _guilty(self, exercise: Exercise) -> list[str]:
        """Whose mistake it was: of those it needs, or else of all that were filled for it."""
        filled = next(g.needs for g in self.referee.groups if exercise.id in g.exercises)
        needed, others = self._owners(self.referee.needs[exercise.id]), self._owners(filled)
        return self._failing(needed) or self._failing(others) or needed

    def _failing(self, names: list[str]) -> list[str]:
        return [name for name in names if min(self.shares[name].values()) < 1]

    def _because(
        self, exercise: Exercise, status: str, carried: bool, best: dict[str, float]
    ) -> str:
        lines = []
        if carried:
            guilty = ", ".join(self._guilty(exercise))
            lines.append(
                f"Error carried forward: it fails only because of {guilty}. "
                "With that mended it is right, so the mistake counts once."
            )
        elif status == "passed":
            lines.append("Everything that was tried passes.")
        fault = self._cell_fault(exercise)
        if fault and status != "passed":
            lines.append(faults.of_cell(fault))
        parts = [part for part, share in best.items() if share < 1]
        failed = [c for c in self.referee.cases_of(exercise) if c.key in self.findings]
        shut = [case.says for case in failed if case.probe.gate]
        if status == "failed" and shut:
            lines.append(shut[0])
        elif status in ("partly", "failed") and parts != [""]:
            lines.append(f"Not yet right: {', '.join(parts)}.")
        if status in ("partly", "failed") and not lines:
            lines.append(failed[0].says)
        own = self.own.get(exercise.id)
        return "\n".join([*lines, *(own.lines() if own else ())])

    def _cell_fault(self, exercise: Exercise) -> Fault | None:
        result = self.together.cells.get(exercise.id)
        return result.fault if result else None

    def _left_out(self) -> Iterable[str]:
        """The cells beside the exercises' own that did not finish."""
        own = {e.id for e in self.exercises}
        for name, cell in self.together.cells.items():
            if name not in own and cell.fault and cell.fault.kind != "error":
                yield f"The cell {name} was left out: {faults.sentence(cell.fault)}."

    def _probe_results(self, exercise: Exercise) -> Iterable[ProbeResult]:
        for case in self.referee.cases_of(exercise):
            found = self.findings.get(case.key)
            message, rows = (found.message, found.rows) if found else (case.says, ())
            yield ProbeResult(case.key, found is None, message, case.visible, rows)

    def _matches(self, exercise: Exercise) -> list[Match]:
        """The misconceptions that explain what is wrong, sought once and only where it matters."""
        if exercise.id not in self.matches:
            self.matches[exercise.id] = self._diagnosis(exercise)
        return self.matches[exercise.id]

    def _diagnosis(self, exercise: Exercise) -> list[Match]:
        cases = self.referee.cases_of(exercise)
        if all(case.key not in self.findings for case in cases):
            return []
        evidence = [
            Evidence(
                case,
                self.inputs[case.key],
                self.expected[case.key],
                self.together.answers.get(case.key),
                self.findings.get(case.key),
                self.referee.enters[case.key],
            )
            for case in cases
        ]
        return self.referee.diagnosis.explain(exercise, evidence)


def _parts(cases: list[Case]) -> list[str]:
    return list(dict.fromkeys(case.part for case in cases if not case.probe.gate))


def _earned(cases: list[Case], findings: dict[str, Finding]) -> dict[str, float]:
    """What each part earns of its share; nothing, behind a gate that fails."""
    if any(case.probe.gate and case.key in findings for case in cases):
        return dict.fromkeys(_parts(cases), 0.0)
    return {part: _share(cases, part, findings) for part in _parts(cases)}


def _share(cases: list[Case], part: str, findings: dict[str, Finding]) -> float:
    failed = [case for case in cases if case.part == part and case.key in findings]
    if not failed:
        return 1.0
    return 0.5 if all(case.probe.minor for case in failed) else 0.0


def _status(points: float, max_points: float, carried: bool) -> str:
    if points == max_points:
        return "carried" if carried else "passed"
    return "partly" if points else "failed"
