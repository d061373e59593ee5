"""Facts, and indicators as data: each a small pure function from facts to a figure.

No name, no record and no key to turn a reporting id into a person ever comes here.
"""

from trama_reporting.models.answer import Answered, answered
from trama_reporting.models.fact import REPLACED, FactCopy, Facts, Period, once_each
from trama_reporting.models.figure import UNNAMED, Breakdown, Figure, Share
from trama_reporting.models.given import Given
from trama_reporting.models.indicator import Indicator, Sectors
from trama_reporting.models.indicators import BY_CODE, INDICATORS

__all__ = [
    "BY_CODE",
    "INDICATORS",
    "REPLACED",
    "UNNAMED",
    "Answered",
    "Breakdown",
    "FactCopy",
    "Facts",
    "Figure",
    "Given",
    "Indicator",
    "Period",
    "Sectors",
    "Share",
    "answered",
    "once_each",
]
