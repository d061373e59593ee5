"""The comparison is worth something: rules broken in a copy of registry and chassis are noticed, each one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).parents[2]
ENTITLED = "trama_chassis/entitlement.py"
COPIED = (
    ROOT / "services" / "registry" / "src" / "trama_registry",
    ROOT / "chassis" / "src" / "trama_chassis",
)
BROKEN: Sequence[tuple[str, str, str]] = (
    ("trama_registry/models/referral.py", "PATIENCE = timedelta(days=3)", "PATIENCE = timedelta(days=1)"),
    ("trama_registry/models/case_manager.py", "return held[-1] if held", "return held[0] if held"),
    ("trama_registry/queries/access.py", "if SPECIALIST not in by.roles:", "if SPECIALIST in by.roles:"),
    (ENTITLED, "if self.withdrawn_on is not None:", "if self.withdrawn_on == date.max:"),
    (ENTITLED, "if member in known.closed and", "if offered.circle in known.closed and"),
    (ENTITLED, "if known.restricted_since is not None:", "if known.restricted_since == date.max:"),
    (ENTITLED, "if offered.circle not in given.circles:", "if offered.circle in known.silent:"),
)
"""By file, a rule and what it is turned into: when waiting is given up, who is the one to speak to, who sees
what the listening centre hears; and, of who may know, that a consent may be taken back, that who has left
reads no more, that what is restricted is shared no further, and that one circle is not another."""
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


READ_ON = {
    "cpi, storia di Carla Dimostri: in più next-step-set di ambito-urbano",
    "sil, storia di Dario Campione: in più next-step-set di ambito-urbano",
    "sil, storia di Elena Provetta: in più next-step-set di ambito-urbano",
    "dsm, storia di Farid Modello: in più health-document-filed di sert",
    "dsm, documenti di Farid Modello: in più elsewhere di None di clinical di report di Referto.txt di sert",
    "ambito-urbano, chi vede che cosa di Carla Dimostri: in più cpi di reads us",
    "ambito-urbano, chi vede che cosa di Carla Dimostri: in più cpi di is read by us",
    "cpi, chi vede che cosa di Carla Dimostri: in più ambito-urbano di reads us",
    "cpi, chi vede che cosa di Carla Dimostri: in più ambito-urbano di is read by us",
    "ambito-urbano, chi vede che cosa di Dario Campione: in più sil di reads us",
    "sil, chi vede che cosa di Dario Campione: in più ambito-urbano di is read by us",
    "ambito-urbano, chi vede che cosa di Elena Provetta: in più sil di reads us",
    "sil, chi vede che cosa di Elena Provetta: in più ambito-urbano di is read by us",
}


def test_a_broken_rule_is_noticed_at_every_member_where_it_shows(tmp_path: Path) -> None:
    copy = tmp_path / "src"
    for package in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / Path(package).name, ignore=ignored)
    for name, right, wrong in BROKEN:
        told = (copy / name).read_text(encoding="utf-8")
        assert told.count(right) == 1, (name, right)
        (copy / name).write_text(told.replace(right, wrong), encoding="utf-8")
    expected = NOTICED | HEARD_BY | READ_ON
    command = [sys.executable, "-m", "tests.end_to_end.broken_rules", str(tmp_path), str(len(expected))]
    told_where = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    answer = subprocess.run(
        command, cwd=ROOT, env=told_where, capture_output=True, text=True, timeout=800, check=True
    )
    assert set(json.loads(answer.stdout)) == expected
