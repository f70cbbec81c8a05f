/** Asks again once the model is there: VS Code itself asks only after the next key. */

import { commands, type InlineCompletionContext, InlineCompletionTriggerKind, type TextDocument, window } from "vscode";

const MISSING = new Set(["no-model", "model-loading", "engine-died"]);

interface Missed {
  document: TextDocument;
  version: number;
}

/** The last request that ended in silence because the model was not there. */
export class Again {
  private missed: Missed | undefined;
  private isAsking = false;

  /** Take note of why a request ended in silence. */
  heard(reason: string, document: TextDocument): void {
    const isFirst = this.missed?.document !== document || this.missed.version !== document.version;
    this.missed = { document, version: document.version };
    // The next request waits for the process that is started in place of a dead one.
    if (reason === "engine-died" && isFirst) {
      this.ask();
    } else if (!MISSING.has(reason)) {
      this.missed = undefined;
    }
  }

  /** Ask again, if nothing was typed since. */
  loaded(): void {
    this.ask();
  }

  /** Return the context that a request has: VS Code takes ours for the user's own. */
  context(told: InlineCompletionContext): InlineCompletionContext {
    const isOurs = this.isAsking;
    this.isAsking = false;
    return isOurs ? { ...told, triggerKind: InlineCompletionTriggerKind.Automatic } : told;
  }

  private ask(): void {
    const isThere = window.activeTextEditor?.document === this.missed?.document;
    if (this.missed && isThere && this.missed.version === this.missed.document.version) {
      this.isAsking = true;
      // Not `{ explicit: false }`: to that VS Code answers what it was answered before.
      void commands.executeCommand("editor.action.inlineSuggest.trigger").then(() => {
        this.isAsking = false;
      });
    }
  }
}
