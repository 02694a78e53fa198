import ast
import sys
from textwrap import dedent

import mutation
import pytest
from mutation_testing.mutants import places_of
from mutation_testing.sampling import allot, draw
from mutation_testing.survivors import read_reasons

from weibo_nlp.errors import DataError


def changes(code):
    """The lines that every mutant of a piece of code changes, as they become."""
    return {mutant.after for place in places_of("a.py", dedent(code)) for mutant in place}


@pytest.mark.parametrize(
    ("line", "mutants"),
    [
        pytest.param("x = a < b", {"x = a <= b"}, id="bound"),
        pytest.param("x = a not in b", {"x = a in b"}, id="membership"),
        pytest.param("x = (a) + (b)", {"x = (a) - (b)"}, id="arithmetic-in-brackets"),
        pytest.param("x = a and b or c", {"x = a or b or c", "x = a and b and c"}, id="and-or"),
        pytest.param("x = not a", {"x = a"}, id="not"),
        pytest.param("x = 7", {"x = 8"}, id="whole-number"),
        pytest.param("x = 0.95", {"x = 0.855", "x = 1.045"}, id="number"),
        pytest.param("x = True", {"x = False"}, id="truth"),
        pytest.param("x = '好的'", {"x = '好'", "x = '好的X'"}, id="string"),
        pytest.param("x = ''", {"x = 'X'"}, id="empty-string"),
        pytest.param("x = a[b:c]", {"x = a[:c]", "x = a[b:]"}, id="slice"),
        pytest.param("x = min(a)", {"x = max(a)"}, id="twin"),
        pytest.param("x = a.strip()", {"x = a.lstrip()"}, id="method"),
        pytest.param("x = f(a, b=c, d=e)", {"x = f(a, d=e)", "x = f(a, b=c, )"}, id="argument-by-name"),
        pytest.param("f(a)", {"pass"}, id="call"),
        pytest.param("a += b", {"a -= b", "pass"}, id="sum-in-place"),
        pytest.param("x = a if b else c", {"x = a if (not (b)) else c"}, id="condition"),
        pytest.param("raise ValueError(f'{a + 1} is not it')", {"pass"}, id="raise"),
        pytest.param("好 = '好' + a < b", {"好 = '' + a < b", "好 = '好X' + a < b", "好 = '好' + a <= b"}, id="wide"),
    ],
)
def test_faults_of_a_line(line, mutants):
    assert changes(line) == mutants


