"""The engine against the golden file and the independent implementation."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.encoding import lp
from pseudonymisation.engine import Hmac2Step, Scope, engine
from pseudonymisation.errors import AgreementError
from pseudonymisation.macs import KeyReference, derive_key, mac_batch
from tests.oracles.pseudonymisation_stdlib import golden, pre_pseudonym, pseudonym

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "pseudonyms_golden.json").read_text())


class GoldenKeys:
    """The golden file's keys, as a key store would hold them."""

    def mac(self, key: KeyReference, messages: list[bytes]) -> list[bytes]:
        kept = "ttp_key" if key.name.startswith("pseudonym-") else "shared_secret"
        return mac_batch(derive_key(bytes.fromhex(GOLDEN[kept]), key.derivation), messages)


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
