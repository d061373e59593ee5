"""What the pages of the evaluation service have in common: templates, and what others would read."""

from pathlib import Path

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView, preview_page
from trama_chassis import web

from trama_evaluation import queries

templates = web.environment(Path(__file__).parents[1] / "templates")


async def preview_asked(request: Request, session: AsyncSession, record: str) -> DraftPreviewView | None:
    """What others would read of what this request has collected, if that is what was asked; it is undone."""
    return await queries.preview(session, record) if await preview_page.is_asked(request) else None
