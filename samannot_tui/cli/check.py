"""`check SESSION`: does an annotation follow its schema?"""

from pathlib import Path

import click

from samannot_tui.cli.output import Progress, json_option, print_result
from samannot_tui.errors import InputError, JobError
from samannot_tui.text import printable


@click.command("check")
@click.argument("session", type=click.Path(path_type=Path))
@click.option(
    "--schema", type=click.Path(path_type=Path), help="Check against this file, not the schema that the session has."
)
@json_option
def command(session: Path, schema: Path | None, as_json: bool) -> None:
    """Say where an annotation does not follow its schema.

    Labels of no class, features and values that the schema does not allow, masks that are too small or touch the
    frame's edge, and masks that contradict the label's presence. Ends with 1 where there is any of these.

    A schema is a TOML or JSON file, which `open --schema FILE` gives to a session:

    \b
    presence = true               # a standard feature: visible, occluded, out of frame
    [[classes]]
    name = "child"                # labels: child, child 2, child on the left
    minimum_pixels = 50
    edge = "forbidden"            # or "allowed"
    [[features]]
    name = "posture"
    values = ["standing", "jumping"]    # without them, free text
    classes = ["child"]                 # without them, all
    """
    from samannot_tui.session.conformity import check
    from samannot_tui.session.schema import load_schema
    from samannot_tui.session.store import Session

    loaded = None if schema is None else load_schema(schema)
    opened = Session.open(session)
    progress = Progress("checking label")
    try:
        wanted = loaded or opened.state.schema
        if wanted is None:
            raise InputError(f"{printable(session)} has no schema; say which file holds it with --schema FILE.")
        findings = check(wanted, opened.state, opened.live, opened.masks.read, progress)
    finally:
        progress.finish()
        opened.close()
    result = {
        "session": session,
        "findings": [
            {
                "label": finding.label,
                "first": finding.frames[0] if finding.frames else None,
                "last": finding.frames[1] if finding.frames else None,
                "sentence": finding.sentence,
            }
            for finding in findings
        ],
    }
    lines = [f"{finding.where}: {finding.sentence}" for finding in findings]
    print_result(result, lines or ["The annotation follows its schema."], as_json=as_json)
    if findings:
        some = "one place" if len(findings) == 1 else f"{len(findings)} places"
        raise JobError(f"The annotation does not follow its schema in {some}.")
