"""Image data sets, bundled, downloaded or imported by users."""
