"""What asks for attention today, over HTTP."""

from trama_chassis.database import Reading, Router

from trama_registry.api.callers import Operator
from trama_registry.queries import today as queries
from trama_registry.schemas.today import TodayView

router = Router()


@router.get("/today")
async def today(session: Reading, by: Operator) -> TodayView:
    """What asks for the caller's attention: of their own people, or of all for a supervisor."""
    return await queries.today_view(session, by)
