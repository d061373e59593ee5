"""Facts, and indicators as data: each a small pure function from facts to a figure.

No name, no record and no key to turn a reporting id into a person ever comes here.
"""

from trama_reporting.models.fact import FactCopy, Facts, Period
from trama_reporting.models.figure import Answered, Breakdown, Figure, Share, answered
from trama_reporting.models.indicator import BY_CODE, INDICATORS, Indicator

__all__ = [
    "BY_CODE",
    "INDICATORS",
    "Answered",
    "Breakdown",
    "FactCopy",
    "Facts",
    "Figure",
    "Indicator",
    "Period",
    "Share",
    "answered",
]
