"""What the user's project defines and contains, in a database that is built in the background.

`process` runs at the lowest priority: `building` finds what has changed, `reading` takes a file
apart, `contents` keeps what files hold once under its hash (and for a week after the last file has
left it, so that a branch that comes back needs no reading), `store` has the tables. The server
asks through `queries` and `uses`.

Of all processes one builds (`electing`); no transaction is open while a file is read; readers
never write; what becomes private or ignored is dropped at once.
"""

from lsp_local.index.project import Index as Index
from lsp_local.index.uses import Use as Use
