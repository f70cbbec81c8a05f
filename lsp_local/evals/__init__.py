"""What `lsp-local bench` and `lsp-local eval` run: figures, never asserts."""
