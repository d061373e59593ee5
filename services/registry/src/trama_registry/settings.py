"""What the registry is told from outside, beside what every service is told."""

from typing import Literal

from trama_chassis.settings import ServiceSettings
from trama_contracts.payload_fields import Sector


class RegistrySettings(ServiceSettings):
    """`TRAMA_SECTOR`: the sector of its taking in charge; without it, the one the directory says."""

    sector: Sector | Literal["host", "coordination"] | None = None
