"""Holes: named, found, cut out of source and filled again."""

import ast
import itertools
import textwrap

import pytest
from gradloom_grader import holes
from gradloom_grader.chapters import reference_folder
from gradloom_grader.holes import HoleError
from hypothesis import given
from hypothesis import strategies as st

SOURCE = (
    textwrap.dedent(
        '''
    """A module."""


    def plain(a, b):
        """Adds."""
        return a + b
        # a comment that is part of the answer


    class Mul(Base):
        """A product."""

        kept = 1

        @property
        def shape(self):
            """Its shape."""
            return self.data.shape

        def backward(self, out_grad, node):
            """The gradients.

            On two lines.
            """
            a, b = node._inputs  # both

            # then
            return out_grad * b, out_grad * a

        def last(self):
            """The last."""
            return """not
        a docstring"""

        alias = last


    # a comment between, of nobody
    def one_line(x): return x


    def bare(x):
        return x


    def long(x):
        """Long."""
    '''
    )
    + "    x += 1\n" * 15
    + "    return x\n"
)
SOURCES = {"ops": SOURCE}
NAMES = st.text("abc", min_size=1, max_size=3)
GOOD = ["ops.plain", "ops.Mul.backward", "ops.Mul.shape", "ops.Mul.last"]


@pytest.fixture(scope="module")
def reference():
    return holes.read_sources(reference_folder())


class TestExpand:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("ops.Mul.backward", ["ops.Mul.backward"]),
            ("ops.{Sub,Div}.forward", ["ops.Sub.forward", "ops.Div.forward"]),
            ("a.{B,C}.{d,e}", ["a.B.d", "a.B.e", "a.C.d", "a.C.e"]),
            ("a.b  c.d", ["a.b", "c.d"]),
            ("", []),
        ],
    )
    def test_examples(self, text, names):
        assert holes.expand(text) == names

    @given(st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=4))
    def test_gives_every_choice_in_order(self, parts):
        text = ".".join("{" + ",".join(p) + "}" for p in parts)
        assert holes.expand(text) == [".".join(c) for c in itertools.product(*parts)]


class TestWhatIsNoHole:
    @pytest.mark.parametrize(
        ("hole", "message"),
        [
            ("nowhere.Mul", "no module 'nowhere'"),
            ("ops.Mull.backward", "no 'Mull'"),
            ("ops.Mul.forward", "no 'forward'"),
            ("ops.Mul", "Mul is not a `def`"),
            ("ops.Mul.alias", "alias is an alias"),
            ("ops.plain.inner", "plain is not a `def`|no 'inner'"),
            ("ops.one_line", "docstring"),
            ("ops.bare", "docstring"),
            ("ops.long", "at most 15 lines"),
            ("ops", "no ''"),
            ("ops.", "no ''"),
        ],
    )
    def test_is_refused_with_the_reason(self, hole, message):
        with pytest.raises(HoleError, match=message):
            holes.check_cuttable(SOURCES, hole)

    @pytest.mark.parametrize("hole", GOOD)
    def test_a_good_one_is_not(self, hole):
        holes.check_cuttable(SOURCES, hole)

    def test_fifteen_lines_are_a_hole(self):
        source = SOURCE.replace("    x += 1\n", "", 1)
        holes.check_cuttable({"ops": source}, "ops.long")


class TestCut:
    @pytest.fixture
    def cut(self):
        return holes.cut(SOURCES, dict.fromkeys(GOOD, "you write this"))["ops"]

    def test_leaves_a_docstring_and_a_raise(self, cut):
        for hole in GOOD:
            node = holes.find({"ops": cut}, hole).node
            assert holes.is_untouched(node)
            assert ast.get_docstring(node)
            assert "you write this" in ast.unparse(node)

    def test_takes_comments_of_the_body_along(self, cut):
        assert "part of the answer" not in cut
        assert "# both" not in cut
        assert "# then" not in cut

    def test_leaves_everything_else(self, cut):
        for line in (
            "kept = 1",
            "alias = last",
            "# a comment between",
            "@property",
            "class Mul(Base)",
        ):
            assert line in cut

    def test_names_the_exercise_in_what_it_raises(self):
        cut = holes.cut(SOURCES, {"ops.plain": "chapter 4: 'plain'"})
        module: dict = {}
        exec(cut["ops"].split("class Mul")[0], module)
        with pytest.raises(NotImplementedError, match="chapter 4: 'plain'"):
            module["plain"](1, 2)

    def test_keeps_the_lines_before_the_hole(self, cut):
        before = SOURCE.split("return a + b")[0]
        assert cut.startswith(before)


