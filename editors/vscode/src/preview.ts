/** A change beside what is there now, before it is made. */

import { commands, TabInputTextDiff, type TextDocument, type TextEdit, Uri, window, workspace } from "vscode";

const SCHEME = "lsp-local-preview";
const APPLY = "Apply";
let nPreviews = 0;

/** Show what the edits would make of the document; return whether the user wants them. */
export async function isWanted(document: TextDocument, edits: TextEdit[]): Promise<boolean> {
  const text = edited(document, edits);
  // The path gives it its colours; the number keeps VS Code from showing the one before.
  const uri = Uri.from({ scheme: SCHEME, path: document.uri.path, query: String(++nPreviews) });
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: () => text });
  try {
    const name = document.uri.path.split("/").at(-1) ?? "";
    await commands.executeCommand("vscode.diff", document.uri, uri, `${name}: Rewrite`, { preview: true });
    return (await window.showInformationMessage("lsp-local: Make this change?", APPLY, "Discard")) === APPLY;
  } finally {
    await close(uri);
    // Else VS Code goes to the file that was open before this one.
    await window.showTextDocument(document);
    provider.dispose();
  }
}

function edited(document: TextDocument, edits: TextEdit[]): string {
  const lastFirst = [...edits].sort((one, other) => other.range.start.compareTo(one.range.start));
  return lastFirst.reduce((text, { range, newText }) => {
    return text.slice(0, document.offsetAt(range.start)) + newText + text.slice(document.offsetAt(range.end));
  }, document.getText());
}

async function close(uri: Uri): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ input }) => input instanceof TabInputTextDiff && input.modified.toString() === uri.toString());
  await window.tabGroups.close(ours);
}
