"""A chapter's visible examples, as data beside the kit: `build` writes, `check` reads them."""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("examples.json")


def read() -> dict:
    """From each exercise's id to its holes and examples; empty where the file is missing."""
    return loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def write(folder: Path, examples: dict) -> None:
    """Write `examples.json` into a kit's folder."""
    (folder / FILE.name).write_text(dumps(examples) + "\n", "utf-8")


def dumps(examples) -> str:
    """Examples as JSON."""
    return json.dumps(examples, default=_plain, indent=1)


def loads(text: str):
    """Examples from what `dumps` made of them."""
    return json.loads(text, object_hook=_array)


def _plain(value):
    if isinstance(value, np.ndarray | np.generic):
        return {"dtype": str(value.dtype), "array": value.tolist()}
    raise TypeError(f"an example holds plain values and arrays, not {type(value).__name__}")


def _array(value: dict):
    return np.array(value["array"], value["dtype"]) if value.keys() == {"dtype", "array"} else value
