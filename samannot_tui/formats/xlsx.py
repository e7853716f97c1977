"""`xlsx`: the tables of `formats.table_rows` as one workbook, annotation.xlsx, a sheet for each.

All text is text: nothing in it is a formula or a link. A table of more rows than a sheet holds goes on in the
sheet "NAME 2" and so on; text longer than a cell holds is cut, which is reported.
"""

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.table_rows import Cell, Row, Table, tables

MOST_ROWS = 1 << 20
"""Of a sheet, by Excel's specification."""
TEXT_WAS_CUT = -2
"""What XlsxWriter says then."""


def write(job: ExportJob) -> int:
    """Write the workbook; returns how many frames it is about.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    path = job.file("annotation.xlsx")
    # Constant memory: each row goes to a temporary file as the next one begins.
    workbook = Workbook(str(path), {"constant_memory": True, "use_zip64": True})
    cut = sum(_write_table(workbook, table) for table in tables(job))
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from error
    if cut:
        job.notices.append(f"{cut} texts were cut to the 32767 characters that a cell of a workbook holds.")
    return len(job.part.frames)


def _write_table(workbook: Workbook, table: Table) -> int:
    """Write one table; returns how many texts were cut."""
    cut = 0
    sheet = workbook.add_worksheet(table.name)
    _write_row(sheet, 0, table.columns)
    for number, row in enumerate(table.rows()):
        page, at = divmod(number, MOST_ROWS - 1)
        if page and not at:
            sheet = workbook.add_worksheet(f"{table.name} {page + 1}")
            _write_row(sheet, 0, table.columns)
        cut += _write_row(sheet, at + 1, row)
    return cut


def _write_row(sheet: Worksheet, row: int, cells: Row) -> int:
    return sum(_write_cell(sheet, row, column, cell) for column, cell in enumerate(cells))


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell) -> bool:
    if isinstance(cell, str):
        return bool(sheet.write_string(row, column, cell) == TEXT_WAS_CUT)
    if cell is not None:
        sheet.write_number(row, column, cell)
    return False
