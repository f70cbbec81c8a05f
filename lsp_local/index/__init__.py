"""What the user's project defines and contains, in a database that is built in the background."""

from lsp_local.index.project import Index as Index
from lsp_local.index.uses import Use as Use
