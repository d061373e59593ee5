"""`python -m tests.bench.duplicates`: how well the duplicate check finds who is here, on a made-up corpus.

It writes the table between the marks in docs/performance.md. Everybody is drawn; nobody exists.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from trama_registry.models import GRADES, Identity, compare, traits_of

PERFORMANCE = Path("docs/performance.md")
FAMILIES_WRITTEN = (
    "Esempio Finto Dimostri Campione Provetta Modello Fittizi Provadati Inventati Rossi Bianchi "
    "Russo Ferrari Esposito Bianco Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini "
    "Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini "
    "Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola D'Angelo D'Àgostini Dell'Anna "
    "De_Luca De_Santis Di_Maio La_Rosa Nicolò Cantù Hoxha Shehu Gjoka Kovač Šarić Novák Popescu "
    "Ionescu Kowalska Wójcik Ivanova Shevchenko Mohammed Ahmed Hassan Youssef Diallo Traoré N'Diaye "
    "Ouedraogo Nguyễn Tran Zhang Wang Chen Singh Kaur Hussain García Müller "
)
FAMILIES = FAMILIES_WRITTEN.split()
GIVEN_WRITTEN = (
    "Anna Bruno Carla Dario Elena Farid Gina Ivo Hugo Sara Piero Livia Nino Zita Irene Maria "
    "Giuseppe Giovanni Francesca Antonio Luca Paolo Chiara Giulia Marco Andrea Laura Roberta Silvia "
    "Stefano Matteo Alessandro Niccolò Nicolò Teresa Rosa Angela Lucia Domenico Salvatore Vincenzo "
    "Muhamad Yusuf Fatima Aminata Ibrahim Olga Tatiana Yuliya Mihai Elena_Maria Anna_Maria "
    "Gian_Luca Jean_Pierre Zhanna Dragan Zoran Besa Arben Thị_Lan Harpreet José Søren Łukasz "
)
GIVEN = GIVEN_WRITTEN.split()
TOWNS_WRITTEN = "Pordenone Sacile Maniago Spilimbergo Azzano Cordenons Fontanafredda Aviano Porcia Casarsa "
TOWNS = TOWNS_WRITTEN.split()
SPELLINGS = {"Youssef": "Jusuf", "Mohammed": "Muhamad", "Muhamad": "Mohammed", "Yusuf": "Youssef"}
SPELLINGS |= {"Ivanova": "Иванова", "Šarić": "Sharich", "Zhanna": "Жанна", "Yuliya": "Julija"}


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody described at the desk, and whose record it is, if they have one."""

    kind: str
    described: Identity
    record: int | None


def drawn(rng: random.Random, number: int) -> Identity:
    """A person at random; much is missing, as at a desk."""
    born = date(1945, 1, 1) + timedelta(days=rng.randrange(22_000))
    return Identity(
        family_name=rng.choice(FAMILIES).replace("_", " "),
        given_name=rng.choice(GIVEN).replace("_", " "),
        tax_code=f"{number:016d}" if rng.random() < 0.85 else None,
        birth_date=born if rng.random() < 0.95 else None,
        town=rng.choice(TOWNS) if rng.random() < 0.9 else None,
        phone=f"3{rng.randrange(10**9):09d}" if rng.random() < 0.6 else None,
    )


def slip(rng: random.Random, text: str) -> str:
    """One slip of the hand in a name."""
    at = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    letter = rng.choice("abcdefghilmnoprstuvz")
    return text[:at] + letter + text[at + (kind == 2) :]


Change = Callable[[random.Random, Identity], Identity]


def _plain(who: Identity) -> Identity:
    marks = str.maketrans("àèéìòùčćšžłøńáíőÀ'", "aeeiouccszlonaioA ")
    family, given = (name and name.translate(marks) for name in (who.family_name, who.given_name))
    return replace(who, tax_code=None, family_name=family, given_name=given)


CHANGES: dict[str, Change] = {
    "same code, whatever the rest": lambda rng, who: Identity(tax_code=who.tax_code, family_name="Altra"),
    "no code, all else the same": lambda rng, who: replace(who, tax_code=None),
    "no code, no accents or apostrophes": lambda rng, who: _plain(who),
    "no code, name and family name exchanged": lambda rng, who: replace(
        who, tax_code=None, family_name=who.given_name, given_name=who.family_name
    ),
    "no code, a slip in the family name": lambda rng, who: replace(
        who, tax_code=None, family_name=slip(rng, who.family_name or "")
    ),
    "no code, written as in another alphabet": lambda rng, who: replace(
        who,
        tax_code=None,
        family_name=SPELLINGS.get(who.family_name or "", who.family_name),
        given_name=SPELLINGS.get(who.given_name or "", who.given_name),
    ),
    "no code, birth date mistyped, no phone": lambda rng, who: replace(
        who,
        tax_code=None,
        phone=None,
        birth_date=who.birth_date
        and who.birth_date + timedelta(days=1 if who.birth_date.day % 10 < 8 else -1),
    ),
    "names alone": lambda rng, who: Identity(family_name=who.family_name, given_name=who.given_name),
    "names and phone": lambda rng, who: Identity(
        family_name=who.family_name, given_name=who.given_name, phone=who.phone
    ),
}


