"""How badbuzz is run: the local stack, images, OpenTofu."""
