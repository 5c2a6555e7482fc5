"""Read a large notebook on stdin and write it without outputs, in a process that may be killed.

It runs as a script, alone: what a hundred megabytes of JSON become in memory is gone with it.
"""

import gc
import json
import resource
import sys

MEMORY, SECONDS = 2**31, 20
CELLS, SOURCE = 2_001, 1_000_001  # more than is accepted: so it is seen that there is too much
MARKS = ("chapter", "given", "grade_id", "locked")
NO_JSON = 3  # the exit code


def slimmed(notebook):
    """What of a notebook is graded; what is no notebook is left as it is."""
    if not isinstance(notebook, dict):
        return None
    kept = {key: notebook.get(key) for key in ("nbformat", "nbformat_minor")}
    kept["metadata"] = _part(notebook.get("metadata"), "gradloom")
    if "cells" in notebook or not isinstance(notebook.get("worksheets"), list):
        return {**kept, "cells": _cells(notebook.get("cells"))}
    return {**kept, "worksheets": [_sheet(sheet) for sheet in notebook["worksheets"][:CELLS]]}


def _sheet(sheet):  # notebooks had them until 2014
    return {"cells": _cells(sheet.get("cells")), "metadata": {}}


def _cells(cells):
    if not isinstance(cells, list):
        return None
    return [_cell(cell) for cell in cells[:CELLS] if isinstance(cell, dict)]


def _cell(cell):
    plain = {key: cell[key] for key in ("cell_type", "id") if isinstance(cell.get(key), str)}
    plain["metadata"] = _part(cell.get("metadata"), "nbgrader")
    for key in ("source", "input"):
        if key in cell:
            plain[key] = _text(cell[key])
    return {**plain, "outputs": []} if plain.get("cell_type") == "code" else plain


def _text(source):
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source[:SOURCE] if isinstance(source, str) else ""


def _part(metadata, name):
    part = metadata.get(name) if isinstance(metadata, dict) else None
    items = part.items() if isinstance(part, dict) else ()
    return {name: {k: v for k, v in items if k in MARKS and isinstance(v, str | bool)}}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    gc.disable()  # it would look through a hundred million objects again and again
    try:
        everything = json.loads(sys.stdin.buffer.read().decode("utf-8-sig"))
    except ValueError:
        sys.exit(NO_JSON)
    json.dump(slimmed(everything), sys.stdout)
