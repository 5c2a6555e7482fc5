"""Answers are written past the worker: endless, half, deep, with keys twice, NaN, never ending."""

ROW = "D8"
EXERCISE = "unary-forward"
SOURCE = r"""
import os, struct, sys, time

def number():
    frame = sys._getframe()
    while "number" not in frame.f_locals or "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["number"]

def send(header, body=b""):
    os.write(3, struct.pack(">II", len(header), len(body)) + header + body)

def flood():
    while True:
        os.write(3, bytes(2**16))

def half():
    os.write(3, b"\0\0\1\0half of a header")
    time.sleep(99)

def twice():
    send(b"\x9d\xa1d" + 3 * (b"\xa6number" + bytes([number()])) + 3 * b"\xa5value\xc0")

def right_but_nan():
    value = struct.pack(">d", float("nan"))
    keys = b"\xa6number" + bytes([number()]) + b"\xa5fault\xc0\xa6output\x93\xa1a\xa3|u1\x91\x00"
    send(b"\x99\xa1d" + keys + b"\xa5value\x94\xa1l" + 3 * (b"\xcb" + value))
    time.sleep(0.2)

ABUSES = {
    "Negate": lambda: os.write(3, b"\xff" * 8),
    "Abs": half,
    "ReLU": lambda: os.write(3, b"\0\0\0\7half") and os._exit(0),
    "Log": lambda: send(b"\x91" * 200_000),
    "Exp": lambda: send(b"\xdc\x27\x00" * 80_000),
    "Sqrt": twice,
    "Sin": lambda: send(b"\xdf\xff\xff\xff\xff"),
    "Cos": lambda: send(b"\x93\xa1a\xa3<f8\x91\xce\x7f\xff\xff\xff"),
    "Sigmoid": flood,
    "Tanh": right_but_nan,
}
for name, abuse in ABUSES.items():
    def forward(self, a, abuse=abuse):
        abuse()
        return a
    weave(type(name, (Function,), {"forward": forward}))
print("the wire is", os.fstat(3).st_mode >> 12 == 12 and "a socket")
"""
CONTROL = {
    "printed": "the wire is a socket",
    "flagged": ["garbled, a new process went on"],
    "answered": ["What came back could not be read.", "nan"],
}
SCORE = 0
