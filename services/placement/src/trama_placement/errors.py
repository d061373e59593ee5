"""What the placement service refuses, each with the reason a person reads."""

from trama_chassis.errors import NotFound, Refused


class PlacementNotHere(NotFound):
    """This member promotes no placement of that id."""

    code = "placement-not-here"
    detail = "Questo inserimento non risulta nel nostro servizio."


class PersonUnknown(NotFound):
    """Our registry has told of nobody with this record."""

    code = "person-unknown"
    detail = "Questa persona non risulta nel nostro servizio."


class PersonNotInCharge(Refused):
    """Nothing is recorded outside an open relation of this member with the person."""

    code = "person-not-in-charge"
    detail = (
        "La persona non ha una presa in carico aperta presso il nostro servizio, o è sospesa: "
        "senza, un inserimento non si può proporre né avviare."
    )
    field = "record"


class UnknownPathType(Refused):
    """No rule of this path type is in force on the first planned day."""

    code = "unknown-path-type"
    detail = "Alla data di inizio prevista non esiste questo tipo di percorso."
    field = "path_type"


class NotAHost(Refused):
    """The member named as host cannot be one, or does not receive what we write."""

    code = "not-a-host"
    field = "host"


class HostWouldKnow(Refused):
    """The task, which the host reads, tells more than the work."""

    code = "host-would-know"
    field = "task"


class PlanReversed(Refused):
    """The plan ends before it begins."""

    code = "plan-reversed"
    detail = "La fine prevista viene prima dell'inizio previsto."
    field = "planned_to"


class PlanTooShort(Refused):
    """The planned dates span fewer calendar months than the path type asks for."""

    code = "plan-too-short"
    rule = "Durata minima del percorso"
    allowed_by = "supervisor"
    field = "planned_to"


class PlanTooLong(Refused):
    """The planned dates span more calendar months than the path type allows."""

    code = "plan-too-long"
    rule = "Durata massima del percorso"
    allowed_by = "supervisor"
    field = "planned_to"


class TooManyHours(Refused):
    """More weekly hours than the path type allows."""

    code = "too-many-hours"
    field = "weekly_hours"


class EvaluationMissing(Refused):
    """A path of this type needs a completed evaluation of the person, and none is known."""

    code = "evaluation-missing"
    rule = "Prima la valutazione, poi il percorso"
    allowed_by = "supervisor"
    field = "path_type"


class ApprovalNotAsked(Refused):
    """The rule of this path type does not ask this party."""

    code = "approval-not-asked"
    field = "party"


class AlreadyApproved(Refused):
    """This party has approved before."""

    code = "already-approved"
    field = "party"


class ApprovalNotYetReached(Refused):
    """A day to come cannot be that of an approval."""

    code = "approval-not-yet-reached"
    detail = "Si registra un'adesione già data: la data indicata è nel futuro."
    field = "given_on"


class NotAgreed(Refused):
    """Not all who must approve have: nothing starts."""

    code = "not-agreed"


class AlreadyWithdrawn(Refused):
    """The placement was given up before it began."""

    code = "already-withdrawn"


class AlreadyStarted(Refused):
    """The start was confirmed before."""

    code = "already-started"


class StartOutsidePlan(Refused):
    """The start to confirm lies before or after the planned dates."""

    code = "start-outside-plan"
    rule = "Avvio dentro le date previste"
    allowed_by = "supervisor"
    field = "started_on"


class StartNotYetReached(Refused):
    """A day to come cannot be confirmed."""

    code = "start-not-yet-reached"
    detail = "Si conferma un avvio già avvenuto: la data indicata è nel futuro."
    field = "started_on"


class NotStarted(Refused):
    """Only what began can end."""

    code = "not-started"
    detail = (
        "L'avvio di questo inserimento non è mai stato confermato: non c'è nulla da concludere. "
        "Se la persona ha iniziato, va prima confermato l'avvio."
    )


class AlreadyEnded(Refused):
    """The placement ended before."""

    code = "already-ended"


class ReportMissing(Refused):
    """A path of this type is there to observe, and ends with what was observed."""

    code = "report-missing"
    rule = "Una relazione chiude l'osservazione"
    allowed_by = "supervisor"
    field = "report"


class EndBeforeStart(Refused):
    """The end lies before the confirmed start."""

    code = "end-before-start"
    field = "ended_on"


class EndNotYetReached(Refused):
    """A day to come cannot be recorded as the end."""

    code = "end-not-yet-reached"
    detail = "Si registra una conclusione già avvenuta: la data indicata è nel futuro."
    field = "ended_on"


class NotAskedHere(NotFound):
    """No promoter told this host of such a path."""

    code = "not-asked-here"
    detail = "Nessun ente promotore ci ha proposto questo percorso."


class AlreadyAnswered(Refused):
    """This host has answered before."""

    code = "already-answered"


class NoLongerAsked(Refused):
    """The path began or was withdrawn: nobody waits for the answer."""

    code = "no-longer-asked"
