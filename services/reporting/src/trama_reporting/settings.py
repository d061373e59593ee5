"""What the reporting service is told from outside, and what it must never be told."""

from typing import Self

from pydantic import model_validator
from trama_chassis.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """The settings every service has, without the reporting key."""

    @model_validator(mode="after")
    def _refuse_the_reporting_key(self) -> Self:
        """Who counts must not be able to turn a tax code into a reporting id: the key is a custodian's."""
        if self.reporting_key_file is not None:
            raise ValueError("a reporting service must not be given the reporting key; unset its file")
        return self
