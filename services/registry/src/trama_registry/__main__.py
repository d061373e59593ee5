"""The registry as the chassis runs it: lists, and nothing else."""

from datetime import timedelta
from pathlib import Path

from trama_chassis.service import NavigationEntry, Service
from trama_chassis.timers import Timer

from trama_registry import api, commands, models, pages, queries
from trama_registry.event_handlers import handlers
from trama_registry.settings import RegistrySettings

service = Service(
    name="registry",
    title="Persone e segnalazioni",
    routers=[*api.routers, *pages.routers],
    handlers=handlers,
    tables=[
        models.Person,
        models.PersonIdentifier,
        models.PersonTrait,
        models.DistinctPersons,
        models.Certificate,
        models.TargetGroup,
        models.JudicialTargetGroup,
        models.TakingInCharge,
        models.Protocol,
        models.AccessRequest,
        models.Authorisation,
        models.Notice,
        models.Participation,
        models.Opposition,
        models.Restriction,
        models.Referral,
        models.ReferralDraft,
        models.ReferralReply,
        models.ReferralProtocol,
        models.ReferralCopy,
        models.ReferralMoveCopy,
        models.EntryCopy,
        models.NextStep,
        models.DocumentCopy,
        models.DocumentAsked,
        models.NoteAddressee,
        models.OwnInterview,
        models.AccessesAskedOf,
        models.AccessesToldCopy,
        models.UrgentAccess,
        models.UrgentAccessCopy,
        models.ObscuredEntry,
        models.ErasureAsked,
        models.ErasureReplyCopy,
        models.RetentionProposal,
    ],
    migrations=Path(__file__).with_name("migrations"),
    settings=RegistrySettings,
    timers=[
        Timer("registry.referral-terms", timedelta(hours=1), commands.watch_terms),
        Timer("registry.access-terms", timedelta(hours=1), commands.watch_accesses),
        Timer("registry.disputes", timedelta(hours=1), commands.watch_disputes),
        Timer("registry.retention", timedelta(hours=12), commands.propose_erasures),
    ],
    page_prefixes=("/oggi", "/persone", "/segnalazioni", "/accessi", "/rete", "/cancellazioni"),
    navigation=(
        NavigationEntry("Oggi", "/oggi", ("caseworker", "supervisor"), 5, home=True),
        NavigationEntry("Persone", "/persone", ("caseworker", "supervisor"), 10, search="nome"),
        NavigationEntry(
            "Segnalazioni", "/segnalazioni", ("caseworker", "supervisor"), 20, covers=("/accessi",)
        ),
        NavigationEntry("Cancellazioni", "/cancellazioni", ("supervisor",), 70, more=True),
        NavigationEntry("Rete", "/rete", ("caseworker", "supervisor", "reporting-reader"), 60, more=True),
    ),
    roles={
        "caseworker": "Operatore",
        "supervisor": "Responsabile del servizio",
        "listening-specialist": "Specialista dell'ascolto",
    },
    names=queries.names_of_persons,
    uploads=("/documents", "/documenti"),
    help=Path(__file__).with_name("help"),
)
