"""`models list | fetch | verify`: checkpoint files for SAM 2."""

import time
from typing import TYPE_CHECKING, Any

import click

from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.engine.models.catalog import CATALOG
from samannot_tui.errors import InputError, JobError
from samannot_tui.text import printable

if TYPE_CHECKING:
    from samannot_tui.engine.models.inventory import Listed, Verdict


@click.group("models")
def command() -> None:
    """Get and check the checkpoint files that the SAM 2 engine needs.

    They are kept in the platform's cache folder, or where SAMANNOT_MODELS says.
    """


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Show which checkpoint files there are."""
    from samannot_tui.engine.models.folder import models_folder
    from samannot_tui.engine.models.inventory import listing

    folder = models_folder()
    listed = listing(folder)
    lines = [f"in {printable(folder)}:", *(line for each in listed for line in _lines(each))]
    print_result({"folder": folder, "models": [_listed_json(each) for each in listed]}, lines, as_json=as_json)
    _fail_if(sum(each.problem is not None for each in listed))


@command.command("fetch")
@click.argument("name", type=click.Choice(list(CATALOG)))
@json_option
def fetch_(name: str, as_json: bool) -> None:
    """Download a model's checkpoint file.

    Ended before it is done, it goes on from there the next time. A good file that is there already is left alone,
    a bad or changed one is replaced.
    """
    from samannot_tui.engine.models.fetch import fetch
    from samannot_tui.engine.models.folder import models_folder

    model = CATALOG[name]
    progress = Progress(f"fetching {model.file}", unit="MB")
    began: list[tuple[float, int]] = []

    def on_bytes(done: int, total: int) -> None:
        now = time.monotonic()
        began[:] = began or [(now, done)]
        seconds, fresh = now - began[0][0], done - began[0][1]
        progress(done // 10**6, total // 10**6, (total - done) * seconds / fresh if fresh else None)

    try:
        fetched = fetch(model, models_folder(), on_bytes)
    finally:
        progress.finish()
    if fetched.notice:
        say(fetched.notice)
    what = "fetched" if fetched.downloaded else "was there already"
    lines = [f"{name} {what}: {printable(fetched.path)}", f"sha256 {fetched.sha256}"]
    result = {
        "name": name,
        "path": fetched.path,
        "bytes": fetched.size,
        "sha256": fetched.sha256,
        "downloaded": fetched.downloaded,
    }
    print_result(result, lines, as_json=as_json)


@command.command("verify")
@click.argument("files", nargs=-1, metavar="[NAME|PATH]...")
@click.option("--accept", is_flag=True, help="Take changed files as they are now, if their weights are good.")
@json_option
def verify_(files: tuple[str, ...], accept: bool, as_json: bool) -> None:
    """Check the checkpoint files.

    Those given, or all that are in the models folder: checksum, and whether the weights fit a SAM 2.1 model. A
    file whose bytes changed since it was first used is refused. If you replaced it yourself, --accept records it
    as it is now.
    """
    if accept and not files:
        raise click.UsageError("--accept needs the NAME or PATH of the file that you replaced.")
    from samannot_tui.engine.models.folder import checkpoint_setting, find_checkpoint, models_folder
    from samannot_tui.engine.models.inventory import checkpoints_in, verify
    from samannot_tui.engine.models.machine import missing_package
    from samannot_tui.engine.registry import INSTALL

    missing = missing_package()
    if accept and missing:
        raise InputError(f"A file is accepted only if its weights are good; to see that needs {missing}: {INSTALL}.")
    folder = models_folder()
    paths = [find_checkpoint(checkpoint_setting(each)) for each in files] or checkpoints_in(folder)
    verdicts = [verify(folder, path, accept=accept) for path in paths]
    lines = [line for each in verdicts for line in _verdict_lines(each)]
    print_result(
        {"folder": folder, "files": [_verdict_json(each) for each in verdicts]},
        lines or [f"There are no checkpoint files in {printable(folder)}."],
        as_json=as_json,
    )
    _fail_if(sum(each.state == "bad" for each in verdicts))


def _fail_if(bad: int) -> None:
    if bad:
        raise JobError(f"{bad} checkpoint {'file is' if bad == 1 else 'files are'} not good.")


def _lines(each: "Listed") -> list[str]:
    name = each.model.name if each.model else printable(each.path.name)
    if each.size is None:
        about = f"about {each.model.megabytes} MB" if each.model else ""
        begun = f", {each.arrived / 1e6:.0f} MB of it are here" if each.arrived else ""
        return [f"  {name:9}  not fetched, {about}{begun}"]
    record = each.record
    checked = f"verified {record.verified_at[:10]}, sha256 {record.sha256[:12]}" if record else "not verified yet"
    lines = [f"  {name:9}  {each.size / 1e6:.0f} MB, {checked}"]
    return lines if each.problem is None else [*lines, f"             -> {each.problem}"]


def _listed_json(each: "Listed") -> dict[str, Any]:
    return {
        "name": each.model.name if each.model else None,
        "path": each.path,
        "fetched": each.size is not None,
        "bytes": each.size,
        "partial_bytes": each.arrived,
        "sha256": each.record.sha256 if each.record else None,
        "verified_at": each.record.verified_at if each.record else None,
        "problem": each.problem,
    }


def _verdict_lines(each: "Verdict") -> list[str]:
    model = f", {each.variant.replace('_', '-')}" if each.variant else ""
    sha256 = f", sha256 {each.sha256}" if each.sha256 else ""
    lines = [f"{printable(each.path)}: {each.state}{model}{sha256}"]
    return [*lines, f"  -> {each.sentence}"] if each.sentence else lines


def _verdict_json(each: "Verdict") -> dict[str, Any]:
    return {
        "path": each.path,
        "state": each.state,
        "model": each.variant.replace("_", "-") if each.variant else None,
        "sha256": each.sha256,
        "sentence": each.sentence,
    }
