"""What people open, after a class with one hostile student in it: whatever was handed in is text.

Eve hands in the same as Mallory with plain words in place of the payloads. Whatever is active in a
page of Mallory's must be active in Eve's, too.
"""

import base64
import copy
import json
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from gradloom_grader import bulk, collected, demo, feedback, figures
from gradloom_grader.intake import Submission
from gradloom_grader.report import Report, Store

from .conftest import CHAPTER, TOKEN, Site, code_cell

PAYLOADS = {
    "script": "<script>alert('@')</script>",
    "image": "<img src=x onerror=\"alert('@')\">",
    "svg": "<svg onload=\"alert('@')\"><script>alert('@')</script></svg>",
    "animation": "<svg><a><animate attributeName=href values=javascript:alert('@') /></a></svg>",
    "link": "[click](javascript:alert('@')) and [again](JaVaScRiPt&colon;alert('@'))",
    "reference": "[click][@]\n\n[@]: javascript:alert('@')",
    "autolink": "<javascript:alert('@')> <https://evil.example/@>",
    "picture": "![seen](https://evil.example/@.png) ![x](data:text/html;base64,@)",
    "attached": "![x](attachment:@.svg)",
    "frame": "<iframe srcdoc=\"<script>alert('@')</script>\"></iframe>",
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/@">',
    "policy": "<meta http-equiv=Content-Security-Policy content=\"script-src '@'\">",
    "style": "<style>body { background: url(https://evil.example/@) } p { color: red }</style>",
    "sheet": "<link rel=stylesheet href=https://evil.example/@.css>",
    "base": "<base href=https://evil.example/@/>",
    "form": "<form action=https://evil.example/@><button autofocus onfocus=alert('@')>Go</button>",
    "object": "<object data=https://evil.example/@></object><embed src=https://evil.example/@>",
    "toggle": "<details open ontoggle=alert('@')>",
    "breaking out": "</pre></code></style></title></textarea></div>--><script>alert('@')</script>",
    "comment": "<!-- @",
    "section": "<![CDATA[<script>alert('@')</script>]]>",
    "mutation": "<noscript><p title=\"</noscript><img src=x onerror=alert('@')>\">",
    "foreign": "<math><mtext><table><mglyph><style><img src=x onerror=alert('@')></style>",
    "href in math": r"$\href{javascript:alert('@')}{x}$ \(\unicode{@}\)",
    "html in math": "$$\\require{html}\\style{position:fixed}{\\class{points}{@}}$$",
    "mermaid": "```mermaid\nflowchart LR\n  a[@]\n  click a href \"javascript:alert('@')\"\n```",
    "fence": "```\n@\n```\n<script>alert('@')</script>\n~~~",
    "entities": "&lt;script&gt;alert('@')&lt;/script&gt; &#60;b&#62;@",
    "template": "{{ 7 * 7 }}{% raw %}@{{ cycler.__init__.__globals__ }}",
    "override": "\u202e)'@'(trela\u202c \u2066@",
}
BANNER = "<h1>04_elementwise (Score: 125.0 / 125.0)</h1>\n<p class='score'>120 of 120 points</p>\n@"
ACTIVE = {
    *("script", "style", "iframe", "frame", "object", "embed", "form", "input", "button", "base"),
    *("meta", "link", "svg", "math", "textarea", "video", "audio", "template", "noscript"),
}
POINTERS = {
    *("src", "href", "srcset", "action", "formaction", "xlink:href", "background", "data"),
    *("poster", "srcdoc", "style", "http-equiv", "autofocus"),
}
VOID = {"meta", "link", "img", "br", "hr", "input", "base", "embed"}
SAFE = ("#", "data:image/png;base64,")


def armed(payload: str, number: int) -> str:
    return payload.replace("@", f"{TOKEN}{number}")


HOSTILE = [armed(payload, number) for number, payload in enumerate(PAYLOADS.values())]
PLAIN = [f"word{number}" for number in range(len(HOSTILE))]
HALF = "\ud83d half of a character"
ABSENT = f"{TOKEN}-absent"


