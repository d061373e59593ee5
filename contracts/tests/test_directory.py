"""The directory reader: any order, the same directory; who signs, who grants, who has gone."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations

import pytest
from trama_contracts.directory import (
    Directory,
    DirectoryReader,
    cross_sign,
    is_cross_signed,
    manifest_line,
    sign_directory_record,
)
from trama_contracts.directory_entries import CrossSignature, Entry, Manifest, ServiceEntry, SigningKey
from trama_contracts.encoding import b64u
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    DSM_RETIRED,
    EXPIRES,
    HEIR_KEY,
    ISSUED,
    ROOTS,
    SIL_KEY,
    signing_key,
    uuid_of,
)
from trama_contracts.golden.network import (
    DSM_ENTRY,
    ENTRIES,
    HEIR_ENTRY,
    LEGACY_ENTRY,
    SIL_ENTRY,
    main_directory,
    manifest,
    signed,
)
from trama_contracts.opening import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import compact, value_hash
from trama_contracts.signature import kid_of, raw_public

PINNED = [raw_public(root) for root in ROOTS]


def read(records: Iterable[Record]) -> DirectoryReader:
    reader = DirectoryReader("pn", PINNED)
    for record in records:
        reader.apply(record)
    return reader


def state(directory: Directory) -> tuple[int, dict[str, int], frozenset[str]]:
    versions = {member: entry.version for member, entry in directory.members.items()}
    return directory.manifest_version, versions, directory.missing


def test_records_in_any_order_give_the_same_directory() -> None:
    """INVARIANT: the directory is made of what was read, whatever the order; else nodes trust differently."""
    second = DSM_ENTRY | {"version": 2, "circles": ["care"]}
    newer = manifest({"dsm": ENTRIES["dsm"], "sil": ENTRIES["sil"]}, version=2)
    newer["entries"]["dsm"] = {
        "version": 2,
        "sha256": manifest({"dsm": compact(second)})["entries"]["dsm"]["sha256"],
    }
    older = manifest({"dsm": ENTRIES["dsm"], "coop-prova": ENTRIES["coop-prova"]})
    records = [
        signed("dsm", DSM_ENTRY),
        signed("dsm", second),
        signed("sil", SIL_ENTRY),
        signed("coop-prova", LEGACY_ENTRY),
        signed("manifest", older),
        signed("manifest", newer),
    ]
    found = [state(read(order).directory) for order in permutations(records)]
    assert all(one == (2, {"dsm": 2, "sil": 1}, frozenset()) for one in found)


def test_what_is_in_force_never_changes_under_a_reader() -> None:
    reader = DirectoryReader("pn", PINNED)
    before = reader.directory
    for record in main_directory():
        reader.apply(record)
    assert before.members == {}
    assert before.manifest_version == 0
    assert reader.directory is not before
    with pytest.raises(TypeError):
        reader.directory.members["x"] = None  # type: ignore[index] # this is the fault


def test_nothing_is_trusted_before_a_manifest() -> None:
    reader = read([signed("dsm", DSM_ENTRY)])
    assert state(reader.directory) == (0, {}, frozenset())
    assert not reader.directory.accepts_grants(ISSUED)
    assert reader.directory.expires is None


def test_a_member_that_is_listed_and_not_read_is_missing() -> None:
    reader = read([signed("manifest", manifest(ENTRIES))])
    assert reader.directory.missing == set(ENTRIES)
    assert reader.apply(signed("dsm", DSM_ENTRY)) is Outcome.OK
    assert "dsm" not in reader.directory.missing


def test_a_member_no_longer_listed_is_removed() -> None:
    reader = read(main_directory())
    kid = kid_of(raw_public(SIL_KEY))
    assert reader.directory.signer("sil.registry", kid) is not None
    reader.apply(signed("manifest", manifest({"dsm": ENTRIES["dsm"]}, version=2)))
    assert reader.directory.signer("sil.registry", kid) is None
    assert reader.directory.circles("sil") == frozenset()


def test_an_entry_that_is_replaced_counts_no_more() -> None:
    second = compact(DSM_ENTRY | {"version": 2})
    newer = manifest(ENTRIES, version=2)
    newer["entries"]["dsm"] = {"version": 2, "sha256": value_hash(second)}
    reader = read([*main_directory(), signed("manifest", newer)])
    assert reader.directory.signer("dsm.registry", kid_of(raw_public(DSM_KEY))) is None
    assert reader.directory.missing == {"dsm"}
    assert reader.apply(signed("dsm", second)) is Outcome.OK
    assert reader.directory.missing == frozenset()


def test_an_entry_that_waited_with_another_hash_is_not_put_in_force() -> None:
    false = signed("dsm", DSM_ENTRY | {"name": "Altro nome"})
    reader = read([false, signed("manifest", manifest(ENTRIES))])
    assert "dsm" in reader.directory.missing


def test_an_entry_listed_under_another_version_is_not_put_in_force() -> None:
    listing = manifest(ENTRIES)
    listing["entries"]["dsm"]["version"] = 2
    waited = read([signed("dsm", DSM_ENTRY), signed("manifest", listing)])
    came_later = read([signed("manifest", listing), signed("dsm", DSM_ENTRY)])
    assert "dsm" in waited.directory.missing
    assert "dsm" in came_later.directory.missing


def test_a_waiting_entry_with_a_key_in_force_elsewhere_is_not_put_in_force() -> None:
    thief = DSM_ENTRY | {"member": "ladro"}
    listed = manifest(ENTRIES | {"ladro": compact(thief)}, version=2)
    reader = read([*main_directory(), signed("ladro", thief), signed("manifest", listed)])
    assert reader.directory.missing == {"ladro"}
    assert reader.directory.signer("dsm.registry", kid_of(raw_public(DSM_KEY))) is not None


def test_grants_are_accepted_until_the_manifest_expires_and_events_go_on() -> None:
    directory = read(main_directory()).directory
    tick = timedelta(milliseconds=1)
    assert directory.accepts_grants(EXPIRES - tick)
    assert not directory.accepts_grants(EXPIRES)
    assert directory.signer("dsm.registry", kid_of(raw_public(DSM_KEY))) is not None


def test_what_an_entry_says_is_told() -> None:
    directory = read(main_directory()).directory
    assert directory.network == "pn"
    assert directory.circles("sil") == {"care", "host", "accountability"}
    assert directory.services("dsm") == {"registry", "placement"}
    assert directory.read_by("dsm") == ("dsm", "sil")
    assert directory.controller("dsm") == "ente-di-prova"
    assert directory.legacy_hpke("coop-prova.registry")
    assert not directory.legacy_hpke("dsm.registry")
    assert not directory.legacy_hpke("coop-prova.placement")


def test_of_a_member_unheard_of_nothing_is_told() -> None:
    directory = read(main_directory()).directory
    assert directory.circles("nessuno") == frozenset()
    assert directory.services("nessuno") == frozenset()
    assert directory.read_by("nessuno") == ()
    assert directory.controller("nessuno") is None
    assert directory.entry("nessuno") is None
    assert not directory.legacy_hpke("nessuno.registry")
    assert directory.signer("nessuno.registry", kid_of(raw_public(DSM_KEY))) is None


def test_a_key_is_parsed_once() -> None:
    directory = read(main_directory()).directory
    kid = kid_of(raw_public(DSM_RETIRED))
    signer = directory.signer("dsm.registry", kid)
    assert signer is not None
    assert signer.state == "retired"
    assert signer is directory.signer("dsm.registry", kid)


def test_the_successor_writes_on_the_predecessors_topics_and_nobody_else_does() -> None:
    directory = read(main_directory()).directory
    heir = kid_of(raw_public(HEIR_KEY))
    assert directory.signer("estinto.registry", heir) is not None
    assert directory.signer("estinto.placement", heir) is None
    assert directory.circles("estinto") == {"care"}
    assert directory.may_write("erede.registry", "estinto.registry")
    assert directory.may_write("dsm.registry", "dsm.registry")
    for principal, owner in (
        ("erede.placement", "estinto.registry"),
        ("dsm.registry", "estinto.registry"),
        ("erede.registry", "dsm.registry"),
        ("dsm.placement", "dsm.registry"),
    ):
        assert not directory.may_write(principal, owner)


def test_a_predecessor_still_listed_keeps_its_own_word() -> None:
    own = HEIR_ENTRY | {
        "member": "estinto",
        "circles": ["clinical"],
        "succeeds": [],
        "services": {"registry": {"signing": []}},
    }
    listed = manifest(ENTRIES | {"estinto": compact(own)}, version=2)
    directory = read([*main_directory(), signed("estinto", own), signed("manifest", listed)]).directory
    assert directory.circles("estinto") == {"clinical"}
    assert directory.signer("estinto.registry", kid_of(raw_public(HEIR_KEY))) is not None


def entry_of_classes() -> Entry:
    new, old = signing_key("new"), signing_key("old")
    kid, sig = cross_sign(old, network="pn", principal="lab.registry", new_public=raw_public(new))
    keys = tuple(
        SigningKey(
            kid=kid_of(raw_public(key)),
            public=b64u(raw_public(key)),
            state=state,
            from_=ISSUED,
            crosssigned=cross,
        )
        for key, state, cross in ((new, "active", CrossSignature(kid=kid, sig=sig)), (old, "retired", None))
    )
    return Entry(
        member="lab",
        controller="ente-di-prova",
        delegations=(),
        version=1,
        name="Laboratorio di prova",
        kind="cooperative",
        sector="work",
        circles=("care",),
        purposes=("care",),
        read_by=("sil",),
        services={"registry": ServiceEntry(signing=keys)},
    )


def test_records_written_with_the_classes_are_read() -> None:
    entry = entry_of_classes()
    value = entry.encode()
    listing = Manifest(
        version=1, issued=ISSUED, expires=EXPIRES, entries={"lab": manifest_line(entry, value)}
    )
    reader = read([signed("lab", value), signed("manifest", listing.encode())])
    assert reader.directory.members == {"lab": entry}
    assert reader.directory.expires == EXPIRES


def test_a_new_key_is_vouched_for_by_another_key_of_the_service_only() -> None:
    service = entry_of_classes().services["registry"]
    new, old = (key.kid for key in service.signing)
    where = {"network": "pn", "principal": "lab.registry"}
    assert is_cross_signed(service, new, **where)
    assert not is_cross_signed(service, old, **where)
    assert not is_cross_signed(service, new, network="ud", principal="lab.registry")
    alone = ServiceEntry(signing=service.signing[:1])
    assert not is_cross_signed(alone, new, **where)
    own = service.signing[0].model_copy(update={"crosssigned": CrossSignature(kid=new, sig="A" * 86)})
    assert not is_cross_signed(ServiceEntry(signing=(own,)), new, **where)


def test_one_root_cannot_sign_alone() -> None:
    with pytest.raises(ValueError, match="two"):
        sign_directory_record(topic="pn.network.directory.v1", key=b"dsm", value=b"{}", roots=ROOTS[:1])


def test_a_record_of_another_topic_is_a_fault_of_the_caller() -> None:
    record = signed("dsm", DSM_ENTRY)
    with pytest.raises(ValueError, match="topic"):
        DirectoryReader("ud", PINNED).apply(record)


def test_refused_records_leave_the_directory_as_it_was() -> None:
    reader = read(main_directory())
    before = reader.directory
    refused = signed("manifest", manifest(ENTRIES, version=2), (ROOTS[0], signing_key(uuid_of("x"))))
    assert reader.apply(refused) is Outcome.UNKNOWN_SIGNER
    assert reader.apply(signed("manifest", manifest(ENTRIES, version=0))) is Outcome.MALFORMED
    assert reader.directory is before
