"""The watch over every page notices what it is there for."""

import pytest
from playwright.sync_api import Page, Route

from project.tests.browser.business import Salon
from project.tests.browser.stage import Stage

pytestmark = pytest.mark.browser

FAULTS = {
    "console error: oh no": "() => { console.error('oh no') }",
    "uncaught: ": "() => { setTimeout(() => { throw new Error('thrown') }) }",
    "asks another host: http://127.0.0.1:9/": "() => { location.href = 'http://127.0.0.1:9/' }",
    "console error: Connecting to": "() => { fetch('http://127.0.0.1:9/').catch(() => 0) }",
    "404: GET": "() => { fetch('/no/such/page/') }",
    "console error: Executing inline script violates": """() => {
        document.head.append(Object.assign(document.createElement('script'), {text: '1'}))
    }""",
    "console error: Applying inline style violates": """() => {
        document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>')
    }""",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_noticed(stage: Stage, salon: Salon, fault: str) -> None:
    page = stage.page()
    page.goto("/")
    page.evaluate(FAULTS[fault])
    page.wait_for_timeout(300)
    found = list(stage.watch.complaints)
    stage.watch.complaints.clear()
    assert [each for each in found if each.startswith(fault)], found


def test_page_without_the_policy_is_noticed(stage: Stage, salon: Salon) -> None:
    page: Page = stage.page()
    page.route("**/*", without_policy)
    page.goto("/")
    found = list(stage.watch.complaints)
    stage.watch.complaints.clear()
    assert found == [f"policy of {stage.origin}/: {{}}"]


def without_policy(route: Route) -> None:
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if "security" not in name}
    route.fulfill(response=answer, headers=headers)
