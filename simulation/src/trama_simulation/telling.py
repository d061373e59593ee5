"""A story in a few Italian words, for who looks on. Pure."""

from datetime import date

from trama_simulation.acts import (
    Accept,
    AcceptProposal,
    AccessAct,
    Act,
    AgreeProject,
    AgreeToTakePart,
    AnswerErasure,
    Approve,
    AskDocument,
    AskEvaluation,
    AssignTaxCode,
    Authorise,
    Close,
    ComeIn,
    Conclude,
    ConfirmStart,
    Contribute,
    Convene,
    Correct,
    DecideOpposition,
    DeclareConflict,
    Decline,
    DisputeCompetence,
    DocumentAct,
    End,
    EndCertificate,
    Erase,
    EraseRecord,
    ErasureAct,
    EvaluationAct,
    FileDocument,
    GiveNotice,
    GroundAct,
    Hide,
    HoldInterview,
    HostApproves,
    HostRefuses,
    InsideAct,
    JoinRecords,
    LastDayPasses,
    LiftConflict,
    LiftRestriction,
    LookInUrgency,
    MoveCompetence,
    NameReferente,
    NoteAct,
    NumberDocument,
    Oppose,
    PartRecords,
    PlacementAct,
    Prepare,
    Propose,
    PutOffProposal,
    ReadNote,
    ReceiverSays,
    RecordCertificate,
    Refer,
    ReferralAct,
    RefuseApproval,
    RefuseProject,
    Register,
    RegisterAgain,
    RegistryAct,
    RelationAct,
    Reopen,
    Restrict,
    Resume,
    Route,
    SenderSays,
    SetGroups,
    SetReview,
    SetStep,
    SettleCompetence,
    ShowAgain,
    SignPact,
    SignProject,
    StandDown,
    StandIn,
    Story,
    StoryAct,
    Suspend,
    TakeBack,
    TakePartNoLonger,
    TakeStep,
    TermPasses,
    Try,
    Withdraw,
    WithdrawPath,
    WriteNote,
)
from trama_simulation.members import home

ENDINGS = {
    "hired": "assunzione",
    "moved-on": "altro percorso",
    "person-choice": "scelta della persona",
    "health": "motivi di salute",
    "not-suitable": "luogo non adatto",
    "completed": "periodo compiuto",
}
PARTIES = {"person": "la persona", "host": "chi ospita", "promoter": "il promotore"}
OUTCOMES = {
    "informed": "informazioni date",
    "taken-in-charge": "presa in carico",
    "referred": "indirizzata a un altro servizio",
    "planning-unit": "portata all'unità di progettazione",
    "did-not-return": "non è tornata",
    "other": "accesso concluso",
}
RELATIONS: dict[type, str] = {
    Suspend: "presa in carico sospesa",
    Resume: "presa in carico ripresa",
    Close: "presa in carico conclusa",
    Reopen: "presa in carico riaperta",
    SignPact: "patto di servizio firmato",
}
MOVES = {
    "renew": "invia di nuovo la segnalazione",
    "explain": "dà le informazioni richieste",
    "remind": "sollecita una risposta",
    "note": "registra la risposta arrivata su carta",
    "see": "legge la segnalazione",
    "question": "chiede altre informazioni",
    "reconsider": "ci ripensa: la valuta di nuovo",
    "start": "inizia il lavoro",
    "complete": "conclude la segnalazione",
    "fail": "non è riuscito",
    "reopen": "riapre la segnalazione",
}
TERMS = {"reminded": "termine passato, sollecitata", "unanswered": "senza risposta nei termini"}
GROUNDS: dict[type, str] = {
    GiveNotice: "informativa consegnata",
    AgreeToTakePart: "adesione al percorso",
    TakePartNoLonger: "adesione ritirata",
    Withdraw: "condivisione revocata",
    Oppose: "opposizione alla condivisione",
    Restrict: "limitazione del trattamento",
    LiftRestriction: "limitazione tolta",
    LastDayPasses: "condivisione scaduta",
}
ERASURES: dict[type, str] = {
    Erase: "cancellazione disposta",
    Hide: "una voce nascosta agli altri servizi",
    ShowAgain: "una voce mostrata di nuovo",
    EraseRecord: "cancellazione di tutta la scheda",
    AcceptProposal: "cancellato ciò che era conservato da troppo tempo",
    PutOffProposal: "una cancellazione rinviata",
}
INSIDE: dict[type, str] = {
    DeclareConflict: "conflitto di interessi dichiarato",
    LiftConflict: "conflitto di interessi finito",
    LookInUrgency: "accesso urgente motivato",
    StandIn: "si lavora in sostituzione di una collega",
    StandDown: "fine della sostituzione",
}
UNDERSTOOD = (Authorise, Approve, HostApproves, Try)
"""What goes without saying when a story is told."""
DAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre"),
    *("ottobre", "novembre", "dicembre"),
)


def in_words(story: Story) -> str:
    """What was done, in order; consent and approvals are understood."""
    told = [act for act in story.acts if not isinstance(act, UNDERSTOOD)]
    return "; ".join(f"{_day(act.on)} {sentence(act)}" for act in told)


