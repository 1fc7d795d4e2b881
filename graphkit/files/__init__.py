"""Files and folders: read within limits, and written whole."""
