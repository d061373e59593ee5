"""What a service is told from outside: variables `TRAMA_*`, read once. It reads no files except secrets."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from trama_contracts.names import (
    MEMBER_PATTERN,
    NETWORK_PATTERN,
    SERVICE_PATTERN,
    Kind,
    is_member,
    topic_of,
)

PLACEHOLDERS = frozenset({"", "changeme", "changethis", "demo", "password", "secret", "trama"})

Network = Annotated[str, StringConstraints(pattern=f"^{NETWORK_PATTERN}$")]
Member = Annotated[str, StringConstraints(pattern=f"^{MEMBER_PATTERN}$")]
ServiceName = Annotated[str, StringConstraints(pattern=f"^{SERVICE_PATTERN}$")]


class SecretUnsafe(Exception):
    """A secret file that is missing, empty, published, or readable by other users of the machine."""


class KafkaSettings(BaseModel):
    """How to reach the broker, as this service's own principal."""

    model_config = ConfigDict(frozen=True)

    bootstrap: str
    username: str
    password: SecretStr
    security_protocol: str = "SASL_PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    request_timeout_ms: int = Field(default=10_000, ge=1_000)


class ServiceSettings(BaseSettings):
    """The settings every service has; a service adds its own. Nested ones read TRAMA_KAFKA__BOOTSTRAP."""

    model_config = SettingsConfigDict(
        env_prefix="TRAMA_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    network: Network
    member: Member
    service: ServiceName
    database_url: str = Field(pattern=r"^(sqlite:////|postgresql://)")
    kafka: KafkaSettings
    secrets_dir: Path
    accounts_file: Path
    roots: list[str] = Field(min_length=1)
    clock_file: Path | None = None
    reporting_key_file: Path | None = None
    demo: bool = False
    receipts_every: float = Field(default=5.0, gt=0)
    heads_every: float = Field(default=60.0, gt=0)
    sign_of_life_every: float = Field(default=3600.0, gt=0)
    facts_delay: tuple[float, float] = (5.0, 60.0)
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        """Read the environment; named values win over it."""
        super().__init__(**values)

    @model_validator(mode="after")
    def _refuse_reserved_and_placeholders(self) -> Self:
        """Demo secrets are refused outside the demo: no example password reaches production."""
        if not is_member(self.member):
            raise ValueError("TRAMA_MEMBER is a reserved name")
        password = self.kafka.password.get_secret_value().lower()
        if not self.demo and (password in PLACEHOLDERS or password.startswith("demo-")):
            raise ValueError("TRAMA_KAFKA__PASSWORD is a placeholder; set a real one, or TRAMA_DEMO=true")
        return self

    @property
    def principal(self) -> str:
        """The Kafka user and the owner of the topics: `<member>.<service>`."""
        return f"{self.member}.{self.service}"

    @property
    def source(self) -> str:
        """The CloudEvents source (wire section 2): `/<network>/<member>/<service>`."""
        return f"/{self.network}/{self.member}/{self.service}"

    def topic(self, kind: Kind) -> str:
        """This service's own topic of that kind (wire section 3)."""
        return topic_of(self.network, self.principal, kind)

    def secret(self, name: str) -> bytes:
        """The bytes of one file of the secrets directory.

        Raises SecretUnsafe when it is missing, empty, or readable by anyone but its owner.
        """
        return read_secret(self.secrets_dir / name)


def read_secret(path: Path) -> bytes:
    """Read a secret file, refusing one that others on this machine can read."""
    if not path.is_file():
        raise SecretUnsafe(f"{path}: no such secret file")
    if path.stat().st_mode & 0o077:
        raise SecretUnsafe(f"{path}: readable by others; chmod 600 it")
    content = path.read_bytes()
    if not content:
        raise SecretUnsafe(f"{path}: empty")
    return content
