"""Files that several layers share: checkpoints, metadata, the run lock."""
