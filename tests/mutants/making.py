"""Mutants of our modules as mutmut makes them, and how one of them takes the place of its function in a running process.

mutmut changes functions and methods without decorators (but staticmethod and classmethod), not what stands outside them. They
are kept as text; the code of the live function is swapped for the mutant's, so that whoever imported it earlier meets it too.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import libcst
from mutmut.mutation.file_mutation import create_mutations, deep_replace

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Mutant:
    """One small fault: where it is, what it changes, and the text of the function with it."""

    file: str
    owner: str
    function: str
    number: int
    change: tuple[str, ...]
    before: str
    source: str

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def where(self) -> str:
        return f"{self.owner}.{self.function}" if self.owner else self.function

    @property
    def key(self) -> str:
        said = f"{self.file}\0{self.where}\0{self.number}\0{self.before}\0{self.source}"
        return hashlib.sha256(said.encode()).hexdigest()[:20]


def mutants_of(path: Path) -> list[Mutant]:
    """List the mutants of one module, function by function, always in the same order."""
    file = str(path.relative_to(ROOT))
    module, mutations, *_ = create_mutations(file, path.read_text())
    owners = {
        method: statement
        for statement in module.body
        if isinstance(statement, libcst.ClassDef)
        for method in statement.body.body
    }
    found: list[Mutant] = []
    before: dict[libcst.CSTNode, str] = {}
    numbers: dict[libcst.CSTNode, int] = {}
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if not isinstance(function, libcst.FunctionDef):
            continue
        owner = owners.get(function)
        if function not in before:
            before[function] = _text(module, owner, function)
        numbers[function] = numbers.get(function, 0) + 1
        after = _text(module, owner, deep_replace(function, mutation.original_node, mutation.mutated_node))
        found.append(
            Mutant(
                file=file,
                owner=owner.name.value if owner else "",
                function=function.name.value,
                number=numbers[function],
                change=_change(before[function], after),
                before=before[function],
                source=after,
            )
        )
    return found


def _text(module: libcst.Module, owner: libcst.ClassDef | None, function: libcst.FunctionDef) -> str:
    """Give the text of a function; of a method inside a class of that name and nothing else, as its names are told by it."""
    bare = function.with_changes(leading_lines=())
    if owner is None:
        return module.code_for_node(bare)
    around = libcst.ClassDef(name=owner.name, body=libcst.IndentedBlock(body=[bare]))
    return module.code_for_node(around)


def _change(before: str, after: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return tuple(
        f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-" and line[:3] not in {"+++", "---"}
    )


# -- in a running process


def live(mutant: Mutant) -> FunctionType | None:
    """Give the function a mutant is of, as it stands in the imported module."""
    holder = sys.modules[mutant.module]
    found = vars(getattr(holder, mutant.owner)) if mutant.owner else vars(holder)
    function = found.get(mutant.function)
    function = inspect.unwrap(getattr(function, "__func__", function))
    return function if isinstance(function, FunctionType) else None


def put_in(mutant: Mutant) -> None:
    """Let the live function do what the mutant does, from now on and for everybody in this process."""
    function = live(mutant)
    flags = function.__code__.co_flags & __import__("__future__").annotations.compiler_flag
    code = compile(mutant.source, mutant.file, "exec", flags=flags, dont_inherit=True)
    for name in filter(None, (mutant.owner, mutant.function)):
        code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
    _give_defaults(function, mutant)
    if code.co_freevars == function.__code__.co_freevars:
        function.__code__ = code
    else:  # it no longer asks super(), so that it is a function of another shape
        other = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, ())
        other.__kwdefaults__ = function.__kwdefaults__
        setattr(getattr(sys.modules[mutant.module], mutant.owner), mutant.function, other)


def _give_defaults(function: FunctionType, mutant: Mutant) -> None:
    """Give what stands in where the caller says nothing: all are made as the module is read, a changed one anew."""
    old, new = (_arguments(text, mutant.function) for text in (mutant.before, mutant.source))
    if function.__defaults__:
        pairs = zip(function.__defaults__, old.defaults, new.defaults, strict=True)
        function.__defaults__ = tuple(_default(function, *each) for each in pairs)
    if function.__kwdefaults__:
        for name, was, now in zip(new.kwonlyargs, old.kw_defaults, new.kw_defaults, strict=True):
            if was is not None and now is not None:
                given = _default(function, function.__kwdefaults__[name.arg], was, now)
                function.__kwdefaults__[name.arg] = given


def _default(function: FunctionType, value: object, was: ast.expr, now: ast.expr) -> object:
    if ast.dump(was) == ast.dump(now):
        return value
    return eval(ast.unparse(now), function.__globals__)  # noqa: S307 -- our own source, a number, a name or a text


def _arguments(text: str, name: str) -> ast.arguments:
    return next(n.args for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name == name)
