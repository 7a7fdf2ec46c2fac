import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type RunningDesk, startDesk } from "../dist/start.js";
import { describeWithChromium, openBrowser } from "./chromium.js";

// The built page, its server and the desk's, as `npx pnpm@12 desk` starts them.
describeWithChromium("the desk in a browser", () => {
  let desk: RunningDesk;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    desk = await startDesk(0);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.close();
  });
  beforeEach(async () => {
    errors = [];
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(desk.page);
    await state("online");
    await page.waitForFunction(() => document.querySelectorAll("#quotes td.number").length === 12);
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const state = (name: string) => page.locator(`#state[data-state="${name}"]`).waitFor();
  const happened = (words: string) => page.locator("#happenings li", { hasText: words }).first().waitFor();
  const count = async (id: string) =>
    Number(((await page.locator(id).textContent()) ?? "").replaceAll(",", ""));
  const told = (words: RegExp) => page.locator("#told", { hasText: words }).waitFor();
  const orderId = async () =>
    Number(/order (\d+) taken/.exec((await page.locator("#told").textContent()) ?? "")?.[1]);
  const orderRow = (id: number) =>
    page.locator("#orders tr").filter({ has: page.locator(`td:text-is("${id}")`) });

  it("moves, and takes an order to its fill", async () => {
    const before = await page.locator("#quotes td.number").allInnerTexts();
    await page.waitForFunction(
      (texts) =>
        [...document.querySelectorAll("#quotes td.number")].some(
          (cell, index) => cell.textContent !== texts[index],
        ),
      before,
    );
    await page.locator('#freshness[data-state="fresh"]').waitFor();
    await page.fill("[name=quantity]", "500");
    await page.click("#place");
    await told(/order \d+ taken: buy 500 AAPL/);
    await orderRow(await orderId())
      .filter({ hasText: "500 of 500" })
      .filter({ hasText: "filled" })
      .waitFor();
    await page.locator("#positions tr", { hasText: "AAPL" }).waitFor();
    expect(await page.locator("#trades tr.own").count()).toBeGreaterThan(0);
  });

  it("cancels an open order, and says why one is refused", async () => {
    await page.fill("[name=limit]", "1");
    await page.click("#place");
    await told(/taken/);
    const id = await orderId();
    const row = orderRow(id);
    const cancel = row.getByRole("button", { name: /Cancel order/ });
    await cancel.focus();
    // Another order does not take the focus away.
    await page.locator("#ticket").evaluate((form) => (form as HTMLFormElement).requestSubmit());
    await orderRow(id + 1).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Cancel");
    await page.keyboard.press("Enter");
    await row.filter({ hasText: "cancelled" }).waitFor();
    // The browser's own check of the number is not the server's.
    await page.locator("#ticket").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.fill("[name=quantity]", "0");
    await page.click("#place");
    await told(/quantity must be a whole number.*invalid_argument, executed/);
  });

  it("resumes after the link was cut: what was ordered meanwhile is taken once, and no trade is missing", async () => {
    await page.click("#cut");
    await state("resuming");
    await page.locator('#freshness[data-state="down"]').waitFor();
    await page.selectOption("#symbol", "IBM");
    await page.fill("[name=quantity]", "7");
    await page.click("#place");
    await told(/on its way/);
    const trades = await count("#trades-received");
    await page.click("#cut");
    await state("online");
    await told(/order \d+ taken: buy 7 IBM/);
    await page.waitForFunction(
      (seen) => Number(document.getElementById("trades-received")?.textContent?.replaceAll(",", "")) > seen,
      trades,
    );
    await page.locator("#orders tr", { hasText: "7 of 7" }).waitFor();
    expect(await page.locator("#orders tr", { hasText: "of 7" }).count()).toBe(1);
    expect(await count("#trades-missing")).toBe(0);
    expect(await page.locator("#happenings li", { hasText: "gap" }).count()).toBe(0);
  });

  it("tells a reset after the server was killed: gaps, and fresh snapshots", async () => {
    await page.fill("[name=limit]", "1");
    await page.click("#place");
    await told(/taken/);
    const id = await orderId();
    await orderRow(id).waitFor();
    await page.click("#kill");
    await state("resuming");
    await happened("reset: ");
    await state("online");
    await happened("trades: gap, nobody knows how many (epoch-changed)");
    await happened("orders: a fresh snapshot");
    await page.locator("#orders", { hasText: "no orders yet" }).waitFor();
    await page.locator('#freshness[data-state="fresh"]').waitFor();
    await page.fill("[name=limit]", "");
    await page.click("#place");
    await page.locator("#orders tr", { hasText: "filled" }).first().waitFor();
    expect(await count("#trades-missing")).toBe(0);
  });

  it("conflates quotes for a slow tab, and gives it every trade", async () => {
    await page.keyboard.press("l");
    await page.waitForFunction(
      () => Number(document.getElementById("quotes-conflated")?.textContent?.replaceAll(",", "")) > 0,
      undefined,
      { timeout: 25_000 },
    );
    expect(await count("#trades-missing")).toBe(0);
    await page.keyboard.press("l");
    await page.waitForFunction(() => document.getElementById("trades-behind")?.textContent === "0.0");
    expect(await count("#trades-missing")).toBe(0);
    expect(await page.locator("#happenings li", { hasText: "gap" }).count()).toBe(0);
  });

  it.each([
    [1300, 800],
    [1600, 900],
    [1024, 768],
    [390, 844],
  ])("scrolls sideways nowhere at %i × %i, whatever is held", async (width, height) => {
    await page.setViewportSize({ width, height });
    for (const symbol of ["GOOG", "NVDA"]) {
      await page.selectOption("#symbol", symbol);
      await page.fill("[name=quantity]", "10000");
      await page.click("#place");
      await told(new RegExp(`taken: buy 10,000 ${symbol}`));
    }
    await page.locator("#positions tr", { hasText: "NVDA" }).waitFor();
    // As wide as a day may make them.
    await page.evaluate(() => {
      for (const [id, column, text] of [
        ["positions", 1, "−10,000"],
        ["positions", 3, "−12,345"],
        ["orders", 3, "10,000 of 10,000"],
        ["orders", 0, "1,234"],
      ] as const) {
        const cell = (document.getElementById(id) as HTMLTableSectionElement).rows[0]?.cells[column];
        if (cell !== undefined) cell.textContent = text;
      }
    });
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll(".scroll"), document.documentElement]
        .filter((place) => place.scrollWidth > place.clientWidth)
        .map((place) => `${place.parentElement?.className}: ${place.scrollWidth} > ${place.clientWidth}`),
    );
    expect(wide).toEqual([]);
  });

  it("says that prices are old, and how old, when none come", async () => {
    await page.click("#cut");
    await page.locator("#age", { hasText: /^these are [1-9] s old$/ }).waitFor();
    await page.click("#cut");
    await page.locator("#age", { hasText: /^$/ }).waitFor({ state: "attached" });
  });

  it("is online while its events are still asked for", async () => {
    await page.addInitScript(() => {
      const send = WebSocket.prototype.send;
      let packets = 0;
      // The hello goes; what the page asks for then is lost on the way.
      WebSocket.prototype.send = function (data) {
        packets += 1;
        if (packets === 1) send.call(this, data);
      };
    });
    await page.reload();
    await state("online");
    expect(await page.locator("#quotes td.number", { hasText: /\d/ }).count()).toBe(0);
  });

  it("is used by keyboard alone", async () => {
    const focused = () =>
      page.evaluate(
        () =>
          document.activeElement?.id ||
          document.activeElement?.getAttribute("name") ||
          document.activeElement?.textContent,
      );
    const order: unknown[] = [];
    for (let step = 0; step < 10; step += 1) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual(["cut", "kill", "slow", "AAPL", "AMZN", "GOOG", "IBM", "MSFT", "NVDA", "side"]);
    const outline = await page.evaluate(() => {
      const label = document.querySelector(".sides input:focus-visible + span");
      return label === null ? "none" : getComputedStyle(label).outlineStyle;
    });
    expect(outline).toBe("solid");
    await page.keyboard.press("5");
    await page.locator("#chart-symbol", { hasText: "MSFT" }).waitFor();
    await page.keyboard.press("s");
    expect(await focused()).toBe("quantity");
    await page.keyboard.type("30");
    await page.keyboard.press("Enter");
    await told(/order \d+ taken: sell 30 MSFT/);
    await page.keyboard.press("Escape");
    expect(await focused()).not.toBe("quantity");
  });

  it("is killed only by its own page", async () => {
    for (const headers of [{}, { Origin: "https://evil.example" }]) {
      expect((await fetch(`${desk.page}/kill`, { method: "POST", headers })).status).toBe(403);
    }
    expect((await fetch(`${desk.page}/../start.js`)).status).toBe(404);
    expect((await fetch(`${desk.page}/%2e%2e/start.js`)).status).toBe(404);
    // No URL at all, for who parses it.
    expect((await fetch(`${desk.page}//`)).status).toBe(404);
  });
});
