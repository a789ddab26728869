"""The floor under each step: the same HMACs, Parquet and encryption of the same data, and nothing else."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

import polars as pl
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.pseudonymisation.world import TABLE
from bench.stages import Work
from pseudonymisation.macs import mac_batch


def load_bare_seal(folder: Path) -> Work:
    """HMAC of every person, the table as one Parquet file, and its encryption; nothing is joined or shuffled."""
    frame = pl.read_parquet(folder / f"{TABLE}.parquet")
    persons = frame["bsn"].unique()
    tickets = _noise(frame.height)

    def work() -> int:
        mac_batch(secrets.token_bytes(32), persons.cast(pl.Binary).to_list())
        _write_sealed(folder / "bare", frame.with_columns(bsn=tickets))
        return frame.height

    return work


def load_bare_map(folder: Path) -> Work:
    """HMAC of every person, tickets and pseudonyms as one Parquet file, and its encryption."""
    persons = pl.read_parquet(folder / f"{TABLE}.parquet", columns=["bsn"])["bsn"].n_unique()
    tickets, pre = _noise(persons), [secrets.token_bytes(32) for _ in range(persons)]

    def work() -> int:
        pids = mac_batch(secrets.token_bytes(32), pre)
        frame = pl.DataFrame({"ticket": tickets, "pid": pl.Series(pids, dtype=pl.Binary).bin.slice(0, 16)})
        _write_sealed(folder / "bare-map", frame)
        return persons

    return work


def load_bare_open(folder: Path) -> Work:
    """Decryption and reading of what the bare sealing wrote; nothing is joined."""

    def work() -> int:
        sealed = (folder / "bare").read_bytes()
        plain = AESGCM(sealed[:32]).decrypt(sealed[32:44], sealed[44:], None)
        return pl.read_parquet(io.BytesIO(plain)).height

    return work


def _noise(number: int) -> pl.Series:
    noise = secrets.token_bytes(16 * number)
    return pl.Series([noise[i : i + 16] for i in range(0, len(noise), 16)], dtype=pl.Binary)


def _write_sealed(path: Path, frame: pl.DataFrame) -> None:
    plain, key, nonce = io.BytesIO(), secrets.token_bytes(32), secrets.token_bytes(12)
    frame.write_parquet(plain, compression="zstd", compression_level=1, statistics=False)
    path.write_bytes(key + nonce + AESGCM(key).encrypt(nonce, plain.getvalue(), None))
