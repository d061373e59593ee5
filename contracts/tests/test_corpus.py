"""The corpus through the pure openers: every outcome reasoned from the wire text must be theirs."""

from collections import Counter

import pytest
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.outcomes import Outcome


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(ROOT / FILE)


@pytest.mark.parametrize("kind", ["event", "control", "message", "directory", "catalogue"])
def test_every_case_has_the_outcome_the_wire_text_asks_for(corpus: Corpus, kind: str) -> None:
    """INVARIANT: all openers agree on the corpus; a check left out, or in another order, breaks it."""
    cases = [case for case in corpus.cases if case.kind == kind]
    found = {case.name: corpus.outcome(case)[0] for case in cases}
    expected = {case.name: case.expect for case in cases}
    assert {name: code for name, code in found.items() if code is not expected[name]} == {}
    assert len(cases) > 40


def test_every_case_leaves_the_position_the_wire_text_asks_for(corpus: Corpus) -> None:
    cases = [case for case in corpus.cases if case.after is not None]
    assert [case.name for case in cases if corpus.outcome(case)[1] != case.after] == []
    assert len(cases) > 500


def test_the_corpus_is_large_and_meets_every_outcome(corpus: Corpus) -> None:
    seen = Counter(case.expect for case in corpus.cases)
    assert set(seen) == set(Outcome)
    assert sum(count for outcome, count in seen.items() if outcome is not Outcome.OK) >= 400
    assert seen[Outcome.OK] >= 100


def test_no_two_cases_share_a_name_or_a_stream_or_a_message_id(corpus: Corpus) -> None:
    names = [case.name for case in corpus.cases]
    streams = [granted.stream for case in corpus.cases for granted in case.grants]
    assert len(set(names)) == len(names)
    assert len(set(streams)) == len(streams)


def test_every_case_says_which_section_it_comes_from(corpus: Corpus) -> None:
    assert [case.name for case in corpus.cases if "section" not in case.why] == []
