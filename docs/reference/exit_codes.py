"""The page of exit codes, from the error classes themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pipeline.demo.roles
import pipeline.demo.tamper  # noqa: F401 - errors of the demonstration are defined where they are raised
from docs.reference.markdown import code, document, first_sentence, table
from pipeline.cli.backfill import INTERRUPTED
from pipeline.cli.failures import EXIT_CODES
from pipeline.errors import OcmoError
from pseudonymisation.errors import PseudonymisationError

INTRODUCTION = """\
Every error that a user may meet ends as one message on standard error, `ocmo: <what is wrong> in <where>. <what to
do>`, and an exit code of its own, so that a script can tell them apart. No message ever holds a BSN, a key, a name
or a birth date. An error without a code of its own is a defect of the software: it keeps its traceback and ends
with 1.

A command that works through several deliveries, contracts or years does not stop at the first fault: it does the
others, and ends with the code of the first fault. So `ocmo night run` ends with the code of the first refusal when
nothing else failed, although the night is whole: the summary and the register have what was refused, and the
others count."""

GENERAL = (
    (0, "", "All went well."),
    (1, "", "A defect of the software, with a traceback."),
    (2, "", "The command line was not understood: an unknown command or option, or one that is missing."),
    (INTERRUPTED, "", "The command was ended by Ctrl-C; what it had finished is done."),
)


def page() -> str:
    """All exit codes in numerical order."""
    rows = sorted([*GENERAL, *_pipeline(OcmoError), *_pseudonymisation()])
    return document(
        "Exit codes",
        INTRODUCTION,
        table(("code", "error", "when"), ((str(number), name, says) for number, name, says in rows)),
    )


def _pipeline(kind: type[OcmoError]) -> Iterator[tuple[int, str, str]]:
    """The software's own; what measures it (`bench`) has errors of its own, which no command ends in."""
    ours = (error for error in kind.__subclasses__() if error.__module__.startswith("pipeline."))
    for error in ours:
        yield error.exit_code, code(error.__name__), first_sentence(error.__doc__)
        yield from _pipeline(error)


def _pseudonymisation() -> Iterator[tuple[int, str, str]]:
    for error in PseudonymisationError.__subclasses__():
        yield EXIT_CODES[error.kind], code(error.__name__), first_sentence(error.__doc__)
