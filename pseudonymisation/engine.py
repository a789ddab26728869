"""How a BSN becomes a pseudonym: engine `hmac-2step-v1`.

    m    = b"NL:bsn:" + nine ASCII digits
    pre  = HMAC-SHA256(HKDF(k_S, protocol "pre" contract key_version), m)          at the supplier
    pid  = HMAC-SHA256(HKDF(k_T, protocol "ttp-final" contract epoch), pre)[0:16]  at the TTP

k_S is shared by the contract's suppliers and unknown to the TTP; k_T is the TTP's alone, another for each
contract and epoch, so that an epoch ends when its key is destroyed. Nobody holds both,
so nobody alone can try out all BSNs. A second engine (a blinded evaluation) fits behind `Engine`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from pseudonymisation import bsn
from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import AgreementError
from pseudonymisation.macs import KeyReference, MacService

SHARED_SECRET, PSEUDONYM = "shared-secret", "pseudonym"
"""What the names of keys in a ring begin with."""

PSEUDONYM_BYTES = 16
PRE_PSEUDONYM_BYTES = 32

_CANARY_BYTES = 8
_MESSAGE_PREFIX = "NL:bsn:"


@dataclass(frozen=True)
class Scope:
    """Where a pseudonym is valid: one contract and epoch, from one version of the suppliers' secret."""

    contract: str
    epoch: int
    key_version: int


class Engine(Protocol):
    """The two steps from BSN to pseudonym."""

    name: str

    def pre_pseudonyms(self, keys: MacService, scope: Scope, numbers: pl.Series) -> pl.Series:
        """The supplier's step: normalised numbers (text) to pre-pseudonyms (binary), in order."""
        ...

    def pseudonyms(self, keys: MacService, scope: Scope, pre: pl.Series) -> pl.Series:
        """The TTP's step: pre-pseudonyms to pseudonyms (binary, 16 bytes), in order."""
        ...

    def canary(self, keys: MacService, scope: Scope) -> str:
        """Hex text that is equal for two suppliers if, and only if, they hash alike."""
        ...


class Hmac2Step:
    """Engine `hmac-2step-v1` (see the module's text)."""

    name = "hmac-2step-v1"

    def pre_pseudonyms(self, keys: MacService, scope: Scope, numbers: pl.Series) -> pl.Series:
        """The supplier's step: normalised numbers (text) to 32-byte pre-pseudonyms, in order."""
        key = pre_pseudonym_key(scope)
        messages = (_MESSAGE_PREFIX + numbers).cast(pl.Binary).to_list()
        return pl.Series("pre", keys.mac(key, messages), dtype=pl.Binary)

    def pseudonyms(self, keys: MacService, scope: Scope, pre: pl.Series) -> pl.Series:
        """The TTP's step: pre-pseudonyms to 16-byte pseudonyms, in order."""
        digests = keys.mac(pseudonym_key(scope), pre.to_list())
        return pl.Series("pid", digests, dtype=pl.Binary).bin.slice(0, PSEUDONYM_BYTES)

    def canary(self, keys: MacService, scope: Scope) -> str:
        """The first 8 bytes of the pre-pseudonym of a number that is nobody's, as hex.

        It goes the whole way of normalising and hashing, so that a supplier that pads, encodes or
        keys differently is found before its linkage turns out to be nil.
        """
        number = bsn.normalise(pl.Series([bsn.IMPOSSIBLE_NUMBER], dtype=pl.String))
        pre: bytes = self.pre_pseudonyms(keys, scope, number).item()
        return pre[:_CANARY_BYTES].hex()


_ENGINES: dict[str, Engine] = {Hmac2Step.name: Hmac2Step()}


def shared_secret(key_version: int) -> str:
    """The name in a supplier's key ring of one version of k_S."""
    return f"{SHARED_SECRET}-{key_version}"


def epoch_secret(contract: str, epoch: int) -> str:
    """The name in the TTP's key ring of k_T for one epoch of one contract."""
    return f"{PSEUDONYM}-{contract}-{epoch}"


def pre_pseudonym_key(scope: Scope) -> KeyReference:
    """The key of the supplier's step: derived from k_S for the contract."""
    derivation = lp(PROTOCOL, "pre", scope.contract, scope.key_version)
    return KeyReference(shared_secret(scope.key_version), derivation)


def pseudonym_key(scope: Scope) -> KeyReference:
    """The key of the TTP's step: derived from the epoch's k_T."""
    derivation = lp(PROTOCOL, "ttp-final", scope.contract, scope.epoch)
    return KeyReference(epoch_secret(scope.contract, scope.epoch), derivation)


def secret_named(name: str) -> tuple[str, int] | None:
    """Which secret that makes pseudonyms a key's name in a ring is of.

    Returns:
        Of k_S no contract ("") and its version, of k_T its contract and epoch; nothing for any other name.
    """
    kind, _, number = name.rpartition("-")
    contract = kind.removeprefix(f"{PSEUDONYM}-")
    is_number = number.isascii() and number.isdigit() and not number.startswith("0")
    if not is_number or (kind != SHARED_SECRET and contract == kind):
        return None
    return ("" if kind == SHARED_SECRET else contract), int(number)


def key_for(name: str, contract: str) -> KeyReference:
    """What the key of this name in a ring hashes with for a contract.

    Raises:
        AgreementError: when it is no key that makes pseudonyms of this contract.
    """
    if secret := secret_named(name):
        of, number = secret
        if not of:
            return pre_pseudonym_key(Scope(contract, epoch=0, key_version=number))
        if of == contract:
            return pseudonym_key(Scope(contract, epoch=number, key_version=0))
    raise AgreementError(
        f"'{name}' is no key that makes pseudonyms of contract {contract}",
        remedy=f"Name one as the ring does: {shared_secret(1)}, or {epoch_secret(contract, 1)}.",
    )


def engine(name: str) -> Engine:
    """The engine of this name.

    Raises:
        AgreementError: when there is none.
    """
    if name not in _ENGINES:
        raise AgreementError(f"'{name}' is no engine", remedy=f"Known engines: {', '.join(_ENGINES)}.")
    return _ENGINES[name]
