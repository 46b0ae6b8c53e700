// The page in examples/page, in a real browser: it signs in, logs workouts without a network, syncs, and talks.
// tests/e2e/test_example_page.py builds it and starts the stack.

import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join, normalize } from "node:path"
import { after, before, test } from "node:test"
import chromium from "@sparticuz/chromium"
import { chromium as playwright } from "playwright-core"

const { PAGE, API_URL, SUPABASE_URL, PUBLISHABLE_KEY } = process.env
// The API lets pages of this origin call it. No server listens there: the files come from the test.
const ORIGIN = "http://localhost:5173"
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript" }
const credentials = { email: `${randomUUID()}@example.com`, password: "correct horse 1" }
const seconds = { timeout: 10_000 }

let browser

before(async () => {
  const executablePath = await chromium.executablePath()
  // The page does not come from this machine for the browser, which would ask the user before the page may call it.
  const args = ["--no-sandbox", "--disable-gpu", "--disable-features=LocalNetworkAccessChecks"]
  browser = await playwright.launch({ executablePath, args, headless: true })
})
after(() => browser.close())

/** A device of the user: a browser with a storage of its own. */
async function device() {
  const context = await browser.newContext()
  const faults = []
  await context.route(`${ORIGIN}/**`, async (route) => {
    const path = normalize(new URL(route.request().url()).pathname)
    if (path === "/settings.json") {
      const json = { api_url: API_URL, supabase_url: SUPABASE_URL, publishable_key: PUBLISHABLE_KEY }
      return route.fulfill({ json })
    }
    const file = path === "/" ? "index.html" : path
    return route.fulfill({ body: await readFile(join(PAGE, file)), contentType: TYPES[file.split(".").at(-1)] })
  })
  const page = await context.newPage()
  page.on("pageerror", (error) => faults.push(error))
  await page.goto(ORIGIN)
  return { context, page, faults }
}

async function enter(page, button) {
  await page.getByLabel("Email").fill(credentials.email)
  await page.getByLabel("Password").fill(credentials.password)
  await page.getByRole("button", { name: button }).click()
  await page.getByRole("heading", { name: "Log a workout" }).waitFor(seconds)
  await page.getByText("Everything is up to date.").waitFor(seconds)
}

async function log(page, title) {
  await page.getByLabel("Title").fill(title)
  await page.getByLabel("Weight").fill("100")
  await page.getByLabel("Reps").fill("5")
  await page.getByRole("button", { name: "Log" }).click()
}

const shown = (page) => page.locator("#workouts li").allTextContents()

test("a page works offline, syncs and talks", async (day) => {
  const phone = await device()
  await day.test("a wrong password is told", async () => {
    await phone.page.getByLabel("Email").fill(credentials.email)
    await phone.page.getByLabel("Password").fill("wrong")
    await phone.page.getByRole("button", { name: "Sign in" }).click()
    await phone.page.getByText("Invalid login credentials").waitFor(seconds)
  })

  await day.test("the user signs up and logs a workout", async () => {
    await enter(phone.page, "Sign up")
    await log(phone.page, "Monday")
    await phone.page.getByText("Monday: 500 kg").waitFor(seconds)
  })

  await day.test("without a network the page keeps a workout, and sends it later", async () => {
    await phone.context.setOffline(true)
    await log(phone.page, "Tuesday")
    await phone.page.getByText("Tuesday (waits for the network)").waitFor(seconds)
    await phone.page.getByText("Offline: your workouts are kept here.").waitFor(seconds)
    await phone.context.setOffline(false)
    await phone.page.getByText("Tuesday: 500 kg").waitFor(seconds)
    assert.deepEqual(await shown(phone.page), ["Tuesday: 500 kg", "Monday: 500 kg"])
  })

  await day.test("when an answer is lost, the workout is stored once", async () => {
    await phone.page.route("**/workouts/log", async (route) => {
      await route.fetch()
      await route.abort("connectionreset")
    })
    await log(phone.page, "Wednesday")
    await phone.page.getByText("Offline: your workouts are kept here.").waitFor(seconds)
    assert.equal((await shown(phone.page)).at(0), "Wednesday (waits for the network)")
    await phone.page.unroute("**/workouts/log")
    await phone.page.reload()
    await phone.page.getByText("Wednesday: 500 kg").waitFor(seconds)
    assert.deepEqual(await shown(phone.page), ["Wednesday: 500 kg", "Tuesday: 500 kg", "Monday: 500 kg"])
  })

  await day.test("another device has them, and what it logs comes back", async () => {
    const laptop = await device()
    await enter(laptop.page, "Sign in")
    assert.equal((await shown(laptop.page)).length, 3)
    await log(laptop.page, "Thursday")
    await laptop.page.getByText("Thursday: 500 kg").waitFor(seconds)
    await phone.page.reload()
    await phone.page.getByText("Thursday: 500 kg").waitFor(seconds)
    assert.deepEqual(laptop.faults, [])
  })

  await day.test("the reply of the companion arrives", async () => {
    await phone.page.getByLabel("Message").fill("I hurt my left knee skiing.")
    await phone.page.getByRole("button", { name: "Send" }).click()
    await phone.page.waitForFunction(() => document.querySelector("#reply").textContent.length > 20, null, seconds)
    if (process.env.SCREENSHOT) await phone.page.screenshot({ path: process.env.SCREENSHOT })
  })
  assert.deepEqual(phone.faults, [])
})
