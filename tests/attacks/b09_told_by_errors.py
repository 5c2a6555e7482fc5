"""Errors carry the hidden inputs: in their text, their class, their notes, their causes."""

ROW = "B9"
EXERCISE = "sin-cos-sigmoid-tanh-backward"
SOURCE = """
import warnings

def seen(out_grad):
    return f"leak{'ed'}_{out_grad.ndim} " + repr(out_grad.data.tolist())

def by_text(out_grad):
    raise ValueError(seen(out_grad))

def by_name(out_grad):
    raise type(seen(out_grad).split()[0], (Exception,), {})("told by its name")

def by_notes(out_grad):
    warnings.warn(seen(out_grad))
    error = KeyError(seen(out_grad))
    error.add_note(seen(out_grad))
    raise error from OSError(2, seen(out_grad), seen(out_grad))

def by_source(out_grad):
    exec(compile("1/0", "<cell sin-cos-sigmoid-tanh-backward>" + seen(out_grad), "exec"))

def put(name, tell):
    weave(type(name, (Function,), {"backward": lambda self, out_grad, node: tell(out_grad)}))

put("Sin", by_text)
put("Cos", by_name)
put("Sigmoid", by_notes)
put("Tanh", by_source)
"""
CONTROL = {
    "answered": [
        "raised: ValueError: leaked_1 [3.0, -2.0]",
        "raised: leaked_1: told by its name",
        "raised: KeyError: 'leaked_1 [3.0, -2.0]'",
        "It raised ValueError.",
        "It raised an error of its own.",
        "It raised KeyError.",
        "It raised ZeroDivisionError.",
    ]
}
HIDDEN = "leaked_3"
SCORE = 0
