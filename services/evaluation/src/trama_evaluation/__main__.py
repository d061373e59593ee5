"""The evaluation service as the chassis runs it: lists, and nothing else."""

from datetime import timedelta
from pathlib import Path

from trama_chassis.service import NavigationEntry, Service
from trama_chassis.timers import Timer

from trama_evaluation import api, commands, models, pages
from trama_evaluation.event_handlers import handlers
from trama_evaluation.settings import EvaluationSettings

service = Service(
    name="evaluation",
    title="Valutazioni",
    routers=[api.router, *pages.routers],
    handlers=handlers,
    tables=models.TABLES,
    migrations=Path(__file__).with_name("migrations"),
    settings=EvaluationSettings,
    timers=[Timer("evaluation.reviews", timedelta(hours=1), commands.watch_reviews)],
    page_prefixes=("/valutazioni", "/progetti", "/incontri"),
    navigation=(
        NavigationEntry(
            "Valutazioni",
            "/valutazioni",
            ("caseworker", "team-lead", "supervisor"),
            30,
            covers=("/progetti", "/incontri"),
        ),
    ),
    roles={"team-lead": "Coordinatore dell'équipe"},
    help=Path(__file__).with_name("help"),
)
