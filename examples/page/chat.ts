// A message to the companion, whose reply arrives as server-sent events.

import { API_URL, authorization } from "./clients.ts"

/** Send a message. `show` gets the reply so far, again and again; the promise has the whole reply. */
export async function say(message: string, key: string, show: (reply: string) => void): Promise<string> {
  const response = await fetch(`${API_URL}/api/v1/chat/stream`, {
    method: "POST",
    headers: {
      Authorization: await authorization(),
      "Content-Type": "application/json",
      "Idempotency-Key": key,
    },
    body: JSON.stringify({ message }),
  })
  if (!response.ok || !response.body) throw new Error(text(await response.json(), "detail"))
  let reply = ""
  for await (const [name, data] of events(response.body)) {
    if (name === "error") throw new Error(text(data, "detail"))
    // The last event has the reply as it is stored, in place of the parts.
    if (name === "delta") reply += text(data, "text")
    if (name === "done") reply = text(data, "reply")
    show(reply)
  }
  return reply
}

/** The events of a stream: a name and the data of each. */
async function* events(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<[string, unknown]> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ""
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    buffer += chunk.value
    const blocks = buffer.split("\n\n")
    buffer = blocks.pop() ?? ""
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      // Comments keep the connection open, and have neither.
      if (name !== undefined && data !== undefined) yield [name, JSON.parse(data)]
    }
  }
}

/** The text of a field; empty if there is none. */
function text(value: unknown, field: string): string {
  if (typeof value !== "object" || value === null) return ""
  const found = Object.entries(value).find(([name]) => name === field)?.[1]
  return typeof found === "string" ? found : ""
}