@pytest.mark.parametrize(
    ("pattern", "mutants"),
    [
        pytest.param("a{2,12}", {"a{3,12}", "a{1,12}", "a{2,13}", "a{2,11}"}, id="bounds"),
        pytest.param("a*+b?", {"a++b?", "a*+b"}, id="quantifiers"),
        pytest.param("(?<![ab])", {"(?<=[ab])", "(?<![^ab])", "(?<![b])", "(?<![a])"}, id="lookbehind"),
        pytest.param("[^ab]", {"[ab]", "[^b]", "[^a]"}, id="class"),
        pytest.param(r"[\u4e00-\u9fff0-9]", {r"[^\u4e00-\u9fff0-9]", "[0-9]", r"[\u4e00-\u9fff]"}, id="ranges"),
        pytest.param("(?:a|b(?:c|d)|e)f", {"(?:a|e)f", "(?:a|b(?:c)|e)f", "(?:a|b(?:c|d))f"}, id="arms"),
        pytest.param(r"\(\|a\Z", {r"\(\|a"}, id="escapes-and-end"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "r"])
def test_faults_of_a_pattern(pattern, mutants, prefix):
    if prefix == "" and "\\" in pattern:
        pytest.skip("an escape of Python's")
    assert changes(f'X = re.compile({prefix}"{pattern}")') == {f'X = re.compile({prefix}"{m}")' for m in mutants}


def test_a_formatted_pattern_keeps_its_names_and_doubled_braces():
    assert changes('X = re.compile(rf"[{HAN}]{{2,3}}")') == {
        f'X = re.compile(rf"{rest}")'
        for rest in ("[^{HAN}]{{2,3}}", "[{HAN}]{{1,3}}", "[{HAN}]{{3,3}}", "[{HAN}]{{2,2}}", "[{HAN}]{{2,4}}")
    }


def test_documentation_types_and_wording_are_left_alone():
    assert not changes(
        '''
        """Module, 1 of 2."""
        from typing import TYPE_CHECKING, Literal
        __all__ = ["a"]
        if TYPE_CHECKING:
            from a import b
        Kind = Literal["a", "b"] | None
        LIMIT: Literal[3]
        """What it is."""

        @dataclass(frozen=True)
        class Thing:
            """A thing."""

            name: str | None

        def f(a: Literal["x"]) -> int | None:
            """Do it."""
            print(f"{a:.3f} is 1")
            for a, b in zip(a, a, strict=True):
                yield "no such thing"
        '''.replace('print(f"{a:.3f} is 1")', 'x = f"{a:.3f} is 1"')
    )


def test_a_mutant_says_where_it_is_and_changes_that_place_alone():
    source = "class A:\n    def f(self):\n        # 好 <\n        return (\n            1  # <\n            < x)\n"
    (mutant,) = [m for place in places_of("a.py", source) for m in place if m.operator == "comparison"]
    assert (mutant.function, mutant.line) == ("A.f", 6)
    assert mutant.applied(source) == source.replace("< x", "<= x")
    assert mutant.key == ("a.py", "A.f", "< x)", "<= x)")


@pytest.mark.slow
def test_every_fault_of_a_module_is_another_program(request):
    path = request.config.rootpath / "weibo_nlp/text/recognise.py"
    source = path.read_text("utf-8")
    places = places_of("recognise.py", source)
    assert len(places) > 100
    for place in places:
        changed = place[0].applied(source)
        assert changed != source
        ast.parse(changed)


def test_a_sample_is_divided_by_largest_remainders():
    assert allot(10, {"a": 50, "b": 33, "c": 17}) == {"a": 5, "b": 3, "c": 2}
    assert allot(10, {"a": 2, "b": 1}) == {"a": 2, "b": 1}


def test_a_sample_hangs_on_its_seed_alone_and_takes_no_place_twice():
    places = {"a": places_of("a.py", "x = [1, 2.0, 3]\n" * 9), "b": places_of("b.py", "x = y < 3\n" * 9)}
    sample = draw(places, 30, seed=4)
    assert sample == draw(places, 30, seed=4) != draw(places, 30, seed=5)
    assert {room: len({(m.start, m.end) for m in drawn}) for room, drawn in sample.items()} == {"a": 18, "b": 12}


@pytest.fixture
def repository(tmp_path):
    """A repository of one function with three places that can be changed, and a test that notices one of the faults."""
    for name, text in {
        "weibo_nlp/__init__.py": "",
        "weibo_nlp/stats/__init__.py": "def is_adult(age):\n    return age >= 18\n",
        "tests/stats/test_it.py": "from weibo_nlp.stats import is_adult\n\n\n"
        "def test_it():\n    assert is_adult(20) and not is_adult(10)\n",
        "pyproject.toml": "[tool.pytest.ini_options]\nmarkers = ['slow']\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def run(monkeypatch, capsys):
    """The script in this process: exit code, standard output, standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["mutation.py", *map(str, arguments)])
        code = mutation.main()
        return code, *capsys.readouterr()

    return call


@pytest.mark.slow  # starts pytest seven times
def test_what_no_test_notices_is_listed_until_it_has_a_reason_or_a_test(run, repository, tmp_path):
    page, figures, reasons = tmp_path / "page.md", tmp_path / "run.json", tmp_path / "reasons.toml"
    page.write_text("<!-- survivors -->\n<!-- end -->\n", "utf-8")
    reasons.write_text("", "utf-8")
    common = ("--root", repository, "--reasons", reasons)

    code, _, err = run(*common, "--rooms", "stats", "--n", 3, "--json", figures, "--page", page)
    assert code == 1
    assert "return age >= 18 → return None: tests/stats/test_it.py::test_it" in err
    assert "| stats | 3 | 3 | 1 | 33.3 % |" in page.read_text("utf-8")
    entries = err[err.index("[[survivor]]") :]
    assert {line for line in entries.splitlines() if line.startswith("after")} == {
        "after = 'return age > 18'",
        "after = 'return age >= 19'",
    }
    source = repository / "weibo_nlp/stats/__init__.py"
    assert source.read_text("utf-8") == "def is_adult(age):\n    return age >= 18\n"

    reasons.write_text(entries.replace('""', '"Nobody is 18."'), "utf-8")
    code, out, err = run(*common, "--from", figures)
    assert (code, err) == (0, "")
    assert "`return age >= 18` → `return age > 18`  \n  Nobody is 18.\n" in out

    with (repository / "tests/stats/test_it.py").open("a") as file:
        file.write("    assert is_adult(18)\n")
    code, out, _ = run(*common, "--from", figures, "--retry")
    assert code == 0
    assert "| stats | 3 | 3 | 3 | 100.0 % |" in out


@pytest.mark.slow
def test_tests_that_fail_anyway_kill_nothing(run, repository):
    (repository / "tests/stats/test_it.py").write_text("def test_it():\n    assert 0\n", "utf-8")
    code, _, err = run("--root", repository, "--rooms", "stats")
    assert code == 3
    assert "quick tests of stats fail on the code as it is" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--rooms", "attic"], "no room attic; choose among text, stats", id="room"),
        pytest.param(["--retry"], "name the file that --json wrote", id="retry-of-nothing"),
        pytest.param(["--page", "nowhere.md"], "name a Markdown file", id="page"),
    ],
)
def test_a_wrong_call_is_refused_before_the_work(run, arguments, message):
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err


def test_reasons_that_lack_a_field_are_refused(tmp_path):
    path = tmp_path / "reasons.toml"
    path.write_text("[[survivor]]\npath = 'a.py'\n", "utf-8")
    with pytest.raises(DataError, match=r"'function'; each \[\[survivor\]\] has path, function, before, after, reason"):
        read_reasons(path)
