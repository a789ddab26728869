"""The arguments and options of `ocmo supplier check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Messages of known standards, and tables; each may be packed in gzip or zip.",
        metavar="[FILES]...",
    ),
]
Mappings = Annotated[
    list[str] | None,
    typer.Option(
        "--mapping",
        help="How to read a table; with several files FILE=MAPPING, once for each.",
        metavar="MAPPING",
    ),
]
Rows = Annotated[
    list[str] | None,
    typer.Option(
        "--rows",
        help="How many rows a table should have; with several files FILE=ROWS, once for each.",
        metavar="ROWS",
    ),
]
AnyHome = Annotated[
    Path | None, typer.Option("--home", help="The supplier's home, to check what it plans.", metavar="DIR")
]
MendList = Annotated[
    Path | None,
    typer.Option("--mend", help="Write the list to mend: a name ending in .xlsx or .json.", metavar="FILE"),
]
ReturnFile = Annotated[
    Path | None,
    typer.Option(
        "--return-file",
        help="Write the findings as a return message of the file's own standard.",
        metavar="FILE",
    ),
]
TestNumbers = Annotated[
    bool,
    typer.Option(
        "--allow-test-numbers",
        help="Take known test BSNs for real ones, and declarations marked as tests.",
    ),
]
