/** The client: starts the server and tells it what VS Code alone knows. */

import { type ExtensionContext, window, workspace } from "vscode";
import { DidChangeConfigurationNotification, LanguageClient } from "vscode-languageclient/node";

import { homedir } from "node:os";

import { findServer } from "./server";
import { options } from "./settings";

let client: LanguageClient | undefined;

/** Called by VS Code once a window is ready. */
export async function activate(context: ExtensionContext): Promise<void> {
  const command = await findServer();
  client = new LanguageClient(
    "lsp-local",
    "lsp-local",
    { command, args: ["serve"], options: { cwd: homedir() } },
    {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      initializationOptions: () => ({ "lsp-local": options(context) }),
    },
  );
  const running = client;
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("lsp-local")) {
        void running.sendNotification(DidChangeConfigurationNotification.type, {
          settings: { "lsp-local": options(context) },
        });
      }
    }),
    window.onDidChangeTextEditorSelection((event) => {
      const at = event.selections[0]?.active;
      if (at) {
        void running.sendNotification("lspLocal/didMoveCursor", {
          textDocument: { uri: event.textEditor.document.uri.toString() },
          position: { line: at.line, character: at.character },
        });
      }
    }),
  );
  await client.start();
}

/** Called by VS Code when the window closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
