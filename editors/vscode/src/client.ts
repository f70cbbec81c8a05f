/** The one server of a window: started, told what only VS Code knows, started again. */

import { homedir } from "node:os";

import { type ExtensionContext, type TextEditor, type TextEditorSelectionChangeEvent, window, workspace } from "vscode";
import { DidChangeConfigurationNotification, LanguageClient, State } from "vscode-languageclient/node";

import { Early } from "./early";
import { listen } from "./messages";
import { findServer } from "./server";
import { options } from "./settings";
import type { Fault, State as Shown, Status } from "./status";
import { watching } from "./watching";

const SCHEMES = ["file", "untitled"];
const HAS_WARNED = "hasWarned";

export class Client {
  private running: LanguageClient | undefined;
  private readonly early = new Early();
  readonly log = window.createOutputChannel("lsp-local", { log: true });

  constructor(
    private readonly context: ExtensionContext,
    private readonly status: Status,
  ) {
    context.subscriptions.push(
      this.log,
      workspace.onDidChangeConfiguration(async (event) => {
        if (event.affectsConfiguration("lsp-local.serverPath")) {
          await this.restart();
        } else if (event.affectsConfiguration("lsp-local")) {
          await this.tellOptions();
        }
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.tellOptions()),
      window.onDidChangeTextEditorSelection((event) => this.moved(event)),
    );
  }

  /** Return the client where the server runs. */
  get ready(): LanguageClient | undefined {
    return this.running?.state === State.Running ? this.running : undefined;
  }

  /** Start the server; what is wrong is shown in the status bar. */
  async start(): Promise<void> {
    this.status.set("starting");
    try {
      this.running = this.made(await findServer());
      await this.running.start();
    } catch (error) {
      await this.complain(error instanceof Error ? error.message : String(error));
    }
  }

  async stop(): Promise<void> {
    const stopped = this.running;
    this.running = undefined;
    // A server that never came up cannot be told to stop.
    await stopped?.dispose().catch(() => undefined);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private made(command: string): LanguageClient {
    const client: LanguageClient = new LanguageClient(
      "lsp-local",
      "lsp-local",
      { command, args: ["serve"], options: { cwd: homedir() } },
      {
        documentSelector: SCHEMES.map((scheme) => ({ scheme })),
        // `firstRun`: we ask the user to fetch a model, so that the server need not.
        initializationOptions: () => ({ "lsp-local": options(this.context), firstRun: "client" }),
        outputChannel: this.log,
        middleware: watching(this.status, this.early, () => client),
      },
    );
    listen(client, this.context, () => this.wake(), this.status);
    client.onDidChangeState(({ newState }) => {
      if (this.running === client) {
        this.status.set(stateOf(newState));
      }
    });
    return client;
  }

  private async tellOptions(): Promise<void> {
    const settings = { "lsp-local": options(this.context) };
    await this.ready?.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  /** Have the server look for its model again, which it does wherever the cursor moves. */
  async wake(): Promise<void> {
    if (this.ready && window.activeTextEditor) {
      await tellCursor(this.ready, window.activeTextEditor);
    }
  }

  private async moved(event: TextEditorSelectionChangeEvent): Promise<void> {
    const client = this.ready;
    if (client && SCHEMES.includes(event.textEditor.document.uri.scheme)) {
      this.early.moved(client, event);
      await tellCursor(client, event.textEditor);
    }
  }

  private async complain(message: string): Promise<void> {
    this.log.warn(message);
    this.status.set(fault(message, "Set the path of lsp-local", "lsp-local.setPath"));
    // Once for all windows: whoever has not installed the server knows it by then.
    if (!this.context.globalState.get(HAS_WARNED)) {
      await this.context.globalState.update(HAS_WARNED, true);
      void window.showWarningMessage(`lsp-local: ${message}`);
    }
  }
}

async function tellCursor(client: LanguageClient, { document, selection }: TextEditor): Promise<void> {
  const { line, character } = selection.active;
  const uri = document.uri.toString();
  await client.sendNotification("lspLocal/didMoveCursor", { textDocument: { uri }, position: { line, character } });
}

/** Return what to show; a server that has died is started again by the client, a few times. */
function stateOf(state: State): Shown {
  switch (state) {
    case State.Running:
      return "idle";
    case State.Stopped:
      return fault("the server has ended; the log says why", "Start it again", "lsp-local.restart");
    default:
      return "starting";
  }
}

function fault(message: string, title: string, command: string): Fault {
  return { message, fix: { title, command } };
}
