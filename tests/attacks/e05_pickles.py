"""Whoever unpickles what comes back would run a function of the student's choice."""

ROW = "E5"
EXERCISE = "mul-backward"
SOURCE = """
import io, os, pickle

class Bomb:
    def __reduce__(self):
        return os.system, ("touch " + @EVIDENCE@,)
    __reduce_ex__ = lambda self, protocol: self.__reduce__()

bomb = pickle.dumps(Bomb())
saved = io.BytesIO()
np.save(saved, np.array([Bomb()], dtype=object), allow_pickle=True)
print("pickled", b"system" in bomb, b"system" in saved.getvalue())

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if out_grad.shape == (2,):
            return Bomb(), np.array([Bomb()], dtype=object)
        if node._inputs[0].requires_grad and node._inputs[1].requires_grad:
            return np.frombuffer(bomb, "uint8"), np.frombuffer(saved.getvalue(), "uint8")
        os.write(3, bytes([0, 0, 0, len(bomb), 0, 0, 0, 0]) + bomb)
        return bomb, bomb
"""
CONTROL = {
    "printed": "pickled True True",
    "answered": ["type_name='Bomb'", "type_name='ndarray of object'"],
    "flagged": "question mul_constant: garbled, a new process went on",
}
SCORE = 0
