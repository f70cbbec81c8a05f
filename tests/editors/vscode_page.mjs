// Drives VS Code in headless Chromium for tests/editors/vscode.py: a JSON line asks, one answers.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [appFolder, chromiumPath, scale] = process.argv.slice(2);
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
const page = await browser.newPage({
  viewport: { width: 1000, height: 600 },
  deviceScaleFactor: Number(scale),
});

// VS Code draws a space as one that does not break.
const texts = async (selector) =>
  (await page.locator(selector).allTextContents()).map((text) => text.replaceAll("\u00a0", " "));

// The browser's own clock: what the way to this process costs is no part of it.
await page.addInitScript((ghost) => {
  const times = { key: 0, ghost: 0 };
  window.timesOfTests = times;
  const pressed = (event) => Object.assign(times, { key: event.timeStamp, ghost: 0 });
  window.addEventListener("keydown", pressed, true);
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    if (added.some((node) => node.matches?.(ghost) || node.querySelector?.(ghost))) {
      requestAnimationFrame(() => (times.ghost ||= performance.now()));
    }
  }).observe(document, { childList: true, subtree: true });
}, ".ghost-text-decoration");

const verbs = {
  goto: async ({ url }) => {
    await page.goto(url, { timeout: SECONDS * 1000 });
    await page.locator(".monaco-workbench .statusbar").waitFor({ timeout: SECONDS * 1000 });
  },
  keyToGhost: () => page.evaluate(() => window.timesOfTests.ghost - window.timesOfTests.key),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text, delay }) => page.keyboard.type(text, { delay }),
  texts: ({ selector }) => texts(selector),
  labels: ({ selector }) =>
    page.locator(selector).evaluateAll((found) => found.map((one) => one.ariaLabel)),
  click: ({ selector }) => page.locator(selector).first().click(),
  hover: ({ selector }) => page.locator(selector).first().hover(),
  shot: async ({ path, selector, height }) => {
    const box = await page.locator(selector).first().boundingBox();
    await page.screenshot({ path, clip: { ...box, height: height ?? box.height } });
  },
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
