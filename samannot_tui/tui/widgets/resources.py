"""The resource pane: CPU, RAM, GPU and VRAM where there is one, the session's disk, and how far the run is."""

from textual.content import Content

from samannot_tui.monitor import Level, Reading, disk_level, level
from samannot_tui.text import printable
from samannot_tui.tui.place import Place, RunStatus
from samannot_tui.tui.widgets.lines import Lines

BAR_COLUMNS = 8
GIB = 1024**3
COLOURS: dict[Level, str] = {"ok": "", "warning": "bold yellow", "critical": "bold red"}
ARROWS = {"forward": "▶", "backward": "◀", "both": "◀▶", "frame": "■"}


class ResourcePane(Lines):
    """Only what could be read is shown; of what runs short, a word in the place of its bar says so."""

    DEFAULT_CSS = """
    ResourcePane { border: round $surface-lighten-2; border-title-color: $text-muted; height: auto; }
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._reading = Reading()
        self.border_title = "Resources"

    def show_reading(self, reading: Reading) -> None:
        self._reading = reading
        self.refresh_resources()

    def refresh_resources(self) -> None:
        """The reading or the run has changed."""
        lines = resource_lines(self._reading)
        if self._place.run is not None:
            lines.append(Content(f"run  {run_line(self._place.run)}"))
        self.show(Content("\n").join(Content.assemble(" ", line) for line in lines))


def resource_lines(reading: Reading) -> list[Content]:
    """One line for each figure that was read."""
    lines = []
    if reading.cpu_percent is not None:
        lines.append(Content(f"CPU  {_bar(reading.cpu_percent)} {reading.cpu_percent:3.0f} %"))
    if reading.ram_used is not None and reading.ram_total:
        lines.append(_gauge("RAM ", reading.ram_used, reading.ram_total))
    if reading.gpu_percent is not None:
        lines.append(Content(f"GPU  {_bar(reading.gpu_percent)} {reading.gpu_percent:3.0f} %"))
    if reading.vram_used is not None and reading.vram_total:
        lines.append(_gauge("VRAM", reading.vram_used, reading.vram_total))
    if reading.gpu_name is not None:
        lines.append(Content(f"     {printable(reading.gpu_name)}"))
    if reading.disk_free is not None and reading.disk_total:
        how_bad = disk_level(reading.disk_free, reading.disk_total)
        bar = _bar(100 - 100 * reading.disk_free / reading.disk_total)
        lines.append(_alerted("disk", bar, f"{reading.disk_free / GIB:.1f} G free", how_bad))
    return lines


def run_line(run: RunStatus) -> str:
    """A run in a few words: which of a chain, direction, frames done, and the time that is left."""
    if run.ending:
        return "ending"
    arrow = "‖" if run.paused else ARROWS[run.direction]
    which = f"{run.number} of {run.of} " if run.of > 1 else ""
    done = f"{which}{arrow} {run.done}/{run.total}"
    if run.paused:
        return f"{done} paused"
    if run.seconds_left is None:
        return done
    minutes, seconds = divmod(round(run.seconds_left), 60)
    return f"{done} {minutes}:{seconds:02d} left"


def _gauge(title: str, used: int, total: int) -> Content:
    figures = f"{used / GIB:.1f}/{total / GIB:.0f} G"
    return _alerted(title, _bar(100 * used / total), figures, level(used / total))


def _alerted(title: str, bar: str, figures: str, how_bad: Level) -> Content:
    shown = bar if how_bad == "ok" else f"{how_bad:{BAR_COLUMNS}}"
    return Content.styled(f"{title} {shown} {figures}", COLOURS[how_bad])


def _bar(percent: float) -> str:
    full = round(min(max(percent, 0), 100) / 100 * BAR_COLUMNS)
    return "█" * full + "░" * (BAR_COLUMNS - full)
