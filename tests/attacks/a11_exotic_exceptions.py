"""Exceptions that are no Exception, cannot be printed, never end, or come by the million."""

ROW = "A11"
EXERCISE = "unary-forward"
SOURCE = """
class Quiet(BaseException): pass

class Unprintable(Exception):
    def __str__(self): raise KeyboardInterrupt
    __repr__ = __str__

class Endless(Exception):
    def __str__(self): return "x" * 10**8

class Nameless(type):
    def __getattribute__(cls, name): raise Quiet

class Unnamed(Exception, metaclass=Nameless): pass

def chain(length):
    error = None
    for _ in range(length):
        error, before = ValueError("the last of", length), error
        error.__cause__ = before
    return error

def forever(a):
    return forever(a)

def raising(error):
    def forward(self, a):
        raise error
    return forward

def put(name, forward):
    weave(type(name, (Function,), {"forward": forward}))

put("Negate", raising(Quiet("quiet")))
put("Log", raising(KeyboardInterrupt("no keyboard")))
put("Exp", raising(GeneratorExit("no generator")))
put("Sqrt", raising(Unprintable()))
put("Abs", raising(Endless()))
put("Sin", raising(BaseExceptionGroup("many", [SystemExit(0)] * 999)))
put("Cos", lambda self, a: raising(chain(10**6))(self, a))
put("ReLU", raising(StopIteration("no iteration")))
put("Sigmoid", lambda self, a: forever(a))
put("Tanh", raising(Unnamed()))
"""
CONTROL = {
    "answered": [
        "raised: Quiet: quiet",
        "raised: KeyboardInterrupt: no keyboard",
        "raised: GeneratorExit: no generator",
        "raised: Endless: xxx",
        "raised: BaseExceptionGroup: many (999 sub-exceptions)",
        "raised: ValueError: ('the last of', 1000000)",
        "raised: StopIteration: no iteration",
        "raised: RecursionError: maximum recursion depth exceeded",
    ],
    "flagged": [
        "question unary_numbers[Sqrt-a3]: died, a new process went on",
        "question unary_numbers[Tanh-a9]: died, a new process went on",
    ],
}
SCORE = 0
