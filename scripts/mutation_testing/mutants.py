"""Every place of a module that can be changed, and the faults that can be put there, as edits of the source text.

The source is edited where a node of its syntax tree stands, so that nothing else changes, not even a line number. Left
alone are docstrings, annotations, decorators, ``__all__``, the bodies of ``if TYPE_CHECKING``, what is said in words
(f-strings, strings with a blank between words, everything a ``raise`` says), and ``strict=`` of a ``zip``, which like
an ``assert`` only guards against faults elsewhere.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from mutation_testing.patterns import pattern_changes

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
_TWINS = (
    ("min", "max"),
    ("any", "all"),
    ("minimum", "maximum"),
    ("argmin", "argmax"),
    ("floor", "ceil"),
    ("startswith", "endswith"),
    ("removeprefix", "removesuffix"),
    ("lower", "upper"),
    ("lstrip", "rstrip"),
    ("find", "rfind"),
    ("partition", "rpartition"),
    ("split", "rsplit"),
    ("match", "search"),
    ("append", "extend"),
)
_TWIN = {**dict(_TWINS), **{other: one for one, other in _TWINS}, "strip": "lstrip", "fullmatch": "match"}
_PROSE = re.compile(r"\w[,;.:]? \w")
_LITERAL = re.compile(r"""#[^\n]*|[rRbBfFuU]*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_TYPING = {"cast", "TypeVar", "NewType", "TypeAdapter"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault in one file.

    Attributes
    ----------
    path : str
        The file, from the root of the repository, with ``/``.
    function : str
        Dotted name of the function or class around the place, ``module`` outside all.
    line : int
        From 1.
    operator : str
        Kind of the fault.
    start, end : int
        The text that is replaced, in code points of the source.
    text : str
        What stands there instead.
    before, after : str
        The lines it is in, as they are and as they become, in one line each.
    """

    path: str
    function: str
    line: int
    operator: str
    start: int
    end: int
    text: str
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from others though lines move."""
        return self.path, self.function, self.before, self.after

    def applied(self, source: str) -> str:
        """Return the module with the fault in it."""
        return source[: self.start] + self.text + source[self.end :]


