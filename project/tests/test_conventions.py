"""House rules, checked over the syntax trees, the templates and the settings.

Each rule is a function from source to findings, so that it can also be shown to find something.
"""

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from project.tests.sources import (
    ROOT,
    own_assets,
    product_files,
    python_files,
    read,
    templates,
    text_files,
    tree,
)

CLOCK = Path("project/clock.py")
LIFECYCLE = Path("booking/domain/lifecycle.py")
OUTCOMES = Path("booking/notifications/outcomes.py")
ORDERS = Path("booking/domain/orders.py")

LONGEST_MODULE = 500
LONGEST_VIEW = 40
MEDIAN_FUNCTION = 10

Findings = list[str]
Rule = Callable[[ast.AST], Iterator[ast.AST]]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` as text; empty for anything that is not a plain chain of names."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def findings(rule: Rule, paths: list[Path]) -> Findings:
    return [f"{path}:{node.lineno}" for path in paths for node in rule(tree(path))]  # type: ignore[attr-defined]


def found_in(rule: Rule, source: str) -> int:
    return len(list(rule(ast.parse(source))))


# --- time -----------------------------------------------------------------------------------------

CLOCKS = (
    *("date.today", "datetime.today", "datetime.now", "datetime.utcnow"),
    *("timezone.now", "timezone.localdate"),
)


def clock_reads(module: ast.AST) -> Iterator[ast.AST]:
    """Every way to ask for the current time, called or merely passed on."""
    for node in ast.walk(module):
        name = dotted(node)
        if isinstance(node, ast.Attribute) and name.endswith(CLOCKS):
            yield node
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            yield from (node for alias in node.names if alias.name in {"now", "localdate"})


def naive_times(module: ast.AST) -> Iterator[ast.AST]:
    """Constructions of a datetime that has no timezone, and is not given one at once."""
    enough = {"datetime": 8, "combine": 3, "fromtimestamp": 2, "strptime": 99}
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    completed = {
        call.func.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and zoned(call)
    }
    for call in calls:
        name = dotted(call.func).removeprefix("dt.").removeprefix("datetime.")
        complete = zoned(call) or call in completed
        if name in enough and len(call.args) < enough[name] and not complete:
            yield call


def zoned(call: ast.Call) -> bool:
    return bool({"tzinfo", "tz"} & {keyword.arg for keyword in call.keywords})


def test_only_the_clock_module_reads_the_clock() -> None:
    assert findings(clock_reads, [p for p in product_files() if p != CLOCK]) == []


def test_no_naive_datetimes() -> None:
    assert findings(naive_times, product_files()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date\ndate.today()",
        "import datetime\ndatetime.datetime.now(tz=datetime.UTC)",
        "from django.utils import timezone\ndefault = timezone.now",
        "from django.utils.timezone import now",
    ],
)
def test_reading_the_clock_is_noticed(source: str) -> None:
    assert found_in(clock_reads, source) == 1


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("datetime(2026, 1, 2)", 1),
        ("datetime.datetime(2026, 1, 2, 9, 30)", 1),
        ("datetime.combine(day, moment)", 1),
        ("datetime.fromtimestamp(0)", 1),
        ("datetime.strptime(text, form)", 1),
        ("datetime.strptime(text, form).replace(tzinfo=UTC)", 0),
        ("datetime(2026, 1, 2, tzinfo=UTC)", 0),
        ("datetime.combine(day, moment, zone)", 0),
        ("datetime.fromtimestamp(0, tz=UTC)", 0),
    ],
)
def test_a_naive_datetime_is_noticed(source: str, times: int) -> None:
    assert found_in(naive_times, source) == times


# --- the status of an appointment -----------------------------------------------------------------


def status_writes(module: ast.AST) -> Iterator[ast.AST]:
    """Assignments to an attribute ``status``, and updates in bulk of a column of that name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if node.attr == "status":
                yield node
        elif isinstance(node, ast.Call) and writes_status(node):
            yield node


def writes_status(call: ast.Call) -> bool:
    name = dotted(call.func) or getattr(call.func, "attr", "")
    texts = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
    if name == "setattr" or name.endswith("bulk_update"):
        return "status" in texts
    return name.endswith("update") and "status" in {keyword.arg for keyword in call.keywords}


def test_only_the_lifecycle_writes_a_status() -> None:
    """Deliveries and orders have a status too, and one module each that writes it."""
    others = [path for path in product_files() if path not in {LIFECYCLE, OUTCOMES, ORDERS}]
    assert findings(status_writes, others) == []
    assert "Appointment" not in read(OUTCOMES)


@pytest.mark.parametrize(
    "source",
    [
        "appointment.status = Status.CONFIRMED",
        "Appointment.objects.filter(pk=1).update(status='confirmed')",
        "setattr(appointment, 'status', 'confirmed')",
        "Appointment.objects.bulk_update(rows, ['status'])",
    ],
)
def test_writing_a_status_is_noticed(source: str) -> None:
    assert found_in(status_writes, source) == 1


# --- markup ---------------------------------------------------------------------------------------


def trusted_markup(module: ast.AST) -> Iterator[ast.AST]:
    """Text declared to be safe markup; `format_html` escapes what it is given.

    The type SafeString may be named, and made from a literal.
    """
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (node for alias in node.names if alias.name == "mark_safe")
        elif isinstance(node, ast.Attribute) and node.attr == "mark_safe":
            yield node
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("SafeString"):
            yield from (node for value in node.args if not isinstance(value, ast.Constant))


def template_findings(text: str) -> Findings:
    """What the Content-Security-Policy or the house rules forbid in one template."""
    found = re.findall(r"\|\s*safe\b|\|\s*safeseq\b|\{%\s*autoescape\s+off", text)
    parser = Markup()
    parser.feed(re.sub(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", "", text, flags=re.DOTALL))
    return found + parser.found


class Markup(HTMLParser):
    """Collects inline scripts and styles, handlers, and assets from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Findings = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        data = given.get("type", "").endswith("json")
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.found.append(f"inline <{tag}>")
        for name, value in given.items():
            if name == "style" or re.match(r"on|hx-on|data-hx-on", name):
                self.found.append(f"{name}=")
            if re.match(r"\s*javascript:", value) or (name == "hx-vals" and "js:" in value):
                self.found.append(f"script in {name}=")
        assets = [given.get(name, "") for name in ("src", "srcset", "poster", "data")]
        assets += [given.get("href", "")] if tag in {"link", "use", "image"} else []
        self.found += [f"asset {a}" for a in assets if re.match(r"(https?:)?//", a)]

    handle_startendtag = handle_starttag


def test_no_text_is_declared_safe_markup() -> None:
    assert findings(trusted_markup, product_files()) == []


def test_templates_hold_no_inline_code_and_no_foreign_assets() -> None:
    pages = [path for path in templates() if path.suffix == ".html"]  # others are plain text
    found = {str(path): template_findings(read(path)) for path in pages}
    assert {path: what for path, what in found.items() if what} == {}


def test_own_assets_load_nothing_from_elsewhere() -> None:
    foreign = re.compile(r"""(url\(|@import|import\(|fetch\()\s*["']?(https?:)?//""")
    assert [str(path) for path in own_assets() if foreign.search(read(path))] == []


@pytest.mark.parametrize(
    "source",
    [
        "from django.utils.safestring import mark_safe",
        "safestring.mark_safe(text)",
        "SafeString(text)",
    ],
)
def test_declaring_text_safe_is_noticed(source: str) -> None:
    assert found_in(trusted_markup, source) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{{ provider.description|safe }}",
        "{% autoescape off %}{{ name }}{% endautoescape %}",
        "<script>alert(1)</script>",
        '<p style="color: {{ colour }}">',
        '<button onclick="go()">',
        '<button hx-on:click="go()">',
        '<a href="javascript:go()">',
        '<link rel="stylesheet" href="https://cdn.example.com/x.css">',
        '<img src="//cdn.example.com/x.png" alt="">',
    ],
)
def test_forbidden_markup_is_noticed(text: str) -> None:
    assert len(template_findings(text)) == 1


def test_ordinary_markup_passes() -> None:
    text = '<a href="https://example.com/">{{ x }}</a><script src="{% static "a.js" %}"></script>'
    assert template_findings(text) == []


# --- size -----------------------------------------------------------------------------------------

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines from ``def`` to the end, without decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def answers_requests(function: Function) -> bool:
    return "request" in [argument.arg for argument in function.args.args[:2]]


def test_no_module_is_long() -> None:
    lengths = {str(path): len(read(path).splitlines()) for path in python_files()}
    assert {path: lines for path, lines in lengths.items() if lines >= LONGEST_MODULE} == {}


def test_no_view_is_long() -> None:
    long = [
        f"{path}:{function.lineno} {function.name}"
        for path in product_files()
        for function in functions(path)
        if answers_requests(function) and length(function) >= LONGEST_VIEW
    ]
    assert long == []


def test_functions_are_short_as_a_rule() -> None:
    lengths = [length(function) for path in product_files() for function in functions(path)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


# --- settings -------------------------------------------------------------------------------------


def names_read_by_settings() -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(tree(Path("project/settings.py")))
        if isinstance(node, ast.Call)
        and dotted(node.func).startswith("env.")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def names_read_by_run() -> set[str]:
    return set(re.findall(r"\$\(setting ([A-Z_]+) ", read(Path("run"))))


def names_explained() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", read(Path(".env.example")), flags=re.MULTILINE))


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    assert names_explained() == names_read_by_settings() | names_read_by_run()


def test_each_setting_has_a_comment_of_its_own() -> None:
    blocks = read(Path(".env.example")).split("\n\n")
    lines = [[line for line in block.splitlines() if line] for block in blocks[2:]]
    odd = [block for block in lines if not block[0].startswith("# ") or len(block) < 2]
    assert odd == []


def test_requirements_name_exact_versions() -> None:
    lines = [
        line.split("#")[0].strip()
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in read(Path(name)).splitlines()
    ]
    loose = [line for line in lines if line and line != "-r requirements.txt" and "==" not in line]
    assert loose == []


# --- the repository speaks of itself alone --------------------------------------------------------


def test_no_text_names_a_path_of_somebodys_machine() -> None:
    path = re.compile(r"(?<![\w.~$}])/(?:home|root|Users|work|tmp/\w+)/\w")
    found = [
        f"{name}:{number}"
        for name in text_files()
        for number, line in enumerate(read(name).splitlines(), start=1)
        if "vendor" not in name.parts and path.search(line)
    ]
    assert found == []


def test_the_rules_look_at_something() -> None:
    """A moved folder would make every rule pass over nothing."""
    seen = SimpleNamespace(product=product_files(), templates=templates(), assets=own_assets())
    assert CLOCK in seen.product
    assert Path("templates/base.html") in seen.templates
    assert Path("static/css/nguva.css") in seen.assets
    assert (ROOT / "manage.py").is_file()
