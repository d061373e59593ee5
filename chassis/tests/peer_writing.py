"""What another member's registry writes to the one under test: streams, forks, ends."""

from collections.abc import Sequence

from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, PeerStream
from trama_contracts.messages import GrantEnd
from trama_contracts.names import source_of
from trama_contracts.record import Record
from trama_contracts.sealing import erased_event, value_hash

from chassis.tests.small_registry import new_id, person

WRITER = "ambito-urbano.registry"


def written(peer: Peer, *names: str, record: str | None = None) -> tuple[PeerStream, list[Record]]:
    """Events of a new stream, one for each name, in order."""
    of = record or new_id()
    records = [peer.write(person(name), record=of, scope=of) for name in names]
    return peer.stream(person(), of, of), records


async def granted(runtime: Runtime, peer: Peer, *names: str) -> tuple[PeerStream, list[Record]]:
    """The same, its key already here."""
    stream, records = written(peer, *names)
    await peer.grant(runtime, stream)
    return stream, records


def forked(
    peer: Peer, stream: PeerStream, records: Sequence[Record], seq: int, name: str = "Altro"
) -> Record:
    """Another event at a sequence number that is taken."""
    stood = (stream.seq, stream.hash)
    stream.seq, stream.hash = seq - 1, value_hash(records[seq - 2].value or b"") if seq > 1 else None
    record = peer.write(person(name), record=stream.record, scope=stream.scope.partition(":")[2])
    stream.seq, stream.hash = stood
    return record


def erasure(peer: Peer, stream: PeerStream) -> Record:
    """The control event that ends a stream for ever, as its next event."""
    value = erased_event(
        source=source_of("pn", peer.principal),
        id=new_id(),
        subject=stream.stream,
        streamseq=stream.seq + 1,
        prevhash=stream.hash,
    )
    return peer.signed(stream, value)


async def end_grant(runtime: Runtime, peer: Peer, stream: PeerStream) -> None:
    """The source's word that the service under test is to apply no more of a stream."""
    end = GrantEnd(streams={stream.topic: (stream.stream,)}, reason="no-longer-entitled")
    await runtime.take_mail([peer.message(runtime, end)])
