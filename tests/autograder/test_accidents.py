"""Honest accidents: each has the mark that a fair teacher gives, and a note where it is mended.

Every accident happens to a notebook in which all exercises are right. It goes the way that every
submission goes, through a referee and its jail.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import nbformat
import pytest
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.session import Client

MUL, UNARY, CHAIN = "mul-backward", "unary-forward", "chain-by-hand"
QUESTION = "why-upstream"
STUB = "raise NotImplementedError"


@dataclass(frozen=True)
class Accident:
    """What happened; the points that it costs, by exercise; the notes that tell of it."""

    name: str
    change: Callable[[dict], dict | bytes | None]
    lost: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    answered: bool = True


ACCIDENTS: list[Accident] = []


def accident(*notes: str, lost: dict[str, float] | None = None, answered: bool = True):
    """Put a function that changes the notebook into the catalogue, under its docstring."""

    def keep(change: Callable) -> Callable:
        name = (change.__doc__ or "").split("\n")[0].rstrip(".")
        ACCIDENTS.append(Accident(name, change, lost or {}, notes, answered))
        return change

    return keep


def found(notebook: dict, name: str) -> dict:
    return next(c for c in notebook["cells"] if c["id"] == name)


def place(notebook: dict, name: str) -> int:
    return notebook["cells"].index(found(notebook, name))


def rewrite(notebook: dict, name: str, change: Callable[[str], str]) -> None:
    cell = found(notebook, name)
    cell["source"] = change(cell["source"])


def code(source: str, **about) -> dict:
    new = {"cell_type": "code", "id": "added", "metadata": {}, "source": source}
    return {**new, "outputs": [], "execution_count": 1, **about}


def exercises(notebook: dict) -> list[dict]:
    return [c for c in notebook["cells"] if _is_exercise(c)]


def _is_exercise(cell: dict) -> bool:
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("solution")) and not marks.get("grade")


# Cells twice, gone, in pieces, together, elsewhere, of another type ------------------------------


@accident()
def doubled(nb):
    """An exercise's cell is there twice, the same."""
    nb["cells"].append(copy.deepcopy(found(nb, MUL)))


@accident(f"There were 2 cells for {MUL}; the last one counts.")
def doubled_and_edited(nb):
    """An exercise's cell is there twice, the first with an older attempt."""
    twin = copy.deepcopy(found(nb, MUL))
    rewrite(nb, MUL, lambda s: s.replace("out_grad * b", "out_grad"))
    nb["cells"].insert(place(nb, MUL) + 1, {**twin, "id": "another"})


@accident(f"There were 2 cells for {MUL}; what is as released was left out.")
def doubled_with_the_stub_below(nb):
    """The released cell is there once more, below the solved one."""
    twin = copy.deepcopy(found(nb, MUL))
    twin["source"] = twin["source"].split("a, b =")[0] + f"# your code here\n        {STUB}"
    nb["cells"].append({**twin, "id": "another"})


@accident(f"The cell of {MUL} was missing; nothing was found for it.", lost={MUL: 7})
def deleted(nb):
    """An exercise's cell was deleted."""
    nb["cells"].remove(found(nb, MUL))


@accident()
def everything_else_deleted(nb):
    """Only the exercises' cells are left."""
    nb["cells"] = [*exercises(nb), found(nb, QUESTION)]


@accident(f"The work for {UNARY} stood in 2 cells; all of it counts.")
def split(nb):
    """A cell was split in two, both with its metadata."""
    whole = found(nb, UNARY)
    above, below = whole["source"].split("@weave\nclass Sin")
    rest = {**copy.deepcopy(whole), "id": "split", "source": "@weave\nclass Sin" + below}
    whole["source"] = above
    nb["cells"].insert(place(nb, UNARY) + 1, rest)


@accident()
def split_without_metadata(nb):
    """A cell was split in two, and the lower half is a new cell."""
    whole = found(nb, UNARY)
    above, below = whole["source"].split("@weave\nclass Sin")
    whole["source"] = above
    nb["cells"].insert(place(nb, UNARY) + 1, code("@weave\nclass Sin" + below))


