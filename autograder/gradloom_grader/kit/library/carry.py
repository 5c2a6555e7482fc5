"""What pieces bring along into a module: imports, helpers and constants that the module lacks."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count, pairwise

from .meaning import Meaning, Meanings, Own
from .modules import PACKAGE, Modules, Origin, Place
from .names import binds, reads, reads_in_annotations, reads_now, renamed
from .notebook import Statement
from .pieces import Member
from .source import lines_of, parse

Text = Statement | Member

_BUILTINS = frozenset(dir(builtins))
_WIDTH = 100
_OWN = "# From your notebooks: what your pieces below use."
_OWN_LATE = "# From your notebooks: what your pieces above use."
_LATE = "# At the end, as these modules import this one."
_WHOLE = "# This package: what it holds is looked up when it is needed, as it imports this module."


@dataclass
class Luggage:
    """What the pieces in one module need there."""

    module: str
    modules: Modules
    meanings: Meanings
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _members: list[Member] = field(default_factory=list)
    _statements: dict[Statement, None] = field(default_factory=dict)
    _taken: dict[str, Meaning] = field(default_factory=dict)
    _imports: dict[str, Origin] = field(default_factory=dict)  # by the name they are to have

    def add(self, member: Member) -> None:
        """Note a piece, and the student's own statements that it uses, directly or not."""
        self._members.append(member)
        left: list[Text] = [member]
        while left:
            for statement in self._used(left.pop()):
                if statement not in self._statements:
                    self._statements[statement] = None
                    left.append(statement)

    def _used(self, text: Text) -> Iterator[Statement]:
        """The student's own statements that give a text the names it reads."""
        for _, meaning in self._read(text):
            if isinstance(meaning, Own):
                yield from self.meanings.statements(meaning)

    def _read(self, text: Text) -> Iterator[tuple[str, Meaning]]:
        """The names that a text reads, with what they mean."""
        for name in sorted(reads(text.text)):
            if meaning := self.meanings.of(text, name):
                yield name, meaning

    def modules_needed(self) -> list[str]:
        """The modules of ours that have to be imported for it."""
        texts: list[Text] = [*self._members, *self._statements]
        needed = {
            meaning.module
            for text in texts
            for name, meaning in self._read(text)
            if isinstance(meaning, Origin) and meaning.ours and not self._has(name, meaning)
        }
        return sorted(needed - {""})

    def _has(self, name: str, meaning: Meaning) -> bool:
        """Whether the module means the same by that name, or defines what is meant."""
        own = self.modules.names[self.module].get(name)
        if isinstance(meaning, Own):
            return False
        same = own is not None and self.modules.resolved(own) == meaning
        return same or bool(meaning.ours and meaning.name and meaning.module == self.module)

    def fitted(self, text: Text) -> str:
        """The text with the names that things have in this module."""
        bound = binds(text.text) if isinstance(text, Statement) else frozenset()
        names = {}
        for name in sorted(reads(text.text) | bound):
            if meaning := self.meanings.of(text, name):
                names[name] = self._name(name, text.chapter, meaning)
        return renamed(text.text, names)

    def _name(self, name: str, chapter: str, meaning: Meaning) -> str:
        if isinstance(meaning, Own):
            return self._free(name, chapter, meaning)
        if self._has(name, meaning):
            own = self.modules.names[self.module].get(name)
            return name if own and self.modules.resolved(own) == meaning else meaning.name
        if meaning.ours and self.places.get((self.module, meaning.module)) == "nowhere":
            self._imports[PACKAGE] = Origin("")
            return ".".join(filter(None, (PACKAGE, meaning.module, meaning.name)))
        free = self._free(name, chapter, meaning)
        self._imports[free] = meaning
        return free

    def _free(self, name: str, chapter: str, meaning: Meaning) -> str:
        """That name, or where it is taken by something else, one that tells the chapter too."""
        number = chapter.partition("_")[0]
        tries = chain([name, f"{name}_{number}"], (f"{name}_{number}_{n}" for n in count(2)))
        own = self.modules.names[self.module]
        possible = (free for free in tries if free not in own and free not in _BUILTINS)
        free = next(f for f in possible if self._taken.setdefault(f, meaning) == meaning)
        if free != name:
            told = f"`{name}` of {chapter} is called `{free}` in {PACKAGE}/{self.module}.py"
            note = f"{told}, where `{name}` is something else."
            self.notes += [note] * (note not in self.notes)
        return free

    def packed(self, text: str) -> str:
        """The module's text, its pieces filled in, with all that they need."""
        if not self._members:
            return text
        ordered = sorted(self._statements, key=lambda s: (s.chapter, s.cell, s.place))
        items = [self.fitted(statement) for statement in ordered]
        fitted = [*items, *(self.fitted(member) for member in self._members)]
        package = self._package_lines()
        top = {name: origin for name, origin in self._imports.items() if self._at_top(origin)}
        end = {name: origin for name, origin in self._imports.items() if name not in top}
        known = _leading_names(text) | top.keys() | _BUILTINS
        first: list[str] = []
        last: list[str] = []
        loaded: dict[str, frozenset[str]] = {}
        for item in items:
            runs = self._runs_on(item, known, loaded)
            (first if runs else last).append(item)
            loaded |= dict.fromkeys(binds(item) if runs else (), reads(item))
        if any(reads_in_annotations(t) - known - loaded.keys() for t in fitted):
            top["annotations"] = Origin("__future__", "annotations", False)
        text = _with_end(text, import_lines(end), last)
        return _with_top(text, import_lines(top), package, first)

    def _package_lines(self) -> list[str]:
        """Statements that give our package itself the names it is to have, if it needs any."""
        names = [name for name, origin in self._imports.items() if origin == Origin("")]
        if not names:
            return []
        self._imports = {name: o for name, o in self._imports.items() if name not in names}
        sys = self._name("sys", "", Origin("sys", "", False))
        return ["", _WHOLE, *(f"{name} = {sys}.modules[__package__]" for name in names)]

    def _at_top(self, origin: Origin) -> bool:
        return not origin.ours or self.places.get((self.module, origin.module)) == "top"

    def _runs_on(
        self, item: str, known: Iterable[str], loaded: Mapping[str, frozenset[str]]
    ) -> bool:
        """Whether a statement can run at the module's top, where only some names are known."""
        is_function = isinstance(parse(item).body[0], ast.FunctionDef | ast.ClassDef)
        left, seen = list(reads_now(item) if is_function else reads(item)), set(binds(item))
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                left += loaded.get(name, ())
                if name not in known and name not in loaded:
                    return False
        return True


