"""What to tell a person whose file is no YAML: where, in words of their own, and the parser's words last."""

from __future__ import annotations

import re

import yaml

from pipeline.errors import ContractError
from pipeline.yaml_faults import yaml_fault

CAUSES = {
    "calendar date": ("", "Write year, month and day, for instance 2025-01-01."),
    "is no number": ("", "Write it with digits and a point, for instance 0.50."),
    "\\t": ("a tab stands in the indentation", "Indent with spaces: YAML allows no tabs."),
    "mapping values are not allowed": (
        "a colon stands where none can",
        "Put a text with a colon in it between quotes, or mend the indentation.",
    ),
    "expected ',' or": (
        "a list or braces are not closed",
        "Close the list or braces that were opened: each [ needs a ], each { a }.",
    ),
    "node content": (
        "a list or braces are not closed",
        "Close the list or braces that were opened: each [ needs a ], each { a }.",
    ),
    "expected <block end>": (
        "a line begins in another column than its neighbours",
        "Let the keys of one section begin in one column.",
    ),
    "could not find expected ':'": (
        "a key has no colon and blank after it",
        "Write a key, a colon and a blank, for instance `version: 1`; look at the line before too.",
    ),
    "another document": ("--- begins a second file within this one", "Take the line with --- out."),
    "undefined alias": (
        "* refers to something that is not there",
        "Write the value itself, or put a text that begins with * between quotes.",
    ),
    "cannot start any token": (
        "a text begins with a sign that has a meaning in YAML",
        "Put the text between quotes.",
    ),
    "not allowed": ("the file holds signs that are no text", "Save it as plain text, in UTF-8."),
}
"""What went wrong and what to do, by a piece of what the parser says; without a cause its words are ours."""

OTHER = (
    "it cannot be read here",
    "Check indentation, colons, quotes, numbers and dates there, and on the line before.",
)


def unreadable(error: Exception, text: str, source: str) -> ContractError:
    """The message for text that the parser cannot read; `source` names it."""
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    mark = getattr(error, "problem_mark", None)
    opened = _opened_quotes(error, text, mark)
    if opened is not None:
        return _not_closed(opened, text, source, error)
    cause, cure = next((told for sign, told in CAUSES.items() if sign in said), OTHER)
    return ContractError(
        f"The contract is no valid YAML: {cause or said}",
        where=source if mark is None else f"{source}, line {mark.line + 1}",
        remedy=f"{cure}{_own_words(error) if cause else ''}",
    )


def _own_words(error: Exception) -> str:
    """The parser's words, without a piece of the file in them."""
    return f" (The program's own words: {yaml_fault(error, '')[0]}.)"


def _opened_quotes(error: Exception, text: str, mark: yaml.Mark | None) -> yaml.Mark | None:
    """Where quotes were opened that were closed on a later line or never, if that is what broke the file.

    A quotation that runs on swallows lines up to the next quotes, so that the parser stumbles far below the slip.
    """
    if getattr(error, "context", None) == "while scanning a quoted scalar":
        opened: yaml.Mark | None = getattr(error, "context_mark", None)
        return opened
    if mark is None or not isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError):
        return None
    last = None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if token.start_mark.index > mark.index:
                break
            quoted = isinstance(token, yaml.ScalarToken) and token.style in ('"', "'")
            if quoted and token.start_mark.line < token.end_mark.line == mark.line:
                last = token.start_mark
    except yaml.YAMLError:
        pass  # the scan ends where the parser did
    return last if last is not None and _runs_on(last, text) else None


def _runs_on(opened: yaml.Mark, text: str) -> bool:
    line = text.splitlines()[opened.line]
    return line.count(line[opened.column], opened.column + 1) == 0


def _not_closed(opened: yaml.Mark, text: str, source: str, error: Exception) -> ContractError:
    line = text.splitlines()[opened.line]
    written = line.strip() + line[opened.column]
    simple = re.fullmatch(r"\w+: [\"'][^,\[\]{}#]*", written)
    shown = f", for instance `{written}`" if simple else ""
    return ContractError(
        "The contract is no valid YAML: quotes are opened here and not closed on this line",
        where=f"{source}, line {opened.line + 1}",
        remedy=f"Close the quotes{shown}.{_own_words(error)}",
    )
