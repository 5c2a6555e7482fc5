"""A folder that is written as a whole, and anew as a whole, without losing what others wrote."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..check import _failed
from . import digits

_LIST = ".assembled.json"  # what was written, to know later what was changed
_MADE_LATER = {digits.PICTURE}


def refuse_others(target: Path) -> None:
    """Raise CheckFailed if something is there that was not written by `put`."""
    empty = target.is_dir() and not any(target.iterdir())
    if target.exists() and not empty and not (target / _LIST).is_file():
        raise _failed(
            f"{target} exists, and assemble did not make it. Move it away, or name another folder: "
            'assemble("..", to="another").'
        )


def put(target: Path, files: Mapping[str, bytes]) -> str:
    """Write the files into a fresh folder; say where the one before is, if it was changed."""
    refuse_others(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
        fresh = Path(name) / target.name
        _write(fresh, files)
        note = _make_room(target)
        fresh.rename(target)
    return note


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    written = {name: _digest(content) for name, content in files.items()}
    (folder / _LIST).write_text(json.dumps(written, indent=1), "utf-8")


def _make_room(target: Path) -> str:
    changed = _changed(target) if target.exists() else []
    if not changed:
        shutil.rmtree(target, ignore_errors=True)
        return ""
    kept = next(
        p for n in range(1, 10_000) if not (p := target.with_name(f"{target.name}_{n}")).exists()
    )
    target.rename(kept)
    return f"You had changed {', '.join(changed)}: that version is kept in {kept.name}."


def _changed(target: Path) -> list[str]:
    """The files in it that somebody changed or added."""
    try:
        written = json.loads((target / _LIST).read_text("utf-8"))
    except (OSError, ValueError):
        written = {}
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return [
        name
        for path in files
        if "__pycache__" not in path.parts
        and (name := path.relative_to(target).as_posix()) not in {_LIST, *_MADE_LATER}
        and written.get(name) != _digest(path.read_bytes())
    ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
