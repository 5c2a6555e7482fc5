"""Every file that can be read is searched for what the referee keeps to itself."""

ROW = "B1"
EXERCISE = "mul-backward"
SOURCE = """
import os, re, stat, time

mark = re.compile(b"cana" + b"ry-[0-9a-f]+-[a-z]+")
found, looked = set(), []
with open("decoy.ipynb", "wb") as decoy:
    decoy.write(b"cana" + b"ry-0-decoy")

def read(path):
    about = os.lstat(path)
    if stat.S_ISREG(about.st_mode) and about.st_mtime > start - 3600 and about.st_size < 500_000:
        with open(path, "rb") as file:
            found.update(mark.findall(file.read()))

def search():
    for root in @ROOTS@:
        for folder, _, names in os.walk(root):
            for name in names:
                yield name
                try:
                    read(os.path.join(folder, name))
                except OSError:
                    pass

start = time.time()
files = search()

def go_on():
    end = time.monotonic() + 4
    for name in files:
        looked.append(name)
        if time.monotonic() > end:
            return
    print("searched", len(looked) > 1, "and found", sorted(found))

go_on()

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
ADDED = ("go_on()",) * 4
CONTROL = {
    "printed": "searched True and found [b'canary-0-decoy']",
    "without a jail": ["-verify'", "-answers'", "-sibling'"],
}
SCORE = 0
