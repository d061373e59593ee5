"""Sessions of pages, failed attempts and forms kept for later: one small file beside the member's accounts.

All services of a member share it, in whatever process they run. Cookies and log-in names are not in it,
only their digests; what somebody was writing lies sealed to that operator, for an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trama_chassis.clock import machine_now

SESSION_SECONDS = 8 * 3600
KNOWN_AFTER_SECONDS = 24 * 3600
"""How long it is still known whose an ended session was: so long a form of it can be kept for them."""
KEPT_SECONDS = 3600
KEPT_FORMS = 5
REMEMBERED = 10_000
NONCE = 12
SIGN_IN_SECONDS = 600
"""How long somebody may take to sign in elsewhere and come back."""
CODED = re.compile(r"[a-z0-9_:.-]*|/.*")

_TABLES = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, csrf TEXT NOT NULL UNIQUE, operator TEXT NOT NULL, ends REAL NOT NULL);
CREATE INDEX IF NOT EXISTS session_operator ON session (operator);
CREATE TABLE IF NOT EXISTS standing_in (session TEXT PRIMARY KEY, operator TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempt (
    login TEXT PRIMARY KEY, failures INTEGER NOT NULL, locked_until REAL NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sign_in (id TEXT PRIMARY KEY, ends REAL NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kept_form (
    id TEXT PRIMARY KEY, operator TEXT NOT NULL, ends REAL NOT NULL, seen INTEGER NOT NULL,
    sealed BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie proves: which operator, until when, and the token its forms must carry."""

    operator: str
    expires: float
    id: str
    csrf: str
    stands_in: str | None = None
    """The colleague for whom was chosen, on screen, to act."""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that was sent after its session had ended: where to, from which page, what was typed."""

    id: str
    action: str
    page: str
    fields: Sequence[tuple[str, str]]
    ends: float

    @property
    def texts(self) -> list[str]:
        """What was written in words, by which its writer knows it again; codes and dates are in the form."""
        return [value for _, value in self.fields if value.strip() and not CODED.fullmatch(value)]


class Sessions:
    """The file and its three tables. Every method is one short transaction."""

    def __init__(self, path: Path, key: bytes) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._key = key
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(_TABLES)

    # Sessions

    def open(self, operator: str) -> str:
        """A new session of an operator: the value of its cookie, which is kept nowhere."""
        token, now = secrets.token_urlsafe(32), machine_now().timestamp()
        self._forget(now)
        row = (_digest("session", token), _digest("csrf", token), operator, now + SESSION_SECONDS)
        self._file.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
        return token

    def held(self, token: str) -> Session | None:
        """The living session of a cookie, or None."""
        now = machine_now().timestamp()
        found = self._file.execute(
            "SELECT session.operator, ends, id, csrf, standing_in.operator FROM session"
            " LEFT JOIN standing_in ON standing_in.session = id WHERE id = ? AND ends > ?",
            (_digest("session", token), now),
        ).fetchone()
        return Session(*found) if found else None

    def end(self, session: Session) -> None:
        """Let a session hold no longer, even if its cookie was copied."""
        self._file.execute(
            "UPDATE session SET ends = ? WHERE id = ?", (machine_now().timestamp(), session.id)
        )

    def end_all(self, operator: str) -> None:
        """Let no session of an operator hold any longer."""
        now = machine_now().timestamp()
        self._file.execute(
            "UPDATE session SET ends = ? WHERE operator = ? AND ends > ?", (now, operator, now)
        )

    def stand_in(self, session: Session, operator: str | None) -> None:
        """From now on this session acts for a colleague, or for nobody but its operator."""
        self._file.execute("DELETE FROM standing_in WHERE session = ?", (session.id,))
        if operator is not None:
            self._file.execute("INSERT INTO standing_in VALUES (?, ?)", (session.id, operator))

    # Signing in elsewhere, while it is under way

    def begin_elsewhere(self, content: Sequence[str]) -> str:
        """Keep what a sign-in elsewhere is held to; returns what this browser, and no other, is given."""
        token, now = secrets.token_urlsafe(32), machine_now().timestamp()
        self._file.execute("DELETE FROM sign_in WHERE ends < ?", (now,))
        row = (_digest("sign-in", token), now + SIGN_IN_SECONDS, json.dumps(list(content)))
        self._file.execute("INSERT INTO sign_in VALUES (?, ?, ?)", row)
        self._file.execute(
            "DELETE FROM sign_in WHERE id NOT IN (SELECT id FROM sign_in ORDER BY ends DESC LIMIT ?)",
            (REMEMBERED,),
        )
        return token

    def back_from_elsewhere(self, token: str) -> list[str] | None:
        """What was kept for the browser that comes back: once, and not too late."""
        found = self._file.execute(
            "DELETE FROM sign_in WHERE id = ? RETURNING ends, content", (_digest("sign-in", token),)
        ).fetchone()
        if found is None or found[0] < machine_now().timestamp():
            return None
        return [str(part) for part in json.loads(found[1])]

    def _forget(self, now: float) -> None:
        self._file.execute("DELETE FROM session WHERE ends < ?", (now - KNOWN_AFTER_SECONDS,))
        self._file.execute("DELETE FROM standing_in WHERE session NOT IN (SELECT id FROM session)")
        self._file.execute("DELETE FROM kept_form WHERE ends < ?", (now,))

    # Failed attempts, counted by what was typed as a name

    def failures(self, login: str) -> tuple[int, float]:
        """How often signing in has failed with this name, and until when it is locked."""
        found = self._file.execute(
            "SELECT failures, locked_until FROM attempt WHERE login = ?", (self.keyed("login", login),)
        ).fetchone()
        return (found[0], found[1]) if found else (0, 0.0)

    def failed(self, login: str, failures: int, locked_until: float) -> None:
        """Remember a failure; the oldest are forgotten before they fill the disk."""
        now = machine_now().timestamp()
        row = (self.keyed("login", login), failures, locked_until, now)
        self._file.execute("INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?)", row)
        self._file.execute(
            "DELETE FROM attempt WHERE login NOT IN (SELECT login FROM attempt ORDER BY at DESC LIMIT ?)",
            (REMEMBERED,),
        )

    def succeeded(self, login: str) -> None:
        """Forget the failures of this name."""
        self._file.execute("DELETE FROM attempt WHERE login = ?", (self.keyed("login", login),))

    # Forms kept

    def keep(self, csrf: str, action: str, page: str, fields: Sequence[tuple[str, str]]) -> str | None:
        """Keep a form for whom it was given to, as its token says. Returns the operator, if known."""
        found = self._file.execute("SELECT operator FROM session WHERE csrf = ?", (csrf,)).fetchone()
        if found is None:
            return None
        operator, number, nonce = str(found[0]), secrets.token_hex(16), secrets.token_bytes(NONCE)
        content = json.dumps([action, page, list(fields)]).encode()
        sealed = nonce + self._cipher(operator).encrypt(nonce, content, number.encode())
        ends = machine_now().timestamp() + KEPT_SECONDS
        self._file.execute("INSERT INTO kept_form VALUES (?, ?, ?, 0, ?)", (number, operator, ends, sealed))
        self._file.execute(
            "DELETE FROM kept_form WHERE operator = ? AND id NOT IN"
            " (SELECT id FROM kept_form WHERE operator = ? ORDER BY ends DESC LIMIT ?)",
            (operator, operator, KEPT_FORMS),
        )
        return operator

    def kept(self, operator: str) -> list[KeptForm]:
        """The forms kept for an operator, the latest first."""
        rows = self._file.execute(
            "SELECT id, ends, sealed FROM kept_form WHERE operator = ? AND ends > ? ORDER BY ends DESC",
            (operator, machine_now().timestamp()),
        ).fetchall()
        return [self._opened(operator, *row) for row in rows]

    def has_unseen(self, operator: str) -> bool:
        """Whether something is kept that its writer has not been shown yet."""
        return bool(
            self._file.execute(
                "SELECT 1 FROM kept_form WHERE operator = ? AND seen = 0 AND ends > ? LIMIT 1",
                (operator, machine_now().timestamp()),
            ).fetchone()
        )

    def seen(self, operator: str, number: str) -> KeptForm | None:
        """One kept form, to be filled in again; from now on it is not offered by itself."""
        form = next((one for one in self.kept(operator) if one.id == number), None)
        if form is not None:
            self._file.execute("UPDATE kept_form SET seen = 1 WHERE id = ?", (number,))
        return form

    def discard(self, operator: str, number: str) -> None:
        """Throw a kept form away."""
        self._file.execute("DELETE FROM kept_form WHERE operator = ? AND id = ?", (operator, number))

    def _opened(self, operator: str, number: str, ends: float, sealed: bytes) -> KeptForm:
        content = self._cipher(operator).decrypt(sealed[:NONCE], sealed[NONCE:], number.encode())
        action, page, fields = json.loads(content)
        return KeptForm(number, action, page, [(name, value) for name, value in fields], ends)

    def _cipher(self, operator: str) -> AESGCM:
        return AESGCM(hmac.new(self._key, f"kept\0{operator}".encode(), hashlib.sha256).digest())

    def keyed(self, purpose: str, text: str) -> str:
        """A text as it is kept: found again by who has it, and not to be read back from the file."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _digest(purpose: str, token: str) -> str:
    return hashlib.sha256(f"{purpose}\0{token}".encode()).hexdigest()
