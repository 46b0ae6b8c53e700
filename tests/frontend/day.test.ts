// A day of a frontend with a client that is generated from openapi.json: strictly typed, without a cast.
// tests/e2e/test_generated_client.py generates the types, checks this file with tsc and runs it over both gateways.

import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { test } from "node:test"
import { createClient as createSupabase } from "@supabase/supabase-js"
import createClient from "openapi-fetch"
import type { components, paths } from "./generated/api.d.ts"

type Schemas = components["schemas"]

function setting(name: string): string {
  const value = process.env[name]
  assert.ok(value, `${name} is not set`)
  return value
}

const supabase = createSupabase(setting("SUPABASE_URL"), setting("PUBLISHABLE_KEY"), {
  auth: { persistSession: false },
})
const api = createClient<paths>({ baseUrl: setting("API_URL") })
api.use({
  async onRequest({ request }) {
    const { data } = await supabase.auth.getSession()
    if (data.session) request.headers.set("Authorization", `Bearer ${data.session.access_token}`)
    return request
  },
})

/** The data of an answer that succeeded. */
function ok<Data>(answer: { data?: Data; error?: Schemas["ProblemDetails"] }): Data {
  assert.equal(answer.error, undefined, JSON.stringify(answer.error))
  assert.ok(answer.data !== undefined)
  return answer.data
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items
  assert.ok(item !== undefined)
  return item
}

