"""The nine stories that are written, with their exact days. Pure."""

from datetime import date

from trama_simulation.acts import (
    Act,
    AgreeProject,
    AgreeToTakePart,
    AskDocument,
    AskEvaluation,
    AssignTaxCode,
    ComeIn,
    Conclude,
    ConfirmStart,
    Contribute,
    Convene,
    Correct,
    End,
    Erase,
    FileDocument,
    GiveNotice,
    HoldInterview,
    MoveCompetence,
    NameReferente,
    Prepare,
    Propose,
    ReadNote,
    RecordCertificate,
    Refer,
    Route,
    SetGroups,
    SetReview,
    SetStep,
    SignPact,
    SignProject,
    TakeStep,
    WriteNote,
)
from trama_simulation.members import COMIDIS, COR, CPI, DSM, EST, FILO, MOBILI, SERT, SIL, URBANO
from trama_simulation.stories.grounds import NOTICE
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import DISCIPLINE, ISSUERS, rated

NAMESAKE = "Era di una persona con lo stesso nome."
HALL = "Sede dell'ambito, sala riunioni"


def written() -> list[tuple[Act, ...]]:
    """Anna, Bruno, Carla, Dario, Elena, Farid, Gina, Ivo, Hugo."""
    told = (_anna(), _bruno(), _carla(), _dario(), _elena(), _farid(), _gina(), _ivo(), _hugo())
    return [tuple(plot.acts) for plot in told]


def _day(month: int, day: int, year: int = 2013) -> date:
    return date(year, month, day)


def _seats(*members: str) -> tuple[tuple[str, str], ...]:
    return tuple((member, DISCIPLINE[member]) for member in members)


def _anna() -> Plot:
    """The whole line: referral, planning unit, project, traineeship, hired."""
    plot = Plot(_day(2, 4))
    plot.register(URBANO, "Un lavoro adatto dopo anni senza occupazione.")
    curriculum = "Curriculum vitae.txt"
    plot.do(FileDocument(plot.day, URBANO, curriculum, "curriculum"))
    plot.authorise(URBANO, SIL, CPI, COR).refer(URBANO, SIL, documents=(curriculum,)).on(2, 7)
    plot.receiver_says(SIL, URBANO, "see").accept(SIL, URBANO)
    plot.do(AskDocument(plot.day, SIL, URBANO, curriculum))
    plot.on(2, 11).do(HoldInterview(plot.day, URBANO, "desk", "Ha lavorato otto anni in lavanderia."))
    question = "Quale percorso è adatto ora, e con quale sostegno?"
    team = "integrated-planning-unit"
    plot.do(AskEvaluation(plot.day, URBANO, team, question, (URBANO, SIL), _day(3, 1)))
    plot.on(2, 25).do(Contribute(plot.day, URBANO, URBANO, DISCIPLINE[URBANO], rated(2), family="Vive sola."))
    plot.do(Contribute(plot.day, SIL, URBANO, DISCIPLINE[SIL], rated(2)))
    plot.in_vain(Convene(plot.day, URBANO, _day(3, 5), HALL, _seats(URBANO, CPI)), "session-invalid")
    plot.do(Convene(plot.day, URBANO, _day(3, 5), HALL, _seats(URBANO, CPI, COR)))
    plot.on(3, 5).do(Conclude(plot.day, URBANO, "traineeship"))
    words, goals = (
        "Vorrei un lavoro mio, con orari che riesco a tenere.",
        (("un tirocinio vicino a casa", SIL),),
    )
    plot.on(3, 18).do(AgreeProject(plot.day, URBANO, words, goals, _day(9, 16), "traineeship"))
    plot.do(SignProject(plot.day, URBANO, (URBANO, SIL)))
    plot.do(RecordCertificate(plot.day, URBANO, "disadvantaged", "Servizio sociale dei Comuni", plot.day))
    first, last = _day(4, 2), _day(9, 30)
    plan = Propose(_day(3, 25), SIL, FILO, "traineeship", "confezionamento", 30, first, last)
    plot.on(3, 25).do(plan).approved(plan).receiver_says(SIL, URBANO, "start")
    plot.start(plan).on(9, 30).do(End(plot.day, SIL, "hired"))
    plot.on(10, 1).receiver_says(SIL, URBANO, "complete", outcome="goals-reached")
    return plot.do(SetStep(plot.day, SIL, "Verifica a tre mesi dall'assunzione", _day(1, 2, 2014)))