@accident("The cell of sub-backward was missing; what another cell has for it counts.")
def merged(nb):
    """Two exercises' cells were merged into one."""
    rest = found(nb, "sub-backward")
    rewrite(nb, MUL, lambda s: s + "\n\n\n" + rest["source"])
    nb["cells"].remove(rest)


@accident()
def merged_with_its_check(nb):
    """An exercise's cell was merged with its check."""
    rewrite(nb, MUL, lambda s: s + f'\ncheck("{MUL}")\n')
    nb["cells"].remove(found(nb, f"{MUL}-check"))


@accident()
def moved_to_the_top(nb):
    """The exercises stand above the imports, in reverse."""
    mine = exercises(nb)
    nb["cells"] = mine[::-1] + [c for c in nb["cells"] if c not in mine]


@accident(f"{MUL} uses halved, which a cell further down defines; it was run after that cell.")
def moved_above_its_helper(nb):
    """A cell uses, while it runs, what a cell further down defines."""
    rewrite(nb, MUL, lambda s: "print(halved(3.0))\n" + s)
    nb["cells"].append(code("def halved(x):\n    return x / 2"))


@accident()
def helper_below(nb):
    """A piece calls a helper that a cell further down defines."""
    rewrite(nb, MUL, lambda s: s.replace("out_grad * b", "times(out_grad, b)"))
    nb["cells"].append(code("def times(a, b):\n    return a * b"))


@accident(f"The cell of {MUL} was not a code cell; it was run as one.")
def markdown(nb):
    """An exercise's cell became Markdown."""
    found(nb, MUL)["cell_type"] = "markdown"


@accident(f"The cell of {MUL} was not a code cell; it was run as one.")
def raw(nb):
    """An exercise's cell became raw."""
    found(nb, MUL)["cell_type"] = "raw"


@accident(f"The cell of {MUL} was not a code cell; it was run as one.")
def fenced(nb):
    """An exercise's cell became Markdown, with a fence around the code."""
    found(nb, MUL)["cell_type"] = "markdown"
    rewrite(nb, MUL, lambda s: f"```python\n{s}\n```")


@accident()
def question_as_code(nb):
    """The answer in words stands in a code cell."""
    found(nb, QUESTION)["cell_type"] = "code"


@accident()
def question_of_two_cells(nb):
    """The answer in words goes on in a cell of its own."""
    below = {"cell_type": "markdown", "id": "more", "metadata": {}, "source": "And more."}
    nb["cells"].insert(place(nb, QUESTION) + 1, below)


@accident(f"The answer to {QUESTION} stood in a cell of its own; it counts.")
def answered_below(nb):
    """The answer in words stands in a cell of its own, below the one for it."""
    below = {"cell_type": "markdown", "id": "more", "metadata": {}, "source": "Because."}
    nb["cells"].insert(place(nb, QUESTION) + 1, below)
    found(nb, QUESTION)["source"] = "YOUR ANSWER HERE"


@accident(answered=False)
def not_answered(nb):
    """The question in words was not answered."""
    found(nb, QUESTION)["source"] = "YOUR ANSWER HERE\n"


@accident(f"The cell of {QUESTION} was missing; it was left empty.", answered=False)
def question_deleted(nb):
    """The cell for the answer in words was deleted."""
    nb["cells"].remove(found(nb, QUESTION))


# Work in another place ---------------------------------------------------------------------------


def _stub_of(source: str) -> str:
    """The cell with every body a stub: as it was released."""
    lines, inside = [], False
    for line in source.split("\n"):
        depth = len(line) - len(line.lstrip())
        inside = inside and (not line.strip() or depth >= 8 or '"""' in line)
        if not inside:
            lines.append(line)
        if line.lstrip().startswith("def "):
            inside = True
            lines += [" " * (depth + 4) + "# your code here", " " * (depth + 4) + STUB]
    return "\n".join(lines)