def cases(rng: random.Random, persons: list[Identity], each: int) -> Iterator[Case]:
    """Who comes to the desk: known persons described in many ways, and others, some of them much alike."""
    for kind, change in CHANGES.items():
        fit = [number for number, who in enumerate(persons) if _fits(kind, who)]
        for number in rng.choices(fit, k=each):
            yield Case(kind, change(rng, persons[number]), number)
    for number in range(each):
        yield Case("somebody new", drawn(rng, 10**9 + number), None)
    for one in rng.sample(persons, each):
        given = rng.choice([name for name in GIVEN if name[0] != (one.given_name or "")[0]])
        twin = replace(one, given_name=given, tax_code="T" * 16 if one.tax_code else None, phone=None)
        yield Case("twin of somebody known", twin, None)
    for one in rng.sample([who for who in persons if who.birth_date], each):
        born = (one.birth_date or date(1970, 1, 1)) - timedelta(days=9_500)
        yield Case("parent of the same name, same phone", replace(one, tax_code=None, birth_date=born), None)


def _fits(kind: str, who: Identity) -> bool:
    if kind.startswith("same code"):
        return who.tax_code is not None
    if "alphabet" in kind:
        return {who.family_name, who.given_name} & SPELLINGS.keys() != set()
    return who.birth_date is not None and (kind != "names and phone" or who.phone is not None)


def table(size: int = 5_000, each: int = 250, seed: int = 5) -> list[str]:
    """The figures, in Markdown: how many are found at each grade, and how often a grade is right."""
    rng = random.Random(seed)  # noqa: S311 - figures that come out the same each time
    persons = [drawn(rng, number) for number in range(size)]
    by_trait: dict[str, list[int]] = defaultdict(list)
    for number, who in enumerate(persons):
        for trait in traits_of(who):
            by_trait[trait].append(number)
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    right: Counter[str] = Counter()
    for case in cases(rng, persons, each):
        rows[case.kind].update(_judged(case, persons, by_trait, right))
    lines = ["| at the desk | certain | probable | possible | not found | others offered, on average |"]
    lines += ["|---|---|---|---|---|---|"]
    for kind, row in rows.items():
        told = [row[grade] for grade in (*GRADES, "none")]
        known = kind in CHANGES
        shares = [f"{100 * count / each:.1f} %" for count in told] if known else ["", "", "", ""]
        lines.append(f"| {kind} | {' | '.join(shares)} | {row['others'] / each:.2f} |")
    precision = ", ".join(
        f"{grade} {100 * right[grade] / max(1, right[grade] + right[f'wrong {grade}']):.1f} %"
        for grade in GRADES
    )
    alarms = {
        grade: sum(row[f"alarm {grade}"] for kind, row in rows.items() if kind not in CHANGES)
        for grade in GRADES
    }
    strangers = 3 * each
    said = ", ".join(f"{grade} {100 * count / strangers:.1f} %" for grade, count in alarms.items())
    return [
        *lines,
        "",
        f"{size:,} persons on record, {each:,} of each kind at the desk. "
        f"How often a grade is right: {precision}. "
        f"Of {strangers:,} who are on no record, so many have at least one candidate of the grade: {said}.",
    ]


def _judged(
    case: Case, persons: list[Identity], by_trait: dict[str, list[int]], right: Counter[str]
) -> Counter[str]:
    """What the check says of one case: the grade of the right record, and what else is offered."""
    near = {number for trait in traits_of(case.described) for number in by_trait.get(trait, ())}
    if case.kind.startswith("same code") and case.record is not None:
        near.add(case.record)
    found: Counter[str] = Counter()
    best = "none"
    for number in near:
        known = persons[number]
        same_code = case.described.tax_code is not None and case.described.tax_code == known.tax_code
        likeness = compare(case.described, known, same_code=same_code)
        if likeness is None:
            continue
        if number == case.record:
            best = likeness.grade
            right[likeness.grade] += 1
        else:
            right[f"wrong {likeness.grade}"] += 1
            found["others"] += 1
            found[f"alarm {likeness.grade}"] = 1
    found[best] += 1
    return found


def main() -> None:
    """Measure and write."""
    lines = "\n".join(table())
    text = PERFORMANCE.read_text(encoding="utf-8")
    marks = re.compile(r"(<!-- duplicates -->\n).*?(<!-- /duplicates -->)", re.S)
    PERFORMANCE.write_text(marks.sub(lambda mark: f"{mark[1]}{lines}\n{mark[2]}", text), encoding="utf-8")
    print(lines)  # noqa: T201 - a report to a person


if __name__ == "__main__":
    main()
