"""Image data sets, bundled or of one's own."""
