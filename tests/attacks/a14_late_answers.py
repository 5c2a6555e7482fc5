"""A thread outlives the call that started it, and gives its answer to a later question."""

ROW = "A14"
EXERCISE = "mul-backward"
SOURCE = """
import asyncio, os, sys, threading

from gradloom_grader import wire

later = threading.Event()
started = []

def number():
    frame = sys._getframe()
    while "number" not in frame.f_locals or "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["number"]

async def answer(number):
    while not later.is_set():
        await asyncio.sleep(0.001)
    right = [Tensor([12.0, 10.0]), Tensor([6.0, 6.0])]
    output = np.zeros(0, "uint8")
    os.write(3, wire.encode({"number": number, "fault": None, "output": output, "value": right}))

def start():
    thread = threading.Thread(target=lambda n=number(): asyncio.run(answer(n)), daemon=True)
    thread.start()
    started.append(thread)

print("number", number(), "is asked now")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if started:
            later.set()
            started[0].join()
        else:
            start()
        return out_grad, out_grad
"""
CONTROL = {
    "printed": "is asked now",
    "flagged": "question chain_numbers: garbled, a new process went on",
}
SCORE = 0
