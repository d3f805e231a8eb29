// The page of make see in a real browser. check/page.bats starts it with
//   MODULES=  a directory whose node_modules has playwright-core and axe-core
//   PAGES=    the directory of the pages: short.html, tasks.html, long.html, hostile.html
//   SHOTS=    where screenshots go (none without it)
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

const { MODULES, PAGES, SHOTS } = process.env;
const require = createRequire(`${MODULES}/`);
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
});
after(() => browser.close());

// Opens a page; complaints has what the browser complained of, requests all URLs.
async function open(name, { viewport = DESKTOP, colorScheme = "light", csp = true } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, offline: true,
    bypassCSP: !csp });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (said) => complaints.push(said.text()));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  const url = pathToFileURL(`${PAGES}/${name}.html`).href;
  await page.goto(url);
  await page.waitForFunction(() => document.getElementById("now").textContent);
  return { page, complaints, requests, url, close: () => context.close() };
}

const text = (page, id) => page.locator(`#${id}`).innerText();

async function place(page) {
  const [, at, all] = /Step ([\d,]+) of ([\d,]+)/.exec(await text(page, "now"));
  return { at: Number(at), all: Number(all) };
}

async function shown(page) {
  return Promise.all(["now", "lists", "printed", "steps", "code-title"].map((id) => text(page, id)));
}

