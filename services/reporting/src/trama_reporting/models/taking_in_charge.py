"""What is counted of takings in charge."""

from trama_reporting.models.figure import by_attribute, by_member, events, persons, standing
from trama_reporting.models.indicator import WITHOUT_TAX_CODE, Indicator

TAKINGS_IN_CHARGE: tuple[Indicator, ...] = (
    Indicator(
        code="persons-taken-in-charge",
        group="takings-in-charge",
        title="Persone prese in carico",
        definition=(
            "Persone per cui nel periodo si è aperta una presa in carico (o l'iscrizione, dove si usa), "
            f"contate una volta sola. {WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("taking-in-charge-opened",),
        count=persons("taking-in-charge-opened", sector=by_attribute("sector"), member=by_member),
    ),
    Indicator(
        code="takings-in-charge-closed",
        group="takings-in-charge",
        title="Prese in carico concluse",
        definition=(
            "Prese in carico concluse nel periodo, con il motivo. "
            "Quelle riaperte entro la fine del periodo non sono contate."
        ),
        unit="prese in carico",
        kinds=("taking-in-charge-closed", "taking-in-charge-reopened"),
        count=standing(
            "taking-in-charge-closed",
            "taking-in-charge-reopened",
            closing=by_attribute("reason"),
            member=by_member,
        ),
    ),
    Indicator(
        code="takings-in-charge-reopened",
        group="takings-in-charge",
        title="Prese in carico riaperte",
        definition=(
            "Prese in carico che erano concluse e nel periodo sono state riaperte, qualunque sia il giorno "
            "in cui erano state concluse."
        ),
        unit="prese in carico",
        kinds=("taking-in-charge-reopened",),
        count=events("taking-in-charge-reopened", member=by_member),
    ),
)
