"""A package's modules: what each name in them means, and in which order they import each other."""

import ast
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from .names import binds
from .source import Sources, parse

PACKAGE = "gradloom"
Place = Literal["top", "end", "nowhere"]


class Origin(NamedTuple):
    """Where a name comes from: a module (of ours, or of others), and what it is called there.

    Without a name it is the module itself; without a module, our package.
    """

    module: str
    name: str = ""
    ours: bool = True


class Modules:
    """What the modules of a package define and import. `sources` are those of the engine."""

    def __init__(self, sources: Sources):
        self.sources = sources

    @cached_property
    def names(self) -> dict[str, dict[str, Origin]]:
        """For each module, what its own names mean; imports for type checkers do not count."""
        return {module: dict(self._names(module)) for module in self.sources}

    def _names(self, module: str) -> Iterable[tuple[str, Origin]]:
        for statement in parse(self.sources[module]).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                yield from imported(statement)
            elif not isinstance(statement, ast.If):
                for name in binds(ast.unparse(statement)):
                    yield name, Origin(module, name)

    def resolved(self, origin: Origin) -> Origin:
        """The module that really defines it, where others only pass it on."""
        if origin.ours and not origin.module and origin.name in self.sources:
            return Origin(origin.name)
        found = self.names.get(origin.module or "__init__", {}).get(origin.name)
        if not origin.ours or found in (None, origin):
            return origin
        return self.resolved(found)

    @cached_property
    def classes(self) -> dict[str, str]:
        """From each class to its module; of two with one name, the one that `weave` finds."""
        return self._defined(ast.ClassDef)

    @cached_property
    def functions(self) -> dict[str, str]:
        """From each function to its module."""
        return self._defined(ast.FunctionDef)

    def _defined(self, kind: type) -> dict[str, str]:
        found: dict[str, str] = {}
        for module in self._order({}).finished:
            for node in parse(self.sources[module]).body:
                if isinstance(node, kind):
                    found.setdefault(getattr(node, "name", ""), module)
        return found

    def places(self, needs: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Place]:
        """Where a module can import another so that no cycle does harm.

        At its top, like any other; at its end, if the other imports it; or not at all, where the
        other would then look for names that are not there yet: there it has to be found by its
        full name, when the code runs.
        """
        return self._order(needs).places

    def _order(self, needs: Mapping[str, Iterable[str]]) -> "_Order":
        order = _Order({module: self._imports(module) for module in self.sources}, needs)
        for module in ["__init__", *sorted(self.sources)]:
            order.visit(module)
        return order

    def _imports(self, module: str) -> tuple[list[str], list[str]]:
        """The modules of ours that it imports before and after what it defines."""
        before: list[str] = []
        after: list[str] = []
        for statement in parse(self.sources[module]).body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                before, after = before + after, []
            elif isinstance(statement, ast.ImportFrom):
                named = [origin.module or origin.name for _, origin in imported(statement)]
                after += [name for name in named if statement.level and name in self.sources]
        return (before, after) if before else (after, [])


class _Order:
    """Imports modules in thought, one after the other, and finds places for further imports."""

    def __init__(
        self, imports: Mapping[str, tuple[list[str], list[str]]], needs: Mapping[str, Iterable[str]]
    ):
        self.imports, self.needs = imports, needs
        self.begun: set[str] = set()
        self.open: list[str] = []  # begun, and not yet at the end of what they define
        self.finished: list[str] = []
        self.places: dict[tuple[str, str], Place] = {}

    def visit(self, module: str) -> None:
        if module in self.begun:
            return
        self.begun.add(module)
        before, after = self.imports[module]
        self.open.append(module)
        for other in before:
            self.visit(other)
        needs = self.needs.get(module, ())
        waiting = [other for other in needs if not self._at(module, other, "top")]
        self.open.pop()
        for other in after:
            self.visit(other)
        for other in waiting:
            if not self._at(module, other, "end"):
                self.places[module, other] = "nowhere"
        self.finished.append(module)

    def _at(self, module: str, other: str, place: Place) -> bool:
        """Import it there, if that does no harm."""
        if self._leads_to(other) & set(self.open):
            return False
        self.places[module, other] = place
        self.visit(other)
        return True

    def _leads_to(self, module: str) -> set[str]:
        """The modules that importing this one now would import or wait for."""
        found, left = {module}, [module]
        while left:
            last = left.pop()
            if last not in self.begun:
                before, _ = self.imports[last]
                left += [other for other in before if other not in found]
                found.update(before)
        return found


def imported(statement: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, Origin]]:
    """The names that an import binds, in a module of ours or in a notebook, and what they mean."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            yield _whole(alias)
        else:
            inner = (statement.module or "").split(".")
            ours = statement.level == 1 or inner[0] == PACKAGE
            if ours and not statement.level:
                inner = inner[1:]
            module = ".".join(inner)
            yield alias.asname or alias.name, Origin(module, alias.name, ours)


def _whole(alias: ast.alias) -> tuple[str, Origin]:
    first, _, rest = alias.name.partition(".")
    if first == PACKAGE:
        return (alias.asname, Origin(rest)) if alias.asname else (PACKAGE, Origin(""))
    return alias.asname or first, Origin(alias.name, "", False)
