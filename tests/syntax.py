"""Python source as a syntax tree, safe beside what other tests left for the garbage collector."""

import ast
import gc


def parse(source: str) -> ast.Module:
    """The tree of this source; raises SyntaxError.

    A collection while CPython 3.11 builds a tree may run a finaliser that formats a traceback,
    which parses too; the outer call then fails with "recursion depth mismatch". So none runs.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collects:
            gc.enable()
