"""Play with a trained generator: find directions, and project pictures into its latent space."""
