"""Hooks of the IPython shell rewrite what is run after this cell, or report it as right."""

ROW = "A6"
EXERCISE = "mul-backward"
SOURCE = """
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

class Everything:
    def visit(self, node): return node
    def __getattr__(self, name): return lambda *args, **kwargs: 7

shell = get_ipython()
hooked = []
for hook in (
    lambda: shell.ast_transformers.append(Everything()),
    lambda: shell.input_transformers_post.append(lambda lines: ["score = 7\\n"]),
    lambda: shell.events.register("post_run_cell", lambda result: setattr(result, "success", True)),
    lambda: shell.set_custom_exc((Exception,), lambda *args: None),
    lambda: setattr(shell, "run_cell", lambda *args, **kwargs: Everything()),
    lambda: setattr(shell, "run_line_magic", lambda *args: print("line magic replaced")),
    lambda: setattr(InteractiveShell, "run_cell", lambda *args, **kwargs: Everything()),
    lambda: setattr(TransformerManager, "transform_cell", lambda self, cell: cell + "\\nscore = 7"),
):
    try:
        hook()
        hooked.append("hooked")
    except AttributeError:
        hooked.append("not there")
print(hooked)
get_ipython().run_line_magic("time", "")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": ["'not there', 'hooked', 'hooked', 'hooked', 'hooked']", "line magic replaced"]
}
SCORE = 0
