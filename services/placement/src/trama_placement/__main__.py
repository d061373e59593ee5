"""The placement service as the chassis runs it: lists, and nothing else."""

from pathlib import Path

import trama_caseload as caseload
from trama_chassis.service import NavigationEntry, Service

from trama_placement import api, models, pages
from trama_placement.event_handlers import handlers
from trama_placement.settings import PlacementSettings

service = Service(
    name="placement",
    title="Inserimenti",
    routers=[api.router, pages.router],
    handlers=handlers,
    tables=[
        *caseload.TABLES,
        models.PathTypeRule,
        models.Placement,
        models.Approval,
        models.HostAnswer,
        models.EvaluationCopy,
        models.HostPlacementCopy,
    ],
    migrations=Path(__file__).with_name("migrations"),
    settings=PlacementSettings,
    page_prefixes=("/inserimenti", "/ospiti"),
    navigation=(
        NavigationEntry("Inserimenti", "/inserimenti", ("placement-officer", "supervisor"), 40),
        NavigationEntry("Persone da noi", "/ospiti", ("host-tutor",), 45, alone=True),
    ),
    roles={"placement-officer": "Operatore degli inserimenti", "host-tutor": "Tutor nel luogo di lavoro"},
    help=Path(__file__).with_name("help"),
)
