/** Finds `lsp-local` and runs its commands. */

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

import { workspace } from "vscode";

const NAMES = process.platform === "win32" ? ["lsp-local.exe"] : ["lsp-local"];
/** Where pipx and uv put it, and where it is in a checkout as the README makes one. */
const USUAL = [".local/bin", "lsp-local/.venv/bin", "lsp-local/.venv/Scripts"];

/** What a person must mend; the message says how. */
export class NotFound extends Error {}

/**
 * Return the full path of the server. Throws NotFound.
 *
 * Not left to the system: Windows looks into the current folder first, which is the workspace's.
 */
export async function findServer(): Promise<string> {
  const wish = workspace.getConfiguration("lsp-local").get("serverPath", "").trim();
  if (wish) {
    const path = wish.replace(/^~(?=[/\\])/, homedir());
    if (isAbsolute(path) && (await canRun(path))) {
      return path;
    }
    throw new NotFound(`${wish}, the setting lsp-local.serverPath, is no program; it must be a full path`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const usual = USUAL.map((folder) => join(homedir(), folder));
  for (const path of [...folders, ...usual].flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    if (await canRun(path)) {
      return path;
    }
  }
  throw new NotFound("lsp-local is not on PATH; install it, or name its full path in the settings");
}

/** Return what a command of `lsp-local` prints. Rejects with what it says is wrong. */
export function run(server: string, args: string[], cwd = homedir()): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(server, args, { cwd, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (error) {
        // What the doctor finds is its output, and an error to the system.
        reject(new Error(stderr.trim() || stdout.trim() || error.message));
      } else {
        resolve(stdout);
      }
    });
  });
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
