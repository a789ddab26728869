"""Keys in a hardware module (PKCS#11): it hashes with them, and nobody takes them out.

The token holds the *derived* key of one contract and epoch (or key version), for two reasons. HKDF's extract
step uses the key as HMAC's message, and a token's HMAC only takes it as HMAC's key. And if the derived key were
fetched for each batch, it would lie in this process's memory, from which anybody who copies it has every
pseudonym of the epoch. So each call costs one trip to the token for each message: slow, and nothing leaves.

Needs `python-pkcs11` and the module of the token's maker. Sources: PKCS#11 2.40, CKM_SHA256_HMAC.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import KeyRingMissingError, TokenError
from pseudonymisation.macs import KEY_BYTES, KeyReference
from pseudonymisation.secretinput import read_secret
from pseudonymisation.tokenplace import TokenPlace

if TYPE_CHECKING:
    from pkcs11 import Session

PIN_VARIABLE = "OCMO_TOKEN_PIN_FILE"

_one_session = threading.Lock()


class TokenKeys:
    """The keys of one ring in its token. `owner` (role and name) is part of each key's id."""

    def __init__(self, place: TokenPlace, owner: tuple[str, str]) -> None:
        self._place = place
        self._owner = owner

    def __repr__(self) -> str:
        return f"TokenKeys(owner={self._owner!r})"

    def require(self) -> None:
        """Raise TokenError unless the token opens with the PIN, and KeyRingMissingError when there is none."""
        with self._session():
            pass

    def mac(self, key: KeyReference, messages: Sequence[bytes]) -> list[bytes]:
        """The HMAC-SHA256 (32 bytes) of each message, in order.

        Raises:
            KeyRingMissingError: when the token has no such key, or there is no PIN.
            TokenError: when the token cannot be reached, or refuses.
        """
        from pkcs11 import Mechanism

        with self._session() as session:
            held = self._find(session, key)
            return [held.sign(message, mechanism=Mechanism.SHA256_HMAC) for message in messages]

    def generate(self, key: KeyReference) -> None:
        """Let the token draw a key, which never is outside. One that is there is kept: a run was killed after it.

        Raises:
            TokenError: when the token cannot be reached, or makes no keys that cannot be taken out.
        """
        from pkcs11 import KeyType, MechanismFlag

        with self._session(writes=True) as session:
            if not self._found(session, key):
                template = self._template(key)
                session.generate_key(
                    KeyType.GENERIC_SECRET, 8 * KEY_BYTES, capabilities=MechanismFlag(0), template=template
                )

    def take(self, key: KeyReference, derived: bytes) -> None:
        """Put a derived key into the token, for good; one that is there stays. Raises as `generate`."""
        from pkcs11 import Attribute, KeyType, ObjectClass

        with self._session(writes=True) as session:
            if self._found(session, key):
                return
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.SECRET_KEY,
                    Attribute.KEY_TYPE: KeyType.GENERIC_SECRET,
                    Attribute.VALUE: derived,
                    **self._template(key),
                }
            )

    def destroy(self, name: str) -> None:
        """Destroy every key of this name; nothing happens when there is none. Raises TokenError."""
        from pkcs11 import Attribute, ObjectClass

        with self._session(writes=True) as session:
            found = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._label(name)}
            for held in list(session.get_objects(found)):
                held.destroy()

    def _template(self, key: KeyReference) -> dict[Any, Any]:
        from pkcs11 import Attribute

        return {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.MODIFIABLE: False,
            Attribute.SIGN: True,
            Attribute.LABEL: self._label(key.name),
            Attribute.ID: self._id(key),
        }

    def _label(self, name: str) -> str:
        return "/".join((*self._owner, name))

    def _id(self, key: KeyReference) -> bytes:
        return hashlib.sha256(lp(PROTOCOL, *self._owner, key.name, key.derivation)).digest()

    def _found(self, session: Session, key: KeyReference) -> list[Any]:
        from pkcs11 import Attribute, ObjectClass

        found = session.get_objects(
            {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.ID: self._id(key), Attribute.PRIVATE: True}
        )
        return list(found)

    def _find(self, session: Session, key: KeyReference) -> Any:
        found = self._found(session, key)
        if len(found) != 1:
            raise KeyRingMissingError(
                f"The token holds no key '{key.name}' for this contract",
                where=self._place.label,
                remedy="Bring the token of this key ring, or move the key of this contract into it.",
            )
        return found[0]

    @contextlib.contextmanager
    def _session(self, *, writes: bool = False) -> Iterator[Session]:
        """One session, logged in; one at a time, for a token has one user."""
        try:
            import pkcs11
        except ImportError:
            raise TokenError(
                "python-pkcs11 is not installed", remedy="Install it where keys lie in a token."
            ) from None
        pin = read_secret(PIN_VARIABLE, os.environ.get(PIN_VARIABLE), "PIN of the token")
        with _one_session, _told_for_people(self._place):
            token = pkcs11.lib(self._place.module).get_token(token_label=self._place.label)
            with token.open(rw=writes, user_pin=pin) as session:
                yield session


@contextlib.contextmanager
def _told_for_people(place: TokenPlace) -> Iterator[None]:
    """The module's errors as ours: it says what failed by the name of the error only."""
    from pkcs11 import exceptions

    try:
        yield
    except exceptions.NoSuchToken:
        what, remedy = "There is no such token", "Put it in; `token.json` in the key ring names it."
    except (exceptions.PinIncorrect, exceptions.PinLocked, exceptions.PinLenRange, exceptions.PinInvalid):
        what, remedy = "The token does not accept the PIN", f"Mend what {PIN_VARIABLE} names, or unlock it."
    except exceptions.PKCS11Error as error:
        kind = type(error).__name__
        what = (
            "The token's module cannot be loaded" if kind == "PKCS11Error" else f"The token refuses ({kind})"
        )
        remedy = f"See to it that {place.module} is there and the token lets its user keep and use HMAC keys."
    else:
        return
    raise TokenError(what, where=place.label, remedy=remedy) from None
