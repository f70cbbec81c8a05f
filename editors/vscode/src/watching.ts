/** What passes between VS Code and the server, watched for what the status bar says. */

import type { InlineCompletionItem, InlineCompletionList, TextDocument } from "vscode";
import type { LanguageClient, Middleware } from "vscode-languageclient/node";

import { Again } from "./again";
import type { Early } from "./early";
import { NO_MODEL, type State, type Status } from "./status";

const LOADING = "Loading ";
// The reason for a silence is asked for no more often: the state changes slowly.
const ASK_MS = 1000;

type Suggesting = NonNullable<Middleware["provideInlineCompletionItems"]>;
export type Items = InlineCompletionItem[] | InlineCompletionList | null | undefined;

/** Return what the client is to call; `client` comes later, since it needs this to be made. */
export function watching(status: Status, early: Early, client: () => LanguageClient): Middleware {
  const again = new Again();
  return {
    didChange: (event, next) => {
      early.changed(event);
      return next(event);
    },
    provideInlineCompletionItems: suggesting(status, early, again, client),
    handleWorkDoneProgress: loading(status, again),
  };
}

function suggesting(status: Status, early: Early, again: Again, client: () => LanguageClient): Suggesting {
  let askedAt = 0;

  async function ask(document: TextDocument): Promise<void> {
    const { version } = document;
    const wait = askedAt + ASK_MS - Date.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    if (wait > 0 && document.version !== version) {
      return;
    }
    askedAt = Date.now();
    const reason = await lastReason(client(), document);
    status.set(stateOf(reason));
    status.setSilence(reason);
    again.heard(reason, document);
  }

  return async (document, position, told, token, next) => {
    const context = again.context(told);
    const answer = early.answer(document, position, context) ?? next(document, position, context, token);
    const found = await status.during(Promise.resolve(answer));
    if (isEmpty(found) && !token.isCancellationRequested) {
      // What is wrong with the state is no reason to show no suggestion.
      void ask(document).catch(() => undefined);
    } else if (!isEmpty(found)) {
      status.set("idle");
      status.setSilence("");
    }
    return found;
  };
}

/** Loading the model is shown in the status bar, all other progress where VS Code shows it. */
function loading(status: Status, again: Again): NonNullable<Middleware["handleWorkDoneProgress"]> {
  const loads = new Set<number | string>();
  return (token, params, next) => {
    if (params.kind === "begin" && params.title.startsWith(LOADING)) {
      loads.add(token);
      status.set("loading");
    } else if (!loads.has(token)) {
      next(token, params);
    } else if (params.kind === "end") {
      loads.delete(token);
      status.set("idle");
      again.loaded();
    }
  };
}

function stateOf(reason: string): State {
  switch (reason) {
    case "no-model":
      return NO_MODEL;
    case "model-loading":
      return "loading";
    case "paused":
      return "paused";
    default:
      return "idle";
  }
}

async function lastReason(client: LanguageClient, document: TextDocument): Promise<string> {
  const params = { textDocument: { uri: document.uri.toString() } };
  const ends = await client.sendRequest<{ reason: string }[]>("lspLocal/why", params);
  return ends[0]?.reason ?? "";
}

function isEmpty(found: Items): boolean {
  return (Array.isArray(found) ? found : (found?.items ?? [])).length === 0;
}
