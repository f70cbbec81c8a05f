/** Models: which there are, choosing one, fetching it with progress. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { type CancellationToken, ConfigurationTarget, type Progress, ProgressLocation, window, workspace } from "vscode";

import { findServer, run } from "./server";

export interface Model {
  name: string;
  n_bytes: number;
  state: string;
  licence: string;
  description: string;
  default: boolean;
}

/** Has the server look for its model again. */
export type Wake = () => Promise<void>;

/** Let the user choose a model, fetch it where it is missing, and use it from now on. */
export async function switchModel(wake: Wake): Promise<void> {
  const setting = workspace.getConfiguration("lsp-local");
  const current = setting.get<string>("model");
  const chosen = await window.showQuickPick(
    (await known()).map((model) => ({
      label: model.name,
      description: `${size(model)}, ${model.state}${model.name === current ? ", in use" : ""}`,
      detail: `${model.description}; licence ${model.licence}`,
      model,
    })),
    { placeHolder: "The model to use" },
  );
  if (chosen && (await fetched(chosen.model))) {
    await setting.update("model", chosen.model.name, ConfigurationTarget.Global);
    await wake();
  }
}

/** Return what is known of a model of this name. */
export async function find(name: string): Promise<Model | undefined> {
  return (await known()).find((one) => one.name === name);
}

async function known(): Promise<Model[]> {
  return JSON.parse(await run(await findServer(), ["model", "list", "--json"])) as Model[];
}

/** Return how much there is to download. */
export function size(model: Model): string {
  return `${Math.round(model.n_bytes / 1e6)} MB`;
}

/** Return whether the model is there, after fetching it if need be. */
export async function fetched(model: Model): Promise<boolean> {
  if (model.state === "verified") {
    return true;
  }
  const server = await findServer();
  return window.withProgress(
    { location: ProgressLocation.Notification, title: `Fetching ${model.name}`, cancellable: true },
    (progress, token) =>
      pull(server, model, token, reporter(progress)),
  );
}

/** Return what takes the lines that a pull prints; those with a percentage move the bar. */
function reporter(progress: Progress<{ message: string; increment: number }>): (line: string) => void {
  let before = 0;
  return (message) => {
    const percent = Number(/: (\d+) % of /.exec(message)?.[1] ?? before);
    // A second stage begins anew, and the bar cannot go back.
    progress.report({ message, increment: Math.max(0, percent - before) });
    before = Math.max(before, percent);
  };
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
