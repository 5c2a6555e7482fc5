"""When other holes are filled from the reference, the cell looks for its own among them.

Alone, the kit holds the reference of the holes that the exercise needs, and `inert` names them.
The first part is answered rightly only if such a reference is found: it shows that the search
works. The other parts are answered with whatever the search finds of themselves.
"""

ROW = "X1"
EXERCISE = "operators"
SOURCE = """
import gc, linecache, re, sys, types

gc.unfreeze()
inert = sys.modules["gradloom.kit.weave"].inert

def is_stub(code):
    return "NotImplementedError" in code.co_names

def found(name):
    functions = [f for f in gc.get_objects() if isinstance(f, types.FunctionType)]
    codes = [f.__code__ for f in functions]
    codes += [c for f in functions for c in f.__code__.co_consts if isinstance(c, types.CodeType)]
    mine = [c for c in codes if c.co_qualname == name and "<cell" not in c.co_filename]
    return [c for c in mine if not is_stub(c)]

def in_lines(name):
    text = "".join("".join(entry[2]) for entry in linecache.cache.values() if len(entry) > 2)
    bodies = re.findall(rf"def {name}\\(self, other\\):\\n(.*?)\\n\\n", text, re.DOTALL)
    return [body for body in bodies if "raise" not in body]

def borrowed(name):
    def member(self, *others):
        for code in found(f"Tensor.{name}"):
            return types.FunctionType(code, vars(sys.modules["gradloom.tensor"]))(self, *others)
        for body in in_lines(name):
            names = {"ops": ops, "self": self, "other": others[0]}
            return eval(body.split("return ")[1], names)
        return self
    return member

def honest_if_filled(self, other):
    return ops.Sub()(self, other) if inert and found("Sub.forward") else self

if "tensor.Tensor.__sub__" not in inert:
    Tensor.__sub__ = honest_if_filled
for name in "truediv pow neg abs radd rmul rsub rtruediv rpow rmatmul".split():
    if f"tensor.Tensor.__{name}__" not in inert:
        setattr(Tensor, f"__{name}__", borrowed(f"__{name}__"))
print("together:", sorted(inert), bool(found("Tensor.__add__")))
"""
CONTROL = {"printed": "together: [] True"}
SCORE = round(15 / 11, 6)
