"""Other submissions, the gradebook and things left lying about are looked for by name."""

ROW = "B8"
EXERCISE = "mul-backward"
SOURCE = """
import os

def listing(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        return error.strerror

course, home, left = @COURSE@, @HOME@, @LEFT@
for name in ("submitted", "reports", "chapters", "source"):
    print(name, listing(os.path.join(course, name)))
print("gradebook", os.path.exists(os.path.join(course, "gradebook.db")))
print("home", listing(home), listing("/home"))
print("left", os.path.exists(left), os.path.exists(os.path.dirname(left)))
with open("decoy.txt", "w") as decoy:
    decoy.write("here")
print("here", listing("."), listing("/tmp") == listing("."))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "submitted No such file or directory",
        "reports No such file or directory",
        "chapters No such file or directory",
        "source No such file or directory",
        "gradebook False",
        "home No such file or directory No such file or directory",
        "left False False",
        "here ['decoy.txt'] True",
    ],
    "without a jail": ["submitted ['trent']", "gradebook True", "left True True"],
}
SCORE = 0
