"""`tables`: CSV files, one for each table of `formats.table_rows`.

prompts.csv, masks.csv, labels.csv, events.csv: UTF-8, commas, CRLF, a header line, as RFC 4180 has it. Text that a
spreadsheet would take for a formula has a ' before it.
"""

import csv

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.table_rows import Cell, tables

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a formula can begin with, by https://owasp.org/www-community/attacks/CSV_Injection."""


def write(job: ExportJob) -> int:
    """Write the tables; returns how many frames they are about.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    for table in tables(job):
        with job.file(f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table.columns)
            writer.writerows([safe(cell) for cell in row] for row in table.rows())
    return len(job.part.frames)


def safe(cell: Cell) -> Cell:
    """The cell as it can stand in a CSV file; numbers are none that a formula begins with."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
