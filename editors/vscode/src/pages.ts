/** What a command of `lsp-local` prints, as a page that nobody is asked to save. */

import { EventEmitter, languages, ProgressLocation, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";

import { findServer, run } from "./server";

const SCHEME = "lsp-local";
const LANGUAGE = "lsp-local-page"; // its lines are wrapped

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
    const location = ProgressLocation.Window; // measuring takes the doctor seconds
    this.texts.set(title, await window.withProgress({ location, title: `lsp-local: ${title}` }, () => printed(args)));
    this.changed.fire(uri);
    const page = await languages.setTextDocumentLanguage(await workspace.openTextDocument(uri), LANGUAGE);
    await window.showTextDocument(page, { preview: true });
  }
}

async function printed(args: string[]): Promise<string> {
  try {
    return await run(await findServer(), args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
