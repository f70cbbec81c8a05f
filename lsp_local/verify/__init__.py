"""A safe edit out of what a model answered, or what is wrong with the answer.

`verdict` goes through it: the code in the answer (`answers`) is fitted into the range (`fitting`),
what it only reformatted or forgot is put back (`sparing`), and it is refused where it breaks
syntax, signature, names or code that was to stay (`keeping`), hides a variable from the code below
(`reach`) or simplifies to what may not do the same (`simpler`). What is left is cut down to the
characters that change (`minimal`).
"""
