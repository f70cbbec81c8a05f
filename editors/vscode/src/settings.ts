/** The user's settings as the server takes them. */

import { type ExtensionContext, workspace } from "vscode";

const SECTION = "lsp-local";

interface Package {
  contributes: { configuration: { title: string; properties: Record<string, unknown> }[] };
}

/**
 * Return each option of the server that the user has set, and null for the others.
 *
 * Not `getConfiguration` as it is: the defaults in it would win over the user's config.toml.
 */
export function options(context: ExtensionContext): Record<string, unknown> {
  const found = workspace.getConfiguration(SECTION);
  const told = names(context).map((name) => {
    const set = found.inspect(name);
    return [name, set?.workspaceFolderValue ?? set?.workspaceValue ?? set?.globalValue ?? null];
  });
  const all = Object.fromEntries(told) as Record<string, unknown>;
  // Whoever wrote an untrusted workspace must not tell the model what to do.
  return workspace.isTrusted ? all : { ...all, trustedFolders: [] };
}

function names(context: ExtensionContext): string[] {
  const groups = (context.extension.packageJSON as Package).contributes.configuration;
  const server = groups.find((group) => group.title === "Server");
  return Object.keys(server?.properties ?? {}).map((name) => name.slice(SECTION.length + 1));
}
