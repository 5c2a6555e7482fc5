"""Gradebook, reports and results are written to, where they are known to lie."""

ROW = "E1"
EXERCISE = "mul-backward"
SOURCE = """
import glob, os, sqlite3

course = @COURSE@
for name in (
    "gradebook.db",
    "reports/04_elementwise/mallory.json",
    "autograded/mallory/04_elementwise/04_elementwise.ipynb",
    "chapters/04_elementwise/checks.py",
    ".secret",
    "junit.xml",
):
    path = os.path.join(course, name)
    try:
        with open(path, "r+b" if os.path.exists(path) else "wb"):
            print("opened", name)
    except OSError as error:
        print(error.strerror, name)
try:
    with sqlite3.connect(os.path.join(course, "gradebook.db")) as book:
        book.execute("update grade set manual_score = 7 where id = 'mallory'")
        print("updated")
except sqlite3.Error as error:
    print("sqlite:", error)
for name in ("mallory.db", "results.json", "junit.xml"):
    with open(name, "w") as file:
        file.write('{"score": 120}')
print("written here:", len(glob.glob("*")))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "No such file or directory gradebook.db",
        "No such file or directory .secret",
        "sqlite: unable to open database file",
        "written here: 3",
    ],
    "without a jail": ["opened gradebook.db", "updated"],
}
SCORE = 0
