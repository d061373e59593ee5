"""The reporting service as the chassis runs it: lists, and nothing else.

It has no commands: it decides nothing.
"""

from pathlib import Path

from trama_chassis.service import NavigationEntry, Service

from trama_reporting import api, models, pages
from trama_reporting.event_handlers import handlers
from trama_reporting.settings import ReportingSettings

service = Service(
    name="reporting",
    title="Rendicontazione",
    routers=[api.router, pages.router],
    handlers=handlers,
    tables=[models.FactCopy],
    migrations=Path(__file__).with_name("migrations"),
    settings=ReportingSettings,
    reads="facts",
    page_prefixes=("/rendicontazione",),
    navigation=(
        NavigationEntry(
            "Rendicontazione", "/rendicontazione", ("reporting-reader", "supervisor"), 70, more=True
        ),
    ),
    roles={"reporting-reader": "Chi legge i conteggi"},
    help=Path(__file__).with_name("help"),
)