def _bruno() -> Plot:
    """A laboratory at the service itself, and the next path planned before it ends."""
    plot = Plot(_day(1, 14))
    plot.register(DSM, "Capire quale lavoro è sostenibile in questo momento.")
    plot.authorise(DSM, SIL).refer(DSM, SIL).on(1, 17).accept(SIL, DSM)
    first, last = _day(2, 1), _day(4, 30)
    lab = Propose(_day(1, 21), SIL, SIL, "observation-lab", "osservazione in laboratorio", 20, first, last)
    plot.on(1, 21).do(lab).approved(lab).start(lab)
    first, last = _day(5, 2), _day(10, 31)
    after = Propose(_day(4, 22), SIL, MOBILI, "traineeship", "assemblaggio", 25, first, last, nth=2)
    plot.on(4, 22).do(after).approved(after)
    plot.do(SetStep(plot.day, SIL, "Primo giorno con il tutor del mobilificio", first))
    plot.on(4, 30).do(End(plot.day, SIL, "completed"))
    return plot.start(after).do(TakeStep(plot.day, SIL, "Accompagnato, tutto bene."))


def _carla() -> Plot:
    """A therapeutic work grant: not before the team has evaluated; the host never learns what it is."""
    plot = Plot(_day(3, 11))
    plot.register(DSM, "Provare un'attività manuale con un tutor accanto.")
    plot.do(SetGroups(plot.day, DSM, "clinical", ("mental-health",)))
    report = "Relazione clinica.txt"
    plot.do(FileDocument(plot.day, DSM, report, "report", "clinical"))
    plot.do(HoldInterview(plot.day, DSM, "desk", "Preferisce parlarne con una dottoressa.", "own"))
    plot.authorise(DSM, SIL)
    shown = Refer(plot.day, DSM, SIL, "Con la relazione.", "Un'attività.", _day(3, 18), documents=(report,))
    plot.in_vain(shown, "document-not-shared").refer(DSM, SIL).on(3, 14).accept(SIL, DSM)
    task, first, last = "cura del verde", _day(5, 6), _day(11, 5)
    early = Propose(_day(3, 18), SIL, FILO, "work-grant-therapeutic", task, 16, first, last)
    plot.on(3, 18).in_vain(early, "evaluation-missing")
    question = "Quante ore e quale mansione sono sostenibili?"
    plot.do(AskEvaluation(plot.day, DSM, "integrated-team", question, (DSM, SIL), _day(4, 15)))
    diagnosis = "Quadro compatibile con un impegno graduale."
    plot.on(4, 2).do(Contribute(plot.day, DSM, DSM, DISCIPLINE[DSM], rated(3), diagnosis, "unstable"))
    plot.do(Contribute(plot.day, SIL, DSM, DISCIPLINE[SIL], rated(3)))
    plot.do(Convene(plot.day, DSM, _day(4, 22), "Centro di salute mentale", _seats(DSM, SIL)))
    plot.on(4, 22).do(Conclude(plot.day, DSM, "work-grant-therapeutic"))
    words, goals = "Mi piacerebbe lavorare all'aperto.", (("poche ore all'inizio", SIL),)
    plot.do(AgreeProject(plot.day, DSM, words, goals, _day(10, 21), "work-grant-therapeutic"))
    plot.do(SignProject(plot.day, DSM, (DSM, SIL)))
    plan = Propose(_day(4, 30), SIL, FILO, "work-grant-therapeutic", task, 16, first, last)
    plot.on(4, 30).do(plan).approved(plan).start(plan)
    return plot.on(10, 7).do(SetStep(plot.day, SIL, "Rivedere le ore con il tutor", _day(10, 21)))


