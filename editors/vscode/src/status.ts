/** The entry in the status bar: what the server is doing, in one word. */

import { type Command, type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";

/** Something a person must mend; `fix` is the command that does it. */
export interface Fault {
  message: string;
  fix: Command;
}

export type State = "starting" | "loading" | "idle" | "paused" | Fault;

export const NO_MODEL: Fault = {
  message: "there is no model that works",
  fix: { title: "Get a model", command: "lsp-local.switchModel" },
};

// A suggestion that comes sooner would only make the icon flicker.
const BUSY_MS = 300;

const ICONS = {
  starting: "$(loading~spin)",
  loading: "$(loading~spin)",
  idle: "$(sparkle)",
  paused: "$(debug-pause)",
};

export class Status implements Disposable {
  private readonly item = window.createStatusBarItem("lsp-local", StatusBarAlignment.Right, 100);
  private state: State = "starting";
  private readonly works = new Set<NodeJS.Timeout>();
  private lastSilence = "";

  constructor() {
    this.item.name = "lsp-local";
    this.item.command = "lsp-local.menu";
    this.draw();
    this.item.show();
  }

  get fault(): Fault | undefined {
    return typeof this.state === "string" ? undefined : this.state;
  }

  get isPaused(): boolean {
    return this.state === "paused";
  }

  set(state: State): void {
    this.state = state;
    this.draw();
  }

  /** Show why nothing was suggested last; "" where something was. */
  setSilence(reason: string): void {
    this.lastSilence = reason;
    this.draw();
  }

  /** Show that the server works until the promise is settled, if that takes long enough to see. */
  async during<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.works.add(timer);
      this.draw();
    }, BUSY_MS);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      if (this.works.delete(timer)) {
        this.draw();
      }
    }
  }

  dispose(): void {
    this.item.dispose();
  }

  private draw(): void {
    const state = this.state;
    if (typeof state !== "string") {
      this.show("$(warning)", "needs you", state.message);
      this.item.backgroundColor = new ThemeColor("statusBarItem.warningBackground");
      return;
    }
    this.item.backgroundColor = undefined;
    const isBusy = state === "idle" && this.works.size > 0;
    const word = isBusy ? "busy" : state;
    const silence = this.lastSilence ? `The last request ended in silence: ${this.lastSilence}.` : "";
    this.show(isBusy ? "$(loading~spin)" : ICONS[state], word, silence);
  }

  private show(icon: string, word: string, sentence: string): void {
    this.item.text = `${icon} lsp-local`;
    this.item.tooltip = new MarkdownString(`lsp-local: **${word}**`).appendText(sentence && `\n\n${sentence}`);
    // A screen reader says no icon.
    this.item.accessibilityInformation = { label: `lsp-local: ${word}. ${sentence}`.trim() };
  }
}