test("a user trains, plans and talks for a day", async (day) => {
  await day.test("without a session, a problem says so", async () => {
    const { error, response } = await api.GET("/api/v1/profile")
    assert.equal(response.status, 401)
    const code: Schemas["ErrorCode"] | undefined = error?.code
    assert.equal(code, "missing_token")
  })

  await day.test("the user signs up and sets the profile", async () => {
    const email = `${randomUUID()}@example.com`
    const { error } = await supabase.auth.signUp({ email, password: "correct horse 1" })
    assert.equal(error, null)
    const profile = ok(
      await api.PATCH("/api/v1/profile", {
        body: { display_name: "Kim", weight_unit: "kg", timezone: "Europe/Berlin", equipment: ["barbell", "rack"] },
      }),
    )
    assert.equal(profile.affinity.level, 1)
  })

  const squat = await day.test("the user finds an exercise", async () => {
    const found = ok(
      await api.GET("/api/v1/exercises", { params: { query: { q: "sqaut", level: ["beginner", "intermediate"] } } }),
    )
    assert.ok(found.total > 0)
  }).then(async () => {
    const found = ok(await api.GET("/api/v1/exercises", { params: { query: { q: "back squat", per_page: 1 } } }))
    return first(found.items)
  })

  const etag = await api.GET("/api/v1/exercises/{exercise_id}", { params: { path: { exercise_id: squat.id } } })
  await day.test("an exercise that did not change is not sent again", async () => {
    const known = etag.response.headers.get("etag")
    assert.ok(known)
    const { response } = await api.GET("/api/v1/exercises/{exercise_id}", {
      params: { path: { exercise_id: squat.id }, header: { "If-None-Match": known } },
    })
    assert.equal(response.status, 304)
  })

  const plan = ok(
    await api.POST("/api/v1/plans", {
      body: {
        name: "Strength",
        days: [
          {
            day: 1,
            exercises: [
              {
                exercise_id: squat.id,
                progression: { scheme: "linear", increment: 2.5 },
                sets: [{ reps_min: 5, reps_max: 5, weight: 60 }],
              },
            ],
          },
        ],
      },
    }),
  )
  await day.test("the plan says what is due", async () => {
    const next = ok(await api.GET("/api/v1/plans/{plan_id}/next", { params: { path: { plan_id: plan.id } } }))
    assert.equal(first(first(next.exercises).sets).weight, 60)
  })

  const key = randomUUID()
  const workout: Schemas["WorkoutLog"] = {
    plan_id: plan.id,
    plan_day: 1,
    mood: "great",
    sets: [{ exercise_id: squat.id, reps: 5, weight: 60, rpe: 8 }],
  }
  const logged = await api.POST("/api/v1/workouts/log", {
    params: { header: { "Idempotency-Key": key } },
    body: workout,
  })
  await day.test("a workout is logged once, however often it is sent", async () => {
    const { workout: stored, affinity, personal_records } = ok(logged)
    assert.equal(stored.total_volume_kg, 300)
    assert.ok(affinity.gained > 0)
    assert.ok(personal_records.length > 0)
    const again = await api.POST("/api/v1/workouts/log", {
      params: { header: { "Idempotency-Key": key } },
      body: workout,
    })
    assert.equal(again.response.headers.get("idempotency-replayed"), "true")
    assert.equal(ok(again).workout.id, stored.id)
    assert.equal(ok(await api.GET("/api/v1/workouts")).total, 1)
  })

  await day.test("a form learns which field is wrong, and its limit", async () => {
    const { error } = await api.POST("/api/v1/workouts/log", {
      body: { sets: [{ exercise_id: squat.id, reps: 1001 }] },
    })
    const fault = first(error?.errors ?? [])
    assert.deepEqual([fault.in, fault.path, fault.code, fault.limit], ["body", "sets.0.reps", "less_than_equal", 1000])
  })

  await day.test("progress shows it", async () => {
    const summary = ok(await api.GET("/api/v1/progress/summary"))
    assert.equal(summary.weeks.at(-1)?.sessions, 1)
    const records = ok(await api.GET("/api/v1/progress/records"))
    assert.ok(records.items.some((record) => record.kind === "weight" && record.value === 60))
    const series = ok(
      await api.GET("/api/v1/progress/exercises/{exercise_id}", { params: { path: { exercise_id: squat.id } } }),
    )
    assert.equal(series.points.length, 1)
  })

  await day.test("two edits of a plan do not overwrite each other", async () => {
    const body: Schemas["PlanWrite"] = { name: "Strength II", days: [{ day: 1, exercises: [] }] }
    const path = { plan_id: plan.id }
    const header = { "If-Match": `"${plan.version}"` }
    const edited = await api.PUT("/api/v1/plans/{plan_id}", {
      params: { path, header },
      body: { ...body, days: [{ day: 1, exercises: [{ exercise_id: squat.id, sets: [{ reps_min: 3, reps_max: 3 }] }] }] },
    })
    assert.equal(ok(edited).version, plan.version + 1)
    const { response } = await api.PUT("/api/v1/plans/{plan_id}", {
      params: { path, header },
      body: { ...body, days: [{ day: 1, exercises: [{ exercise_id: squat.id, sets: [{ reps_min: 3, reps_max: 3 }] }] }] },
    })
    assert.equal(response.status, 412)
  })

  await day.test("the companion answers, whole and in parts", async () => {
    const answer = ok(await api.POST("/api/v1/chat", { body: { message: "I like morning workouts." } }))
    assert.ok(answer.reply)
    const { data: stream, response } = await api.POST("/api/v1/chat/stream", {
      body: { message: "What do I like?", conversation_id: answer.conversation_id },
      parseAs: "text",
    })
    assert.equal(response.status, 200)
    const events = String(stream).matchAll(/^event: (\w+)$/gm)
    const names = [...events].map((event) => event[1])
    assert.deepEqual([names.at(0), names.at(-1)], ["context", "done"])
    const conversations = ok(await api.GET("/api/v1/conversations"))
    assert.equal(first(conversations.items).messages, 4)
  })

  await day.test("the user takes everything along and leaves", async () => {
    const everything = ok(await api.GET("/api/v1/account/export"))
    assert.ok(everything.user.email)
    ok(await api.DELETE("/api/v1/account", { body: { confirm: "delete my account" } }))
    const { error } = await api.GET("/api/v1/profile")
    assert.equal(error?.code, "profile_not_found")
  })
})
