"""HPKE draws its own randomness: what it gave once is kept here, so that golden files can be made again."""

import json
from pathlib import Path
from typing import Final

from trama_contracts.encoding import b64, from_b64, full_hash, lengths
from trama_contracts.hpke import SuiteName, seal_to

FILE: Final = "hpke-drawn.json"


class NotDrawn(Exception):
    """A golden message changed: the golden files must be written again."""


class DrawnSeals:
    """Seals by what is sealed, to whom and under which info; may draw new ones only when writing."""

    def __init__(self, folder: Path, *, may_draw: bool) -> None:
        path = folder / FILE
        self._kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self._used: dict[str, str] = {}
        self._may_draw = may_draw

    def seal(self, public: bytes, suite: SuiteName, padded: bytes, info: bytes) -> bytes:
        """enc || ct; raises NotDrawn when it is not kept and may not be drawn."""
        name = full_hash(lengths(public, suite, padded, info))
        if name not in self._kept:
            if not self._may_draw:
                raise NotDrawn(name)
            self._kept[name] = b64(seal_to(public, suite, padded, info))
        self._used[name] = self._kept[name]
        return from_b64(self._kept[name])

    def written(self) -> str:
        """The file of what was used, and of nothing else."""
        return json.dumps(self._used, indent=0, sort_keys=True) + "\n"
