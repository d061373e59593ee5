"""What the directory says, as classes: entries of members and the manifest (wire section 12)."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from trama_contracts.encoding import from_b64u
from trama_contracts.fields import (
    Hash,
    Instant,
    KeyName,
    MemberName,
    ServiceName,
    Signature,
    Version,
)
from trama_contracts.names import Circle
from trama_contracts.sealing import compact
from trama_contracts.signature import is_sound, kid_of

KeyState = Literal["active", "retired", "revoked"]
_FORM: Final = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class CrossSignature(BaseModel):
    """The old key's signature over the new one."""

    model_config = _FORM

    kid: KeyName
    sig: Signature


class SigningKey(BaseModel):
    """An Ed25519 key of one service. `from_` is a bound for the sender only."""

    model_config = _FORM

    kid: KeyName
    public: Hash
    state: KeyState
    from_: Annotated[Instant, Field(alias="from")]
    crosssigned: CrossSignature | None = None

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return from_b64u(self.public)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.kid != kid_of(self.raw):
            raise ValueError("the kid is not that of the key")
        if not is_sound(self.raw):
            raise ValueError("the key is not canonical or of small order")
        return self


class ServiceEntry(BaseModel):
    """The keys of one service of a member."""

    model_config = _FORM

    signing: tuple[SigningKey, ...]
    legacy_hpke: bool = False


class Succession(BaseModel):
    """A member whose streams, relations and open items passed to this one."""

    model_config = _FORM

    member: MemberName
    act: str
    from_: Annotated[Instant, Field(alias="from")]


class Entry(BaseModel):
    """One member: who answers for it, its circles, readers, services and keys."""

    model_config = _FORM

    member: MemberName
    controller: str
    delegations: tuple[Any, ...]
    version: Version
    name: str
    kind: str
    sector: str
    circles: tuple[Circle, ...]
    purposes: tuple[str, ...]
    read_by: tuple[MemberName, ...]
    services: dict[ServiceName, ServiceEntry]
    succeeds: tuple[Succession, ...] = ()

    @model_validator(mode="after")
    def _one_service_per_key(self) -> Self:
        keys = [key.kid for service in self.services.values() for key in service.signing]
        if len(set(keys)) != len(keys):
            raise ValueError("a key is listed twice")
        return self

    def encode(self) -> bytes:
        """The value of the member's directory record."""
        return compact(self.model_dump(mode="json", by_alias=True, exclude_none=True))


class ManifestLine(BaseModel):
    """Which version of an entry is in force, and the hash of its bytes."""

    model_config = _FORM

    version: Version
    sha256: Hash


class Manifest(BaseModel):
    """The list of entries in force. After `expires` no new grant is sent or accepted; events go on."""

    model_config = _FORM

    version: Version
    issued: Instant
    expires: Instant
    entries: dict[MemberName, ManifestLine]

    def encode(self) -> bytes:
        """The value of the record `manifest`."""
        return compact(self.model_dump(mode="json", by_alias=True))