def long_day(day: date) -> str:
    """`lunedì 4 febbraio 2013`."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def sentence(act: Act) -> str:
    """One act."""
    if isinstance(act, Try):
        return f"{act.at}: un rifiuto atteso ({act.code})"
    if isinstance(act, PlacementAct):
        return _of_path(act)
    if isinstance(act, EvaluationAct):
        return _of_team(act)
    if isinstance(act, ReferralAct):
        return _of_referral(act)
    if isinstance(act, GroundAct):
        return _of_ground(act)
    if isinstance(act, AccessAct):
        return _of_access(act)
    if isinstance(act, NoteAct):
        return _of_note(act)
    if isinstance(act, AnswerErasure):
        return f"{act.at}: " + ("scheda conservata per legge" if act.law else "scheda cancellata")
    if isinstance(act, ErasureAct):
        return f"{act.at}: {ERASURES[type(act)]}"
    if isinstance(act, InsideAct):
        return f"{act.at}: {INSIDE[type(act)]}"
    if isinstance(act, DocumentAct):
        return _of_document(act)
    if isinstance(act, RelationAct):
        return _of_relation(act)
    return _of_story(act) if isinstance(act, StoryAct) else _of_registry(act)


def _of_registry(act: RegistryAct) -> str:
    match act:
        case Register():
            return f"{act.at}: presa in carico" + " integrata" * bool(act.protocol)
        case RegisterAgain():
            return f"{home(act.at)}: registrata una seconda volta"
        case JoinRecords():
            return f"{act.at}: le due schede sono collegate"
        case PartRecords():
            return f"{act.at}: le due schede sono separate"
        case AssignTaxCode():
            return f"{act.at}: codice fiscale attribuito"
        case RecordCertificate():
            return f"{act.at}: certificazione vista"
        case EndCertificate():
            return f"{act.at}: certificazione non più valida"
        case SetGroups():
            return f"{act.at}: categorie indicate"
        case Authorise():
            return f"{act.at}: condivisione autorizzata con {', '.join(act.among)}"


def _of_ground(act: GroundAct) -> str:
    if isinstance(act, DecideOpposition):
        return f"{act.at}: opposizione {'accolta' if act.upheld else 'non accolta'}"
    return f"{act.at}: {GROUNDS[type(act)]}"


def _of_access(act: AccessAct) -> str:
    match act:
        case ComeIn(door="planning-unit"):
            return f"{act.at}: richiesta all'unità di progettazione"
        case ComeIn(reserved=True):
            return f"{act.at}: primo contatto al centro di ascolto"
        case ComeIn():
            return f"{act.at}: accesso allo sportello"
        case Route():
            return f"{act.at}: {OUTCOMES[act.outcome]}"


def _of_relation(act: RelationAct) -> str:
    match act:
        case MoveCompetence():
            return f"{act.at}: competenza passata a {act.to}"
        case DisputeCompetence():
            return f"{act.at}: competenza da chiarire con {act.other}"
        case SettleCompetence():
            return f"competenza chiarita: è di {act.competent}"
        case NameReferente():
            return f"{act.at}: nuovo referente"
        case _:
            return f"{act.at}: {RELATIONS[type(act)]}"


def _of_referral(act: ReferralAct) -> str:
    match act:
        case Refer():
            return f"segnalata a {act.to}"
        case Prepare():
            return f"{act.at}: segnalazione a {act.to} preparata, non inviata"
        case TakeBack():
            return f"segnalazione a {act.to} ritirata"
        case Accept():
            return f"{act.at} accetta"
        case Decline():
            return f"{act.at} non può accogliere"
        case SenderSays() | ReceiverSays():
            return f"{act.at} {MOVES[act.deed]}"
        case TermPasses():
            return f"{act.to}: {TERMS[act.deed]}"


def _of_note(act: NoteAct) -> str:
    match act:
        case WriteNote():
            return f"{act.at} scrive alla rete"
        case ReadNote():
            return f"{act.at} legge la nota" + " e risponde" * bool(act.answer)
        case HoldInterview():
            return f"{act.at}: colloquio" + " (solo per il servizio)" * (act.circle == "own")


def _of_document(act: DocumentAct) -> str:
    match act:
        case FileDocument():
            return f"{act.at} archivia un documento"
        case NumberDocument():
            return f"{act.at} protocolla un documento"
        case AskDocument():
            return f"{act.at} apre un documento di {act.filed_by}"


def _of_story(act: StoryAct) -> str:
    match act:
        case SetStep():
            return f"{act.at}: prossimo passo, {act.what[0].lower()}{act.what[1:]}"
        case TakeStep():
            return f"{act.at}: passo compiuto"
        case Correct():
            return f"{act.at}: una voce corretta"


def _of_team(act: EvaluationAct) -> str:
    match act:
        case AskEvaluation():
            return f"{act.at}: valutazione richiesta a {', '.join(act.contributors)}"
        case Contribute():
            return f"contributo di {act.at}"
        case Convene():
            return f"incontro convocato per il {_day(act.held_on)}"
        case Conclude():
            return "valutazione conclusa"
        case AgreeProject():
            return "progetto concordato"
        case SignProject():
            return "progetto firmato"
        case RefuseProject():
            return "progetto non firmato"
        case SetReview():
            return f"verifica fissata per il {_day(act.review_on)}"


def _of_path(act: PlacementAct) -> str:
    match act:
        case Propose():
            where = f"presso {act.host}" if act.host != act.at else "presso il servizio"
            return f"{act.at}: inserimento {where} proposto dal {_day(act.planned_from)}"
        case Approve():
            return f"aderisce {PARTIES[act.party]}"
        case HostApproves():
            return f"{act.at} conferma"
        case RefuseApproval():
            return f"non aderisce {PARTIES[act.party]}: ritirato"
        case HostRefuses():
            return f"{act.at} non può accogliere: ritirato"
        case WithdrawPath():
            return "inserimento ritirato prima dell'avvio"
        case ConfirmStart():
            return "avvio confermato"
        case End():
            return f"concluso ({ENDINGS[act.reason]})"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}" + ("" if day.year == 2013 else f"/{day.year}")
