import ast
import sys
from pathlib import Path

import booking.availability

PACKAGE = Path(booking.availability.__file__).parent


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_the_engine_imports_the_standard_library_and_itself() -> None:
    modules = sorted(PACKAGE.glob("*.py"))
    assert len(modules) > 5
    strangers = {
        name
        for module in modules
        for name in imports_of(module)
        if not name.startswith("booking.availability")
        and name.split(".")[0] not in sys.stdlib_module_names
    }
    assert strangers == set()


def test_the_engine_never_asks_what_time_it_is() -> None:
    sources = "".join(module.read_text() for module in PACKAGE.glob("*.py"))
    assert [call for call in (".now(", ".today(", "time.time(") if call in sources] == []
