"""Import a package whose sources are held in memory, under any name, as often as wanted."""

import importlib
import linecache
import marshal
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import numpy as np

FOLDER = "gradloom"


class Compiled(NamedTuple):
    code: CodeType
    source: str
    filename: str
    lines: list[str]


Codes = Mapping[str, Compiled]


@lru_cache(maxsize=8192)
def compile_module(source: str, filename: str) -> Compiled:
    """Compile one text; an unchanged one costs nothing. Raises SyntaxError."""
    code = compile(source, filename, "exec", dont_inherit=True)
    return Compiled(code, source, filename, source.splitlines(keepends=True))


def compile_package(sources: Mapping[str, str], package: str = FOLDER) -> dict[str, Compiled]:
    """Compile `{"__init__": text, "ops": text, "kit/weave": text}`; filenames are `package/ops.py`.

    The codes load under any other name too, if they import relatively; a text compiles once for
    each `package` given here. Raises SyntaxError.
    """
    return {path: compile_module(text, f"{package}/{path}.py") for path, text in sources.items()}


@lru_cache(maxsize=8192)
def frozen(source: str, filename: str) -> np.ndarray:
    """A text's code as bytes that `thaw` takes; for a process that trusts us."""
    return np.frombuffer(marshal.dumps(compile_module(source, filename).code), np.uint8)


def thaw(packed: np.ndarray) -> CodeType:
    return marshal.loads(packed.tobytes())


class _Loader:
    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.compiled.code, module.__dict__)

    def get_source(self, fullname: str) -> str:
        return self.compiled.source


class _Finder(MetaPathFinder):
    def __init__(self) -> None:
        self.packages: dict[str, Codes] = {}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        codes = self.packages.get(package)
        if codes is None:
            return None
        stem = rest.replace(".", "/")
        for key, is_package in ((f"{stem}/__init__".lstrip("/"), True), (stem, False)):
            if key in codes:
                return _spec(fullname, codes[key], is_package)
        return None


def _spec(fullname: str, compiled: Compiled, is_package: bool) -> ModuleSpec:
    loader: Any = _Loader(compiled)
    spec = ModuleSpec(fullname, loader, origin=compiled.filename, is_package=is_package)
    spec.has_location = True  # gives the module its __file__, which inspect needs for classes
    return spec


_finder = _Finder()
sys.meta_path.insert(0, _finder)


def load(codes: Codes, package: str = FOLDER) -> ModuleType:
    """Import `codes` afresh as `package`; whatever its modules raise comes out, nothing stays."""
    unload(package)
    _finder.packages[package] = codes
    for source, filename, lines in (compiled[1:] for compiled in codes.values()):
        linecache.cache[filename] = (len(source), None, lines, filename)
    try:
        return importlib.import_module(package)
    except BaseException:
        unload(package)
        raise


def unload(package: str) -> None:
    """Forget the package and its modules (objects somebody still holds go on working)."""
    _finder.packages.pop(package, None)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
