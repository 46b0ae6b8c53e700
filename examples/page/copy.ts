// The page's copy of the user's workouts, and the workouts that wait for a network. Both survive a reload.

import { api, type Schemas } from "./clients.ts"

/** A workout that the API does not have yet. Its id is the page's own, so sending it twice stores it once. */
export interface Waiting {
  workout: Schemas["NewWorkout"] & { id: string }
  /** Why the API refused it; null while it has not. */
  refused: string | null
}

interface Stored {
  cursor: string | null
  workouts: Record<string, Schemas["Workout"]>
  waiting: Waiting[]
}

export class Copy {
  readonly #key: string
  #stored: Stored

  constructor(userId: string) {
    this.#key = `slow-burn:${userId}`
    this.#stored = JSON.parse(localStorage.getItem(this.#key) ?? '{"cursor": null, "workouts": {}, "waiting": []}')
  }

  get waiting(): readonly Waiting[] {
    return this.#stored.waiting
  }

  /** The workouts that the API has, the latest first. */
  get workouts(): Schemas["Workout"][] {
    return Object.values(this.#stored.workouts).sort((a, b) => b.completed_at.localeCompare(a.completed_at))
  }

  add(workout: Waiting["workout"]): void {
    this.#stored.waiting.push({ workout, refused: null })
    this.#save()
  }

  /** Send what waits, then take over what has changed. Rejects without a network, and loses nothing. */
  async sync(): Promise<void> {
    await this.#send()
    await this.#receive()
  }

  async #send(): Promise<void> {
    for (const waiting of this.#stored.waiting.filter(({ refused }) => refused === null)) {
      const { error, response } = await api.POST("/api/v1/workouts/log", { body: waiting.workout })
      if (!error) {
        this.#stored.waiting = this.#stored.waiting.filter((other) => other !== waiting)
      } else if (response.status >= 500 || [401, 408, 429].includes(response.status)) {
        // The same request may succeed later.
        throw new Error(error.detail)
      } else {
        waiting.refused = error.errors?.map(({ path, message }) => `${path}: ${message}`).join(", ") ?? error.detail
      }
      this.#save()
    }
  }

  async #receive(): Promise<void> {
    let more = true
    while (more) {
      const { cursor } = this.#stored
      const { data, error } = await api.GET("/api/v1/sync", { params: { query: cursor ? { since: cursor } : {} } })
      if (error?.code === "cursor_expired") {
        this.#stored = { ...this.#stored, cursor: null, workouts: {} }
        continue
      }
      if (error) throw new Error(error.detail)
      for (const change of data.items) {
        if (change.kind !== "workout") continue
        if (change.value) this.#stored.workouts[change.id] = change.value
        else delete this.#stored.workouts[change.id]
      }
      this.#stored.cursor = data.cursor
      this.#save()
      more = data.has_more
    }
  }

  #save(): void {
    localStorage.setItem(this.#key, JSON.stringify(this.#stored))
  }
}