class Page(HTMLParser):
    """What is active in a page; its words, each with the tags and classes around it."""

    def __init__(self, path: Path):
        super().__init__()
        self.raw = path.read_text("utf-8")
        self.around: list[tuple[str, str]] = []
        self.active: set[tuple[str, ...]] = set()
        self.pieces: list[tuple[str, set[str]]] = []
        self.images: list[str] = []
        self.feed(self.raw)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        for name, value in found.items():
            pointing = name in POINTERS and not value.startswith(SAFE)
            if tag in ACTIVE or name.startswith("on") or pointing:
                self.active.add((tag, name, value))
        if tag == "img":
            self.images.append(found.get("src", ""))
        if tag not in VOID:
            self.around.append((tag, found.get("class", "")))

    def handle_endtag(self, tag):
        while self.around and self.around.pop()[0] != tag:
            pass

    def handle_data(self, data):
        inside = {tag for tag, _ in self.around}
        if inside & {"script", "style"}:
            self.active.add(("text", data))
        else:
            classes = {c for _, names in self.around for c in names.split()}
            self.pieces.append((data, inside | {f".{c}" for c in classes}))

    def handle_comment(self, data):
        self.active.add(("comment", data))

    handle_decl = unknown_decl = handle_pi = handle_comment

    @property
    def words(self) -> str:
        return "".join(text for text, _ in self.pieces)

    def inside(self, text: str) -> list[set[str]]:
        """What is around each place in which a text stands."""
        return [around for words, around in self.pieces if text in words]


def shouting(site: Site, texts: list[str], banner: str) -> dict:
    """A notebook that says the texts wherever a student may say something."""
    notebook = copy.deepcopy(site.honest)
    cells = {c["id"]: c for c in notebook["cells"]}
    cells["why-upstream"]["source"] = "\n\n".join([banner, *texts, HALF])
    said = "\n".join(texts)
    cells["mul-backward"]["source"] += f"\n\nSAID = {said!r}\nprint(SAID)\nprint({banner!r})"
    cells["mul-backward"]["source"] += "".join(f"\n# {line}" for line in said.splitlines())
    cells["sub-backward"]["source"] = (
        "@weave\nclass Sub(Function):\n    def backward(self, out_grad, node):\n"
        f"        raise ValueError({texts[0] + texts[23]!r})"
    )
    rich = f"class Rich:\n    def _repr_html_(self): return {texts[0]!r}\n\ndisplay(Rich())"
    notebook["cells"] += [code_cell(f"# {texts[0]}\nprint({texts[1]!r})"), code_cell(rich)]
    return notebook


def smuggling(notebook: dict) -> dict:
    """The notebook with what must not arrive: outputs, widgets, attachments, cells of text."""
    script = f"<script>alert('{ABSENT}')</script>"
    bundle = {
        "text/html": script,
        "image/svg+xml": f"<svg onload=\"alert('{ABSENT}')\"/>",
        "application/javascript": f"alert('{ABSENT}')",
        "application/vnd.vegalite.v5+json": {"data": {"url": f"https://evil.example/{ABSENT}"}},
        "application/vnd.plotly.v1+json": {"data": [{"text": script}]},
        "application/vnd.jupyter.widget-view+json": {"model_id": ABSENT},
        "text/latex": f"$\\href{{javascript:alert('{ABSENT}')}}{{x}}$",
    }
    output = {"output_type": "display_data", "data": bundle, "metadata": {}}
    widget = {"state": {ABSENT: {"model_name": "HTMLModel", "state": {"value": script}}}}
    polyglot = base64.b64encode(b"GIF89a/*" + ABSENT.encode() + b"*/=1;alert(1)").decode()
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = [ABSENT]
        if cell["cell_type"] == "code":
            cell["outputs"] = [output]
        else:
            cell["attachments"] = {
                f"{ABSENT}.svg": {"image/svg+xml": script, "image/png": polyglot}
            }
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": widget}
    notebook["metadata"]["title"] = f"</title>{script}"
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": script + BANNER}
    notebook["cells"].insert(0, text)
    return notebook


