"""The sample clip, opened in the app."""

from samannot_tui.jobs.opening import Opened, open_session
from samannot_tui.jobs.sample import demo_folder, sample_clip, sample_folder
from samannot_tui.jobs.track import prompted_session
from samannot_tui.session.location import SUFFIX, is_session


def open_sample() -> Opened:
    """The demo's own session of the sample clip; the first time it is made, with the sample's prompts.

    Raises:
        InputError: the sample is missing from this installation, or the session cannot be used.
    """
    session = demo_folder() / f"clip{SUFFIX}"
    if is_session(session):
        return open_session(session, sample_clip())
    return prompted_session(sample_clip(), sample_folder() / "prompts.json", demo_folder())
