"""A chapter's visible examples, as data beside the kit: `build` writes, `check` reads them."""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("examples.json")


def read() -> dict:
    """From each exercise's id to its holes and examples; empty where the file is missing."""
    if not FILE.exists():
        return {}
    return json.loads(FILE.read_text("utf-8"), object_hook=_array)


def write(folder: Path, examples: dict) -> None:
    """Write `examples.json` into a kit's folder."""
    text = json.dumps(examples, default=_plain, indent=1)
    (folder / FILE.name).write_text(text + "\n", "utf-8")


def _plain(value):
    if isinstance(value, np.ndarray | np.generic):
        return {"dtype": str(value.dtype), "array": value.tolist()}
    raise TypeError(f"an example holds plain values and arrays, not {type(value).__name__}")


def _array(value: dict):
    return np.array(value["array"], value["dtype"]) if value.keys() == {"dtype", "array"} else value
