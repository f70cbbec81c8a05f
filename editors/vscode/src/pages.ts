/** What a command of `lsp-local` prints, as a page that nobody is asked to save. */

import { EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";

import { findServer, run } from "./server";

const SCHEME = "lsp-local";

export class Pages implements TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;

  /** Return what VS Code has to forget at the end. */
  register() {
    return workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  /** Show what the command prints, or what it says is wrong. */
  async show(title: string, args: string[]): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: title });
    this.texts.set(title, await printed(args));
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }
}

async function printed(args: string[]): Promise<string> {
  try {
    return await run(await findServer(), args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
