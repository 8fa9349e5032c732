"""One file a tab, each with `build(studio, model, t)`."""
