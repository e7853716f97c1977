"""What the app's demo leaves on the terminal: how the masks that were made compare with the sample's."""

from pathlib import Path
from statistics import fmean

import click

from samannot_tui.text import printable


def print_comparison(folder: Path) -> None:
    """Print how a session of the sample clip compares; nothing where it has no masks to compare.

    Raises as `jobs.demo.compare_with_sample`.
    """
    from samannot_tui.jobs.demo import compare_with_sample

    found = compare_with_sample(folder)
    if found is None:
        return
    truth, reference = found.against(found.truth), found.against(found.reference)
    each = ", ".join(f"{printable(found.names[score.id])} {score.j:.2f}" for score in truth)
    click.echo(f"{found.annotated} of {found.frames} frames annotated; on these")
    click.echo(f"mean J {fmean(score.j for score in truth):.2f} with the ground truth: {each}")
    click.echo(
        f"mean J {fmean(score.j for score in reference):.2f} with the reference masks, which the flow engine made"
    )
    click.echo(f"session: {printable(folder)}")