test("a page opens from the disk, asks for nothing else and complains of nothing", async () => {
  for (const name of ["short", "tasks", "long", "hostile"]) {
    const { complaints, requests, url, close } = await open(name);
    assert.deepEqual(requests, [url]);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test("the arrow keys step to the end and back, and show the same on both ways", async () => {
  const { page, complaints, close } = await open("tasks");
  const { at, all } = await place(page);
  assert.equal(at, 0);
  assert.ok(all > 30);
  const forward = [await shown(page)];
  for (let number = 1; number <= all; number++) {
    await page.keyboard.press("ArrowRight");
    forward.push(await shown(page));
    assert.equal((await place(page)).at, number);
  }
  assert.match(forward.at(-1)[2], /Task 2 completed\nTask 1 completed/);
  await page.keyboard.press("ArrowRight");
  assert.equal((await place(page)).at, all);
  for (let number = all - 1; number >= 0; number--) {
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await shown(page), forward[number]);
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("the panels say what the loop holds while a callback blocks it", async () => {
  const { page, close } = await open("short");
  for (;;) {
    await page.keyboard.press("ArrowRight");
    if (/on_block returns/.test(await text(page, "now"))) break;
  }
  assert.match(await text(page, "lists"), /on_timer \d[\d.]* ms overdue/);
  await page.keyboard.press("ArrowLeft");
  assert.match(await text(page, "lists"), /Running\s+(1\. )?on_block/);
  assert.match(await text(page, "code-title"), /^on_block, .*blocked_timer\.c$/);
  const marked = await page.locator("#source .in").allInnerTexts();
  assert.match(marked.join("\n"), /300/);
  await close();
});

test("keys go to the ends, by passes, to what deserves attention, and play", async () => {
  const { page, close } = await open("short");
  const { all } = await place(page);
  await page.keyboard.press("End");
  assert.equal((await place(page)).at, all);
  await page.keyboard.press("Home");
  assert.equal((await place(page)).at, 0);
  await page.keyboard.press("PageDown");
  assert.match(await text(page, "now"), /looks|sleeps/);
  await page.keyboard.press("a");
  assert.match(await text(page, "now"), /on_block/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => /Step [3-9] /.test(document.getElementById("now").textContent));
  await page.keyboard.press("Space");
  const paused = await place(page);
  await page.waitForTimeout(700);
  assert.deepEqual(await place(page), paused);
  await close();
});

test("tab reaches every button and list, and each has a name", async () => {
  const { page, close } = await open("short");
  const reached = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => {
      const { activeElement: at } = document;
      return at.id || at.closest("[id]")?.id || "";
    });
    if (reached.length > 5 && id === reached[0]) break;
    reached.push(id);
  }
  for (const id of ["first", "back", "play", "forward", "last", "speed", "out", "in", "fit",
    "even", "timeline", "source", "printed", "faults"]) {
    assert.ok(reached.includes(id), `tab does not reach #${id}: ${reached}`);
  }
  await page.locator("#forward").focus();
  await page.keyboard.press("Enter");
  assert.equal((await place(page)).at, 1);
  for (const name of ["One step forward", "One step back", "Zoom in", "Zoom out", "Play"]) {
    assert.equal(await page.getByRole("button", { name, exact: true }).count(), 1, name);
  }
  await close();
});

test("a click in the timeline goes there; zoom and true time keep the step", async () => {
  const { page, close } = await open("short");
  const box = await page.locator("#canvas").boundingBox();
  await page.mouse.click(box.x + box.width / 3, box.y + 26 + 24 * 2.5);
  const { at } = await place(page);
  assert.match(await text(page, "now"), /on_block/);
  const picture = () => page.evaluate(() => document.getElementById("canvas").toDataURL());
  const seen = [await picture()];
  for (const key of ["+", "0", "t"]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
    seen.push(await picture());
  }
  assert.notEqual(seen[1], seen[0]);
  assert.equal(seen[2], seen[0]);
  assert.notEqual(seen[3], seen[0]);
  assert.equal((await place(page)).at, at);
  await close();
});

test("axe finds nothing on a desktop and on a phone, light and dark", async () => {
  for (const name of ["short", "tasks"]) {
    for (const viewport of [DESKTOP, PHONE]) {
      for (const colorScheme of ["light", "dark"]) {
        const { page, close } = await open(name, { viewport, colorScheme, csp: false });
        for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map(({ id, impact, nodes }) =>
          `${impact} ${id}: ${nodes.map((node) => node.html.slice(0, 80))}`), []);
        if (SHOTS) {
          const kind = `${viewport.width}-${colorScheme}`;
          await page.screenshot({ path: `${SHOTS}/${name}-${kind}.png` });
        }
        await close();
      }
    }
  }
});

test("on a phone nothing is wider than the screen, and the steps stay in sight", async () => {
  for (const name of ["short", "tasks", "long", "hostile"]) {
    const { page, close } = await open(name, { viewport: PHONE });
    await page.keyboard.press("End");
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${name}: ${wide} px`);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(60);
    const { y } = await page.locator("#forward").boundingBox();
    assert.ok(y >= 0 && y < 200, `${name}: the button is at ${y}`);
    await close();
  }
});

test("more than 10,000 events stay fluid: half of the frames take 50 ms at most", async () => {
  const { page, close } = await open("long");
  const { all } = await place(page);
  assert.ok(all > 10000, `${all} steps`);
  await page.keyboard.press("PageDown");
  const frames = await page.evaluate(async () => {
    const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", { key: name }));
    const lasted = [];
    let before = performance.now();
    for (let i = 0; i < 120; i++) {
      key(i % 10 ? "ArrowRight" : ["PageDown", "+", "+", "-"][(i / 10) % 4]);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      lasted.push(now - before);
      before = now;
    }
    return lasted.sort((a, b) => a - b);
  });
  const [half, most] = [frames[60], frames[113]];
  console.log(`# a frame: ${half.toFixed(1)} ms, 95 % at most ${most.toFixed(1)} ms`);
  assert.ok(half <= 50, `${half} ms`);
  await close();
});

test("what a program is called, prints and contains is shown as text, never run", async () => {
  const { page, complaints, close } = await open("hostile");
  await page.keyboard.press("End");
  assert.equal(await page.locator("img, iframe").count(), 0);
  assert.match(await text(page, "printed"), /<\/script><img src=x onerror=alert\(1\)>/);
  assert.match(await text(page, "command"), /<img src=x/);
  assert.deepEqual(complaints, []);
  await close();
});
