"""Cases of JSON that is not that of the wire, signed as it stands (wire section 5)."""

from collections.abc import Iterator

from trama_contracts.golden.event_draft import ABSENT, Draft, Edit, swap
from trama_contracts.outcomes import Outcome


def _bad(name: str, why: str, edit: Edit) -> Draft:
    return Draft(f"json-{name}", Outcome.MALFORMED, f"section 5: {why}", edit_json=edit)


def _seq(name: str, why: str, number: str) -> Draft:
    return _bad(f"number-{name}", why, swap('"streamseq":1', f'"streamseq":{number}'))


def documents() -> Iterator[Draft]:
    """One JSON object in UTF-8, and nothing else."""
    yield _bad("empty", "no JSON", lambda _: b"")
    yield _bad("blanks", "no JSON", lambda _: b" \n")
    yield _bad("array", "one JSON object", lambda raw: b"[" + raw + b"]")
    yield _bad("text", "one JSON object", lambda _: b'"it.trama.sealed.v1"')
    yield _bad("null", "one JSON object", lambda _: b"null")
    yield _bad("number", "one JSON object", lambda _: b"1")
    yield _bad("empty-object", "attributes absent (section 6)", lambda _: b"{}")
    yield _bad("cut", "no JSON", lambda raw: raw[:-1])
    yield _bad("two-documents", "trailing data", lambda raw: raw + raw)
    yield _bad("object-after", "trailing data", lambda raw: raw + b"{}")
    yield _bad("brace-after", "trailing data", lambda raw: raw + b"}")
    yield _bad("nul-after", "trailing data", lambda raw: raw + b"\x00")
    yield _bad("vertical-tab-after", "not JSON whitespace", lambda raw: raw + b"\x0b")
    yield _bad("form-feed-before", "not JSON whitespace", lambda raw: b"\x0c" + raw)
    yield _bad("no-break-space-before", "not JSON whitespace", lambda raw: b"\xc2\xa0" + raw)
    yield _bad("record-separator-before", "not JSON whitespace", lambda raw: b"\x1e" + raw)
    yield _bad("comma-trailing", "no JSON", lambda raw: raw[:-1] + b",}")
    yield _bad("comma-missing", "no JSON", swap('"1.0",', '"1.0"'))
    yield _bad("colon-missing", "no JSON", swap('"specversion":', '"specversion"'))
    yield _bad("single-quotes", "no JSON", swap('"1.0"', "'1.0'"))
    yield _bad("name-without-quotes", "no JSON", swap('"specversion"', "specversion"))
    yield _bad("comment", "no JSON", swap("{", "{/**/"))
    yield _bad("brackets-by-the-thousand", "no JSON, and no crash", lambda _: b"[" * 20_000)
    yield _bad("objects-by-the-thousand", "nested too deep", lambda _: b'{"a":' * 5_000 + b"1" + b"}" * 5_000)


def encodings() -> Iterator[Draft]:
    """UTF-8 and nothing else."""
    yield _bad("bom", "no BOM", lambda raw: b"\xef\xbb\xbf" + raw)
    yield _bad("utf-16", "UTF-8", lambda raw: raw.decode().encode("utf-16-le"))
    yield _bad("utf-16-bom", "UTF-8", lambda raw: raw.decode().encode("utf-16"))
    yield _bad("utf-32", "UTF-8", lambda raw: raw.decode().encode("utf-32-be"))
    yield _bad("latin-1", "UTF-8", swap('"1.0"', b'"1.0\xe8"'))
    yield _bad("overlong", "UTF-8", swap("/pn", b"\xc0\xafpn"))
    yield _bad("cut-sequence", "UTF-8", swap('"1.0"', b'"1.0\xc3"'))
    yield _bad("surrogate-in-utf-8", "UTF-8", swap('"1.0"', b'"1.0\xed\xa0\x80"'))
    yield _bad("beyond-unicode", "UTF-8", swap('"1.0"', b'"1.0\xf4\x90\x80\x80"'))


def repeated_names() -> Iterator[Draft]:
    """No duplicate names, however they are spelt."""
    why = "no duplicate names"
    yield _bad("name-repeated", why, swap("{", '{"specversion":"1.0",'))
    yield _bad("name-repeated-escaped", why, swap("{", '{"\\u0073pecversion":"1.0",'))
    yield _bad("name-repeated-other-value", why, swap("{", '{"streamseq":2,'))
    yield _bad("name-repeated-data", why, swap('"data_base64"', '"data_base64":"","data_base64"'))
    yield _bad("name-repeated-inside", why, swap("{", '{"data":{"a":1,"a":1},'))
    yield _bad("name-repeated-subject", why, lambda raw: raw[:-1] + b',"subject":"x"}')


