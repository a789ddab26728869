"""Length-prefixed encoding: a list of values as bytes, with only one way to read it back.

Without the prefixes ("ab", "c") and ("a", "bc") would be the same bytes, and so the same derived key.
"""

from __future__ import annotations

PROTOCOL = "ocmo-psn/v1"

_LENGTH_BYTES = 2


def lp(*values: bytes | str | int) -> bytes:
    """Each value with its length before it, as two big-endian bytes; text is UTF-8, numbers are decimal text.

    Raises:
        ValueError: when a value is longer than 65,535 bytes.
    """
    return b"".join(_prefixed(value) for value in values)


def _prefixed(value: bytes | str | int) -> bytes:
    raw = value if isinstance(value, bytes) else str(value).encode()
    if len(raw) >= 1 << (8 * _LENGTH_BYTES):
        raise ValueError("value too long for a two-byte length")
    return len(raw).to_bytes(_LENGTH_BYTES, "big") + raw
