// The two clients of the page: supabase-js signs users in, and openapi-fetch calls the API as them.

import { createClient as createSupabase } from "@supabase/supabase-js"
import createClient from "openapi-fetch"
import type { components, paths } from "./generated/api.d.ts"

export type Schemas = components["schemas"]

/** Where everything is: settings.json, which `poe example` writes for the laptop stack. */
const settings: { api_url: string; supabase_url: string; publishable_key: string } = await (
  await fetch("settings.json")
).json()

export const API_URL = settings.api_url
export const supabase = createSupabase(settings.supabase_url, settings.publishable_key)
export const api = createClient<paths>({ baseUrl: API_URL })

api.use({
  async onRequest({ request }) {
    request.headers.set("Authorization", await authorization())
    return request
  },
})

/** The header of a request. supabase-js refreshes a token that expires. */
export async function authorization(): Promise<string> {
  const { data } = await supabase.auth.getSession()
  return `Bearer ${data.session?.access_token ?? ""}`
}
