"""What holds on every page: axe has nothing to say, it fits, it can be touched; pictures of it."""

from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from project.tests.browser.stage import Screen
from project.tests.sources import ROOT

SCREENS = ROOT / "test-output" / "screens"
axe = Axe()

SCHEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}
"""All rules of axe in light; in dark those about colours, for nothing else differs there."""

OVERFLOW = """() => {
  const room = document.scrollingElement.clientWidth;
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= innerWidth && wide <= room) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((el) => el.getBoundingClientRect().right > room + 0.5)
    .slice(0, 5)
    .map((el) => `${el.tagName}.${el.className} reaches ${el.getBoundingClientRect().right}`);
}"""
"""What sticks out at the right when the page scrolls sideways."""

SMALL = """(least) => [...document.querySelectorAll(
    ".btn, button, summary, select, textarea,"
    + "input:not([type=hidden], [type=checkbox], [type=radio]), .nav a, .brand, .switch a,"
    + ".chips a, .days a, .foot a, .pager a, .slots > a")]
  .filter((el) => el.checkVisibility() && !el.closest("fieldset[disabled]"))
  .map((el) => [el, el.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height < least)
  .map(([el, box]) =>
    `${el.tagName}.${el.className} "${el.textContent.trim()}": ${box.height}px`)"""
"""Primary controls that a thumb may miss."""

LEAST_TOUCH = 43.9
"""44 CSS pixels, less what rounding takes."""

QUIET = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


def complaints(page: Page, name: str, screen: Screen) -> list[str]:
    """Look at the page in light and dark, keep pictures of it; return all that is wrong."""
    page.wait_for_function(QUIET)
    found = [f"{screen.name}: sideways: {each}" for each in page.evaluate(OVERFLOW)]
    found += [f"{screen.name}: low: {each}" for each in page.evaluate(SMALL, LEAST_TOUCH)]
    page.evaluate(axe.axe_script)
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{screen.name}, {scheme}: {each}" for each in _violations(page, rules)]
        if scheme == "light" or screen.touch:
            _picture(page, SCREENS / screen.name / f"{name}-{scheme}.png")
    return found


def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {"resultTypes": ["violations"]} | rules
    result = page.evaluate("(options) => axe.run(options)", options)
    return [
        f"{rule['id']} ({rule['help']}): {node['html'][:160]} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def _picture(page: Page, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)
