"""The primitives against the vectors of their RFCs, and the golden file."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation import keystore
from pseudonymisation.encoding import lp
from pseudonymisation.engine import Hmac2Step, Scope, engine
from pseudonymisation.errors import AgreementError
from pseudonymisation.macs import KeyReference, derive_key, mac_batch
from tests.oracles.pseudonymisation_stdlib import golden, hkdf, pre_pseudonym, pseudonym

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "pseudonyms_golden.json").read_text())


class GoldenKeys:
    """The golden file's keys, as a key store would hold them."""

    def mac(self, key: KeyReference, messages: list[bytes]) -> list[bytes]:
        names = {"shared-secret-1": "shared_secret", "pseudonym": "ttp_key"}
        return mac_batch(derive_key(bytes.fromhex(GOLDEN[names[key.name]]), key.derivation), messages)


@pytest.mark.parametrize(
    ("key", "data", "digest"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            bytes(range(1, 26)),
            b"\xcd" * 50,
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            b"\xaa" * 131,
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ],
)
def test_hmac_sha256_of_rfc_4231(key: bytes, data: bytes, digest: str) -> None:
    assert [one.hex() for one in mac_batch(key, [data, b"other", data])][::2] == [digest, digest]


def test_hkdf_sha256_of_rfc_5869_case_3_without_salt() -> None:
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert hkdf(b"\x0b" * 22, b"", length=42).hex() == expected
    assert derive_key(b"\x0b" * 22, b"").hex() == expected[:64]


def test_the_oracle_s_hkdf_of_rfc_5869_case_1() -> None:
    made = hkdf(b"\x0b" * 22, bytes(range(0xF0, 0xFA)), salt=bytes(range(13)), length=42)
    assert (
        made.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_aes_key_wrap_of_rfc_3394_section_4_6() -> None:
    key_encryption_key = bytes(range(32))
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    wrapped = "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    assert keystore.aes_key_wrap(key_encryption_key, key).hex().upper() == wrapped
    assert keystore.aes_key_unwrap(key_encryption_key, bytes.fromhex(wrapped)) == key


def test_length_prefixes() -> None:
    assert lp("ab", 12, b"\xff") == b"\x00\x02ab\x00\x0212\x00\x01\xff"
    assert lp("ë") == b"\x00\x02\xc3\xab"
    assert lp("a", "bc") != lp("ab", "c")
    with pytest.raises(ValueError, match="too long"):
        lp("x" * 65536)


def test_the_golden_file_is_what_the_independent_implementation_makes() -> None:
    assert golden() == GOLDEN


@pytest.mark.parametrize("contract", ["hip-and-knee", "maasoever"])
@pytest.mark.parametrize("epoch", [1, 2])
def test_the_engine_makes_the_golden_pseudonyms(contract: str, epoch: int) -> None:
    scope = Scope(contract, epoch, GOLDEN["key_version"])
    made = Hmac2Step()
    pre = made.pre_pseudonyms(GoldenKeys(), scope, pl.Series(GOLDEN["numbers"]))
    pids = made.pseudonyms(GoldenKeys(), scope, pre)
    assert [pid.hex() for pid in pids] == GOLDEN["pseudonyms"][contract][str(epoch)]
    assert made.canary(GoldenKeys(), scope) == GOLDEN["canaries"][contract]


def test_no_golden_pseudonym_occurs_twice_over_contracts_and_epochs() -> None:
    all_of_them = [
        pid for epochs in GOLDEN["pseudonyms"].values() for pids in epochs.values() for pid in pids
    ]
    assert len(all_of_them) == len(set(all_of_them)) == 4000


def test_the_engine_agrees_with_the_independent_implementation_on_10_000_numbers() -> None:
    numbers = [f"{(number * 100_003) % 1_000_000_000:09d}" for number in range(10_000)]
    scope = Scope("contract", 7, 1)
    pre = Hmac2Step().pre_pseudonyms(GoldenKeys(), scope, pl.Series(numbers))
    pids = Hmac2Step().pseudonyms(GoldenKeys(), scope, pre)
    secret, ttp_key = bytes.fromhex(GOLDEN["shared_secret"]), bytes.fromhex(GOLDEN["ttp_key"])
    expected = [pseudonym(ttp_key, pre_pseudonym(secret, n, "contract", 1), "contract", 7) for n in numbers]
    assert pids.to_list() == expected


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(AgreementError, match="'sha1' is no engine"):
        engine("sha1")
