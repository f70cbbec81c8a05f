/** What the server says to the user; a model that is missing comes with a button that fetches it. */

import { type ExtensionContext, window } from "vscode";
import { type LanguageClient, MessageType, ShowMessageNotification, type ShowMessageParams } from "vscode-languageclient/node";

import { getModel, type Wake } from "./models";
import { NO_MODEL, type Status } from "./status";

const MISSING = /^lsp-local: (\S+) is not here yet\b/;
const HAS_ASKED = "hasAskedFor";
const FETCH = "Download";

/** Show what the server says from now on. */
export function listen(client: LanguageClient, context: ExtensionContext, wake: Wake, status: Status): void {
  client.onNotification(ShowMessageNotification.type, (params) => {
    const missing = MISSING.exec(params.message)?.[1];
    if (missing) {
      status.set(NO_MODEL);
      void ask(missing, context, wake);
    } else {
      show(params);
    }
  });
}

/** Ask once for each model, in whichever window; later the entry in the status bar says it. */
async function ask(name: string, context: ExtensionContext, wake: Wake): Promise<void> {
  const asked = context.globalState.get<string[]>(HAS_ASKED, []);
  if (asked.includes(name)) {
    return;
  }
  await context.globalState.update(HAS_ASKED, [...asked, name]);
  const question = `lsp-local needs a model: ${name}. It is downloaded once and runs on this computer.`;
  if ((await window.showInformationMessage(question, FETCH, "Not Now")) === FETCH) {
    await getModel(name, wake);
  }
}

function show({ type, message }: ShowMessageParams): void {
  switch (type) {
    case MessageType.Error:
      void window.showErrorMessage(message);
      break;
    case MessageType.Warning:
      void window.showWarningMessage(message);
      break;
    default:
      void window.showInformationMessage(message);
  }
}
