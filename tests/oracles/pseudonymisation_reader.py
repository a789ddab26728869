"""A second reader of a folder of the protocol: manifest, signature, blobs. Written from the package's README alone.

It imports nothing of the project. HPKE is done by hand after RFC 9180, for both suites.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COMMON = ("engine", "suite", "contract", "epoch", "key_version")


def read(
    folder: Path, signer: dict[str, str], reader: dict[str, str], private: bytes
) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """The manifest and the tables in a folder; `private` is the X25519 key, after the ML-KEM seed if there is one."""
    data = (folder / "manifest.json").read_bytes()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer["signing_key"]))
    key.verify((folder / "manifest.sig").read_bytes(), data)
    manifest = json.loads(data)
    assert (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode() == data
    chunks: dict[str, list[pa.Table]] = {}
    for blob in manifest["blobs"]:
        sealed = (folder / f"{blob['table']}-{blob['chunk']:04d}.blob").read_bytes()
        assert hashlib.sha256(sealed).hexdigest() == blob["digest"]
        public = base64.b64decode(reader["sealing_key"])
        plain = hpke_open(sealed, public, private, info(manifest, blob))
        chunks.setdefault(blob["table"], []).append(pq.read_table(io.BytesIO(plain)))
    return manifest, {table: pa.concat_tables(parts) for table, parts in chunks.items()}


def lp(*values: object) -> bytes:
    raw = (value if isinstance(value, bytes) else str(value).encode() for value in values)
    return b"".join(struct.pack(">H", len(one)) + one for one in raw)


def info(manifest: dict[str, Any], blob: dict[str, Any]) -> bytes:
    engine, suite, contract, epoch, key_version = (manifest[name] for name in COMMON)
    where = (manifest["supplier"], manifest["delivery"], blob["table"], blob["chunk"], blob["of"])
    return lp("ocmo-psn/v1", manifest["kind"], engine, suite, contract, epoch, *where, key_version)


def hpke_open(sealed: bytes, public: bytes, private: bytes, about: bytes) -> bytes:
    """RFC 9180, base mode, KDF HKDF-SHA256, AEAD AES-256-GCM, single shot, no AAD."""
    is_hybrid = len(public) == 1184 + 32
    kem, enc_bytes = (0x647A, 1088 + 32) if is_hybrid else (0x0020, 32)
    enc, ciphertext = sealed[:enc_bytes], sealed[enc_bytes:]
    x25519 = X25519PrivateKey.from_private_bytes(private[-32:])
    exchanged = x25519.exchange(X25519PublicKey.from_public_bytes(enc[-32:]))
    if is_hybrid:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(private[:64]).decapsulate(enc[:1088])
        label = bytes.fromhex("5c2e2f2f5e5c")
        shared = hashlib.sha3_256(mlkem + exchanged + enc[-32:] + public[-32:] + label).digest()
    else:
        suite = b"KEM" + struct.pack(">H", kem)
        extracted = _extract(suite, b"", b"eae_prk", exchanged)
        shared = _expand(suite, extracted, b"shared_secret", enc + public, 32)
    suite = b"HPKE" + struct.pack(">HHH", kem, 0x0001, 0x0002)
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", about)
    secret = _extract(suite, shared, b"secret", b"")
    key, nonce = (
        _expand(suite, secret, what, context, size) for what, size in ((b"key", 32), (b"base_nonce", 12))
    )
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, about: bytes, length: int) -> bytes:
    whole = struct.pack(">H", length) + b"HPKE-v1" + suite + label + about
    return hmac.digest(secret, whole + b"\x01", "sha256")[:length]
