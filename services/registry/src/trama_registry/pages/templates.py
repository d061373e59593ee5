"""The templates of the registry's pages, with the words they need."""

from pathlib import Path

from trama_chassis import web

from trama_registry.queries import told

templates = web.environment(Path(__file__).parents[1] / "templates")
templates.filters["day"] = told.day
templates.filters["when"] = lambda entry: told.when(entry.occurred_at, entry.recorded_at)
templates.globals |= {"refusals": told.REFUSALS, "services": told.SERVICES, "states": told.STATES}
templates.globals |= {"roles": told.ROLES, "kinds": told.KINDS}