def places_of(path: str, source: str) -> list[list[Mutant]]:
    """List the places of a module that can be changed, with the mutants of each; no list of them is empty.

    Parameters
    ----------
    path : str
        Name of the file, for the mutants.
    source : str
        The module.
    """
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return finder.places


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self.lines = source.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.places: list[list[Mutant]] = []
        self.names: list[str] = []

    # Positions

    def offset(self, line: int, column: int) -> int:
        """Code points before a place that the syntax tree gives in lines from 1 and bytes of UTF-8."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None  # so it is after `ast.parse`
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def add(self, operator: str, *changes: tuple[int, int, str]) -> None:
        """Note a place: each change is a start, an end and a new text."""
        mutants = [self.mutant(operator, *change) for change in changes]
        if mutants:
            self.places.append(mutants)

    def mutant(self, operator: str, start: int, end: int, text: str) -> Mutant:
        left = self.source.rfind("\n", 0, start) + 1
        right = self.source.find("\n", end)
        right = len(self.source) if right < 0 else right
        before = self.source[left:right]
        after = self.source[left:start] + text + self.source[end:right]
        return Mutant(
            path=self.path,
            function=".".join(self.names) or "module",
            line=self.source.count("\n", 0, start) + 1,
            operator=operator,
            start=start,
            end=end,
            text=text,
            before=" ".join(before.split()),
            after=" ".join(after.split()),
        )

    def between(self, operator: str, left: ast.expr, right: ast.expr, old: str, new: str) -> None:
        """Replace the sign that stands between two expressions, with brackets, line breaks and comments around it."""
        start, end = self.span(left)[1], self.span(right)[0]
        pattern = r"\s+".join(map(re.escape, old.split()))
        gap = re.sub("#[^\n]*", lambda comment: " " * len(comment[0]), self.source[start:end])
        sign = re.search(rf"\b{pattern}\b" if old[0].isalpha() else pattern, gap)
        if sign:
            self.add(operator, (start + sign.start(), start + sign.end(), new))

    # What is left alone

    def visit_Module(self, node: ast.Module) -> None:
        self.body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names.append(node.name)
        self.body(node.body)
        self.names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.names.append(node.name)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self.body(node.body)
        self.names.pop()

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self.negate(node.test)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "__all__":
            return
        # Without an attribute that __init__ sets, nothing runs at all.
        if isinstance(target, ast.Subscript) or (isinstance(target, ast.Attribute) and self.names[-1] != "__init__"):
            self.delete(node)
        self.visit(node.value)
        self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id in ("Literal", "Callable", "Annotated")):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Wording; its nodes do not stand where the tree of Python 3.11 says either."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self.delete(node)

    # Faults

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self.between("comparison", left, right, *_COMPARISONS[type(operator)])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        joins_strings = any(isinstance(side, ast.JoinedStr) or _is_string(side) for side in (node.left, node.right))
        is_type = isinstance(node.op, ast.BitOr) and isinstance(node.right, ast.Name | ast.Constant | ast.Subscript)
        if type(node.op) in _ARITHMETIC and not joins_strings and not is_type:
            self.between("arithmetic", node.left, node.right, *_ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if type(node.op) in _ARITHMETIC:
            self.between("arithmetic", node.target, node.value, *(sign + "=" for sign in _ARITHMETIC[type(node.op)]))
        self.delete(node)
        self.visit(node.value)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between("and, or", left, right, old, new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        start = self.span(node)[0]
        self.add("sign", (start, start + (3 if isinstance(node.op, ast.Not) else 1), ""))
        self.visit(node.operand)

    def visit_While(self, node: ast.While) -> None:
        self.negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.negate(test)
        self.generic_visit(node)

    def negate(self, test: ast.expr) -> None:
        start, end = self.span(test)
        self.add("condition", (start, end, f"(not ({self.source[start:end]}))"))

    def visit_Constant(self, node: ast.Constant) -> None:
        start, end = self.span(node)
        value = node.value
        if isinstance(value, bool):
            self.add("constant", (start, end, str(not value)))
        elif isinstance(value, int):
            self.add("constant", (start, end, str(value + 1)))
        elif isinstance(value, float):
            others = (0.9 * value, 1.1 * value) if value else (0.1,)
            self.add("constant", *((start, end, f"{other:.12g}") for other in others))
        elif isinstance(value, str | bytes):
            self.string(start, end, value)

    def string(self, start: int, end: int, value: str | bytes) -> None:
        if self.source[start] in "rR":
            self.patterns(start, end)
        elif not (isinstance(value, str) and _PROSE.search(value)):
            more = value + "X" if isinstance(value, str) else value + b"X"
            shorter = [(start, end, repr(value[:-1]))] if value else []
            self.add("constant", (start, end, repr(more)), *shorter)

    def patterns(self, start: int, end: int) -> None:
        """Note the places of the regular expressions whose literals stand in a part of the source."""
        for literal in _LITERAL.finditer(self.source, start, end):
            quote = re.search("[\"']", literal[0])
            if literal[0].startswith("#") or quote is None:
                continue
            left = literal.start() + quote.end()
            for _, changes in pattern_changes(self.source[left : literal.end() - 1]):
                self.add("pattern", *((left + at, left + to, text) for at, to, text in changes))

    def visit_Slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None:
                self.add("slice", (*self.span(bound), ""))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _TWIN:
            end = self.span(node.func)[1]
            self.add("twin", (end - len(name), end, _TWIN[name]))
        arguments = node.args
        if _is_of_re(node.func) and arguments:
            self.patterns(*self.span(arguments[0]))
            arguments = arguments[1:]
        elif name == "isinstance" or name in _TYPING:
            arguments = [] if name in _TYPING else arguments[:1]
        for argument in arguments:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg is not None and (name, keyword.arg) != ("zip", "strict"):
                self.drop(keyword)
                self.visit(keyword.value)
        self.visit(node.func)

    def drop(self, keyword: ast.keyword) -> None:
        """Leave out an argument by name, with the comma behind it."""
        start, end = self.span(keyword)
        comma = re.compile(r"\s*,\s*").match(self.source, end)
        self.add("argument", (start, comma.end() if comma else end, ""))

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call):
            self.delete(node)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        # Where False is returned, None would do as well.
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value in (None, False)):
            self.add("return", (*self.span(node.value), "None"))
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.add("loop", (*self.span(node), "break"))

    def visit_Break(self, node: ast.Break) -> None:
        self.add("loop", (*self.span(node), "continue"))

    def delete(self, node: ast.stmt) -> None:
        start, end = self.span(node)
        # Lines stay where they are: tracebacks and other mutants count on them.
        self.add("statement", (start, end, "pass" + "\n" * self.source.count("\n", start, end)))


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_of_re(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
