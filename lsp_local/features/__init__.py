"""What the user gets: one feature, one file, one verb.

Functions take and return values of `text`, so the command line, the server and the tests call the
same code.
"""
