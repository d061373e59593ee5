"""Who may ask the registry."""

from typing import Annotated

from fastapi import Depends
from trama_chassis.accounts import Caller, require

Operator = Annotated[Caller, Depends(require("caseworker", "supervisor"))]
Supervisor = Annotated[Caller, Depends(require("supervisor"))]
Anybody = Annotated[Caller, Depends(require("caseworker", "supervisor", "host-tutor"))]
"""What is told to the whole network holds no person: a host's tutor reads and tells it too."""
