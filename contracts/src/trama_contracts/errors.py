"""Refused conditions of the wire, named after the condition. A reason never quotes a person's words."""


class WireFault(ValueError):
    """What is common to all faults found while reading bytes from the wire; `reason` is safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(WireFault):
    """Bytes whose form is not that of the wire (sections 1 to 6, 10 to 13)."""


class BadCommit(WireFault):
    """The key commitment is not that of the key held (section 8)."""


class BadTag(WireFault):
    """Decryption failed (sections 8 and 11)."""


class BadPadding(WireFault):
    """The plaintext is not padded minimally with zeros (section 8)."""


class InvalidPayload(WireFault):
    """The inner JSON is not what its type promises (sections 9 and 11)."""


class TooLarge(WireFault):
    """An inner JSON longer than the largest padded size holds: the sender must split (section 8)."""


class UnusableKey(WireFault):
    """An HPKE public key of the right length and name to which nothing can be sealed (section 11)."""
