"""`pseudonymisation/vectors.json`: what a second implementation is held against, we are held against too."""

from __future__ import annotations

import base64
import json
from typing import Any

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pipeline.home import CHECKOUT
from pseudonymisation import envelope
from pseudonymisation.audit import Line
from pseudonymisation.encoding import lp
from pseudonymisation.engine import Hmac2Step, Scope, pre_pseudonym_key, pseudonym_key
from pseudonymisation.envelope import Context
from pseudonymisation.errors import BlobRefusedError
from pseudonymisation.identity import PublicIdentity
from pseudonymisation.macs import KeyReference, derive_key, mac_batch
from pseudonymisation.manifest import IdentifiersManifest
from tests.oracles.pseudonymisation_stdlib import hkdf, pre_pseudonym, prefixed, pseudonym
from tests.oracles.pseudonymisation_vectors import vectors

VECTORS: dict[str, Any] = json.loads(
    (CHECKOUT / "pseudonymisation" / "vectors.json").read_text(encoding="utf-8")
)
SHARED_SECRET, TTP_KEY = (bytes.fromhex(VECTORS["keys"][name]) for name in ("shared_secret", "ttp_key"))


class VectorKeys:
    """The vectors' keys, as a key store would hold them."""

    def mac(self, key: KeyReference, messages: list[bytes]) -> list[bytes]:
        secret = SHARED_SECRET if key.name.startswith("shared-secret-") else TTP_KEY
        return mac_batch(derive_key(secret, key.derivation), messages)


def test_the_file_is_what_the_independent_implementation_makes() -> None:
    assert {name: value for name, value in VECTORS.items() if name != "sealed"} == vectors()


@pytest.mark.parametrize("case", VECTORS["length_prefixed"], ids=lambda case: str(case["values"]))
def test_length_prefixes(case: dict[str, Any]) -> None:
    assert lp(*case["values"]).hex() == prefixed(*map(str, case["values"])).hex() == case["encoded"]


@pytest.mark.parametrize(
    "case", VECTORS["keys"]["derived"], ids=lambda case: f"{case['purpose']} {case['version_or_epoch']}"
)
def test_derived_keys(case: dict[str, Any]) -> None:
    secret = bytes.fromhex(VECTORS["keys"][case["of"]])
    number = case["version_or_epoch"]
    scope = Scope(case["contract"], number, number)
    reference = pre_pseudonym_key(scope) if case["purpose"] == "pre" else pseudonym_key(scope)
    assert reference.derivation.hex() == case["info"]
    assert derive_key(secret, reference.derivation).hex() == case["key"]
    assert hkdf(secret, bytes.fromhex(case["info"])).hex() == case["key"]


@pytest.mark.parametrize("case", VECTORS["persons"], ids=lambda case: case["number"])
def test_from_number_to_pseudonym(case: dict[str, Any]) -> None:
    number, contract, version = case["message"].removeprefix("NL:bsn:"), case["contract"], case["key_version"]
    pre = Hmac2Step().pre_pseudonyms(VectorKeys(), Scope(contract, 1, version), pl.Series([number]))
    assert (
        pre[0].hex()
        == pre_pseudonym(SHARED_SECRET, case["number"], contract, version).hex()
        == case["pre_pseudonym"]
    )
    for epoch, expected in case["pseudonyms"].items():
        made = Hmac2Step().pseudonyms(VectorKeys(), Scope(contract, int(epoch), version), pre)
        assert made[0].hex() == pseudonym(TTP_KEY, pre[0], contract, int(epoch)).hex() == expected


@pytest.mark.parametrize("case", VECTORS["canaries"], ids=lambda case: str(case["key_version"]))
def test_canaries(case: dict[str, Any]) -> None:
    assert Hmac2Step().canary(VectorKeys(), Scope(case["contract"], 1, case["key_version"])) == case["canary"]


@pytest.mark.parametrize("case", VECTORS["info"], ids=lambda case: case["kind"])
def test_what_a_blob_is_bound_to(case: dict[str, Any]) -> None:
    fields = ("kind", "suite", "contract", "epoch", "key_version", "supplier", "delivery")
    context = Context(engine=VECTORS["engine"], **{field: case[field] for field in fields})
    assert context.info(case["table"], case["chunk"], case["of"]).hex() == case["info"]


@pytest.mark.parametrize("case", VECTORS["sealed"], ids=lambda case: case["suite"])
def test_a_blob_of_each_suite_opens(case: dict[str, Any]) -> None:
    private, blob, info = (bytes.fromhex(case[name]) for name in ("private_key", "blob", "info"))
    assert envelope.decrypt(blob, case["suite"], private, info).hex() == case["plain"]
    with pytest.raises(BlobRefusedError):
        envelope.decrypt(blob, case["suite"], private, info + b"x")


def test_a_signed_manifest() -> None:
    case = VECTORS["manifest"]
    sealing = X25519PrivateKey.from_private_bytes(SHARED_SECRET).public_key().public_bytes_raw()
    signer = PublicIdentity(
        name="insurer",
        role="supplier",
        signing_key=base64.b64encode(bytes.fromhex(case["verifying_key"])).decode(),
        sealing_key=base64.b64encode(sealing).decode(),
    )
    data, signature = case["text"].encode(), bytes.fromhex(case["signature"])
    assert signer.verifies(data, signature)
    assert not signer.verifies(data + b" ", signature)
    manifest = IdentifiersManifest.decode(data)
    assert manifest.encode() == data
    assert (manifest.digest, manifest.halves_digest) == (case["digest"], case["halves_digest"])


def test_lines_of_an_audit_log() -> None:
    lines = [Line.decode(line.encode()) for line in VECTORS["audit"]["lines"]]
    assert [line.head for line in lines] == VECTORS["audit"]["heads"]
    assert lines[1].previous == lines[0].head.partition(":")[2]
