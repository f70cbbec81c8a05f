/** Where VS Code comes in. A shim: it holds nothing that the server could hold. */

import type { ExtensionContext } from "vscode";

import { Client } from "./client";
import { registerCommands } from "./commands";
import { Status } from "./status";

let client: Client | undefined;

/** Called by VS Code once a window is ready. */
export async function activate(context: ExtensionContext): Promise<void> {
  const status = new Status();
  client = new Client(context, status);
  context.subscriptions.push(status);
  registerCommands(context, client, status);
  await client.start();
}

/** Called by VS Code when the window closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
