"""JSON-RPC as the specification has it: pygls with its gaps closed.

Invariant: every request gets exactly one answer, and no answer holds a traceback.
"""

import contextvars
import json
import logging
from collections.abc import Generator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cattrs import Converter, transform_error
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

logger = logging.getLogger(__name__)

# Ours, in server.py: pygls ends lines at \f and \u2028 and reads unopened files from the disk.
_NOT_PYGLS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
)
_MAX_QUOTED = 300


class Protocol(LanguageServerProtocol):
    """One conversation with one client; `exit_code` is set when the client has said `exit`."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.exit_code: int | None = None
        self._is_initialized = False
        for method in _NOT_PYGLS:
            del self.fm.builtin_features[method]

    def receive(self, body: bytes) -> None:
        """Handle one message. Sync handlers have run when this returns, async ones have not."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self.refuse(None, types.ErrorCodes.ParseError, "the message is not JSON")
            return

        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self.refuse(_id_of(message), types.ErrorCodes.InvalidRequest, "not JSON-RPC 2.0")
        elif "method" not in message:
            self._receive_response(message)
        elif "id" in message:
            self._receive_request(message)
        else:
            self._receive_notification(message)

    def notify(self, method: str, params: Any | None = None) -> None:
        """Send a notification; nothing once the client has said `shutdown`, as it listens no more.

        LSP, "Shutdown Request": what follows it is `exit`.
        """
        if not self._shutdown:
            super().notify(method, params)

    def refuse(self, msg_id: int | str | None, code: int, reason: str) -> None:
        """Answer a request with an error; without an id where it could not be read."""
        error = {"code": int(code), "message": reason[:_MAX_QUOTED]}
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": error})

    @property
    def final_code(self) -> int:
        """Return the exit code for an end that came now. LSP, "Exit Notification"."""
        return 0 if self._shutdown else 1

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Initialize as pygls does, and remember that it went well."""
        if not _is_uri(params.root_uri):
            params.root_uri = None  # pygls would refuse to serve at all
        result = yield from super().lsp_initialize(params)
        self._is_initialized = True
        return result

    def _receive_request(self, message: dict[str, Any]) -> None:
        msg_id, method = _id_of(message), message["method"]
        if msg_id is None or not isinstance(method, str) or msg_id in self._request_futures:
            self.refuse(msg_id, types.ErrorCodes.InvalidRequest, "no usable id or method")
            return
        if code := self._out_of_place(method):
            self.refuse(msg_id, code, f"`{method}` is out of place here")
            return
        if not self._has_handler(method):
            self.refuse(msg_id, types.ErrorCodes.MethodNotFound, f"no method `{method}`")
            return
        try:
            params = self._params(message)
        except Exception as error:  # whatever a converter may raise on foreign data
            self.refuse(msg_id, types.ErrorCodes.InvalidParams, _explain(error))
            return
        contextvars.copy_context().run(self._handle_request, msg_id, method, params)

    def _out_of_place(self, method: str) -> int | None:
        # LSP, "Initialize Request" and "Shutdown Request".
        if self._shutdown or (self._is_initialized and method == types.INITIALIZE):
            return types.ErrorCodes.InvalidRequest
        if not self._is_initialized and method != types.INITIALIZE:
            return types.ErrorCodes.ServerNotInitialized
        return None

    def _receive_notification(self, message: dict[str, Any]) -> None:
        method = message["method"]
        if method == types.EXIT:
            self.exit_code = self.final_code
            return
        if self._shutdown or not self._is_initialized or not self._has_handler(method):
            return
        try:
            params = self._params(message)
        except Exception as error:  # as above; a notification has no answer
            logger.warning("ignored `%s`: %s", method, _explain(error))
            return
        contextvars.copy_context().run(self._handle_notification, method, params)

    def _receive_response(self, message: dict[str, Any]) -> None:
        msg_id = _id_of(message)
        # pygls keeps both directions in one table: an id of the client's must not match here.
        if msg_id is None or msg_id not in self._result_types:
            return
        answer_type = self._result_types.pop(msg_id)
        future = self._request_futures.get(msg_id)
        if future is None or future.done():
            self._request_futures.pop(msg_id, None)
            return
        error = message.get("error")
        refusal = types.ResponseError(0, str(error)) if error is not None else None
        result = message.get("result")
        if refusal is None and answer_type is not None:
            with suppress(Exception):  # an answer of another shape is better than none
                result = self._converter.structure(message, answer_type).result
        self._handle_response(msg_id, result, refusal)

    def _handle_cancel_notification(self, msg_id: object) -> None:
        # What has been answered may be cancelled, too; pygls logs a warning for each.
        if isinstance(msg_id, int | str) and msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    def _has_handler(self, method: object) -> bool:
        known = (types.CANCEL_REQUEST, *self.fm.builtin_features, *self.fm.features)
        return method in known

    def _params(self, message: dict[str, Any]) -> Any:
        """Return the typed params of a message, plain JSON for methods of our own."""
        method = message["method"]
        message_type = self.get_message_type(method)
        if message_type is None:
            return message.get("params")
        try:
            return self._converter.structure(message, message_type).params
        except Exception:
            if method != types.INITIALIZE:
                raise
            # A client newer than lsprotocol must be served all the same.
            understood = {**message, "params": _essentials(message["params"])}
            return self._converter.structure(understood, message_type).params

    def _send_handler_result(self, future: Any, *, msg_id: int | str) -> None:
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self.refuse(msg_id, types.LSPErrorCodes.RequestCancelled, "cancelled")
            return
        error = future.exception()
        if error is None:
            self._send_response(msg_id, future.result())
        elif isinstance(error, JsonRpcException):
            self.refuse(msg_id, error.code, error.message)
        else:
            logger.error("a handler failed", exc_info=error)
            self.refuse(msg_id, types.ErrorCodes.InternalError, "internal error; see the log")


def _is_uri(root: str | None) -> bool:
    try:
        urlsplit(root or "")
    except ValueError:
        return False
    return True


def _id_of(message: object) -> int | str | None:
    msg_id = message.get("id") if isinstance(message, dict) else None
    is_id = isinstance(msg_id, int | str) and not isinstance(msg_id, bool)
    return msg_id if is_id else None


def _explain(error: Exception) -> str:
    try:
        return "; ".join(transform_error(error))[:_MAX_QUOTED]
    except Exception:  # cattrs explains its own errors only
        return "invalid params"


def _essentials(params: dict[str, Any]) -> dict[str, Any]:
    """Return what serving cannot do without. Raises whatever a wrong shape brings."""
    names = ("processId", "rootUri", "rootPath", "workspaceFolders", "initializationOptions")
    capabilities = params["capabilities"]
    understood = {
        name: capabilities[name] for name in ("general", "window") if name in capabilities
    }
    document = capabilities.get("textDocument")
    if isinstance(document, dict) and "inlineCompletion" in document:
        understood["textDocument"] = {"inlineCompletion": {}}  # or it would have a menu, too
    return {**{name: params.get(name) for name in names}, "capabilities": understood}
