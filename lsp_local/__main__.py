"""Where the program starts: the server at once, everything else through the command line."""

import gc
import sys

from lsp_local.text import UserError


def main() -> None:
    """Run the command line; what a person must mend is one line, not a traceback."""
    try:
        _run(sys.argv[1:])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(141)  # as a program that the shell's pipe has ended
    except OSError as error:  # such as standard output on a full disk
        print(f"error: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)


def _run(arguments: list[str]) -> None:
    if arguments == ["serve"]:  # an editor waits: no command line, whose imports take 0.2 s
        gc.disable()  # nothing that is imported is garbage
        from lsp_local.lsp.server import serve

        gc.freeze()  # or each full collection walks through it, which stops typing for 50 ms
        gc.enable()
        serve()
        return
    if arguments[:1] == ["lint"]:  # a hook may run it at every commit
        from lsp_local.cli.bare import only_lint

        only_lint()()
        return
    from lsp_local.cli.app import app

    app()


if __name__ == "__main__":
    main()
