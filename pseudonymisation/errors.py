"""What can be refused, said for the person who has to mend it.

This package stands alone, so its errors are its own; whoever calls it maps `kind` to an exit code. Each
says what is wrong, where, and what which role must do. None ever holds a BSN, a key, a ticket or a
pseudonym.
"""

from __future__ import annotations

from typing import ClassVar


class PseudonymisationError(Exception):
    """An error for people: `what` is wrong, `where`, and what to do about it (`remedy`)."""

    kind: ClassVar[str] = "pseudonymisation"

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        """One line: what, where, what to do."""
        parts = [self.what]
        if self.where:
            parts.append(f"in {self.where}")
        text = " ".join(parts).rstrip(".") + "."
        return f"{text} {self.remedy}".rstrip()


class AgreementError(PseudonymisationError):
    """The agreement between the roles is missing, malformed, or not the one this key ring belongs to."""

    kind = "agreement"


class KeyRingMissingError(PseudonymisationError):
    """There is no key ring here, or a key or custodian's share is missing from it."""

    kind = "key-ring-missing"


class KeyRingExistsError(PseudonymisationError):
    """A key ring or share would be overwritten."""

    kind = "key-ring-exists"


class UnsafeKeyRingError(PseudonymisationError):
    """A key ring is readable by others, holds a key under 256 bits, or does not open with these shares."""

    kind = "key-ring-unsafe"


class NumberRefusedError(PseudonymisationError):
    """A table holds a number that cannot be anybody's BSN, or one that was not normalised."""

    kind = "number"


class TableRefusedError(PseudonymisationError):
    """A table cannot be sealed: its name, its columns, or its missing schema digest."""

    kind = "table"


class DeliveryExistsError(PseudonymisationError):
    """This delivery id was sealed before with other contents, or one half of it is lost."""

    kind = "delivery-exists"


class DeliveryIncompleteError(PseudonymisationError):
    """A drop folder lacks a file that its manifest lists, or holds one that it does not list."""

    kind = "delivery-incomplete"


class SignatureRefusedError(PseudonymisationError):
    """A manifest is unsigned, changed after signing, or signed by nobody in the agreement."""

    kind = "signature"


class ManifestRefusedError(PseudonymisationError):
    """A manifest is authentic but does not fit the agreement, its own delivery, or its other half."""

    kind = "manifest"


class BlobRefusedError(PseudonymisationError):
    """A sealed blob is not the one in the manifest, cannot be opened, or holds something else."""

    kind = "blob"


class ReplayRefusedError(PseudonymisationError):
    """A delivery id or digest was seen before."""

    kind = "replay"


class LiveDeliveryRefusedError(PseudonymisationError):
    """This supplier already has a live delivery for this period."""

    kind = "live-delivery"


class CanaryMismatchError(PseudonymisationError):
    """Two suppliers do not hash with the same shared secret."""

    kind = "canary"


class BatchRefusedError(PseudonymisationError):
    """A delivery holds fewer or more persons than the agreement allows."""

    kind = "batch"


class AheadOfDateError(PseudonymisationError):
    """A delivery is dated later than the day on which it is read: a clock or a date is wrong."""

    kind = "ahead-of-date"


class StorageError(PseudonymisationError):
    """A folder cannot be written to: the disk is full, or rights are missing."""

    kind = "storage"


class AuditError(PseudonymisationError):
    """An audit log was changed, cut or cannot be read, or an entry would hold what it may not."""

    kind = "audit"


class KeyDestroyedError(PseudonymisationError):
    """A key was destroyed: nothing can be made with it, and none of its name is made again."""

    kind = "key-destroyed"


class KeyInUseError(PseudonymisationError):
    """A key would be destroyed, or taken from its file, that is in use; or one that makes no pseudonyms."""

    kind = "key-in-use"


class TokenError(PseudonymisationError):
    """A hardware module with keys cannot be reached, or refuses what is asked of it."""

    kind = "token"


class CertificateRefusedError(PseudonymisationError):
    """A certificate of a key's destruction is malformed, or not signed by whom it names."""

    kind = "certificate"


OWN_FAULTS = (
    AgreementError,
    KeyRingMissingError,
    UnsafeKeyRingError,
    KeyDestroyedError,
    TokenError,
    StorageError,
    AuditError,
)
"""When a delivery is read: faults of the reader's own house, for which no delivery is to blame. One from
nobody in the agreement fails by its signature."""
