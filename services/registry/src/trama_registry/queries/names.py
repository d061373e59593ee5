"""How members are called on pages."""

from trama_chassis.language import Named
from trama_contracts.directory import Directory

from trama_registry.queries import told


def names_of(directory: Directory) -> told.Names:
    """How members are called: as the directory says, or by their short name if they are gone from it."""

    def name(member: str) -> Named:
        entry = directory.entry(member)
        return Named(entry.name if entry is not None else member)

    return name
