/** Asks for a suggestion at the key itself: VS Code waits for 50 ms, which no setting changes. */

import {
  type InlineCompletionContext,
  InlineCompletionTriggerKind,
  type Position,
  type TextDocument,
  type TextDocumentChangeEvent,
  type TextEditorSelectionChangeEvent,
  TextEditorSelectionChangeKind,
  window,
  workspace,
} from "vscode";
import { InlineCompletionRequest, type LanguageClient } from "vscode-languageclient/node";

import type { Items } from "./watching";

interface Asked {
  document: TextDocument;
  version: number;
  position: Position;
  answer: Promise<Items>;
}

/** What was asked last, before VS Code did. */
export class Early {
  private typed: { document: TextDocument; version: number } | undefined;
  private asked: Asked | undefined;

  /** Take note of a change; where the cursor is then is told separately, and later. */
  changed({ document, contentChanges, reason }: TextDocumentChangeEvent): void {
    // After a deletion the server is silent, and an undo is no wish for a suggestion.
    const isTyped = reason === undefined && contentChanges.length === 1 && contentChanges[0]?.text !== "";
    this.typed = isTyped ? { document, version: document.version } : undefined;
  }

  /** Ask, if a key has brought the cursor here. */
  moved(client: LanguageClient, { textEditor, selections, kind }: TextEditorSelectionChangeEvent): void {
    const { document } = textEditor;
    const isAfterKey = this.typed?.document === document && this.typed.version === document.version;
    const [selection] = selections;
    this.typed = undefined;
    if (!isAfterKey || kind === TextEditorSelectionChangeKind.Mouse || !selection?.isEmpty || selections.length > 1) {
      return;
    }
    if (textEditor === window.activeTextEditor && isWanted(document)) {
      const position = selection.active;
      this.asked = { document, version: document.version, position, answer: ask(client, document, position) };
    }
  }

  /** Return the answer that is on its way to the very question. */
  answer(document: TextDocument, position: Position, context: InlineCompletionContext): Promise<Items> | undefined {
    const asked = this.asked;
    this.asked = undefined;
    const isAutomatic = context.triggerKind === InlineCompletionTriggerKind.Automatic;
    const isSame = asked?.document === document && asked.version === document.version && asked.position.isEqual(position);
    return isSame && isAutomatic && !context.selectedCompletionInfo ? asked.answer : undefined;
  }
}

function isWanted(document: TextDocument): boolean {
  return workspace.getConfiguration("editor", document).get("inlineSuggest.enabled", true);
}

/** Never cancelled: the server itself ends what the next key makes stale, and goes on with what still fits. */
async function ask(client: LanguageClient, document: TextDocument, position: Position): Promise<Items> {
  const context = { triggerKind: InlineCompletionTriggerKind.Automatic, selectedCompletionInfo: undefined };
  const params = client.code2ProtocolConverter.asInlineCompletionParams(document, position, context);
  try {
    return await client.protocol2CodeConverter.asInlineCompletionResult(await client.sendRequest(InlineCompletionRequest.type, params));
  } catch {
    return undefined; // nobody may be there to hear of it; the log has it
  }
}
