"""Every indicator, in the order in which they are read."""

from trama_reporting.models.evaluation import EVALUATIONS
from trama_reporting.models.indicator import Indicator
from trama_reporting.models.placement import PLACEMENTS
from trama_reporting.models.referral import PASSAGES, REFERRALS
from trama_reporting.models.taking_in_charge import TAKINGS_IN_CHARGE

INDICATORS: tuple[Indicator, ...] = (
    *PLACEMENTS,
    *TAKINGS_IN_CHARGE,
    *REFERRALS,
    *PASSAGES,
    *EVALUATIONS,
)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}