@accident()
def in_a_cell_above(nb):
    """The work was done in an extra cell above, and the exercise's cell left as it was."""
    nb["cells"].insert(place(nb, MUL), code(found(nb, MUL)["source"]))
    rewrite(nb, MUL, _stub_of)


@accident()
def in_a_cell_below(nb):
    """The work was done in an extra cell below, and the exercise's cell left as it was."""
    nb["cells"].append(code(found(nb, MUL)["source"]))
    rewrite(nb, MUL, _stub_of)


@accident(f"The cell {MUL}-check was changed; what it defines counts.")
def in_the_check(nb):
    """The work was done in the cell of the check."""
    rewrite(nb, f"{MUL}-check", lambda s: found(nb, MUL)["source"] + "\n" + s)
    rewrite(nb, MUL, _stub_of)


@accident()
def in_a_given_cell(nb):
    """The work was done at the end of the imports."""
    given = next(c for c in nb["cells"] if "import numpy" in c["source"])
    given["source"] += "\n\n" + found(nb, MUL)["source"]
    rewrite(nb, MUL, _stub_of)


@accident()
def in_one_cell(nb):
    """The whole solution stands in one extra cell, and all exercises are as released."""
    texts = [c["source"] for c in exercises(nb)]
    for cell in exercises(nb):
        cell["source"] = _stub_of(cell["source"])
    nb["cells"].append(code("\n\n\n".join(texts)))


@accident()
def in_one_exercise(nb):
    """The whole solution stands in the first exercise's cell, and the others are as released."""
    texts = [c["source"] for c in exercises(nb)]
    for cell in exercises(nb):
        cell["source"] = _stub_of(cell["source"])
    exercises(nb)[0]["source"] = "\n\n\n".join(texts)


@accident()
def forward_and_backward_together(nb):
    """A class is whole in the first of two exercises' cells, and the second is as released."""
    backward = found(nb, "sub-backward")["source"].split("    def ")[1]
    rewrite(nb, "sub-backward", _stub_of)
    rewrite(
        nb,
        "arithmetic-forward",
        lambda s: s.replace("np.subtract(a, b)\n", f"np.subtract(a, b)\n\n    def {backward}\n"),
    )


# Other editors, other formats --------------------------------------------------------------------

RECOGNISED = (
    "The cells had lost their names, as happens with some editors; "
    "they were told by what they hold."
)


@accident()
def names_only_in_metadata(nb):
    """Another editor gave all cells new ids."""
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"new{number}"


@accident()
def metadata_dropped(nb):
    """Another editor dropped all metadata."""
    nb["metadata"] = {}
    for cell in nb["cells"]:
        cell["metadata"] = {}


@accident(RECOGNISED)
def no_names_left(nb):
    """Another editor dropped all metadata, and gave all cells new ids."""
    metadata_dropped(nb)
    names_only_in_metadata(nb)


@accident(RECOGNISED)
def no_names_and_a_stub(nb):
    """The same, and the first of two cells of one class is as released."""
    rewrite(nb, "arithmetic-forward", lambda s: s)
    nb["cells"].append(code("print(Sub, Mul)"))
    no_names_left(nb)


@accident()
def colab(nb):
    """It was saved by Colab."""
    nb["metadata"]["colab"] = {"provenance": [], "toc_visible": True}
    nb["metadata"]["accelerator"] = "GPU"
    nb["nbformat_minor"] = 0
    for number, cell in enumerate(nb["cells"]):
        del cell["id"]
        cell["metadata"] |= {"id": f"Xy{number}", "colab": {"base_uri": "https://colab.invalid/"}}


