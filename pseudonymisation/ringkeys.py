"""All keys of one ring, wherever each is kept: in wrapped files (`keystore`) or in a token (`pkcs11_token`).

What is asked of a key goes to where it is; who asks cannot tell. Nothing is kept in memory here. Whoever changes
which keys there are holds the ring's lock: what was wrapped while all keys get a new wrapping would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pseudonymisation.errors import KeyRingExistsError, TokenError
from pseudonymisation.keyfacts import (
    TOKEN,
    KeyFacts,
    check_message,
    check_value,
    check_value_of,
    day,
    described,
    destroyed,
    facts_of,
    is_destroyed,
    write_facts,
)
from pseudonymisation.keystore import KeyStore
from pseudonymisation.macs import KeyReference, derive_key, mac_batch
from pseudonymisation.pkcs11_token import TokenKeys
from pseudonymisation.privatefiles import shred
from pseudonymisation.renewal import changing
from pseudonymisation.tokenplace import TokenPlace


class RingKeys:
    """The keys in a ring's folder and in its token. `owner` is its role and name."""

    def __init__(self, folder: Path, owner: tuple[str, str]) -> None:
        self._folder = folder
        self._owner = owner
        self._files = KeyStore(folder, owner)

    def __repr__(self) -> str:
        return f"RingKeys(owner={self._owner!r})"

    def names(self) -> list[str]:
        """The keys that are there, in alphabetical order."""
        there = (name for name in described(self._folder) if not is_destroyed(self._folder, name))
        in_token = (name for name in there if facts_of(self._folder, name).place == TOKEN)
        return sorted({*self._files.names(), *in_token})

    def ever(self) -> list[str]:
        """Those, and the keys that were destroyed."""
        return sorted({*self.names(), *destroyed(self._folder)})

    def require_files(self, names: Iterable[str]) -> None:
        """Open every key file once, and those of these names at least. Raises as `get`.

        A file whose key is in the token is what a killed `move_to_token` left: it goes.
        """
        for name in sorted({*names, *self._files.names()}):
            if facts_of(self._folder, name).place == TOKEN:
                shred(self._files.path(name))
            else:
                self._files.get(name)

    def facts(self, name: str) -> KeyFacts:
        """What is known of a key. One that was moved to the token keeps the check value that it had in its file.

        Raises:
            KeyDestroyedError: when it was destroyed.
            KeyRingMissingError, UnsafeKeyRingError: when it is not there, or does not open.
        """
        facts = facts_of(self._folder, name)
        if facts.place == TOKEN:
            return facts
        return replace(facts, check_value=check_value(self._files.get(name), name))

    def add(self, name: str, key: bytes, made_on: date | None) -> None:
        """Keep a new key in a file.

        Raises:
            KeyRingExistsError: when there is one of this name.
            KeyDestroyedError: when there was one, and it was destroyed.
        """
        with changing(self._folder):
            self.add_first(name, key, made_on)

    def add_first(self, name: str, key: bytes, made_on: date | None) -> None:
        """The same, of a ring that is being made and that nobody else can have. Raises as `add`."""
        self._refuse_second(name)
        write_facts(self._folder, KeyFacts(name, day(made_on), check_value(key, name)))
        self._files.put(name, key)

    def get(self, name: str) -> bytes:
        """A key that is kept in a file.

        Raises:
            KeyDestroyedError, KeyRingMissingError, UnsafeKeyRingError: when it cannot be had.
            TokenError: when it is in the token, which gives no key away.
        """
        if facts_of(self._folder, name).place == TOKEN:
            raise TokenError(
                f"Key '{name}' is in the token, which gives no key away",
                remedy="Ask another supplier, who holds the shared secret in a file, to share it.",
            )
        return self._files.get(name)

    def mac(self, key: KeyReference, messages: Sequence[bytes]) -> list[bytes]:
        """The HMAC-SHA256 (32 bytes) of each message, in order. Raises as `get`, or as `TokenKeys.mac`."""
        if facts_of(self._folder, key.name).place == TOKEN:
            return self._token().mac(key, messages)
        return self._files.mac(key, messages)

    def use_token(self, place: TokenPlace) -> None:
        """Remember the token that keeps keys for this ring, when it opens. Raises as `TokenKeys.mac`."""
        TokenKeys(place, self._owner).require()
        place.write(self._folder)

    def generate_in_token(self, key: KeyReference, made_on: date | None) -> None:
        """Let the token draw a new key. Raises as `add`, or as `TokenKeys.generate`."""
        with changing(self._folder):
            self._refuse_second(key.name)
            token = self._token()
            token.generate(key)
            [digest] = token.mac(key, [check_message(key.name)])
            facts = KeyFacts(key.name, day(made_on), check_value_of(digest), TOKEN, drawn_in_token=True)
            write_facts(self._folder, facts)

    def move_to_token(self, key: KeyReference) -> None:
        """Put the derived key into the token, see that it hashes alike, and remove the file it came from.

        Killed at any point and run again, it goes on.

        Raises:
            TokenError: when the token cannot be reached, or holds another key of this name.
        """
        with changing(self._folder):
            self._move_to_token(key)

    def _move_to_token(self, key: KeyReference) -> None:
        facts = self.facts(key.name)
        if facts.place != TOKEN:
            derived = derive_key(self._files.get(key.name), key.derivation)
            token = self._token()
            token.take(key, derived)
            probe = [check_message(key.name)]
            if token.mac(key, probe) != mac_batch(derived, probe):
                raise TokenError(
                    f"The token does not hash with key '{key.name}' as the file does",
                    remedy="Nothing was removed; use another token, or destroy in it what has this name.",
                )
            write_facts(self._folder, replace(facts, place=TOKEN))
        shred(self._files.path(key.name))

    def _refuse_second(self, name: str) -> None:
        facts_of(self._folder, name)  # refuses what was destroyed
        if name in self.names():
            raise KeyRingExistsError(
                f"There is already a key '{name}'",
                where=str(self._folder),
                remedy="Keys are never overwritten; a new one gets the next number.",
            )

    def _token(self) -> TokenKeys:
        return TokenKeys(TokenPlace.read(self._folder), self._owner)
