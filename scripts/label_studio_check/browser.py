"""Annotators in a headless Chromium: each logs in, takes the tasks that Label Studio deals, clicks, marks and submits.

Run by the Python of the environment that holds Selenium, not by the project's; imports nothing of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 120
# Where on the page a piece of the text stands.
_MARK = """
const [piece] = arguments;
const root = document.querySelector('.weibo-text .lsf-richtext__container');
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const start = walker.currentNode.textContent.indexOf(piece);
  if (start < 0) continue;
  const range = document.createRange();
  range.setStart(walker.currentNode, start);
  range.setEnd(walker.currentNode, start + piece.length);
  return [range.getBoundingClientRect().left, range.getBoundingClientRect().right,
          (range.getBoundingClientRect().top + range.getBoundingClientRect().bottom) / 2];
}
return null;
"""


def main() -> None:
    """Carry out the plan that stands on standard input; screenshots go into its folder."""
    plan = json.load(sys.stdin)
    for annotator in plan["annotators"]:
        driver = _driver(plan)
        try:
            _annotate(driver, plan, annotator)
        except Exception:
            driver.save_screenshot(str(Path(plan["folder"], f"failed-{annotator['email']}.png")))
            raise
        finally:
            driver.quit()


def _driver(plan: dict[str, Any]) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = plan["chromium"]
    for argument in ("--headless=new", "--disable-gpu", "--window-size=1500,1400", "--lang=en", *plan["arguments"]):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(plan["chromedriver"]))


def _annotate(driver: webdriver.Chrome, plan: dict[str, Any], annotator: dict[str, Any]) -> None:
    base, wait = plan["address"], WebDriverWait(driver, PATIENCE_S)
    driver.get(f"{base}/user/login/")
    driver.find_element(By.NAME, "email").send_keys(annotator["email"])
    driver.find_element(By.NAME, "password").send_keys(annotator["password"], Keys.ENTER)
    wait.until(lambda page: "/user/login" not in page.current_url)
    driver.get(f"{base}/projects/{plan['project']}/data?labeling=1")
    for place, task in enumerate(annotator["tasks"], start=1):
        wait.until(lambda page, task=task: _shown(page).startswith(task["begins"]))
        for question, label in task["labels"]:
            block = driver.find_elements(By.CSS_SELECTOR, ".weibo-question")[question]
            choice = next(one for one in block.find_elements(By.TAG_NAME, "label") if _label(one) == label)
            choice.click()
        for label, piece in task["spans"]:
            _mark(driver, label, piece)
        if task["is_unsure"]:
            inputs = driver.find_elements(By.CSS_SELECTOR, ".lsf-choices label")
            inputs[-1].click()
        if task["comment"]:
            driver.find_element(By.CSS_SELECTOR, "textarea[name=comment]").click()
            driver.execute_cdp_cmd("Input.insertText", {"text": task["comment"]})  # keys know no emoji
        driver.save_screenshot(str(Path(plan["folder"], f"{annotator['email']}-{place}.png")))
        button = driver.find_element(
            By.CSS_SELECTOR, f"[data-testid=bottombar-{'skip' if task['is_skipped'] else 'submit'}-button]"
        )
        driver.execute_script("arguments[0].click()", button)  # a notice of the task before may lie above it
        wait.until(lambda page, task=task: not _shown(page).startswith(task["begins"]))


def _shown(driver: webdriver.Chrome) -> str:
    """Text that is to be judged, as the page shows it; empty while there is none."""
    box = "document.querySelector('.weibo-text .lsf-richtext__container')"
    return str(driver.execute_script(f"return {box} ? {box}.innerText : ''"))


def _label(choice: WebElement) -> str:
    """Label of a choice without its key."""
    return str(choice.get_attribute("innerText")).rsplit("[", 1)[0].strip()


def _mark(driver: webdriver.Chrome, label: str, piece: str) -> None:
    button = next(
        one
        for one in driver.find_elements(By.CSS_SELECTOR, ".lsf-label__text")
        if one.get_attribute("innerText") == label
    )
    button.click()
    left, right, middle = driver.execute_script(_MARK, piece)
    drag = ActionChains(driver)
    drag.w3c_actions.pointer_action.move_to_location(round(left) + 1, round(middle))
    drag.w3c_actions.pointer_action.pointer_down()
    drag.w3c_actions.pointer_action.move_to_location(round(right) - 1, round(middle))
    drag.w3c_actions.pointer_action.pointer_up()
    drag.perform()


if __name__ == "__main__":
    main()
