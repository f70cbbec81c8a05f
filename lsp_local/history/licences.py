"""The licence of a repository, as its file says it."""

import re
from pathlib import Path

FILES = re.compile(r"(licen[cs]e|copying)([-.].*)?", re.IGNORECASE)
N_HEAD = 3000  # characters
# SPDX's name by what only this licence says; the first that fits.
SAYINGS = {
    "AGPL-3.0": r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3",
    "LGPL-3.0": r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3",
    "LGPL-2.1": r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1",
    "GPL-3.0": r"GNU GENERAL PUBLIC LICENSE\s+Version 3",
    "GPL-2.0": r"GNU GENERAL PUBLIC LICENSE\s+Version 2",
    "Apache-2.0": r"Apache License,?\s+Version 2\.0",
    "MPL-2.0": r"Mozilla Public License,?\s+(Version|v\.) ?2\.0",
    "MIT": r"Permission is hereby granted, free of charge, to any person obtaining a copy",
    "ISC": r"Permission to use, copy, modify, and(/or)? distribute this software",
    "BSD-3-Clause": r"Redistribution and use in source[\s\S]*Neither the name",
    "BSD-2-Clause": r"Redistribution and use in source",
    "Unlicense": r"This is free and unencumbered software released into the public domain",
}


def licence_of(root: Path) -> str:
    """Return SPDX's name of the licence, the name of a file that says another, or "none found"."""
    files = sorted(path for path in root.iterdir() if FILES.fullmatch(path.name))
    for path in files:
        try:
            text = path.read_text(errors="replace")[:N_HEAD]
        except OSError:
            continue
        for name, saying in SAYINGS.items():
            if re.search(saying, text, re.IGNORECASE):
                return name
    return f"see {files[0].name}" if files else "none found"