@accident()
def vs_code(nb):
    """It was saved by VS Code, whose kernel has another name."""
    nb["metadata"]["kernelspec"] = {"display_name": ".venv", "language": "python", "name": "venv"}
    nb["metadata"]["vscode"] = {"interpreter": {"hash": "0" * 64}}
    for cell in nb["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


@accident()
def widgets(nb):
    """Widgets left their state in the metadata, and outputs with errors are kept."""
    nb["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    error = {"output_type": "error", "ename": "TypeError", "evalue": "", "traceback": ["\x1b[0m"]}
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [error] * 3, None


@accident()
def no_counts_and_no_outputs(nb):
    """Execution counts and outputs are missing."""
    for cell in nb["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


@accident()
def tagged(nb):
    """Cells have tags that some tools skip cells by."""
    for cell in nb["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "remove-cell", "solution"]


@accident()
def lines(nb):
    """Sources are lists of lines."""
    for cell in nb["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


@accident()
def format_3(nb):
    """It was saved in the format of 2013."""
    return dict(nbformat.convert(nbformat.from_dict(nb), 3))


def _minor(minor: int) -> Callable[[dict], None]:
    def change(nb):
        nb["nbformat_minor"] = minor
        for cell in nb["cells"] if minor < 5 else []:
            del cell["id"]

    change.__doc__ = f"It was saved as format 4.{minor}."
    return change


for number in (0, 1, 2, 4, 9):
    accident()(_minor(number))


@accident()
def a_picture_in_the_text(nb):
    """A picture of two megabytes was pasted into a text."""
    picture = "![](data:image/png;base64," + "A" * 2_000_000 + ")"
    nb["cells"].append(
        {"cell_type": "markdown", "id": "picture", "metadata": {}, "source": picture}
    )


@accident()
def much_output(nb):
    """Somebody printed in a loop, and saved 100 MB of output."""
    stream = {"output_type": "stream", "name": "stdout", "text": ["step 12345: 0.01\n"] * 4_000_000}
    found(nb, MUL)["outputs"] = [stream]


@accident("A cell of your own is longer than 100,000 characters; it was left out.")
def a_long_cell(nb):
    """Somebody pasted a data set into a cell."""
    nb["cells"].insert(0, code("data = [" + "1.25, " * 20_000 + "]"))


# Characters --------------------------------------------------------------------------------------

INVISIBLE = (
    f"{MUL} held characters that cannot be seen, as pasted text does; they were made plain spaces."
)


@accident()
def windows(nb):
    """It has the line ends of Windows, and a byte-order mark."""
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return b"\xef\xbb\xbf" + json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


@accident()
def old_macintosh(nb):
    """Lines end in a carriage return alone."""
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r")


@accident()
def tabs(nb):
    """Tabs stand where spaces were, and spaces at the ends of lines."""
    rewrite(nb, MUL, lambda s: s.replace("    ", "\t").replace("\n", "  \n") + "   ")


@accident(INVISIBLE)
def tabs_and_spaces(nb):
    """Tabs stand beside spaces."""
    rewrite(nb, MUL, lambda s: s.replace("        return out", "\t\treturn out"))


@accident(INVISIBLE)
def no_break_spaces(nb):
    """Code was pasted from a page, with no-break spaces and a zero-width space in it."""
    rewrite(nb, MUL, lambda s: s.replace("    ", "\u00a0" * 4).replace("return", "return\u200b "))


@accident(lost={MUL: 7})
def smart_quotes(nb):
    """Code was pasted from a text, with curly quotes in it: Python cannot read that cell."""
    rewrite(nb, MUL, lambda s: s + "\nprint(“done”)")


@accident()
def spanish(nb):
    """Names and texts are Spanish, with a picture character."""
    rewrite(nb, MUL, lambda s: s.replace("a, b", "año, niñó").replace("* b,", "* niñó,"))
    rewrite(nb, MUL, lambda s: s.replace("* a", "* año") + "\nprint('¡Está listo! \U0001f389')")


@accident()
def a_long_line(nb):
    """A comment is a line of 50,000 characters."""
    rewrite(nb, MUL, lambda s: s + "\n# " + "very " * 10_000 + "long")


@accident()
def indented(nb):
    """A whole cell is indented."""
    rewrite(nb, MUL, lambda s: re.sub("^(?=.)", "    ", s, flags=re.MULTILINE))


@accident(lost={MUL: 7})
def conflict(nb):
    """Marks of a merge conflict stand in a cell: Python cannot read that cell."""
    rewrite(nb, MUL, lambda s: f"<<<<<<< HEAD\n{s}\n=======\n{s}\n>>>>>>> main")


@accident(
    f"{MUL} imports pandas, which is not there when it is graded, and does not use it; "
    "that line was left out."
)
def an_import_left_over(nb):
    """A package is imported that nothing uses."""
    rewrite(nb, MUL, lambda s: f"import pandas as pd  # for later\n{s}")


# What else stands in an exercise's cell ----------------------------------------------------------

ABOVE = {
    "a magic": "%matplotlib inline",
    "an unknown magic": "%load_ext autoreload\n%autoreload 2",
    "pip": "%pip install numpy",
    "the shell": "!pip install numpy\n!ls",
    "the shell's output": "files = !ls",
    "a cell magic": "%%time",
    "a cell magic that repeats": "%%timeit -n 1 -r 1",
    "capture": "%%capture out",
    "help": "?np.multiply\nnp.multiply?\nnp.multiply??",
    "prints": "for i in range(20_000):\n    print('here', i)",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "warnings": "import warnings\nwarnings.warn('look out')\nnp.log(np.zeros(1))",
    "logging": "import logging\nlogging.basicConfig(level=0)\nlogging.error('look out')",
    "imports again": "import gradloom as gl\nfrom gradloom.ops import Mul\nimport numpy",
    "a pause": "import time\ntime.sleep(1)",
    "another name for what we gave": "Node, M = Tensor, np",
}
BELOW = {
    "an assertion that fails": "assert False",
    "a test that fails": "assert Mul().forward(2, 3) == 7, 'should be six'",
    "an exception": "1 / 0",
    "an exit": "exit()",
    "a question": "name = input('Who are you? ')",
    "a leftover comment": "# your code here",
    "the stub's line": "raise NotImplementedError",
    "a doubled weave": "weave(Mul)\nMul = weave(Mul)",
    "the check": 'check("mul-backward")',
    "numbers of their own": "a, b, x, g, node, out_grad = 1, 2, 3, 4, 5, 6",
    "a figure": "import matplotlib.pyplot as plt\nplt.imshow(np.eye(3))",
}
for name, text in ABOVE.items():
    ACCIDENTS.append(
        Accident(
            f"above a class: {name}", lambda nb, t=text: rewrite(nb, MUL, lambda s: f"{t}\n{s}")
        )
    )
for name, text in BELOW.items():
    ACCIDENTS.append(
        Accident(
            f"below a class: {name}", lambda nb, t=text: rewrite(nb, MUL, lambda s: f"{s}\n{t}")
        )
    )


# How the piece itself is written -----------------------------------------------------------------

WEAVE = "@weave was missing above Mul; it was added."
CLASS = "The line above backward that begins with `class` was missing; it was added."
METHOD = (
    "def backward(self: ops.Mul, out_grad, node):\n    a, b = node._inputs\n"
    "    return out_grad * b, out_grad * a"
)
BARE = "def backward(self, out_grad, node):\n    a, b = node._inputs\n    return out_grad * b"
WRITTEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "no weave": ("class Mul(Function):\n    {0}", (WEAVE,)),
    "no weave and no base": ("class Mul:\n    {0}", (WEAVE,)),
    "no base": ("@weave\nclass Mul:\n    {0}", ()),
    "another base": ("@weave\nclass Mul(ops.Mul):\n    {0}", ()),
    "weave twice": ("@weave\n@weave\nclass Mul(Function):\n    {0}", ()),
    "weave with parentheses": (
        "@weave()\nclass Mul(Function):\n    {0}",
        ("@weave() has no parentheses; they were left out.",),
    ),
    "no class": (
        "{0}",
        (CLASS,),
    ),
    "no class under weave": (
        "@weave\n{0}",
        (CLASS,),
    ),
    "a method": ("@weave\n{0}".replace("{0}", METHOD), ()),
    "assigned": ("{0}\nops.Mul.backward = backward", ()),
    "a lambda": (
        "@weave\nclass Mul(Function):\n"
        "    backward = lambda self, g, n: (g * n._inputs[1], g * n._inputs[0])",
        (),
    ),
    "other names of parameters": (
        "@weave\nclass Mul(Function):\n    def backward(me, grad, this):\n"
        "        left, right = this._inputs\n        return grad * right, grad * left",
        (),
    ),
    "annotations": (
        "@weave\nclass Mul(Function):\n    def backward(self, out_grad: 'Tensor', node: Tensor)"
        " -> tuple[Tensor, Tensor]:\n        a, b = node._inputs\n"
        "        return out_grad * b, out_grad * a",
        (),
    ),
    "arrays": (
        "@weave\nclass Mul(Function):\n    def backward(self, out_grad, node):\n"
        "        a, b = (t.data for t in node._inputs)\n"
        "        return out_grad.data * b, out_grad.data * a",
        (),
    ),
    "a list": (
        "@weave\nclass Mul(Function):\n    def backward(self, out_grad, node):\n"
        "        a, b = node._inputs\n        return [out_grad * b, out_grad * a]",
        (),
    ),
    "a decorator": (
        "import functools\n\ndef traced(f):\n    @functools.wraps(f)\n    def inner(*args):\n"
        "        return f(*args)\n    return inner\n\n@weave\nclass Mul(Function):\n    @traced\n"
        "    {0}",
        (),
    ),
    "a leftover stub below the return": (
        f"@weave\nclass Mul(Function):\n    {{0}}\n        {STUB}",
        (),
    ),
    "a stub in a comment": (
        f"@weave\nclass Mul(Function):\n    {{0}}\n        # {STUB}  # your code here",
        (),
    ),
    "a helper outside": (
        "def both(a, b, g):\n    return g * b, g * a\n\n@weave\nclass Mul(Function):\n"
        "    def backward(self, out_grad, node):\n        return both(*node._inputs, out_grad)",
        (),
    ),
    "a helper inside": (
        "@weave\nclass Mul(Function):\n    def backward(self, out_grad, node):\n"
        "        return self.both(*node._inputs, out_grad)\n\n"
        "    def both(self, a, b, g):\n        return g * b, g * a",
        (),
    ),
    "prints in it": (
        "@weave\nclass Mul(Function):\n    def backward(self, out_grad, node):\n"
        "        a, b = node._inputs\n        print('a is', a.data, '\\n' * 10_000)\n"
        "        return out_grad * b, out_grad * a",
        (),
    ),
    "figures in it": (
        "import matplotlib.pyplot as plt\n\n@weave\nclass Mul(Function):\n"
        "    def backward(self, out_grad, node):\n        a, b = node._inputs\n"
        "        plt.plot(a.data.ravel())\n        return out_grad * b, out_grad * a",
        (),
    ),
    "another docstring": ('@weave\nclass Mul(Function):\n    """Mine."""\n\n    {0}', ()),
    "twice in one cell": ("@weave\nclass Mul(Function):\n    {0}\n\n\n" * 2, ()),
}


def _piece(source: str) -> str:
    depth = re.search(r"( *)\{0\}", source)
    body = BARE + ", out_grad * a"
    return source.replace("{0}", body.replace("\n", "\n" + depth[1])) if depth else source


for name, (text, notes) in WRITTEN.items():
    ACCIDENTS.append(
        Accident(
            f"written otherwise: {name}",
            lambda nb, t=text: rewrite(nb, MUL, lambda _: _piece(t)),
            {},
            notes,
        )
    )

UNWRITTEN = {
    "pass": ("@weave\nclass Mul(Function):\n    def backward(self, out_grad, node):\n        pass"),
    "only comments": "# I do not know how this goes.",
    "empty": "",
    "a syntax error": "@weave\nclass Mul(Function)\n    def backward(self, out_grad, node):\n  ...",
}
for name, text in UNWRITTEN.items():
    ACCIDENTS.append(
        Accident(
            f"not written: {name}",
            lambda nb, t=text: rewrite(nb, MUL, lambda _: t),
            {MUL: 7},
        )
    )


@accident("@weave was missing above chain_by_hand; it was added.")
def a_function_without_weave(nb):
    """A function stands without its decorator."""
    rewrite(nb, CHAIN, lambda s: s.replace("@weave\n", ""))


# What an extra cell does to all others -----------------------------------------------------------

EXTRA = {
    "a syntax error": "def f(:\n    pass",
    "an exception": "1 / 0",
    "an exit": "quit()",
    "the end of the process": "import os\nos._exit(0)",
    "an endless loop": "while True:\n    pass",
    "much memory": "data = [0] * 10**10",
    "deep recursion": "def f(n):\n    return f(n + 1)\n\nf(0)",
    "warnings as errors": "import warnings\nwarnings.filterwarnings('error')",
    "errors of floats": "import numpy as np\nnp.seterr(all='raise')",
    "printing with two digits": "import numpy as np\nnp.set_printoptions(precision=2)",
    "a seed": "import numpy as np\nnp.random.seed(0)",
    "a thousand prints": "for i in range(1_000):\n    print('x' * 1_000)",
    "a style of plots": "import matplotlib.pyplot as plt\nplt.style.use('ggplot')",
    "everything of numpy": "from numpy import *",
    "everything of math": "from math import *",
    "everything of ours": "from gradloom import *\nfrom gradloom.ops import *",
    "our names": "weave = check = gl = Tensor = np = ops = Function = shapes = math = None",
    "names of our functions": "log, exp, sin, cos, sqrt = 2.0, [1], 'x', None, 3",
    "names of Python": "list, sum, max, zip, range = [1, 2], 3, 4, 5, 6",
    "letters": "x = g = a = b = c = d = w = node = out_grad = 1.0",
    "deleted names": "import numpy as np\ndel np",
    "another directory": "import os\nos.chdir('/')",
    "a file": "with open('data.txt', 'w') as file:\n    file.write('1 2 3')",
    "a missing file": "data = open('data.csv').read()",
    "a missing package": "import pandas as pd\nprint(pd)",
    "a deeper stack": "import sys\nsys.setrecursionlimit(10**6)",
    "a magic that is none": "%nonsense\n%%nonsense",
    "a thread": "import threading\nthreading.Thread(target=print, args=('hi',)).start()",
    "garbage collection off": "import gc\ngc.disable()",
    "another kit": "import sys, importlib, gradloom\nimportlib.reload(gradloom)",
    "a shell script": "%%bash\nls",
    "a web page": "%%html\n<b>done</b>",
    "text": "This is what I think of it.",
}
FORMER = "Further down you gave {0} another meaning; the checks were made with the former one."
STARRED = (
    "Further down you imported everything with `*`; "
    "the checks were made with the names as they were before."
)
ENDED = "The cell {0} was left out: it {1}."
TOO_LONG = (
    "took longer than the 5 seconds of computing (15 by the clock) a cell may take, and was stopped"
)
TOLD = {
    "at the top: an endless loop": ENDED.format("added", TOO_LONG),
    "at the end: an endless loop": ENDED.format("added", TOO_LONG),
    "at the top: the end of the process": ENDED.format("added", "ended the whole process"),
    "at the end: the end of the process": ENDED.format("added", "ended the whole process"),
    "at the end: names of our functions": FORMER.format("cos, log, sin"),
    "at the end: everything of numpy": STARRED,
    "at the end: everything of math": STARRED,
    "at the end: everything of ours": STARRED,
    "at the end: our names": FORMER.format("np, ops, shapes"),
    "at the end: deleted names": FORMER.format("np"),
}
for name, text in EXTRA.items():
    top, end = f"at the top: {name}", f"at the end: {name}"
    for where, put in (
        (top, lambda nb, t=text: nb["cells"].insert(0, code(t))),
        (end, lambda nb, t=text: nb["cells"].append(code(t))),
    ):
        notes = (TOLD[where],) if where in TOLD else ()
        ACCIDENTS.append(Accident(f"a cell {where}", put, {}, notes))


@pytest.fixture(scope="module")
def solved(release, rehearsal) -> dict:
    """The released notebook with all exercises right, as JupyterLab saves it."""
    notebook = copy.deepcopy(release)
    right = {c["id"]: c["source"] for c in rehearsal.solved()["cells"]}
    for cell in notebook["cells"]:
        mine = "nbgrader" in cell["metadata"]
        cell["source"] = "".join(right[cell["id"]] if mine else cell["source"])
    return notebook


@pytest.fixture(scope="module")
def reports(solved, referees):
    """The report of each accident; all are graded side by side."""

    def submit(accident: Accident):
        notebook = copy.deepcopy(solved)
        changed = accident.change(notebook)
        return referees.submit(notebook if changed is None else changed)

    waiting = {a.name: submit(a) for a in ACCIDENTS}
    return lambda accident: waiting[accident.name].result()


def test_an_untouched_notebook_is_worth_nothing_and_needs_no_repair(release, grade):
    report = grade(release)
    assert report.score == 0
    assert {e.status for e in report.exercises} == {"not attempted"}
    assert not report.repairs


def test_the_catalogue_is_as_long_as_it_says():
    names = [a.name for a in ACCIDENTS]
    assert len(names) == len(set(names)) >= 80


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda a: a.name)
def test_it_costs_what_is_fair_and_is_told(accident, reports):
    report = reports(accident)
    assert not report.rejected
    lost = {e.id: e.max_points - e.points for e in report.exercises if e.points < e.max_points}
    assert lost == accident.lost
    assert [re.sub(r"added-\d+", "added", note) for note in report.repairs] == list(accident.notes)
    assert report.questions[0].answered is accident.answered


# The same in another chapter, whose exercises all fill one class ---------------------------------


def _of_value(nb) -> list[dict]:
    return [c for c in exercises(nb) if "class Value" in c["source"]]


def one_class(nb):
    """All methods stand in one class, in the first exercise's cell."""
    methods = [c["source"].partition("\n    def ")[2] for c in _of_value(nb)]
    for cell in _of_value(nb):
        cell["source"] = _stub_of(cell["source"])
    _of_value(nb)[0]["source"] = "\n\n    def ".join(["@weave\nclass Value:", *methods])


def no_class_lines(nb):
    """No method stands in a class."""
    for cell in _of_value(nb):
        first, *rest = cell["source"].partition("\n    def ")[2].split("\n")
        cell["source"] = "\n".join(["def " + first, *(x.removeprefix("    ") for x in rest)])


def variables_named_like_functions(nb):
    """Variables are named like what the pieces use."""
    nb["cells"].append(code("math = Value = weave = 3\nisinstance = float = 'x'"))


@pytest.fixture(scope="module")
def values(course, course_folder):
    """A referee of chapter 1, and its notebook with all exercises right."""
    right = Rehearsal(course, course.chapter("01_values")).solved()
    for cell in right["cells"]:
        cell["source"] = "".join(cell["source"])
    with Client(course_folder, "01_values") as client:
        yield client, right


OF_ONE_CLASS = [one_class, no_class_lines, no_names_left, in_one_cell, in_one_exercise]


@pytest.mark.parametrize(
    "change", [*OF_ONE_CLASS, variables_named_like_functions], ids=lambda f: f.__name__
)
def test_a_chapter_of_one_class_is_no_different(values, change):
    client, right = values
    notebook = copy.deepcopy(right)
    change(notebook)
    report = client.grade(json.dumps(notebook).encode())
    assert {e.id: e.points for e in report.exercises} == {
        e.id: e.max_points for e in report.exercises
    }
