// Swagger UI on the laptop stack, in a real browser: it is signed in as a demo user from the start.
// tests/e2e/test_example_page.py starts the stack.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import chromium from "@sparticuz/chromium"
import { chromium as playwright } from "playwright-core"

const { API_URL } = process.env
const seconds = { timeout: 20_000 }

let browser

before(async () => {
  const executablePath = await chromium.executablePath()
  browser = await playwright.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"], headless: true })
})
after(() => browser.close())

test("a developer tries an operation without signing in", async () => {
  const page = await browser.newPage()
  const faults = []
  page.on("pageerror", (error) => faults.push(error))
  await page.goto(`${API_URL}/docs`)
  await page.waitForFunction(() => typeof ui !== "undefined" && ui.authSelectors.authorized().size === 1, null, seconds)
  const operation = page.locator("#operations-auth-read_identity")
  await operation.locator(".opblock-summary-control").click()
  await operation.getByRole("button", { name: "Try it out" }).click()
  await operation.getByRole("button", { name: "Execute" }).click()
  const answer = operation.locator(".live-responses-table .response")
  await answer.waitFor(seconds)
  assert.match(await answer.textContent(), /^200.*athlete@example.com/s)
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT })
  assert.deepEqual(faults, [])
})

test("ReDoc shows the operations", async () => {
  const page = await browser.newPage()
  await page.goto(`${API_URL}/redoc`)
  await page.getByRole("heading", { name: "Log Workout" }).waitFor(seconds)
})
