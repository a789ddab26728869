"""What happens to the OCMO's inbox by itself: a folder that was there before turns up once more."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from pipeline.demo.roles import State

_MAP = ".map"
_AGAIN = "-again"


def put_again(state: State, delivery_ids: Iterable[str]) -> None:
    """Copy delivered folders and their maps within the OCMO's inbox, under another name, once.

    The map comes first, so that nobody finds the tables without it; each appears whole.
    """
    inbox = state.drop / "ocmo"
    for delivery_id in delivery_ids:
        for suffix in (_MAP, ""):
            source, target = inbox / f"{delivery_id}{suffix}", inbox / f"{delivery_id}{_AGAIN}{suffix}"
            if source.is_dir() and not target.exists():
                part = target.with_name(f"{target.name}.part")
                shutil.rmtree(part, ignore_errors=True)
                shutil.copytree(source, part)
                part.rename(target)
