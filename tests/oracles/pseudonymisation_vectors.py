"""Test vectors of the protocol, from its public description, the standard library and `cryptography` alone.

It imports nothing of the project. Run as a script it writes the vectors anew; what is sealed (HPKE draws at random)
then differs, all else does not:

    python -m tests.oracles.pseudonymisation_vectors > pseudonymisation/vectors.json
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from tests.oracles.pseudonymisation_stdlib import hkdf, pre_pseudonym, prefixed, pseudonym, synthetic_numbers

PROTOCOL, ENGINE = "ocmo-psn/v1", "hmac-2step-v1"
SUPPLIER, DELIVERY, CONTRACT, TTP = "insurer", "insurer-2025", "maasoever", "notary"
SUITES = {
    "X25519": Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    "MLKEM768X25519": Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
PLAIN = b"what is sealed is a Parquet file; any bytes serve to try the seal"


def key(what: str) -> bytes:
    """Thirty-two bytes that serve for nothing else."""
    return hashlib.sha256(f"test vectors: {what}".encode()).digest()


def vectors() -> dict[str, Any]:
    """All but what is sealed: the same each time."""
    shared_secret, ttp_key = key("k_S"), key("k_T")
    return {
        "protocol": PROTOCOL,
        "engine": ENGINE,
        "length_prefixed": [
            {"values": values, "encoded": prefixed(*map(str, values)).hex()}
            for values in (["ab", "c"], ["a", "bc"], [], [""], ["pre", "maasoever", 12], ["ë"])
        ],
        "keys": {
            "shared_secret": shared_secret.hex(),
            "ttp_key": ttp_key.hex(),
            "derived": [_derived(shared_secret, "pre", version) for version in (1, 2)]
            + [_derived(ttp_key, "ttp-final", epoch) for epoch in (1, 2)],
        },
        "persons": [_person(shared_secret, ttp_key, number) for number in synthetic_numbers(5)]
        + [_person(shared_secret, ttp_key, "10464554")],
        "canaries": [
            {
                "number": "12345678",
                "contract": CONTRACT,
                "key_version": version,
                "canary": pre_pseudonym(shared_secret, "12345678", CONTRACT, version)[:8].hex(),
            }
            for version in (1, 2)
        ],
        "label": f"ocp1:{ENGINE}:{TTP}:{CONTRACT}:1",
        "info": [_info("identifiers", "identifiers", 1, 1), _info("tables", "claim_line", 2, 3)],
        "manifest": _manifest(),
        "audit": _audit(),
    }


def sealed() -> list[dict[str, str]]:
    """One blob of each suite, with the private key that opens it."""
    made = []
    for name, suite in SUITES.items():
        mlkem, x25519 = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
        info = bytes.fromhex(_info("tables", "claim_line", 1, 1, suite=name)["info"])
        public: Any = x25519.public_key()
        private = x25519.private_bytes_raw()
        if name != "X25519":
            public = MLKEM768X25519PublicKey(mlkem.public_key(), x25519.public_key())
            private = mlkem.private_bytes_raw() + private
        made.append(
            {
                "suite": name,
                "private_key": private.hex(),
                "info": info.hex(),
                "blob": suite.encrypt(PLAIN, public, info).hex(),
                "plain": PLAIN.hex(),
            }
        )
    return made


def _derived(secret: bytes, purpose: str, number: int) -> dict[str, Any]:
    info = prefixed(PROTOCOL, purpose, CONTRACT, str(number))
    of = "shared_secret" if purpose == "pre" else "ttp_key"
    return {
        "of": of,
        "purpose": purpose,
        "contract": CONTRACT,
        "version_or_epoch": number,
        "info": info.hex(),
        "key": hkdf(secret, info).hex(),
    }


def _person(shared_secret: bytes, ttp_key: bytes, number: str) -> dict[str, Any]:
    pre = pre_pseudonym(shared_secret, number, CONTRACT, 1)
    return {
        "number": number,
        "message": f"NL:bsn:{number:0>9}",
        "contract": CONTRACT,
        "key_version": 1,
        "pre_pseudonym": pre.hex(),
        "pseudonyms": {str(epoch): pseudonym(ttp_key, pre, CONTRACT, epoch).hex() for epoch in (1, 2)},
    }


def _info(kind: str, table: str, chunk: int, of: int, suite: str = "X25519") -> dict[str, Any]:
    parts = [PROTOCOL, kind, ENGINE, suite, CONTRACT, 1, SUPPLIER, DELIVERY, table, chunk, of, 1]
    return {
        "kind": kind,
        "suite": suite,
        "contract": CONTRACT,
        "epoch": 1,
        "supplier": SUPPLIER,
        "delivery": DELIVERY,
        "table": table,
        "chunk": chunk,
        "of": of,
        "key_version": 1,
        "info": prefixed(*map(str, parts)).hex(),
    }


def _manifest() -> dict[str, str]:
    """Manifest A over made-up blobs, signed."""
    own, others = [hashlib.sha256(b"identifiers").hexdigest()], [hashlib.sha256(b"tables").hexdigest()]
    raw = {
        "protocol": PROTOCOL,
        "kind": "identifiers",
        "engine": ENGINE,
        "suite": "X25519",
        "contract": CONTRACT,
        "epoch": 1,
        "key_version": 1,
        "supplier": SUPPLIER,
        "delivery": DELIVERY,
        "period": "2025",
        "replaces": "",
        "delivered_on": "2026-01-31",
        "persons": 5,
        "blobs": [{"table": "identifiers", "chunk": 1, "of": 1, "rows": 5, "digest": own[0]}],
        "identifier_blobs": own,
        "table_blobs": others,
        "audit_head": f"1:{hashlib.sha256(_audit_lines()[0].encode()).hexdigest()}",
        "canary": pre_pseudonym(key("k_S"), "12345678", CONTRACT, 1)[:8].hex(),
    }
    text = json.dumps(raw, indent=1, sort_keys=True) + "\n"
    signing = Ed25519PrivateKey.from_private_bytes(key("signing"))
    return {
        "text": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "halves_digest": hashlib.sha256(prefixed("identifiers", *own, "tables", *others)).hexdigest(),
        "signing_key": key("signing").hex(),
        "verifying_key": signing.public_key().public_bytes_raw().hex(),
        "signature": signing.sign(text.encode()).hex(),
    }


def _audit() -> dict[str, Any]:
    lines = _audit_lines()
    return {"lines": lines, "heads": [f"{n}:{_sha256(line)}" for n, line in enumerate(lines, 1)]}


def _audit_lines() -> list[str]:
    """Two lines of a supplier's audit log."""
    lines: list[str] = []
    for number, (action, result) in enumerate((("seal", "done"), ("seal", "batch")), start=1):
        raw = {
            "number": number,
            "previous": _sha256(lines[-1]) if lines else "0" * 64,
            "role": "supplier",
            "name": SUPPLIER,
            "action": action,
            "result": result,
            "contract": CONTRACT,
            "epoch": 1,
            "key_version": 1,
            "supplier": SUPPLIER,
            "delivery": DELIVERY,
            "on": "2026-01-31",
            "counts": {"persons": 5, "rows": 10},
            "digests": {"halves": key("halves").hex()},
            "heads": {},
            "reason": "",
        }
        lines.append(json.dumps(raw, sort_keys=True, separators=(",", ":")) + "\n")
    return lines


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    print(json.dumps(vectors() | {"sealed": sealed()}, indent=1, ensure_ascii=False))
