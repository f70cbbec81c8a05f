"""What can be done with code at a place: all of it that needs no model.

`catalogue` and `applicable` say what is offered where. `docwriting` writes docstrings of all
conventions, `extract` computes extractions, `testfiles` says where tests belong. An edit of this
package leaves a file that parses.
"""
