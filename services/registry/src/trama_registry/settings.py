"""What the registry is told from outside, beside what every service is told."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from trama_chassis.settings import ServiceSettings
from trama_contracts.payload_fields import Sector


class RegistrySettings(ServiceSettings):
    """`TRAMA_SECTOR`: the sector of its taking in charge; without it, the one the directory says.
    `TRAMA_ROUTE_DAYS`: within how many days a first contact is to be routed (a choice of the service);
    `TRAMA_DISPUTE_DAYS`: after how many days a dispute over competence is put before who coordinates;
    `TRAMA_SLEEPING_DAYS`: after how many days without a word of ours an open relation is said to sleep;
    `TRAMA_RETENTION_FILE`: for how long each kind of entry is kept; without it `retention.yaml` beside the
    accounts of the member, or else ours."""

    sector: Sector | Literal["host", "coordination"] | None = None
    route_days: Annotated[int, Field(ge=0, le=60)] = 5
    dispute_days: Annotated[int, Field(ge=0, le=365)] = 15
    sleeping_days: Annotated[int, Field(ge=1, le=3650)] = 180
    retention_file: Path | None = None
