"""Large memory is dumped where the next finds it, or where it fills the disk."""

ROW = "D11"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, os, resource

print("limit:", resource.getrlimit(resource.RLIMIT_CORE))
try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    print("raised")
except (ValueError, OSError) as error:
    print("more:", error)
print("dumpable:", ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
secret = b"mallory was here" * 10**6

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        os.abort()
"""
NEXT = """
import os

print("the next finds", [name for name in os.listdir("/tmp") if "core" in name])
"""
LIFTED = "a memory that is not dumped"
CONTROL = {
    "printed": "limit: (0, 0)\nmore: not allowed to raise maximum limit\ndumpable: 0",
    "flagged": "question mul_numbers: died, a new process went on",
    "next": "the next finds []",
    "lifted": "dumpable: 1",
}
SCORE = 0