DRAWING = f"""
import matplotlib.pyplot as plt
from IPython.display import SVG, Image, Javascript
display(SVG("<svg onload='alert(1)'/>"), Javascript("alert('{ABSENT}')"))
for n in range(3):
    plt.figure(figsize=(50, 50), label="<script>alert('{ABSENT}')</script>")
    plt.imshow(np.random.default_rng(n).random((300, 300, 3)))
    plt.axis("off")
"""
LONG = "".join(f"{n}+" for n in range(1000, 1900)) + "0"


@pytest.fixture(scope="module")
def site_of_pages(site, tmp_path_factory) -> Site:
    own = Site(shutil.copytree(site.folder, tmp_path_factory.mktemp("pages") / "site"))
    shutil.rmtree(own.course / "submitted")
    return own


@pytest.fixture(scope="module")
def course(site_of_pages) -> Path:
    """The class, graded, with nbgrader's feedback."""
    site = site_of_pages
    for student in ("ada", "zoe"):
        site.hand_in(student, site.honest)
    site.hand_in("eve", shouting(site, PLAIN, "a word"))
    mallory = smuggling(shouting(site, HOSTILE, armed(BANNER, 99)))
    mallory["cells"] += [code_cell(DRAWING) for _ in range(6)]
    site.hand_in("mallory", mallory)
    site.hand_in("victor", site.with_cells(*[f"{LONG}\nprint('a&b<c>' * 700)"] * 45))
    site.hand_in(f"<img src=x onerror=alert('{ABSENT}')>", site.honest)
    graded = bulk.grade_class(site.course, CHAPTER, lambda student: None)
    assert not graded.failures
    demo.write_feedback(site.course, CHAPTER)
    return site.course


@pytest.fixture(scope="module")
def reports(course) -> dict[str, Report]:
    students = ("ada", "zoe", "eve", "mallory", "victor")
    return {student: Store(course).read(CHAPTER, student) for student in students}


@pytest.fixture(scope="module", params=["report", CHAPTER], ids=["ours", "nbgrader's"])
def pages(request, course) -> dict[str, Page]:
    """Each student's page: ours as it is handed back with nbgrader's, or nbgrader's own."""
    folders = (course / "feedback").iterdir()
    return {f.name: Page(f / CHAPTER / f"{request.param}.html") for f in folders}


def test_neighbours_keep_their_marks(reports, pages):
    for student in ("ada", "zoe", "victor"):
        assert reports[student].score == reports[student].max_score
    lost = {e.id for e in reports["mallory"].exercises if e.points < e.max_points}
    assert lost == {"sub-backward"}
    assert pages.keys() == reports.keys()


@pytest.mark.row("G1", "HTML, SVG, scripts, styles, links, frames, forms and mathematics in texts.")
class TestTexts:
    def test_nothing_of_them_is_active(self, pages):
        assert pages["eve"].active
        assert pages["mallory"].active <= pages["eve"].active

    @pytest.mark.parametrize("number", range(len(HOSTILE)), ids=list(PAYLOADS))
    def test_each_arrives_as_text_that_is_left_alone(self, pages, number):
        page, mark = pages["mallory"], f"{TOKEN}{number}"
        visible = feedback.plain(HOSTILE[number])
        for line in visible.split("\n"):
            assert line in page.words
        assert page.words.count(mark) == page.raw.count(mark)
        assert all(around & {"pre", ".tex2jax_ignore"} for around in page.inside(mark))

    def test_the_control_is_that_they_were_handed_in(self, course):
        path = course / "submitted" / "mallory" / CHAPTER / f"{CHAPTER}.ipynb"
        cells = json.loads(path.read_text("utf-8"))["cells"]
        said = "\n".join("".join(c["source"]) for c in cells)
        assert all(payload in said for payload in HOSTILE)

    def test_half_a_character_is_written_out(self, pages):
        assert feedback.plain(HALF) in pages["mallory"].words

    def test_an_error_says_them_as_text(self, pages):
        assert f"ValueError: {HOSTILE[0]}{HOSTILE[23]}" in pages["mallory"].words


