"""What the pages of the evaluation service have in common: templates, and who may."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends
from trama_chassis import web
from trama_chassis.accounts import Caller, require

templates = web.environment(Path(__file__).parents[1] / "templates")

Operator = Annotated[Caller, Depends(require("caseworker", "team-lead", "supervisor"))]
Deciding = Annotated[Caller, Depends(require("team-lead", "supervisor"))]
