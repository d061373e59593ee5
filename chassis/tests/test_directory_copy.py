"""The directory copy while it is loaded again, as the consumer does each time it begins."""

import asyncio
from pathlib import Path

from trama_chassis.handlers import EventHandlers
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.testing import running

REGISTRY = Service(
    name="registry",
    routers=[],
    handlers=EventHandlers(),
    tables=[],
    migrations=Path(),
    settings=ServiceSettings,
)


async def test_a_directory_being_loaded_again_is_never_seen_empty(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: whoever commits while the directory is loaded again sees it whole. A stream begun against an
    empty directory is granted to nobody, and nothing ever decides about it again."""
    async with running(REGISTRY, database_url, tmp_path, member="sil") as runtime:
        everyone = runtime.directory.principals()
        assert len(everyone) > 1
        seen = []
        async with runtime.database.read() as session:
            loading = asyncio.create_task(runtime.directory.load(session))
            while not loading.done():
                seen.append(runtime.directory.principals())
                await asyncio.sleep(0)
        assert len(seen) > 2
        assert [names for names in seen if names != everyone] == []
        assert runtime.directory.principals() == everyone
