/** What the server says to the user; a model that is missing comes with a button that fetches it. */

import { type ExtensionContext, window } from "vscode";
import { type LanguageClient, MessageType, ShowMessageNotification, type ShowMessageParams } from "vscode-languageclient/node";

import { fetched, find, size, type Wake } from "./models";
import { NO_MODEL, type Status } from "./status";

const MISSING = /^lsp-local: (\S+) is not here yet\b/;
const HAS_ASKED = "hasAskedFor";
const DOWNLOAD = "Download";

/** Show what the server says from now on. */
export function listen(client: LanguageClient, context: ExtensionContext, wake: Wake, status: Status): void {
  client.onNotification(ShowMessageNotification.type, (params) => {
    const missing = MISSING.exec(params.message)?.[1];
    if (missing) {
      status.set(NO_MODEL);
      void ask(missing, context, wake).catch(() => undefined); // the status bar says it, too
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
  const model = await find(name);
  if (model) {
    const question = `lsp-local: ${name} is not on this computer yet. Download it (${size(model)})?`;
    const answer = await window.showInformationMessage(question, DOWNLOAD, "Not Now");
    if (answer === DOWNLOAD && (await fetched(model))) {
      await wake();
    }
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