def import_lines(imports: Mapping[str, Origin]) -> list[str]:
    """Import statements that give each origin its name."""
    modules: list[str] = []
    parts: dict[str, list[str]] = {}
    for name, (module, inner, ours) in sorted(imports.items()):
        if not ours and not inner:
            renaming = "" if name == module.partition(".")[0] else f" as {name}"
            modules.append(f"import {module}{renaming}")
        else:
            source, called = "." * ours + (module if inner else ""), inner or module
            parts.setdefault(source, []).append(called + _renaming(called, name))
    named = [_wrapped(source, names) for source, names in sorted(parts.items())]
    return sorted(modules + named, key=lambda line: (line.startswith("from ."), line))


def _renaming(called: str, name: str) -> str:
    return "" if called == name else f" as {name}"


def _wrapped(source: str, names: list[str]) -> str:
    line = f"from {source} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return f"from {source} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _leading(text: str) -> list[ast.stmt]:
    """A module's docstring and the imports at its top."""
    body = parse(text).body
    kinds = ast.Import | ast.ImportFrom | ast.If
    start = int(bool(body) and ast.get_docstring(parse(text)) is not None)
    stop = next((n for n in range(start, len(body)) if not isinstance(body[n], kinds)), len(body))
    return body[:stop]


def _leading_names(text: str) -> set[str]:
    found = [node for node in _leading(text) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name for node in found for name in binds(ast.unparse(node))}


def _with_top(text: str, imports: list[str], package: list[str], items: list[str]) -> str:
    leading, lines = _leading(text), lines_of(text)
    end = (leading[-1].end_lineno or 0) if leading else 0
    documented = ast.get_docstring(parse(text)) is not None
    start = (leading[0].end_lineno or 0) if documented else 0
    others = [s for s in leading if isinstance(s, ast.Import) or getattr(s, "level", 1) == 0]
    middle = (others[-1].end_lineno or 0) if others else end
    future = [line for line in imports if "__future__" in line]
    ours = [line for line in imports if line.startswith("from .")]
    outside = [line for line in imports if line not in future + ours]
    if items:
        space = next((n for n, line in enumerate(lines[end:]) if line), 0)
        package = [*package, "", _OWN, "", _spaced(items), *[""] * (2 - space)]
    lines[end:end] = ours + package
    lines[middle:middle] = outside
    lines[start:start] = [""] * bool(future and start) + future
    return "\n".join(lines) + "\n"


def _with_end(text: str, imports: list[str], items: list[str]) -> str:
    blocks = ["\n".join([_LATE, *imports])] if imports else []
    blocks += [f"{_OWN_LATE}\n\n{_spaced(items)}"] if items else []
    return "\n\n\n".join([text.rstrip("\n"), *blocks]) + "\n"


def _spaced(items: Iterable[str]) -> str:
    """Statements, with two empty lines around each definition."""
    text = ""
    for before, item in pairwise(["", *items]):
        text += ("\n\n\n" if _defines(before) or _defines(item) else "\n") * bool(before) + item
    return text


def _defines(item: str) -> bool:
    return item.startswith(("def ", "async ", "class ", "@"))
