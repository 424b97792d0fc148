"""The benchmark's arithmetic and its load generator; how fast anything is, is not tested here."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from project.bench.figures import Figure, Goal, Round, Row, Verdict, growth, percentile, rate_ratio
from project.bench.load import Generator, Once, Repeated, ask, encode
from project.bench.measures.bench import expect
from project.bench.measures.rows import queries_row, speed_row
from project.bench.report import failures, ordered, table


def burst(requests: int, seconds: float, latency: float = 0.1) -> Round:
    return Round(seconds, (latency,) * requests)


def figure(*rounds: Round) -> Figure:
    return Figure(rounds)


# --- arithmetic -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 0.5, 5.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.99, 99.0),
        ([2.0, 1.0], 1.0, 2.0),
        ([2.0, 1.0], 0.0, 1.0),
    ],
)
def test_percentile_is_one_of_the_values(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_figure_is_the_median_of_its_rounds() -> None:
    found = figure(burst(10, 1, 0.3), burst(90, 1, 0.1), burst(20, 1, 0.2))
    assert (found.rate, found.p50, found.requests) == (20, 0.2, 120)


def test_processor_time_is_told_per_request() -> None:
    assert figure(Round(1, (0.1,) * 3, cpu=0.5), Round(1, (0.1,), cpu=0.3)).cpu == 0.2


def test_ratio_compares_neighbours_in_time() -> None:
    """Noise halves everything in the second round and spoils one of the third."""
    floor = figure(burst(100, 1), burst(50, 1), burst(100, 1))
    work = figure(burst(40, 1), burst(20, 1), burst(1, 1))
    assert rate_ratio(work, floor) == 0.4


def test_growth_compares_median_latencies_of_neighbours() -> None:
    small = figure(burst(9, 1, 0.1), burst(9, 1, 0.2), burst(9, 1, 0.1))
    large = figure(burst(9, 1, 0.2), burst(9, 1, 0.4), burst(9, 1, 0.9))
    assert growth(large, small) == 2.0


def test_rounds_that_have_no_neighbour_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        rate_ratio(figure(burst(1, 1)), figure(burst(1, 1), burst(1, 1)))


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (Goal(must=1.2, aim=1.1), 1.1, Verdict.AIM),
        (Goal(must=1.2, aim=1.1), 1.2, Verdict.MUST),
        (Goal(must=1.2, aim=1.1), 1.21, Verdict.FAILS),
        (Goal(must=0.4, aim=0.6, at_least=True), 0.6, Verdict.AIM),
        (Goal(must=0.4, aim=0.6, at_least=True), 0.4, Verdict.MUST),
        (Goal(must=0.4, aim=0.6, at_least=True), 0.39, Verdict.FAILS),
        (Goal(aim=0.5, at_least=True), 0.4, Verdict.SHOWN),
        (Goal(aim=0.5, at_least=True), 0.5, Verdict.AIM),
        (Goal(must=100), 100, Verdict.MUST),
        (Goal(), 7, Verdict.SHOWN),
    ],
)
def test_verdict(goal: Goal, value: float, verdict: Verdict) -> None:
    assert goal.judge(value) is verdict


# --- rows -----------------------------------------------------------------------------------------


def test_a_speed_row_says_what_was_compared() -> None:
    figures = {"grid": figure(burst(30, 1, 0.02)), "b": figure(burst(60, 1))}
    row = speed_row("P1", "grid", figures, ("grid", "b"), Goal(must=0.4, aim=0.6, at_least=True))
    assert (row.figure, row.floor, row.ratio) == ("30 /s, p50 20.0 ms", "b: 60 /s", "50%")
    assert (row.must, row.aim, row.verdict) == ("≥ 40%", "≥ 60%", Verdict.MUST)


def test_queries_must_be_few_and_the_same_at_any_size() -> None:
    goal = Goal(must=8, aim=5)
    same = {"small": {"week": 5}, "large": {"week": 5}}
    grows = {"small": {"week": 5}, "large": {"week": 6}}
    many = {"small": {"week": 9}, "large": {"week": 9}}
    assert queries_row("P1", "week", same, ("week",), goal).verdict is Verdict.AIM
    assert queries_row("P1", "week", grows, ("week",), goal).verdict is Verdict.FAILS
    assert queries_row("P1", "week", grows, ("week",), goal).figure == "5 or 6"
    assert queries_row("P1", "week", many, ("week",), goal).verdict is Verdict.FAILS


def test_the_table_is_aligned_and_floors_come_last() -> None:
    rows = [
        Row(id="a", work="floor", figure="9 /s"),
        Row(id="P1", work="grid", figure="1 /s", verdict=Verdict.FAILS),
    ]
    lines = table(ordered(rows)).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["P1", "a"]
    assert failures(rows) == [rows[1]]


# --- the load generator ---------------------------------------------------------------------------


class Recorder(ThreadingHTTPServer):
    """Answers 200 to GET and 303 to POST, and notes who asked for what."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_GET(self) -> None:
        self._answer(200, b"hello")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(303, b"", body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by its base
        """Keep the tests' output clean."""

    def _answer(self, status: int, body: bytes, got: str = "") -> None:
        self.server.seen.append((self.client_address[0], self.path, got))
        self.send_response(status)
        if status == 303:
            self.send_header("Location", "/there/")
        self.send_header("Set-Cookie", "one=1")
        self.send_header("Set-Cookie", "two=2")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Recorder]:
    with Recorder() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def generator() -> Iterator[Generator]:
    with Generator() as started:
        yield started


def test_an_answer_is_read_whole(server: Recorder) -> None:
    answer = ask(server.server_port, encode("GET", "/x/"))
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["set-cookie"] == "one=1\ntwo=2"
    assert answer.wire > len(answer.body)


def test_a_form_is_sent_from_the_address_that_was_asked_for(server: Recorder) -> None:
    request = encode("POST", "/x/", form={"name": "Rudo & Co"})
    ask(server.server_port, request, source="127.3.2.1")
    assert server.seen == [("127.3.2.1", "/x/", "name=Rudo+%26+Co")]


def test_each_request_is_sent_once(server: Recorder, generator: Generator) -> None:
    requests = [encode("POST", f"/{number}/", form={}) for number in range(21)]
    done = generator.run(Once(server.server_port, requests))
    assert Counter(path for _, path, _ in server.seen) == {f"/{n}/": 1 for n in range(21)}
    assert done.answers == {"303 /there/": 21}
    assert len(done.latencies) == 21
    assert 0 < max(done.latencies) <= done.seconds


def test_requests_are_repeated_until_the_time_is_over(
    server: Recorder, generator: Generator
) -> None:
    done = generator.run(Repeated(server.server_port, [encode("GET", "/x/")]), seconds=0.2)
    assert done.answers == {"200": len(server.seen)}
    assert len(server.seen) > 8
    expect(done, "200")
    with pytest.raises(RuntimeError, match="304"):
        expect(done, "304")


def test_what_goes_wrong_in_a_process_is_raised_and_it_goes_on(
    server: Recorder, generator: Generator
) -> None:
    with pytest.raises(ConnectionRefusedError):
        generator.run(Once(1, [encode("GET", "/")]))
    assert generator.run(Once(server.server_port, [encode("GET", "/")])).answers == {"200": 1}
