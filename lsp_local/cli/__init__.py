"""The sub-commands of `lsp-local`, one file each."""