@pytest.mark.row("G2", "Widgets, JavaScript, Vega, Plotly and LaTeX among outputs and metadata.")
@pytest.mark.row("G3", "Attachments and data: URIs with SVG and polyglots.")
def test_what_is_not_source_does_not_arrive(course, pages, reports):
    handed_in = course / "submitted" / "mallory" / CHAPTER / f"{CHAPTER}.ipynb"
    assert handed_in.read_text("utf-8").count(ABSENT) > 300
    own = [text for text, _ in pages["mallory"].pieces if ABSENT in text]
    assert len(own) <= 18  # in the source of the six cells that draw
    kept = course / "autograded" / "mallory" / CHAPTER / f"{CHAPTER}.ipynb"
    cells = json.loads(kept.read_text("utf-8"))["cells"]
    drawing = [c for c in cells if "plt.imshow" in c["source"]]
    assert len(drawing) == 6
    assert ABSENT not in json.dumps([c for c in cells if c not in drawing])
    assert all("attachments" not in c for c in cells)
    kinds = {kind for c in cells for output in c.get("outputs", []) for kind in output["data"]}
    assert kinds == {"text/html", "image/png"}
    assert ABSENT not in json.dumps([c["outputs"] for c in drawing])
    assert "<IPython.core.display.SVG object>" in pages["mallory"].words


@pytest.mark.row("G3", "Figures that are huge, and carry more than a picture.")
def test_pictures_are_the_graders_own(pages, reports):
    drawn = [f for figures_of in reports["mallory"].figures.values() for f in figures_of]
    assert 1 < len(drawn) <= 8
    assert pages["mallory"].images == [f"data:image/png;base64,{figure}" for figure in drawn]
    for figure in drawn:
        data = base64.b64decode(figure)
        assert len(data) <= figures.MOST_BYTES
        assert set(chunks(data)) == {b"IHDR", b"IDAT", b"IEND"}


def chunks(png: bytes) -> Iterator[bytes]:
    """The kinds of a PNG file's chunks, which are all that it holds."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(png):
        yield png[place + 4 : place + 8]
        place += 12 + int(np.frombuffer(png, ">u4", 1, place)[0])
    assert place == len(png)


@pytest.mark.row("G5", "A banner that says 120 of 120, and styles that hide the real one.")
def test_marks_are_said_outside_of_what_students_say(pages, reports):
    page, truth = pages["mallory"], feedback.number(reports["mallory"].score)
    assert truth == "113"
    fakes = page.inside("120 of 120 points")
    assert len(fakes) >= 2
    assert all("pre" in around for around in fakes)
    assert f"{truth} of 120 points" in page.words
    assert page.words.index(f"{truth} of 120 points") < page.words.index("120 of 120 points")
    assert all(
        "pre" not in around for around in page.inside("of 120 points") if around not in fakes
    )


@pytest.mark.row("G6", "A student's name that is HTML.")
def test_names_are_text(site_of_pages, course, pages, reports):
    (skipped,) = collected.collect(course, CHAPTER).skipped
    assert ABSENT in skipped
    assert not any(ABSENT in path.name for path in (course / "feedback").iterdir())
    name = HOSTILE[0]
    chapter = site_of_pages.rehearsal.chapter
    text = feedback.page(chapter, name, reports["ada"], Submission((), {}, {}, frozenset()))
    assert name not in text
    assert text.count(f"{TOKEN}0") == 2


@pytest.mark.row("G8", "Many cells of five thousand characters that print as much.")
def test_pages_stay_small(course, pages):
    notebook = course / "submitted" / "victor" / CHAPTER / f"{CHAPTER}.ipynb"
    assert notebook.stat().st_size > 200_000
    ours, theirs = feedback.MOST_BYTES, 5_000_000
    for student, page in pages.items():
        limit = ours if "Content-Security-Policy" in page.raw[:500] else theirs
        assert len(page.raw.encode()) <= limit, student
    assert pages["victor"].words.count(LONG) <= feedback.MOST_ADDED
    assert pages["victor"].words.count("a&b<c>") < 45 * 700
