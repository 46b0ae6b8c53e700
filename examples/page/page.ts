// A page that signs in, logs workouts also without a network, and talks with the companion.

import { api, supabase } from "./clients.ts"
import { Copy } from "./copy.ts"
import { say } from "./chat.ts"

function element<Kind extends Element>(selector: string, kind: new () => Kind): Kind {
  const found = document.querySelector(selector)
  if (found instanceof kind) return found
  throw new Error(`The page has no ${selector}`)
}

const status = element("#status", HTMLElement)
const signIn = element("#sign-in", HTMLFormElement)
const signedIn = element("#signed-in", HTMLElement)
const logForm = element("#log", HTMLFormElement)
const exercises = element("#log select", HTMLSelectElement)
const list = element("#workouts", HTMLOListElement)
const chatForm = element("#chat", HTMLFormElement)
const reply = element("#reply", HTMLElement)

let copy: Copy | undefined

/** Do something when a form is sent, and show why it failed. */
function onSubmit(form: HTMLFormElement, act: (fields: FormData) => Promise<void>): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      await act(new FormData(form, event.submitter))
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error)
    }
  })
}

function field(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === "string" ? value : ""
}

function show(): void {
  if (!copy) return
  const rows = [
    ...copy.waiting.map(({ workout, refused }) => ({
      text: `${workout.title} (${refused === null ? "waits for the network" : `refused: ${refused}`})`,
      waiting: true,
    })),
    ...copy.workouts.map((workout) => ({
      text: `${workout.title ?? "Workout"}: ${workout.total_volume_kg} kg`,
      waiting: false,
    })),
  ]
  list.replaceChildren(
    ...rows.map(({ text, waiting }) => {
      const item = document.createElement("li")
      item.textContent = text
      item.classList.toggle("waiting", waiting)
      return item
    }),
  )
}

async function sync(): Promise<void> {
  if (!copy) return
  try {
    await copy.sync()
    status.textContent = "Everything is up to date."
  } catch (error) {
    const offline = error instanceof TypeError
    status.textContent = offline ? "Offline: your workouts are kept here." : String(error)
  }
  show()
}

async function begin(): Promise<void> {
  const { data } = await supabase.auth.getSession()
  signIn.hidden = data.session !== null
  signedIn.hidden = data.session === null
  if (!data.session) return
  copy = new Copy(data.session.user.id)
  show()
  await sync()
  const found = await api.GET("/api/v1/exercises", { params: { query: { q: "barbell", per_page: 20 } } })
  exercises.replaceChildren(...(found.data?.items ?? []).map((one) => new Option(one.name, one.id)))
}

onSubmit(signIn, async (fields) => {
  const credentials = { email: field(fields, "email"), password: field(fields, "password") }
  const { error } = field(fields, "new")
    ? await supabase.auth.signUp(credentials)
    : await supabase.auth.signInWithPassword(credentials)
  if (error) throw error
  await begin()
})

onSubmit(logForm, async (fields) => {
  copy?.add({
    id: crypto.randomUUID(),
    title: field(fields, "title"),
    completed_at: new Date().toISOString(),
    sets: [
      {
        exercise_id: field(fields, "exercise"),
        weight: Number(field(fields, "weight")),
        reps: Number(field(fields, "reps")),
      },
    ],
  })
  show()
  await sync()
})

onSubmit(chatForm, async (fields) => {
  await say(field(fields, "message"), crypto.randomUUID(), (text) => {
    reply.textContent = text
  })
})

addEventListener("online", sync)
await begin()