def _dario() -> Plot:
    """Not accepted, with an alternative; sent again and accepted; a planning unit yet to be convened."""
    plot = Plot(_day(5, 27))
    plot.register(EST, "Riprendere a lavorare dopo la chiusura della ditta.")
    plot.on(6, 3).authorise(EST, CPI, COR).refer(EST, CPI)
    alternative = "Prima l'unità di progettazione integrata, poi l'iscrizione."
    plot.on(6, 10).decline(CPI, EST, "not-competent", alternative)
    plot.on(6, 11).refer(EST, CPI, reason="Come concordato al telefono, in vista dell'unità.")
    plot.on(6, 17).accept(CPI, EST).do(SignPact(plot.day, CPI, _day(6, 16, 2014)))
    need = "Un progetto comune prima di cercare un posto."
    asks = ComeIn(_day(9, 24), EST, "other-service", need, door="planning-unit", named="not")
    plot.on(9, 24).do(asks).on(9, 30).do(Route(plot.day, EST, "planning-unit"))
    question = "Quale percorso è adatto a cinquantadue anni, dopo trent'anni di magazzino?"
    asked = AskEvaluation(_day(9, 30), EST, "integrated-planning-unit", question, (CPI, EST), _day(10, 21))
    plot.do(asked)
    plot.on(10, 7).do(SetStep(plot.day, EST, "Convocare l'unità di progettazione", _day(10, 21)))
    return plot.do(Contribute(plot.day, EST, EST, DISCIPLINE[EST], rated(2), family="Due figli a scuola."))


def _elena() -> Plot:
    """Two services that do not know of each other; hiring support needs no evaluation; counted once."""
    plot = Plot(_day(1, 14))
    plot.register(SIL, "Capire quale lavoro è sostenibile in questo momento.")
    first, last = _day(2, 1), _day(4, 30)
    lab = Propose(_day(1, 21), SIL, SIL, "observation-lab", "osservazione in laboratorio", 20, first, last)
    plot.on(1, 21).do(lab).approved(lab).start(lab).on(4, 30).do(End(plot.day, SIL, "completed"))
    plot.on(5, 20).register(COMIDIS, "Iscrizione nell'elenco del collocamento mirato.")
    plot.do(RecordCertificate(plot.day, COMIDIS, "targeted-placement", ISSUERS[0], _day(2, 11)))
    statement = "Verbale di accertamento.txt"
    plot.do(FileDocument(plot.day, COMIDIS, statement, "certificate"))
    plot.authorise(COMIDIS, CPI).refer(COMIDIS, CPI).on(5, 27).accept(CPI, COMIDIS)
    plot.do(AskDocument(plot.day, CPI, COMIDIS, statement))
    plot.do(SignPact(plot.day, CPI, _day(5, 26, 2014)))
    first, last = _day(7, 1), _day(6, 30, 2014)
    plan = Propose(_day(6, 17), CPI, MOBILI, "hiring-support", "assemblaggio", 24, first, last)
    plot.on(6, 17).do(plan)
    early = ConfirmStart(_day(7, 1), CPI)
    plot.on(7, 1).in_vain(early, "not-agreed").approved(plan)
    return plot.start(plan)


def _farid() -> Plot:
    """Moves house: the district where he goes accepts, and only then the other closes; then his tax code is
    issued, and what is told of him at the end goes to who follows him now too."""
    plot = Plot(_day(6, 3))
    need = "Un primo inserimento accompagnato, vicino a casa."
    plot.register(URBANO, need, known_by="provisional-tax-code", language="ar")
    plot.authorise(URBANO, SIL).refer(URBANO, SIL, within=14).on(6, 11).accept(SIL, URBANO)
    plot.on(6, 17).receiver_says(SIL, URBANO, "start")
    plot.on(9, 3).do(MoveCompetence(plot.day, URBANO, EST, "residence")).authorise(URBANO, EST, SIL)
    plot.refer(URBANO, EST, within=14, reason="Trasloco del 2 settembre: si chiede il passaggio.")
    plot.on(9, 12).accept(EST, URBANO).do(NameReferente(plot.day, EST)).close(URBANO, "transferred")
    plot.on(9, 20).do(AssignTaxCode(plot.day, EST), AssignTaxCode(plot.day, SIL))
    plot.on(9, 24)
    return plot.receiver_says(SIL, URBANO, "complete", referente=EST, outcome="partly-reached")


