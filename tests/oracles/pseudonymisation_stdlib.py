"""A second implementation of engine `hmac-2step-v1`, from its public description and the standard library.

It imports nothing of the project. Run as a script it writes the golden file anew:

    python tests/oracles/pseudonymisation_stdlib.py > tests/data/pseudonyms_golden.json
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct


def prefixed(*values: str) -> bytes:
    """Every value with its length in two bytes before it."""
    return b"".join(struct.pack(">H", len(value.encode())) + value.encode() for value in values)


def hkdf(key: bytes, info: bytes, salt: bytes = b"", length: int = 32) -> bytes:
    """RFC 5869 with SHA-256."""
    pseudorandom = hmac.digest(salt or bytes(32), key, "sha256")
    block, output = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(pseudorandom, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def pre_pseudonym(shared_secret: bytes, number: str, contract: str, key_version: int) -> bytes:
    """The supplier's step, for one number as text of eight or nine digits."""
    key = hkdf(shared_secret, prefixed("ocmo-psn/v1", "pre", contract, str(key_version)))
    return hmac.digest(key, b"NL:bsn:" + f"{int(number):09d}".encode(), "sha256")


def pseudonym(ttp_key: bytes, pre: bytes, contract: str, epoch: int) -> bytes:
    """The TTP's step."""
    key = hkdf(ttp_key, prefixed("ocmo-psn/v1", "ttp-final", contract, str(epoch)))
    return hmac.digest(key, pre, "sha256")[:16]


def synthetic_numbers(count: int) -> list[str]:
    """Numbers of the national test range 9999xxxxx that pass the eleven test, evenly spread; nobody's."""
    valid = []
    for front in range(99990000, 100000000):
        check = (
            sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), str(front), strict=True)) % 11
        )
        if check < 10:
            valid.append(f"{front}{check}")
    step = len(valid) // count
    return valid[: step * count : step]


def golden() -> dict[str, object]:
    """1,000 numbers under 2 contracts and 2 epochs each, with fixed keys that serve for nothing else."""
    shared_secret = hashlib.sha256(b"golden file: the suppliers' shared secret").digest()
    ttp_key = hashlib.sha256(b"golden file: the TTP's key").digest()
    numbers = synthetic_numbers(1000)
    pseudonyms: dict[str, dict[str, list[str]]] = {}
    canaries = {}
    for contract in ("hip-and-knee", "maasoever"):
        pre = [pre_pseudonym(shared_secret, number, contract, 1) for number in numbers]
        canaries[contract] = pre_pseudonym(shared_secret, "12345678", contract, 1)[:8].hex()
        pseudonyms[contract] = {
            str(epoch): [pseudonym(ttp_key, one, contract, epoch).hex() for one in pre] for epoch in (1, 2)
        }
    return {
        "engine": "hmac-2step-v1",
        "shared_secret": shared_secret.hex(),
        "ttp_key": ttp_key.hex(),
        "key_version": 1,
        "numbers": numbers,
        "canaries": canaries,
        "pseudonyms": pseudonyms,
    }


if __name__ == "__main__":
    print(json.dumps(golden(), indent=1))
