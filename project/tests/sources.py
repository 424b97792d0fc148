"""Where the project's own files are, and their syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("project", "customers", "providers", "booking")
BINARY = {".png", ".jpg", ".jpeg", ".webp", ".ico", ".woff2", ".gz", ".br"}


def python_files() -> list[Path]:
    """Every module of the four packages, relative to the root; migrations excepted."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(p.relative_to(ROOT) for p in found if "migrations" not in p.parts)


def product_files() -> list[Path]:
    """The modules that serve people: without tests and what only tests use."""
    return [p for p in python_files() if "tests" not in p.parts and "testing" not in p.parts]


def templates() -> list[Path]:
    """Every template, relative to the root."""
    return sorted(p.relative_to(ROOT) for p in (ROOT / "templates").rglob("*") if p.is_file())


def own_assets() -> list[Path]:
    """Style sheets, scripts and drawings that we wrote, relative to the root."""
    found = [p for p in (ROOT / "static").rglob("*") if p.suffix in {".css", ".js", ".svg"}]
    return sorted(p.relative_to(ROOT) for p in found if "vendor" not in p.parts)


def text_files() -> list[Path]:
    """Every text file that belongs to the repository, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = [ROOT / name for name in listing.stdout.splitlines()]
    if listing.returncode != 0:  # an unpacked archive, not a clone
        folders = [*PACKAGES, "templates", "static", "docs", "deploy", ".ci"]
        names = [path for folder in folders for path in (ROOT / folder).rglob("*")]
        names += ROOT.glob("*.*")
    kept = (p for p in names if p.is_file() and p.suffix not in BINARY | {".pyc", ".sqlite3"})
    return sorted(p.relative_to(ROOT) for p in kept)


def read(path: Path) -> str:
    """The text of a file given relative to the root."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module given relative to the root."""
    return ast.parse(read(path), filename=str(path))
