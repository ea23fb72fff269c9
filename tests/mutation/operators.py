"""Small slips in a function, each made alone: what is compared, counted, joined, returned or done at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OTHER = {"min": "max", "max": "min", "any": "all", "all": "any"}


Key = tuple[str, str, str, str]
"""By which a slip is named: module, function, line and change."""


class Mutant(NamedTuple):
    """``change`` is what to look for in ``line``, the text of the line; ``place`` is its turn among all mutants of the module."""

    module: str
    function: str
    place: int
    lineno: int
    line: str
    change: str

    @property
    def key(self) -> Key:
        return self.module, self.function, self.line, self.change


def mutants(module: str, source: str) -> list[Mutant]:
    """Every slip in every function of a module."""
    lines = source.splitlines()
    walk = _Walk(-1)
    walk.visit(ast.parse(source))
    return [Mutant(module, name, at, no, lines[no - 1].strip(), change) for at, (name, no, change) in enumerate(walk.found)]


def code_of(source: str, mutant: Mutant, file: str) -> CodeType:
    """The outermost function around the slip, with it."""
    tree = ast.parse(source)
    _Walk(mutant.place).visit(tree)
    ast.fix_missing_locations(tree)
    code: CodeType = compile(tree, file, "exec", dont_inherit=True)
    for name in mutant.function.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)
    return code


class _Walk(ast.NodeTransformer):
    """Comes by every slip that can be made, and makes the one whose turn it is."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.found: list[tuple[str, int, str]] = []
        self._names: list[str] = []
        self._inside = False

    def _made(self, node: ast.AST, change: str, other: ast.AST) -> ast.AST | None:
        self.found.append((".".join(self._names), getattr(node, "lineno", 0), change))
        return ast.copy_location(other, node) if len(self.found) - 1 == self.wanted else None

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return self._named(node)
        if not self._inside:
            return self.generic_visit(node)
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            node.annotation = ast.Name("object", ast.Load())  # no slip there does anything
        for change, other in self._slips(node):
            if made := self._made(node, change, other):
                return made
        return self.generic_visit(node)

    def _named(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        if self._inside:
            return self.generic_visit(node)
        self._names.append(node.name)
        self._inside = isinstance(node, ast.FunctionDef)
        node.body = [each for statement in node.body for each in [self.visit(statement)] if isinstance(each, ast.stmt)]
        self._inside = False
        self._names.pop()
        return node

    def _slips(self, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        match node:
            case ast.Compare(left, [op], right):
                for other in _COMPARED[type(op)]:
                    yield f"{_word(op)} → {_word(other())}", ast.Compare(left, [other()], right)
            case ast.BinOp(left, op, right) if type(op) in _RECKONED:
                changed = _RECKONED[type(op)]()
                yield f"{_word(op)} → {_word(changed)}", ast.BinOp(left, changed, right)
            case ast.AugAssign(target, op, value) if type(op) in _RECKONED:
                yield f"{_word(op)} → {_word(_RECKONED[type(op)]())}", ast.AugAssign(target, _RECKONED[type(op)](), value)
                yield "left out", ast.Pass()
            case ast.BoolOp(op, values):
                yield ("and → or", ast.BoolOp(ast.Or(), values)) if isinstance(op, ast.And) else ("or → and", ast.BoolOp(ast.And(), values))
            case ast.UnaryOp(ast.Not() | ast.USub() as op, operand):
                yield f"without {_word(op)}", operand
            case ast.Constant(bool() as value):
                yield f"{value} → {not value}", ast.Constant(not value)
            case ast.Constant(int() as value):
                yield f"{value} → {value + 1}", ast.Constant(value + 1)
                yield f"{value} → {value - 1}", ast.Constant(value - 1)
            case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
                yield "returns None", ast.Return(ast.Constant(None))
            case ast.IfExp(test, body, orelse):
                yield "the two swapped", ast.IfExp(test, orelse, body)
            case ast.Call(ast.Name(name), args, keywords) if name in _OTHER:
                yield f"{name} → {_OTHER[name]}", ast.Call(ast.Name(_OTHER[name], ast.Load()), args, keywords)
            case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.Continue() | ast.Break():
                yield "left out", ast.Pass()


def _word(op: ast.AST) -> str:
    return type(op).__name__
