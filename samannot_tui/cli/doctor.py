"""`doctor`: what this terminal and this machine can do, each with what to do about it."""

import click

from samannot_tui.cli.output import json_option, print_result
from samannot_tui.jobs.checkup import checkup


@click.command("doctor")
@json_option
def command(as_json: bool) -> None:
    """Say what this terminal and this machine can do, and what to do about it."""
    findings = checkup()
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.what:{width}}  {finding.found}")
        if finding.advice:
            lines.append(f"{'':{width}}  -> {finding.advice}")
    result = {finding.what: {"found": finding.found, "advice": finding.advice} for finding in findings}
    print_result(result, lines, as_json=as_json)
