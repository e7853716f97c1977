"""The machine's readings: right where they can be had, None where not, never an exception."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from samannot_tui.monitor import (
    GIB,
    Alarm,
    Monitor,
    Reading,
    disk_level,
    level,
    memory_of_app,
    memory_of_workers,
    shortages,
)


class Broken:
    """A library of which every call fails."""

    def __getattr__(self, name: str) -> object:
        def fail(*args: object, **options: object) -> None:
            raise RuntimeError(name)

        return fail


def nvml(**calls: object) -> SimpleNamespace:
    working = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetHandleByIndex": lambda index: f"gpu {index}",
        "nvmlDeviceGetHandleByUUID": lambda name: name,
        "nvmlDeviceGetName": lambda gpu: gpu,
        "nvmlDeviceGetUtilizationRates": lambda gpu: SimpleNamespace(gpu=37),
        "nvmlDeviceGetMemoryInfo": lambda gpu: SimpleNamespace(used=2, total=8),
    }
    return SimpleNamespace(**(working | calls))


@pytest.fixture(autouse=True)
def no_device_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_cpu_and_ram_of_this_machine() -> None:
    reading = Monitor().read()
    assert reading.ram_total == psutil.virtual_memory().total
    assert reading.ram_used is not None
    assert 0 < reading.ram_used < reading.ram_total
    assert reading.cpu_percent is not None
    assert 0 <= reading.cpu_percent <= 100


def test_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml())
    reading = Monitor().read()
    assert (reading.gpu_name, reading.gpu_percent) == ("gpu 0", 37.0)
    assert (reading.vram_used, reading.vram_total) == (2, 8)


@pytest.mark.parametrize(
    ("visible", "name"), [("2,0", "gpu 2"), ("GPU-abc", "GPU-abc"), ("MIG-abc", "MIG-abc"), ("", None), ("-1", None)]
)
def test_the_gpu_is_the_one_that_cuda_would_use(
    visible: str, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert Monitor().read().gpu_name == name


def test_what_a_gpu_does_not_tell_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", nvml(nvmlDeviceGetUtilizationRates=Broken().anything))
    reading = Monitor().read()
    assert reading.gpu_percent is None
    assert reading.vram_total == 8


@pytest.mark.parametrize("library", [None, Broken()])
def test_no_nvidia_driver_is_no_gpu(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library)
    reading = Monitor().read()
    assert (reading.gpu_name, reading.gpu_percent, reading.vram_used) == (None, None, None)
    assert reading.ram_total


@pytest.mark.parametrize("library", [None, Broken()])
def test_without_psutil_nothing_is_read(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setitem(sys.modules, "psutil", library)
    assert Monitor().read() == Reading()


def test_nvml_is_shut_down_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shut: list[bool] = []
    monkeypatch.setitem(sys.modules, "pynvml", nvml(nvmlShutdown=lambda: shut.append(True)))
    monitor = Monitor()
    monitor.read()
    monitor.close()
    monitor.close()
    assert shut == [True]


def test_the_disk_of_a_folder(tmp_path: Path) -> None:
    reading = Monitor(tmp_path).read()
    assert reading.disk_total == os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
    assert reading.disk_free is not None
    assert 0 <= reading.disk_free <= reading.disk_total


def test_a_folder_that_is_gone_has_no_disk(tmp_path: Path) -> None:
    reading = Monitor(tmp_path / "gone").read()
    assert (reading.disk_free, reading.disk_total) == (None, None)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(0, "ok"), (0.849, "ok"), (0.85, "warning"), (0.949, "warning"), (0.95, "critical"), (1, "critical")],
)
def test_levels(fraction: float, expected: str) -> None:
    assert level(fraction) == expected


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [(16, 100, "ok"), (14, 100, "warning"), (4, 100, "critical"), (100, 4000, "ok"), (0, 10, "critical")],
)
def test_a_large_disk_is_not_full_while_it_has_room(free: int, total: int, expected: str) -> None:
    assert disk_level(free * GIB, total * GIB) == expected


def test_a_shortage_says_how_far_and_what_to_do() -> None:
    strained = Reading(
        ram_used=22 * GIB, ram_total=23 * GIB, vram_used=7 * GIB, vram_total=8 * GIB, disk_free=GIB, disk_total=99 * GIB
    )
    found = {shortage.what: shortage for shortage in shortages(strained)}
    assert {what: each.level for what, each in found.items()} == {
        "RAM": "critical",
        "VRAM": "warning",
        "disk": "critical",
    }
    assert found["RAM"].sentence.startswith("22.0 of 23 GiB of RAM are used: close other programs")
    assert found["disk"].sentence.startswith("The session's disk has 1.0 of 99 GiB left: make room now")


def test_no_shortage_where_nothing_could_be_read() -> None:
    assert shortages(Reading()) == []
    assert shortages(Reading(ram_used=1, ram_total=2, vram_used=0, vram_total=0)) == []


def test_a_shortage_is_news_when_it_comes_and_when_it_gets_worse() -> None:
    alarm = Alarm()

    def news(used: int) -> list[str]:
        return [each.level for each in alarm.news(Reading(ram_used=used, ram_total=100))]

    assert [news(used) for used in (84, 86, 84, 86, 96, 94, 97, 91, 96)] == [
        [],
        ["warning"],
        [],
        [],
        ["critical"],
        [],
        [],
        [],
        ["critical"],
    ]
    assert [news(used) for used in (83, 86, 80, 86)] == [[], [], [], ["warning"]]


def test_a_disk_on_the_edge_of_being_roomy_is_news_once() -> None:
    alarm = Alarm()
    readings = [Reading(disk_free=int(free * GIB), disk_total=1000 * GIB) for free in (20.1, 19.9, 20.1, 19.9)]
    assert [len(alarm.news(reading)) for reading in readings] == [0, 1, 0, 0]


def test_the_memory_of_this_program() -> None:
    own = memory_of_app()
    assert own is not None and own > 2**20
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert memory_of_workers()
        child.communicate(b"\n")
