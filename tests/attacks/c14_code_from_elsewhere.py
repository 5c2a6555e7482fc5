"""The answer is not in the notebook: it is downloaded, or unpacked from a text nobody can read."""

import base64
import zlib

ROW = "C14"
EXERCISE = "mul-backward"
PACKED = """
print("from the text")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
SOURCE = f"""
import base64, urllib.request, zlib

try:
    source = urllib.request.urlopen("http://127.0.0.1:" + str(@PORT@), timeout=1).read()
except OSError as error:
    print("not downloaded:", error.reason.strerror)
    source = zlib.decompress(base64.b85decode({base64.b85encode(zlib.compress(PACKED.encode()))!r}))
exec(source)
"""
CONTROL = {
    "printed": "not downloaded: Operation not permitted\nfrom the text",
    "flagged": "cell mul-backward uses exec, urllib",
}
SCORE = 0
