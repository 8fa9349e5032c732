"""Import of images from untrusted archives and folders."""
