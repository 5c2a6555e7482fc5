"""Debuggers and profilers look into every frame, whenever one is entered or left."""

ROW = "B15"
EXERCISE = "mul-backward"
SOURCE = """
import bdb, faulthandler, re, sys, threading

mark = re.compile("cana" + "ry-[0-9a-f]+-[a-z]+")
found, files, seen = set(), set(), set()

def look(frame, event, arg):
    files.add(frame.f_code.co_filename)
    if (frame.f_code, event) in seen:
        return
    seen.add((frame.f_code, event))
    texts = [repr(frame.f_code.co_consts), repr(arg) if event == "return" else ""]
    for space in (frame.f_locals, frame.f_globals):
        for name in list(space):
            if isinstance(space[name], (str, bytes, dict, list, tuple)):
                texts.append(repr(space[name])[:10_000])
    found.update(mark.findall(" ".join(texts)))

def trace(frame, event, arg):
    look(frame, event, arg)
    return trace

class Debugger(bdb.Bdb):
    def user_call(self, frame, args): look(frame, "call", args)

def decoy():
    return "cana" + "ry-0-decoy"

sys.settrace(trace)
decoy()
sys.settrace(None)
Debugger().runcall(decoy)
sys.setprofile(look)
threading.setprofile(look)
with open("frames.txt", "w+") as file:
    faulthandler.dump_traceback(file, all_threads=True)
    file.seek(0)
    frames = file.read()
if hasattr(sys, "monitoring"):
    events, tool = sys.monitoring.events, sys.monitoring.DEBUGGER_ID
    sys.monitoring.use_tool_id(tool, "mallory")
    sys.monitoring.set_events(tool, events.PY_START)
    note = lambda code, offset: files.add(code.co_filename)
    sys.monitoring.register_callback(tool, events.PY_START, note)
print("found", sorted(found), "below", len(frames.splitlines()) > 5)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if len(found) > 1:
            a, b = node._inputs
            return out_grad * b, out_grad * a
        return f"{sorted(found)} in more than the cell: {len(files) > 2}"
"""
CONTROL = {
    "printed": "found ['canary-0-decoy'] below True",
    "answered": "['canary-0-decoy'] in more than the cell: True",
}
SCORE = 0
