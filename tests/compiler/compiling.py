"""Flows as the tests write them: text in, what the compiler makes of it out."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any, Literal

from flowc.compiler.build import build
from flowc.compiler.model import Flow
from flowc.compiler.parse import parse
from flowc.compiler.pipeline import Compilation, compile_file
from flowc.compiler.signatures import Parameter, Signature
from flowc.runtime.annotations import plain_schema


def compiled(text: str | bytes, handlers: str | None = None) -> Compilation:
    """What becomes of a flow file; ``handlers`` are Python signatures (`def fetch(url, depth=1): ...`)."""
    signatures = None if handlers is None else signatures_in(dedent(handlers))
    return compile_file("flow.yaml", signatures, text if isinstance(text, bytes) else dedent(text).encode())


def flow_of(text: str) -> Flow:
    """The flow that a text means; it must be readable."""
    document, mistakes = parse("flow.yaml", dedent(text).encode())
    assert document is not None, mistakes
    return build(document)


def digest_of(text: str) -> str:
    """The digest of a flow without mistakes."""
    compilation = compiled(text)
    assert compilation.definition is not None, said(compilation)
    return compilation.definition.digest


def said(compilation: Compilation) -> list[str]:
    """The diagnostics as `FL301 3:5-3:9 message`, for comparing."""
    return [
        f"{one.code} {one.position.line}:{one.position.column}-{one.position.end_line}:{one.position.end_column} "
        f"{one.message}"
        for one in compilation.diagnostics
    ]


def codes(compilation: Compilation) -> list[str]:
    """The codes of the diagnostics, in the order of the report."""
    return [one.code for one in compilation.diagnostics]


def signatures_in(python: str) -> dict[str, Signature]:
    """The signatures of the functions that a piece of Python defines."""
    functions = [node for node in ast.parse(python).body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {function.name: _signature(function) for function in functions}


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Signature:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    parameters = [_parameter(one, number < first_default) for number, one in enumerate(positional)]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    parameters += [_parameter(one, default is None) for one, default in pairs]
    return Signature(tuple(parameters), arguments.kwarg is not None, _schema(function.returns))


def _parameter(written: ast.arg, required: bool) -> Parameter:
    return Parameter(written.arg, required, _schema(written.annotation))


def _schema(annotation: ast.expr | None) -> dict[str, Any] | None:
    """What the registry makes of an annotation; of built-in types only."""
    return None if annotation is None else plain_schema(eval(ast.unparse(annotation), {"Literal": Literal}), {})
