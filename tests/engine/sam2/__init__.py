import pytest

for _module in ("torch", "sam2"):
    pytest.importorskip(_module, reason=f"needs {_module}: install samannot-tui[sam2]", exc_type=ImportError)
