"""Every alarm has its runbook."""

from tests.support.pages import pages
from tests.support.stack.policies import template

ALARMS = {
    name for name, one in template()["Resources"].items() if one["Type"] == "AWS::CloudWatch::Alarm"
}
PAGE = pages()["docs/operations.md"]


def runbooks() -> set[str]:
    section = PAGE.text.split("\n## Runbooks\n")[1].split("\n## ")[0]
    return {line.removeprefix("### ") for line in section.splitlines() if line.startswith("### ")}


def test_every_alarm_has_a_runbook_under_its_logical_id_and_the_other_way_round() -> None:
    assert runbooks() == ALARMS
    assert {name.lower() for name in runbooks()} <= set(PAGE.anchors)
