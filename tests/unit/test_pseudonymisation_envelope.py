"""HPKE in both suites: opens for its recipient in its own context, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pseudonymisation import envelope
from pseudonymisation.envelope import Context
from pseudonymisation.errors import AgreementError, BlobRefusedError

CONTEXT = Context(
    kind="tables",
    engine="hmac-2step-v1",
    suite="X25519",
    contract="maasoever",
    epoch=1,
    key_version=1,
    supplier="insurer",
    delivery="insurer-2025",
)
INFO = CONTEXT.info("claim_line", 1, 2)


@pytest.fixture(params=["X25519", "MLKEM768X25519"])
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_round_trip(suite: str) -> None:
    private = envelope.generate(suite)
    sealing_key = envelope.public_key(suite, private)
    assert envelope.suite_of(sealing_key) == suite
    for plaintext in (b"", b"a", bytes(100_000)):
        sealed = envelope.encrypt(plaintext, sealing_key, INFO)
        assert envelope.decrypt(sealed, suite, private, INFO) == plaintext
        assert envelope.encrypt(plaintext, sealing_key, INFO) != sealed


@pytest.mark.parametrize(
    "info",
    [
        *(
            replace(CONTEXT, **{field: value}).info("claim_line", 1, 2)
            for field, value in {
                "kind": "identifiers",
                "engine": "other",
                "suite": "MLKEM768X25519",
                "contract": "other",
                "epoch": 2,
                "key_version": 2,
                "supplier": "hospital",
                "delivery": "insurer-2026",
            }.items()
        ),
        CONTEXT.info("insured", 1, 2),
        CONTEXT.info("claim_line", 2, 2),
        CONTEXT.info("claim_line", 1, 3),
    ],
)
def test_any_other_context_is_refused(info: bytes) -> None:
    private = envelope.generate("X25519")
    sealed = envelope.encrypt(b"rows", envelope.public_key("X25519", private), INFO)
    with pytest.raises(BlobRefusedError):
        envelope.decrypt(sealed, "X25519", private, info)


def test_another_key_is_refused(suite: str) -> None:
    sealed = envelope.encrypt(b"rows", envelope.public_key(suite, envelope.generate(suite)), INFO)
    with pytest.raises(BlobRefusedError):
        envelope.decrypt(sealed, suite, envelope.generate(suite), INFO)


def test_every_flipped_byte_and_every_truncation_is_refused(suite: str) -> None:
    private = envelope.generate(suite)
    sealed = envelope.encrypt(b"rows", envelope.public_key(suite, private), INFO)
    for position in range(0, len(sealed), 1 if suite == "X25519" else 7):
        flipped = bytearray(sealed)
        flipped[position] ^= 0x10
        for forged in (bytes(flipped), sealed[:position]):
            with pytest.raises(BlobRefusedError):
                envelope.decrypt(forged, suite, private, INFO)


def test_unknown_suites_and_keys_are_refused() -> None:
    with pytest.raises(AgreementError, match="'P256' is no suite"):
        envelope.generate("P256")
    with pytest.raises(AgreementError, match="no known suite"):
        envelope.suite_of(bytes(31))
