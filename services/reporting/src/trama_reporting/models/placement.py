"""What is counted of placements."""

from trama_reporting.models.figure import (
    by_attribute,
    by_member,
    events,
    last_day,
    persons,
    placements_on,
    whole,
)
from trama_reporting.models.given import PLACEMENT_INSTRUMENTS
from trama_reporting.models.indicator import PATH_TYPE, WITHOUT_TAX_CODE, Indicator

TO_AGREE_FLOW = (
    "Il piano parla di «dati di flusso» senza dire se conta gli inserimenti avviati nell'anno "
    "o quelli attivi nell'anno: qui si vedono entrambi."
)

PLACEMENTS: tuple[Indicator, ...] = (
    Indicator(
        code="placements-started",
        group="placements",
        title="Inserimenti avviati",
        definition=(
            "«N. inserimenti lavorativi»: inserimenti il cui avvio, confermato da qualcuno, "
            "cade nel periodo. Le date previste non contano."
        ),
        unit="inserimenti",
        kinds=("placement-started",),
        count=events("placement-started", path_type=PATH_TYPE, member=by_member),
        to_agree=TO_AGREE_FLOW,
        baseline=(
            "I dati noti degli anni passati contano strumenti attivati in tutta la provincia, non persone: "
            "si leggono accanto a questo numero, non si sommano e non si confrontano."
        ),
        given=PLACEMENT_INSTRUMENTS,
    ),
    Indicator(
        code="placements-active",
        group="placements",
        title="Inserimenti attivi nel periodo",
        definition="Inserimenti avviati entro la fine del periodo e non conclusi prima del suo inizio.",
        unit="inserimenti",
        kinds=("placement-started", "placement-ended"),
        count=placements_on(whole, path_type=PATH_TYPE, member=by_member),
        to_agree=TO_AGREE_FLOW,
    ),
    Indicator(
        code="placements-running",
        group="placements",
        title="Inserimenti in corso l'ultimo giorno",
        definition="Inserimenti avviati entro l'ultimo giorno del periodo e non conclusi prima.",
        unit="inserimenti",
        kinds=("placement-started", "placement-ended"),
        count=placements_on(last_day, path_type=PATH_TYPE, member=by_member),
    ),
    Indicator(
        code="persons-placed",
        group="placements",
        title="Persone inserite",
        definition=(
            "Persone con almeno un inserimento avviato nel periodo, contate una volta sola "
            f"anche se a inserirle sono stati più servizi. {WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("placement-started",),
        count=persons("placement-started", path_type=PATH_TYPE, member=by_member),
        baseline="Base 2012 da fornire: il dato noto conta strumenti, non persone.",
    ),
    Indicator(
        code="persons-proposed",
        group="placements",
        title="Persone con un inserimento proposto",
        definition=(
            "Persone per cui nel periodo è stato proposto un inserimento, anche se poi non avviato. "
            f"{WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("placement-proposed",),
        count=persons("placement-proposed", path_type=PATH_TYPE, member=by_member),
        to_agree=(
            "Il piano conta le persone per cui «è stato previsto un percorso»: lo dicono i progetti "
            "concordati. Qui si vedono anche gli inserimenti proposti senza un progetto."
        ),
    ),
    Indicator(
        code="persons-with-project",
        group="placements",
        title="Persone con un progetto concordato",
        definition=(
            "«N. di persone per le quali è stato previsto un percorso»: persone con un progetto "
            "personalizzato concordato nel periodo, anche se poi non firmato o non avviato. "
            f"{WITHOUT_TAX_CODE}"
        ),
        unit="persone",
        kinds=("project-agreed",),
        count=persons("project-agreed", path_type=PATH_TYPE, member=by_member),
        baseline="Base 2012 da fornire: il dato noto conta strumenti, non persone.",
    ),
    Indicator(
        code="placements-ended",
        group="placements",
        title="Inserimenti conclusi",
        definition=(
            "Inserimenti conclusi nel periodo, con l'esito. Solo l'assunzione è un rapporto di lavoro."
        ),
        unit="inserimenti",
        kinds=("placement-ended",),
        count=events("placement-ended", ending=by_attribute("reason"), path_type=PATH_TYPE, member=by_member),
    ),
)