class TestFill:
    def test_cut_and_filled_again_is_what_it_was(self):
        pieces = {hole: holes.definition_source(SOURCES, hole) for hole in GOOD}
        cut = holes.cut(SOURCES, dict.fromkeys(GOOD, "x"))
        assert ast.dump(ast.parse(holes.fill(cut, pieces)["ops"])) == ast.dump(ast.parse(SOURCE))

    def test_the_reference_survives_it_to_the_byte(self, reference, course, chapter):
        """Any set of the chapter's holes, cut and filled again, gives the same text."""
        mine = [h for h in chapter.exercise_of if holes.module_of(h) != "pieces"]
        pieces = {hole: holes.definition_source(reference, hole) for hole in mine}
        cut = holes.cut(reference, dict.fromkeys(mine, "x"))
        assert holes.fill(cut, pieces) == reference

    def test_a_piece_without_decorators_keeps_the_holes(self):
        piece = "def shape(self):\n    return ()"
        filled = holes.fill(SOURCES, {"ops.Mul.shape": piece})["ops"]
        assert "    @property\n    def shape(self):\n        return ()\n" in filled

    def test_a_piece_with_decorators_brings_its_own(self):
        piece = "@cached_property\ndef shape(self):\n    return ()"
        filled = holes.fill(SOURCES, {"ops.Mul.shape": piece})["ops"]
        assert "@property" not in filled
        assert "    @cached_property\n    def shape" in filled

    @pytest.mark.parametrize("mark", ['"""', "'''", 'f"""', 'rb"""'])
    def test_strings_over_several_lines_stay_as_they_are(self, mark):
        text = f"{mark}one\n  two\n\n      three {mark.lstrip('frb')}"
        piece = f'def last(self):\n    """Docs.\n\n    More.\n    """\n    return {text}'
        filled = holes.fill(SOURCES, {"ops.Mul.last": piece})
        assert text in filled["ops"]
        assert '        """Docs.\n\n        More.\n        """\n' in filled["ops"]
        assert holes.definition_source(filled, "ops.Mul.last") == piece

    def test_lines_are_counted_as_python_counts_them(self):
        odd = {"m": 'a = "\x0c\x85\u2028"\n' + SOURCE}
        pieces = {"m.plain": "def plain(a, b):\n    return '\u2028'"}
        assert "a, b):\n    return '\u2028'\n\n\nclass Mul" in holes.fill(odd, pieces)["m"]

    @given(st.sets(st.sampled_from(GOOD)))
    def test_only_the_filled_holes_change(self, chosen):
        filled = holes.fill(SOURCES, {h: f"def {h.split('.')[-1]}(*a):\n    pass" for h in chosen})
        for hole in set(GOOD) - chosen:
            assert holes.body(filled, hole) == holes.body(SOURCES, hole)
        for hole in chosen:
            assert ast.unparse(holes.find(filled, hole).node.body) == "pass"

    @pytest.mark.parametrize(
        ("hole", "piece", "expected"),
        [
            ("m.Mul.shape", "def shape(self): ...", "@property\ndef shape(self): ..."),
            ("m.Mul.shape", "@cached\ndef shape(self): ...", "@cached\ndef shape(self): ..."),
            ("m.plain", "def plain(a, b): ...", "def plain(a, b): ..."),
        ],
    )
    def test_a_piece_keeps_the_decorators_of_its_hole_unless_it_has_its_own(
        self, hole, piece, expected
    ):
        assert holes.decorated({"m": SOURCE}, hole, piece) == expected


class TestSignature:
    def test_is_decorators_def_and_docstring(self):
        expected = '@property\ndef shape(self):\n    """Its shape."""'
        assert holes.signature(SOURCES, "ops.Mul.shape") == expected

    def test_body_is_the_rest(self):
        assert holes.body(SOURCES, "ops.plain").splitlines() == [
            "return a + b",
            "# a comment that is part of the answer",
        ]


