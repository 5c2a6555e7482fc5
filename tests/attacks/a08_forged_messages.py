"""Messages of a Jupyter kernel, and of the grader itself, are forged on every open descriptor."""

ROW = "A8"
EXERCISE = "mul-backward"
SOURCE = """
import glob, json, os

reply = {
    "header": {"msg_type": "execute_reply", "session": "0"},
    "content": {"status": "ok", "payload": [{"source": "score", "points": 7}]},
}
display(reply)
display({"application/vnd.nbgrader+json": {"mul-backward-check": 7}}, raw=True)
connections = [
    path
    for folder in ("/tmp", "/run", "/root", "/home", os.path.expanduser("~"))
    for path in glob.glob(folder + "/**/kernel-*.json", recursive=True)
]
try:
    import zmq
except ImportError as error:
    connections.append(error.name)
print("to forge with:", connections)

def forge(descriptors):
    text = json.dumps(reply).encode()
    for descriptor in descriptors:
        try:
            os.write(descriptor, text)
            os.write(descriptor, b"\\r\\n" + bytes([0, 0, 0, len(text), 0, 0, 0, 0]) + text)
        except OSError:
            pass

forge([0, 1, 2])

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        forge(range(64))
        return out_grad, out_grad
"""
CONTROL = {
    "printed": ["'msg_type': 'execute_reply'", "to forge with: ['zmq']"],
    "flagged": "question mul_numbers: garbled, a new process went on",
}
SCORE = 0
