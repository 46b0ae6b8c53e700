"""Training plans: written, versioned, published and copied."""