class TestUntouched:
    @pytest.mark.parametrize(
        "body",
        [
            "raise NotImplementedError",
            "raise NotImplementedError()",
            "raise NotImplementedError('chapter 4')",
            "'Docs.'\n    raise NotImplementedError",
        ],
    )
    def test_stubs(self, body):
        assert holes.is_untouched(ast.parse(f"def f(x):\n    {body}").body[0])

    @pytest.mark.parametrize(
        "body",
        [
            "return 1",
            "pass",
            "raise ValueError",
            "'Docs.'",
            "x = 1\n    raise NotImplementedError",
            "raise NotImplementedError\n    return 1",
            "raise",
        ],
    )
    def test_anything_else_was_touched(self, body):
        assert not holes.is_untouched(ast.parse(f"def f(x):\n    {body}").body[0])

    def test_a_class_is_no_stub(self):
        assert not holes.is_untouched(ast.parse("class A:\n    raise NotImplementedError").body[0])


def shape(text: str) -> str:
    return holes.body_shape(ast.parse(text).body[0])


class TestBodyShape:
    @pytest.mark.parametrize(
        "other",
        [
            "def g(s, up, n):\n    x, y = n._inputs\n    return up * y, up * x",
            "def f(self, out_grad, node):\n    'Docs.'\n    a, b = node._inputs\n"
            "    return out_grad * b, out_grad * a",
            "def f(self, out_grad, node):\n    (a, b) = node._inputs  # c\n"
            "    return (out_grad * b,\n            out_grad * a)",
        ],
    )
    def test_names_docstrings_and_layout_do_not_count(self, other):
        one = "def f(self, g, n):\n    a, b = n._inputs\n    return g * b, g * a"
        assert shape(one) == shape(other)

    @pytest.mark.parametrize(
        "other",
        [
            "def f(self, g, n):\n    a, b = n._inputs\n    return g * a, g * b",
            "def f(self, g, n):\n    a, b = n._inputs\n    return g + b, g + a",
            "def f(self, g, n):\n    a, b = n.parents\n    return g * b, g * a",
            "def f(g, self, n):\n    a, b = n._inputs\n    return g * b, g * a",
        ],
    )
    def test_what_it_does_counts(self, other):
        assert shape("def f(self, g, n):\n    a, b = n._inputs\n    return g * b, g * a") != shape(
            other
        )

    def test_no_two_holes_of_the_chapter_are_confused_with_given_code(
        self, reference, course, chapter
    ):
        """The leak test would else refuse every build; here: the reference's given functions."""
        due = {
            holes.body_shape(holes.find(course.engine(chapter), h).node)
            for h in course.due(chapter)
        }
        cut = course.cut(chapter)
        trees = [ast.walk(ast.parse(text)) for text in cut.values()]
        given_ = [n for n in itertools.chain(*trees) if isinstance(n, ast.FunctionDef)]
        assert not [n.name for n in given_ if holes.body_shape(n) in due]


class TestLoad:
    def test_packages_stand_beside_each_other(self):
        one, two = (holes.load({"__init__": f"x = {n}", "sub": "y = 1"}) for n in (1, 2))
        assert (one.x, two.x) == (1, 2)
        assert one.__name__ != two.__name__

    def test_the_reference_loads_from_sources(self, reference):
        gl = holes.load(reference)
        assert gl.Tensor([1.0]).data.tolist() == [1.0]


class TestWithoutAnnotations:
    def test_headers_lose_annotations_and_keep_defaults(self):
        source = (
            "@weave\nclass A:\n    def f(\n        self, a: Tensor, *b: int, c: bool = False\n"
            "    ) -> None:\n        # why\n        def g() -> int:\n            return 1"
        )
        assert holes.without_annotations(source) == (
            "@weave\nclass A:\n    def f(self, a, *b, c=False):\n        # why\n"
            "        def g():\n            return 1"
        )

    def test_a_plain_source_stays_as_it_is(self):
        source = "def f( a,b ):\n    return a"
        assert holes.without_annotations(source) == source
