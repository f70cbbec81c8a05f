/** Models: which there are, choosing one, fetching it with progress. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { type CancellationToken, ConfigurationTarget, ProgressLocation, window, workspace } from "vscode";

import { findServer, run } from "./server";

interface Model {
  name: string;
  n_bytes: number;
  state: string;
  licence: string;
  description: string;
  default: boolean;
}

/** Let the user choose a model, fetch it where it is missing, and use it from now on. */
export async function switchModel(): Promise<void> {
  const server = await findServer();
  const models = JSON.parse(await run(server, ["model", "list", "--json"])) as Model[];
  const current = workspace.getConfiguration("lsp-local").get<string>("model");
  const chosen = await window.showQuickPick(
    models.map((model) => ({
      label: model.name,
      description: `${size(model)}, ${model.state}${model.name === current ? ", in use" : ""}`,
      detail: `${model.description}; licence ${model.licence}`,
      model,
    })),
    { placeHolder: "The model to use" },
  );
  if (!chosen || !(await fetched(server, chosen.model))) {
    return;
  }
  const setting = workspace.getConfiguration("lsp-local");
  await setting.update("model", chosen.model.name, ConfigurationTarget.Global);
}

function size(model: Model): string {
  return `${Math.round(model.n_bytes / 1e6)} MB`;
}

/** Return whether the model is there, after fetching it if need be. */
async function fetched(server: string, model: Model): Promise<boolean> {
  if (model.state === "verified") {
    return true;
  }
  return window.withProgress(
    { location: ProgressLocation.Notification, title: `Fetching ${model.name}`, cancellable: true },
    (progress, token) =>
      pull(server, model, token, (message) => {
        progress.report({ message });
      }),
  );
}

function pull(server: string, model: Model, token: CancellationToken, report: (line: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const work = spawn(server, ["model", "pull", model.name], { stdio: ["ignore", "ignore", "pipe"] });
    let last = "";
    createInterface({ input: work.stderr }).on("line", (line) => {
      last = line.trim() || last;
      report(last);
    });
    // What was fetched by then is kept: the next pull goes on from there.
    token.onCancellationRequested(() => work.kill("SIGINT"));
    const end = (isThere: boolean) => {
      if (!isThere && !token.isCancellationRequested) {
        void window.showErrorMessage(`lsp-local: ${last || "the model was not fetched"}`);
      }
      resolve(isThere);
    };
    work.on("error", (error) => {
      last = error.message;
      end(false);
    });
    work.on("close", (code) => {
      end(code === 0);
    });
  });
}
