/** Edits that the user asks for in words: an instruction of the moment, or a prompt file. */

import { type TextDocument, type TextEditor, Uri, window, workspace } from "vscode";
import {
  type CodeAction,
  CodeActionRequest,
  CodeActionResolveRequest,
  type Command,
  type LanguageClient,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { isWanted } from "./preview";
import { findServer, run } from "./server";

let lastInstruction = "";

/** Ask for an instruction, have it followed, and show what would change before it does. */
export async function rewrite(client: LanguageClient): Promise<void> {
  const editor = window.activeTextEditor;
  const instruction = editor && (await askForInstruction(editor));
  if (!editor || !instruction) {
    return;
  }
  lastInstruction = instruction;
  const edit = await client.sendRequest<WorkspaceEdit | null>("lspLocal/rewrite", { ...place(client, editor), instruction });
  await apply(client, edit, editor.document);
}

/** Let the user choose one of the prompt files that apply here, and run it. */
export async function runPrompt(client: LanguageClient): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    return;
  }
  const titles = await promptTitles(editor);
  const context = { diagnostics: [] };
  const offered = await client.sendRequest(CodeActionRequest.type, { ...place(client, editor), context });
  const found = (offered ?? []).filter(isAction).filter((action) => titles.has(action.title));
  if (!found.length) {
    return offerNewPrompt();
  }
  const chosen = await window.showQuickPick(
    found.map((action) => ({ label: action.title, action })),
    { placeHolder: "Your prompt files that apply here" },
  );
  if (chosen) {
    const done = await client.sendRequest(CodeActionResolveRequest.type, chosen.action);
    await apply(client, done.edit);
  }
}

/** Ask for a name, write a prompt file to begin with, and open it. */
export async function newPrompt(): Promise<void> {
  const name = await window.showInputBox({ prompt: "Name of the new prompt file", placeHolder: "better-names" });
  if (!name) {
    return;
  }
  const server = await findServer();
  await run(server, ["prompts", "new", "--", name]);
  const { prompts } = JSON.parse(await run(server, ["prompts", "list", "--json"])) as Listed;
  const path = prompts.find((prompt) => prompt.name === name.replace(/\.md$/, ""))?.path;
  if (path) {
    await window.showTextDocument(Uri.file(path));
  }
}

interface Listed {
  prompts: { name: string; title: string; path: string }[];
}

function askForInstruction(editor: TextEditor): Thenable<string | undefined> {
  const what = editor.selection.isEmpty ? "the function around the cursor" : "the selection";
  return window.showInputBox({
    title: "Rewrite",
    prompt: `What to do with ${what}`,
    placeHolder: "return early instead of nesting",
    value: lastInstruction,
  });
}

/** Return the titles of all prompt files; those of untrusted folders are offered by no server. */
async function promptTitles(editor: TextEditor): Promise<Set<string>> {
  const folder = workspace.getWorkspaceFolder(editor.document.uri)?.uri;
  const cwd = folder?.scheme === "file" ? folder.fsPath : undefined;
  const told = await run(await findServer(), ["prompts", "list", "--trust", "--json"], cwd);
  return new Set((JSON.parse(told) as Listed).prompts.map((prompt) => prompt.title));
}

async function offerNewPrompt(): Promise<void> {
  const write = "Write One";
  const answer = await window.showInformationMessage("No prompt file of yours applies here.", write);
  if (answer === write) {
    await newPrompt();
  }
}

function place(client: LanguageClient, editor: TextEditor) {
  const lsp = client.code2ProtocolConverter;
  return { textDocument: lsp.asTextDocumentIdentifier(editor.document), range: lsp.asRange(editor.selection) };
}

function isAction(one: CodeAction | Command): one is CodeAction {
  return typeof one.command !== "string";
}

/** Make an edit, of `preview` once the user has seen it; without an edit the server has said why. */
async function apply(client: LanguageClient, edit: WorkspaceEdit | null | undefined, preview?: TextDocument): Promise<void> {
  const converted = edit && (await client.protocol2CodeConverter.asWorkspaceEdit(edit));
  if (!converted) {
    return;
  }
  const version = preview?.version;
  if (preview && !(await isWanted(preview, converted.get(preview.uri)))) {
    return;
  }
  if (preview?.version !== version) {
    throw new Error("the text has changed meanwhile, so nothing was done");
  }
  await workspace.applyEdit(converted, { isRefactoring: true });
}
