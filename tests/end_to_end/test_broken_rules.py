"""The comparison is worth something: rules broken in a copy of the registry are noticed, each one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "services" / "registry" / "src"
BROKEN: Mapping[str, tuple[str, str]] = {
    "models/referral.py": ("PATIENCE = timedelta(days=3)", "PATIENCE = timedelta(days=1)"),
    "models/case_manager.py": ("return held[-1] if held", "return held[0] if held"),
    "queries/access.py": ("if SPECIALIST not in by.roles:", "if SPECIALIST in by.roles:"),
}
"""By file, a rule and what it is turned into: when waiting is given up, who is the one to speak to, and who
sees what the listening centre hears."""
NOTICED = {
    "ambito-urbano, storia di Anna Esempio: in più referral-unanswered di ambito-urbano",
    "sil, storia di Anna Esempio: in più referral-unanswered di ambito-urbano",
    "ambito-urbano, segnalazione di Anna Esempio: state no-answer, doveva essere sent",
    "ambito-urbano, segnalazione di Anna Esempio: version 3, doveva essere 2",
    "sil, segnalazione di Anna Esempio: state no-answer, doveva essere received",
    "sil, segnalazione di Anna Esempio: version 3, doveva essere 2",
    "provincia, conteggi: referrals-unanswered: 1.0, doveva essere 0",
    "provincia, conteggi: referrals-unanswered per to: {'sil': 1}, doveva essere {}",
    "provincia, conteggi: referrals-unanswered per member: {'ambito-urbano': 1}, doveva essere {}",
    "ambito-urbano, chi segue Anna Esempio: manca sil di referente",
    "ambito-urbano, chi segue Anna Esempio: in più ambito-urbano di referente",
    "sil, chi segue Anna Esempio: manca sil di referente",
    "sil, chi segue Anna Esempio: in più ambito-urbano di referente",
}
HEARD = "True di informed di concluded di 2013-10-13 di Parlare con qualcuno. di desk di Bruno"
HEARD_BY = {
    f"ambito-urbano, accessi allo sportello: in più {HEARD}",
    "ambito-urbano, accessi allo sportello: 1 in tutto",
    f"ambito-urbano, accessi allo sportello e all'ascolto: manca {HEARD}",
    "ambito-urbano, accessi allo sportello e all'ascolto: 0 in tutto",
}


def test_a_broken_rule_is_noticed_at_every_member_where_it_shows(tmp_path: Path) -> None:
    copy = tmp_path / "src"
    shutil.copytree(REGISTRY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (right, wrong) in BROKEN.items():
        file = copy / "trama_registry" / name
        told = file.read_text(encoding="utf-8")
        assert told.count(right) == 1, name
        file.write_text(told.replace(right, wrong), encoding="utf-8")
    expected = NOTICED | HEARD_BY
    command = [sys.executable, "-m", "tests.end_to_end.broken_rules", str(tmp_path), str(len(expected))]
    told_where = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    answer = subprocess.run(
        command, cwd=ROOT, env=told_where, capture_output=True, text=True, timeout=800, check=True
    )
    assert set(json.loads(answer.stdout)) == expected
