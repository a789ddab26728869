"""What is wrong with a YAML file, and on which line, without a word of what it holds.

The library's own message shows a piece of the file. Somebody may have given a file of records where YAML was
expected, and then that piece is somebody's number and name.
"""

from __future__ import annotations

import re

# The library quotes tokens ('<scalar>', ':') and also names that stand in the file; only the first are harmless.
_HARMLESS = re.compile(r"""(?:[^'"]|'(?:<[a-z ]+>|[^\w\s'"])')*""")
_QUOTED = re.compile(r"""['"].*['"]""", re.DOTALL)


def yaml_fault(error: Exception, file: str) -> tuple[str, str]:
    """What the parser objects to, and where: the file, with the line when it is known.

    `error` is what reading YAML raised: a `YAMLError`, or the `ValueError` of a number, date or text that
    cannot be.
    """
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    where = file if mark is None else f"{file}, line {mark.line + 1}"
    if problem is None:
        return "a number, a date or a character cannot be read", where
    return problem if _HARMLESS.fullmatch(problem) else _QUOTED.sub("...", problem), where
