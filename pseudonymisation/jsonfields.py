"""Holding parsed JSON against a dataclass before it becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

# Annotations are text, because every module here defers them.
_PLAIN = {"str": str, "int": int, "bool": bool}


def misfits(kind: type, raw: object) -> list[str]:
    """Names that are missing, unknown, or not of the plain type the dataclass says; empty when all fit.

    Only `str`, `int` and `bool` are looked at: what has a richer type is checked by who builds it. True
    is no int here.
    """
    if not isinstance(raw, Mapping):
        return ["(not a JSON object)"]
    types = {field.name: str(field.type) for field in fields(kind)}
    strangers = set(raw) ^ set(types)
    wrong = {
        name
        for name in set(raw) & set(types)
        if types[name] in _PLAIN and type(raw[name]) is not _PLAIN[types[name]]
    }
    return sorted(str(name) for name in strangers | wrong)
