"""`python -m samannot_tui` is the same program as `samannot-tui`."""

from samannot_tui.cli import main

if __name__ == "__main__":
    main()
