"""A student's figures as PNG files that this side makes, from pixels that the worker sent."""

import base64
import io
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

MOST_BYTES = 90_000  # of a file; a larger one is halved until it fits


def pngs(pictures: Mapping[str, Sequence[np.ndarray]]) -> dict[str, list[str]]:
    """The figures of each cell that drew any."""
    return {cell: [png(pixels) for pixels in drawn] for cell, drawn in pictures.items() if drawn}


def png(pixels: np.ndarray) -> str:
    """The base64 of a PNG file of these pixels: uint8, of shape (height, width, 3)."""
    image = Image.fromarray(pixels)
    while len(data := _encoded(image)) > MOST_BYTES:
        image = image.reduce(2)
    return base64.b64encode(data).decode()


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
