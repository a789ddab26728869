"""Pages about replays as Markdown: the opening that says where a page comes from, tables, and writing one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settlement.replay.mapping import FactsMap


def opening(mapped: FactsMap, command: str) -> str:
    """What a page is about, and the command that made it."""
    return (
        f"# {mapped.about}\n\nMade by the command below; do not edit it. Source of the facts: {mapped.source}. The "
        f"rules that settle a Dutch contract settled these, from reference contracts that are only YAML.\n\n"
        f"```console\n$ {command}\n```"
    )


def as_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a header."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write_page(text: str, path: Path) -> None:
    """Write a page.

    Raises:
        SettingsError: when it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The page cannot be written ({error.strerror})",
            where=str(path),
            remedy="Give a file in a folder that exists and that you may write to.",
        ) from error
