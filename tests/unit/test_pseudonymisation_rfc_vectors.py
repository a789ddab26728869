"""The primitives that the keys rest on, against the test vectors of their RFCs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from pseudonymisation import keystore
from pseudonymisation.macs import derive_key, mac_batch
from tests.oracles.pseudonymisation_stdlib import hkdf

RFC_4231 = {
    1: (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    2: (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    3: (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    4: (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    5: (b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    6: (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    7: (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
}
"""By test case: key, data, digest; of case 5 the RFC gives the first 128 bits."""

RFC_5869 = {
    1: (
        b"\x0b" * 22,
        bytes(range(13)),
        bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    2: (
        bytes(range(0x50)),
        bytes(range(0x60, 0xB0)),
        bytes(range(0xB0, 0x100)),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    3: (
        b"\x0b" * 22,
        b"",
        b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
}
"""By test case with SHA-256: key, salt, info, output."""

RFC_3394 = {
    "4.1": (16, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
    "4.2": (24, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
    "4.3": (32, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"),
    "4.4": (24, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"),
    "4.5": (32, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"),
    "4.6": (32, 32, "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"),
}
"""By section: bytes of the wrapping key, bytes of the wrapped key, result. The keys are the RFC's own pattern."""


@pytest.mark.parametrize("case", RFC_4231)
def test_hmac_sha256_of_rfc_4231(case: int) -> None:
    key, data, digest = RFC_4231[case]
    first, _, last = (one.hex()[: len(digest)] for one in mac_batch(key, [data, b"other", data]))
    assert first == last == digest


@pytest.mark.parametrize("case", RFC_5869)
def test_hkdf_sha256_of_rfc_5869(case: int) -> None:
    key, salt, info, output = RFC_5869[case]
    length = len(output) // 2
    assert HKDF(SHA256(), length, salt, info).derive(key).hex() == output
    assert hkdf(key, info, salt=salt, length=length).hex() == output, "the independent implementation"


def test_our_derivation_is_hkdf_with_an_empty_salt() -> None:
    assert derive_key(b"\x0b" * 22, b"").hex() == RFC_5869[3][3][:64]


@pytest.mark.parametrize("section", RFC_3394)
def test_aes_key_wrap_of_rfc_3394(section: str) -> None:
    wrapping_bytes, key_bytes, result = RFC_3394[section]
    wrapping = bytes(range(wrapping_bytes))
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")[:key_bytes]
    assert keystore.aes_key_wrap(wrapping, key).hex().upper() == result
    assert keystore.aes_key_unwrap(wrapping, bytes.fromhex(result)) == key
    with pytest.raises(InvalidUnwrap):
        keystore.aes_key_unwrap(wrapping, bytes.fromhex(result)[:-1] + b"\x00")


def test_argon2id_of_rfc_9106() -> None:
    made = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    ).derive(b"\x01" * 32)
    assert made.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
