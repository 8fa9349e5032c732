"""Find directions of a generator, and project images into its latent space."""
