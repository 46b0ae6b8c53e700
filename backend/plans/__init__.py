"""Training plans: written, versioned, published, copied and followed."""
