"""What every check of `trama doctor` answers with."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: how it is, and what to do if it is not well."""

    level: Level
    what: str
    remedy: str = ""