def texts() -> Iterator[Draft]:
    """No lone surrogate, noncharacter or U+0000, no bare control character, no invented escape."""
    outside = {
        "lone-high-surrogate": "\\ud800",
        "lone-low-surrogate": "\\udc00",
        "surrogates-exchanged": "\\udc00\\ud800",
        "high-surrogate-and-letter": "\\ud800a",
        "noncharacter-fffe": "\\ufffe",
        "noncharacter-ffff-literal": "\uffff",
        "noncharacter-fdd0": "\\ufdd0",
        "noncharacter-fdef-literal": "\ufdef",
        "noncharacter-1fffe": "\\ud83f\\udffe",
        "noncharacter-10ffff-literal": "\U0010ffff",
        "nul-escaped": "\\u0000",
        "nul-bare": "\x00",
        "newline-bare": "\n",
        "tab-bare": "\t",
        "unit-separator-bare": "\x1f",
        "escape-x": "\\x41",
        "escape-quote": "\\'",
        "escape-cut": "\\u12",
        "escape-not-hex": "\\u12g4",
        "escape-blank": "\\u 123",
    }
    for name, text in outside.items():
        yield _bad(f"text-{name}", "strings", swap('"1.0"', f'"1.0{text}"'))
    for name in ("lone-high-surrogate", "noncharacter-fffe", "nul-escaped", "noncharacter-ffff-literal"):
        yield _bad(f"name-{name}", "names", swap("{", f'{{"{outside[name]}":1,'))
    yield _bad("name-long", "names <= 16384", swap("{", '{"' + "a" * 16_385 + '":1,'))
    yield _bad("text-long", "strings <= 16384", swap('"1.0"', '"' + "1" * 16_385 + '"'))


def numbers() -> Iterator[Draft]:
    """-?(0|[1-9][0-9]*) within +-(2^53-1), not -0; and here 1 to 2147483647."""
    form = "every number is -?(0|[1-9][0-9]*)"
    written = {
        "fraction-zero": "1.0",
        "fraction": "1.5",
        "exponent": "1e0",
        "exponent-capital": "1E0",
        "exponent-sign": "1e+0",
        "leading-zero": "01",
        "plus": "+1",
        "point-first": ".1",
        "point-last": "1.",
        "hex": "0x1",
        "octal": "0o1",
        "underscore": "1_0",
        "minus-alone": "-",
        "nan": "NaN",
        "infinity": "Infinity",
        "minus-infinity": "-Infinity",
        "fullwidth": "\uff11",
    }
    for name, text in written.items():
        yield _seq(name, form, text)
    yield _seq("minus-zero", "not -0", "-0")
    yield _seq("two-to-53", "within +-(2^53-1)", "9007199254740992")
    yield _seq("minus-two-to-53", "within +-(2^53-1)", "-9007199254740992")
    yield _seq("five-thousand-digits", "within +-(2^53-1)", "1" * 5000)
    yield _seq("zero", "streamseq from 1 (section 6)", "0")
    yield _seq("minus-one", "streamseq from 1 (section 6)", "-1")
    yield _seq("two-to-31", "streamseq to 2147483647 (section 6)", "2147483648")
    yield _seq("largest-of-json", "streamseq to 2147483647 (section 6)", "9007199254740991")
    yield _seq("as-text", "streamseq is an integer (section 6)", '"1"')
    yield _seq("true", "streamseq is an integer (section 6)", "true")
    yield _seq("false", "streamseq is an integer (section 6)", "false")
    yield _seq("null", "null is refused", "null")
    yield _seq("array", "streamseq is an integer (section 6)", "[1]")


def nulls_and_depth() -> Iterator[Draft]:
    """null is never absent; events are at most four deep."""
    yield _bad(
        "null-prevhash", "null is never absent", swap('"data_base64"', '"prevhash":null,"data_base64"')
    )
    yield _bad("null-unknown", "null is refused", swap("{", '{"x":null,'))
    yield _bad("null-inside", "null is refused", swap("{", '{"x":[[null]],'))
    yield _bad("depth-five", "depth <= 4", swap("{", '{"x":[[[[1]]]],'))
    yield _bad("depth-four-unknown-attribute", "no other attributes (section 6)", swap("{", '{"x":[[[1]]],'))


def good() -> Iterator[Draft]:
    """What I-JSON allows: whitespace, any order, escapes."""

    def spread(raw: bytes) -> bytes:
        return b"\r\n\t " + raw.replace(b'","', b'" ,\n "').replace(b'":"', b'"\t: "') + b" \n"

    def backwards(raw: bytes) -> bytes:
        return b"{" + b",".join(reversed(raw[1:-1].split(b","))) + b"}"

    ok = Outcome.OK
    yield Draft("good-json-whitespace", ok, "section 5: JSON whitespace", edit_json=spread)
    yield Draft("good-json-other-order", ok, "section 5: names have no order", edit_json=backwards)
    yield Draft(
        "good-json-name-escaped",
        ok,
        "section 5: an escape is the character",
        edit_json=swap("specversion", "\\u0073pecversion"),
    )
    yield Draft(
        "good-json-slash-escaped",
        ok,
        "section 5: an escape is the character",
        edit_json=swap("/pn/", "\\/pn\\/"),
    )
    yield Draft(
        "json-attribute-in-capitals",
        Outcome.MALFORMED,
        "section 1: comparisons are of bytes",
        clear={"specversion": ABSENT, "specVersion": "1.0"},
    )


def drafts() -> Iterator[Draft]:
    """All cases of JSON."""
    for group in (documents, encodings, repeated_names, texts, numbers, nulls_and_depth, good):
        yield from group()
