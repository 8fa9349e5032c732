"""What all visitors share: models, runs, access."""
