// Drives VS Code in headless Chromium for tests/editors/vscode.py: a JSON line asks, one answers.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [appFolder, chromiumPath] = process.argv.slice(2);
const { chromium } = createRequire(`${appFolder}/`)("playwright-core");
const SECONDS = 600; // a busy machine takes minutes for the first page

const browser = await chromium.launch({
  timeout: SECONDS * 1000,
  executablePath: chromiumPath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });

// VS Code draws a space as one that does not break.
const texts = async (selector) =>
  (await page.locator(selector).allTextContents()).map((text) => text.replaceAll("\u00a0", " "));

const verbs = {
  goto: async ({ url }) => {
    await page.goto(url, { timeout: SECONDS * 1000 });
    await page.locator(".monaco-workbench .statusbar").waitFor({ timeout: SECONDS * 1000 });
  },
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text, delay }) => page.keyboard.type(text, { delay }),
  texts: ({ selector }) => texts(selector),
  labels: ({ selector }) =>
    page.locator(selector).evaluateAll((found) => found.map((one) => one.ariaLabel)),
  click: ({ selector }) => page.locator(selector).first().click(),
  hover: ({ selector }) => page.locator(selector).first().hover(),
  shot: ({ path, selector }) => page.locator(selector).first().screenshot({ path }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...rest } = JSON.parse(line);
  try {
    const answer = await verbs[verb](rest);
    console.log(JSON.stringify({ answer: Buffer.isBuffer(answer) ? null : (answer ?? null) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
