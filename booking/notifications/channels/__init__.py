"""The ways by which a message leaves, one module each; each tells final from passing trouble."""