def _gina() -> Plot:
    """She takes back what she had let mental health read: the evaluation is concluded without it. What comes
    late from who may still read is kept, and the project is looked at again."""
    plot = Plot(_day(8, 26))
    plot.register(SERT, "Un percorso graduale, con poche ore all'inizio.")
    plot.do(GiveNotice(plot.day, SERT, NOTICE), AgreeToTakePart(plot.day, SERT, "Percorso verso il lavoro"))
    plot.authorise(SERT, URBANO, circles=("care", "clinical"))
    plot.authorise(SERT, URBANO, DSM, circles=("care", "clinical"))
    plot.refer(SERT, URBANO).refer(SERT, DSM).on(8, 29).accept(URBANO, SERT).accept(DSM, SERT)
    question, asked = "La persona può iniziare un percorso in azienda?", (DSM, SERT, URBANO)
    plot.on(9, 2).do(AskEvaluation(plot.day, URBANO, "multidimensional-unit", question, asked, _day(9, 20)))
    plot.on(9, 16).withdraw(SERT, SERT, "Preferisce che ne sappiano in pochi.")
    family, diagnosis = "La rete familiare abita lontano.", "In cura da due anni."
    plot.do(Contribute(plot.day, URBANO, URBANO, DISCIPLINE[URBANO], rated(2), family=family))
    plot.do(Convene(plot.day, URBANO, _day(9, 24), HALL, _seats(URBANO, SERT)))
    plot.on(9, 24).do(Conclude(plot.day, URBANO, "traineeship"))
    words, goals = "Un passo alla volta.", (("un colloquio ogni due settimane", URBANO),)
    plot.do(AgreeProject(plot.day, URBANO, words, goals, _day(3, 24, 2014)))
    plot.do(SignProject(plot.day, URBANO, (URBANO, SERT)))
    late = Contribute(_day(10, 1), SERT, URBANO, DISCIPLINE[SERT], rated(2), diagnosis=diagnosis)
    plot.on(10, 1).do(late, SetReview(plot.day, URBANO, _day(10, 21), "late-contribution"))
    plot.do(SetStep(plot.day, URBANO, "Verifica del progetto con il Ser.T.", _day(10, 21)))
    text = "È arrivato anche il contributo del Ser.T.: rivediamo il progetto lunedì 21. Ci siete?"
    plot.do(WriteNote(plot.day, URBANO, text, needs_answer=True))
    return plot.on(10, 7).do(ReadNote(plot.day, SERT, URBANO, "Ci saremo."))


def _ivo() -> Plot:
    """Came to the desk a few days ago; one service accepted, another has not answered yet. What was meant for
    somebody of the same name was written on his record: a step is struck, a note that was read is erased."""
    plot = Plot(_day(10, 8))
    need, channel = "Un lavoro adatto dopo anni senza occupazione.", "desk"
    plot.do(ComeIn(plot.day, URBANO, channel, need, ("isolation", "long-unemployment")))
    plot.do(Route(plot.day, URBANO, "taken-in-charge"), NameReferente(plot.day, URBANO))
    plot.authorise(URBANO, SIL, CPI).refer(URBANO, SIL, within=13).accept(SIL, URBANO)
    plot.refer(URBANO, CPI, within=13)
    plot.do(SetStep(plot.day, URBANO, "Accompagnarlo alla visita di controllo", _day(10, 11)))
    mistaken = WriteNote(plot.day, URBANO, "Venerdì ha la visita di controllo: spostate il colloquio.")
    plot.do(mistaken).on(10, 9).do(Erase(plot.day, URBANO, mistaken, "wrong-person", NAMESAKE))
    plot.do(Correct(plot.day, URBANO, "next-step-set", NAMESAKE))
    return plot.do(SetStep(plot.day, URBANO, "Secondo colloquio allo sportello", _day(10, 16)))


def _hugo() -> Plot:
    """His referral is written and kept as a draft: the visitor of the demonstration sends it."""
    plot = Plot(_day(10, 7))
    need = "Un primo lavoro, dopo la scuola lasciata a metà."
    plot.register(URBANO, need).authorise(URBANO, SIL)
    reason = "Due colloqui fatti: chiede un'esperienza in azienda, con un tutor."
    return plot.on(10, 8).do(Prepare(plot.day, URBANO, SIL, reason, need))
