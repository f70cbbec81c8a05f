"""The language server protocol; nothing outside this package has heard of it."""
