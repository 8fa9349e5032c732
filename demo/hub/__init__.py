"""The panel that opens models of the Hugging Face Hub."""
