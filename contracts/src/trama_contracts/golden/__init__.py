"""Golden files and the corpus of wrong records: written here, read by every opener of the wire.

Nothing in this package is needed to run a service. `python -m trama_contracts.golden check`.
"""
