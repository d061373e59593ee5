"""Make the vendored look of the pages again, from pinned packages: `python tools/vendor_ui.py [--check]`.

It packs each package with npm, keeps only the files listed here, and writes their SHA-256 list beside them;
with `--check` it only compares what is in the tree with that list, and needs no network.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

VENDOR = Path(__file__).parents[1] / "chassis/src/trama_chassis/static/vendor"
SUMS = VENDOR / "SHA256SUMS"
FONT = "dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-{}.woff2"
# A font for a video player, inside the style sheet: our policy allows no font that is not a file of ours.
EMBEDDED_FONT = re.compile(rb"@font-face\{[^}]*url\(data:[^}]*\}")
# No page loads Bootstrap Italia's script (1 MB): everything works without it, see docs/decisions/0007.
PACKAGES = {
    "bootstrap-italia@2.18.3": {
        "LICENSE": "bootstrap-italia/LICENSE",
        "dist/css/bootstrap-italia.min.css": "bootstrap-italia/css/bootstrap-italia.min.css",
        "dist/svg/sprites.svg": "bootstrap-italia/svg/sprites.svg",
        "dist/fonts/Titillium_Web/OFL.txt": "bootstrap-italia/fonts/OFL.txt",
        FONT.format("regular"): "bootstrap-italia/fonts/titillium-web-regular.woff2",
        FONT.format("italic"): "bootstrap-italia/fonts/titillium-web-italic.woff2",
        FONT.format("600"): "bootstrap-italia/fonts/titillium-web-600.woff2",
        FONT.format("700"): "bootstrap-italia/fonts/titillium-web-700.woff2",
    },
    "htmx.org@4.0.1": {"LICENSE": "htmx/LICENSE", "dist/htmx.min.js": "htmx/htmx.min.js"},
}


def pack(package: str, files: dict[str, str], folder: Path) -> None:
    """Fetch one package and put the files we keep where they belong."""
    command = ["npm", "pack", "--silent", package]
    packed = subprocess.run(  # noqa: S603 - packages pinned here, no shell
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        for inside, ours in files.items():
            content = archive.extractfile(f"package/{inside}")
            if content is None:
                raise FileNotFoundError(inside)
            (VENDOR / ours).parent.mkdir(parents=True, exist_ok=True)
            (VENDOR / ours).write_bytes(EMBEDDED_FONT.sub(b"", content.read()))


def sums() -> str:
    """The list of what is in the tree, as `sha256sum` writes it."""
    names = sorted(ours for files in PACKAGES.values() for ours in files.values())
    return "".join(f"{hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def main() -> int:
    """Pack and list, or only compare."""
    if "--check" in sys.argv:
        return 0 if SUMS.read_text() == sums() else 1
    with TemporaryDirectory() as folder:
        for package, files in PACKAGES.items():
            pack(package, files, Path(folder))
    SUMS.write_text(sums())
    return 0


if __name__ == "__main__":
    sys.exit(main())
