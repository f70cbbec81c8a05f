/** The commands, and the menu of them behind the entry in the status bar. */

import { commands, type ExtensionContext, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import type { Client } from "./client";
import { switchModel } from "./models";
import { Pages } from "./pages";
import { newPrompt, rewrite, runPrompt } from "./rewriting";
import type { Status } from "./status";

type Run = () => unknown;

/** Register all that package.json names under `contributes.commands`. */
export function registerCommands(context: ExtensionContext, client: Client, status: Status): void {
  const pages = new Pages();
  const found: Record<string, Run> = {
    menu: () => menu(status),
    pause: () => pause(client, status, true),
    resume: () => pause(client, status, false),
    rewrite: () => withServer(client, rewrite),
    runPrompt: () => withServer(client, runPrompt),
    newPrompt,
    explain: () => withServer(client, (ready) => explain(ready, "lspLocal.explain")),
    explainAgain: () => withServer(client, (ready) => explain(ready, "lspLocal.explainAgain")),
    switchModel: () => switchModel(() => client.wake()),
    why: () => pages.show("why nothing was suggested", ["why", "20"]),
    stats: () => pages.show("statistics", ["stats"]),
    doctor: () => pages.show("doctor", ["doctor"]),
    showLog: () => { client.log.show(); },
    restart: () => client.restart(),
    setPath: () => commands.executeCommand("workbench.action.openSettings", "lsp-local.serverPath"),
  };
  const registered = Object.entries(found).map(([name, work]) => commands.registerCommand(`lsp-local.${name}`, () => told(work)));
  context.subscriptions.push(pages.register(), ...registered);
}

/** Run a command; what goes wrong is said in its own words. */
async function told(work: Run): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    void window.showErrorMessage(`lsp-local: ${message}`);
  }
}

async function menu(status: Status): Promise<void> {
  const fault = status.fault;
  const pauseOrResume = status.isPaused ? entry("play", "Resume", "resume") : entry("debug-pause", "Pause", "pause");
  const rows = [
    ...(fault ? [{ label: `$(warning) ${fault.fix.title}`, description: fault.message, command: fault.fix.command }] : []),
    pauseOrResume,
    entry("edit", "Rewrite by Instruction…", "rewrite"),
    entry("note", "Run a Prompt File…", "runPrompt"),
    entry("book", "Explain Symbol", "explain"),
    entry("arrow-swap", "Switch Model…", "switchModel"),
    entry("question", "Why Was Nothing Suggested?", "why"),
    entry("graph", "Statistics", "stats"),
    entry("pulse", "Doctor", "doctor"),
    entry("output", "Log", "showLog"),
    entry("debug-restart", "Restart Server", "restart"),
  ];
  const chosen = await window.showQuickPick(rows, { placeHolder: "lsp-local" });
  if (chosen) {
    await commands.executeCommand(chosen.command);
  }
}

function entry(icon: string, title: string, name: string) {
  return { label: `$(${icon}) ${title}`, description: "", command: `lsp-local.${name}` };
}

async function pause(client: Client, status: Status, isWanted: boolean): Promise<void> {
  await withServer(client, async () => {
    // The server's own command, which the client has registered.
    const isPaused = await commands.executeCommand<boolean>(isWanted ? "lspLocal.pause" : "lspLocal.resume");
    status.set(isPaused ? "paused" : "idle");
    status.setSilence("");
  });
}

/** Show what is known of the symbol at once, and again with what the model has written of it. */
async function explain(client: LanguageClient, command: string): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    return;
  }
  const { document, selection } = editor;
  const at = client.code2ProtocolConverter.asPosition(selection.active);
  const written = commands.executeCommand<boolean>(command, document.uri.toString(), at);
  await commands.executeCommand("editor.action.showHover");
  const isStill = () => window.activeTextEditor === editor && editor.selection.isEqual(selection);
  if (await written && isStill()) {
    // The oldest versions do not know it; there the next hover has it.
    await commands.executeCommand("editor.action.hideHover").then(undefined, () => undefined);
    await commands.executeCommand("editor.action.showHover");
  }
}

async function withServer(client: Client, work: (ready: LanguageClient) => Promise<void>): Promise<void> {
  if (!client.ready) {
    throw new Error("the server is not running; its entry in the status bar says why");
  }
  await work(client.ready);
}
