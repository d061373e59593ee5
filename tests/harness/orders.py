"""What is said between a test and a member's process: one JSON object per line, orders in, words out."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from trama_chassis.settings import KafkaSettings

REFUSED, ENDED = 3, 4
"""Exit codes: the lease was refused; the service ended by itself."""


class MemberFile(BaseModel):
    """The settings file of one member's process."""

    model_config = ConfigDict(frozen=True)

    network: str
    member: str
    peers: tuple[str, ...]
    database_url: str
    bootstrap: str
    username: str
    password: str
    request_timeout_ms: int = 10_000
    secrets_dir: Path
    accounts_file: Path
    roots: list[str]
    receipts_every: float = 3600.0
    heads_every: float = 3600.0
    own_lease: Path | None = None
    """A path beside which to take a lease that nobody else wants: how a second live consumer is had."""

    @property
    def kafka(self) -> KafkaSettings:
        """How the service reaches the broker."""
        return KafkaSettings.model_validate(
            {
                "bootstrap": self.bootstrap,
                "username": self.username,
                "password": self.password,
                "request_timeout_ms": self.request_timeout_ms,
            }
        )


class Publish(BaseModel):
    """Enter lines in accounts, one transaction after another, a share of which is rolled back."""

    order: Literal["publish"] = "publish"
    accounts: list[str]
    events: int
    """How many events are to be committed."""
    per_transaction: int = 5
    """Each transaction enters from one to so many lines."""
    rolled_back: float = 0.1
    rate: float | None = None
    """Events per second; as fast as it goes if none is given."""
    seed: int = 0
    note: str = "x" * 300


class Hold(BaseModel):
    """Publish no more."""

    order: Literal["hold"] = "hold"


class Arm(BaseModel):
    """From now on, die (or pause) at a fail-point: the value that TRAMA_FAILPOINT gets."""

    order: Literal["arm"] = "arm"
    failpoint: str


class Tell(BaseModel):
    """Say what the inbox has counted."""

    order: Literal["tell"] = "tell"


class Stop(BaseModel):
    """Stop in order."""

    order: Literal["stop"] = "stop"


Order = Publish | Hold | Arm | Tell | Stop
AnyOrder = Annotated[Order, Field(discriminator="order")]
