// The life of a user of supabase-js on the laptop stack: what a frontend calls for email and password, and what it gets.
// tests/e2e/test_supabase_js.py starts the servers and sets the environment variables.

import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createClient } from "@supabase/supabase-js"

const { SUPABASE_URL, CONFIRMING_URL, LIMITING_URL, API_URL, PUBLISHABLE_KEY, SECRET_KEY } = process.env
const PASSWORD = "correct horse 1"

class Storage {
  items = new Map()
  getItem = (name) => this.items.get(name) ?? null
  setItem = (name, value) => this.items.set(name, value)
  removeItem = (name) => this.items.delete(name)
}

function client({ url = SUPABASE_URL, key = PUBLISHABLE_KEY, storage = new Storage(), flowType = "implicit" } = {}) {
  const auth = { storage, storageKey: "session", persistSession: true, autoRefreshToken: false, flowType }
  return createClient(url, key, { auth })
}

const someone = () => `${randomUUID()}@example.com`

function ok({ data, error }) {
  assert.equal(error, null)
  return data
}

async function signedUp(options = {}) {
  const supabase = client(options)
  const email = someone()
  const { session, user } = ok(await supabase.auth.signUp({ email, password: PASSWORD, options: options.signUp }))
  return { supabase, email, session, user }
}

async function latestMail(to, url = SUPABASE_URL) {
  const [mail] = await (await fetch(`${url}/mail?to=${encodeURIComponent(to)}`)).json()
  return mail
}

async function refused(answer, status, code) {
  const { error } = await answer
  assert.deepEqual([error?.status, error?.code], [status, code])
}

test("a sign-up gives a session, metadata and a profile", async () => {
  const { session, user, email } = await signedUp({ signUp: { data: { display_name: "Kim" } } })
  assert.equal(user.user_metadata.display_name, "Kim")
  assert.equal(user.email, email)
  assert.equal(user.identities[0].provider, "email")
  assert.ok(session.refresh_token)
  assert.ok(session.expires_at > Date.now() / 1000)
  const profile = await fetch(`${API_URL}/api/v1/profile`, {
    headers: { Authorization: `Bearer ${session.access_token}` },
  })
  assert.equal(profile.status, 200)
  assert.equal((await profile.json()).user_id, user.id)
})

test("a wrong password, a taken email and a weak password have their codes", async () => {
  const { supabase, email } = await signedUp()
  await refused(supabase.auth.signInWithPassword({ email, password: "wrong horse 1" }), 400, "invalid_credentials")
  await refused(supabase.auth.signInWithPassword({ email: someone(), password: PASSWORD }), 400, "invalid_credentials")
  await refused(supabase.auth.signUp({ email, password: PASSWORD }), 422, "user_already_exists")
  const { error } = await supabase.auth.signUp({ email: someone(), password: "short" })
  assert.equal(error.name, "AuthWeakPasswordError")
  assert.deepEqual(error.reasons, ["length", "characters"])
})

test("a reloaded page has the session, and its user", async () => {
  const storage = new Storage()
  const { user } = await signedUp({ storage })
  const reloaded = client({ storage })
  assert.equal(ok(await reloaded.auth.getSession()).session.user.id, user.id)
  assert.equal(ok(await reloaded.auth.getUser()).user.id, user.id)
  const { claims } = ok(await reloaded.auth.getClaims())
  assert.equal(claims.sub, user.id)
})

test("an expired token is refreshed, and the page learns of it", async () => {
  const { supabase, session } = await signedUp()
  const events = []
  supabase.auth.onAuthStateChange((event) => events.push(event))
  await sleep(1100) // the new token has another second in it
  const renewed = ok(await supabase.auth.getSession()).session
  assert.notEqual(renewed.access_token, session.access_token)
  assert.notEqual(renewed.refresh_token, session.refresh_token)
  assert.ok(events.includes("TOKEN_REFRESHED"))
  assert.equal(ok(await supabase.auth.getUser()).user.id, session.user.id)
})

test("two tabs may refresh at once", async () => {
  const { session } = await signedUp()
  const tabs = [client(), client()]
  const refreshed = await Promise.all(
    tabs.map((tab) => tab.auth.refreshSession({ refresh_token: session.refresh_token })),
  )
  const [one, other] = refreshed.map((answer) => ok(answer).session)
  assert.equal(one.refresh_token, other.refresh_token)
  assert.equal(ok(await tabs[1].auth.refreshSession()).session.user.id, session.user.id)
})

test("a refresh token that somebody uses again later ends the session", async () => {
  const { supabase, session } = await signedUp()
  ok(await supabase.auth.refreshSession())
  const { session: current } = ok(await supabase.auth.refreshSession())
  await sleep(1200) // longer than the interval in which a token may be used again
  await refused(
    client().auth.refreshSession({ refresh_token: session.refresh_token }), 400, "refresh_token_already_used",
  )
  await refused(
    client().auth.refreshSession({ refresh_token: current.refresh_token }), 400, "refresh_token_already_used",
  )
  await refused(client().auth.refreshSession({ refresh_token: "x".repeat(22) }), 400, "refresh_token_not_found")
})

test("signing out ends this session, the others or all", async () => {
  const { supabase: first, email } = await signedUp()
  const [second, third] = [client(), client()]
  for (const there of [second, third]) ok(await there.auth.signInWithPassword({ email, password: PASSWORD }))
  const tokens = {}
  for (const [name, there] of Object.entries({ first, second, third })) {
    tokens[name] = ok(await there.auth.getSession()).session.access_token
  }
  const isValid = async (token) => (await client().auth.getUser(token)).error === null
  assert.equal((await second.auth.signOut({ scope: "local" })).error, null)
  assert.deepEqual([await isValid(tokens.first), await isValid(tokens.second), await isValid(tokens.third)],
    [true, false, true])
  assert.equal((await first.auth.signOut({ scope: "others" })).error, null)
  assert.deepEqual([await isValid(tokens.first), await isValid(tokens.third)], [true, false])
  assert.equal((await first.auth.signOut()).error, null)
  assert.equal(await isValid(tokens.first), false)
  assert.equal(ok(await first.auth.getSession()).session, null)
})

test("a forgotten password is replaced with the code of a mail", async () => {
  const { email } = await signedUp()
  const supabase = client()
  ok(await supabase.auth.resetPasswordForEmail(email))
  ok(await supabase.auth.resetPasswordForEmail(someone())) // the answer does not tell who is a user
  const mail = await latestMail(email)
  await refused(supabase.auth.verifyOtp({ email, token: "00000000", type: "recovery" }), 403, "otp_expired")
  ok(await supabase.auth.verifyOtp({ email, token: mail.code, type: "recovery" }))
  await refused(supabase.auth.verifyOtp({ email, token: mail.code, type: "recovery" }), 403, "otp_expired")
  await refused(supabase.auth.updateUser({ password: PASSWORD }), 422, "same_password")
  ok(await supabase.auth.updateUser({ password: "another horse 2" }))
  await refused(client().auth.signInWithPassword({ email, password: PASSWORD }), 400, "invalid_credentials")
  ok(await client().auth.signInWithPassword({ email, password: "another horse 2" }))
})

test("the link of a mail leads to the frontend with a session", async () => {
  const { email } = await signedUp()
  const redirectTo = "http://localhost:5173/new-password"
  ok(await client().auth.resetPasswordForEmail(email, { redirectTo }))
  const { link } = await latestMail(email)
  const followed = await fetch(link, { redirect: "manual" })
  assert.equal(followed.status, 303)
  const [target, fragment] = followed.headers.get("location").split("#")
  assert.equal(target, redirectTo)
  const session = Object.fromEntries(new URLSearchParams(fragment))
  assert.equal(session.type, "recovery")
  const supabase = client()
  assert.equal(ok(await supabase.auth.setSession(session)).user.email, email)
  const again = (await fetch(link, { redirect: "manual" })).headers.get("location")
  assert.match(again, /error_code=otp_expired/)
  ok(await client().auth.signInWithOtp({ email, options: { emailRedirectTo: "https://evil.example" } }))
  const elsewhere = new URL((await latestMail(email)).link)
  assert.equal(elsewhere.searchParams.get("redirect_to"), "http://localhost:5173")
})

test("with PKCE, the link leads to a code that only this client can use, once", async () => {
  const { email } = await signedUp()
  const redirectTo = "http://localhost:5173/new-password?from=mail"
  const followed = async (link) => new URL((await fetch(link, { redirect: "manual" })).headers.get("location"))
  const supabase = client({ flowType: "pkce" })
  ok(await supabase.auth.resetPasswordForEmail(email, { redirectTo }))
  const { link } = await latestMail(email)
  const target = await followed(link)
  assert.deepEqual([target.pathname, target.hash, target.searchParams.get("from")], ["/new-password", "", "mail"])
  const code = target.searchParams.get("code")
  const thief = client({ flowType: "pkce" })
  ok(await thief.auth.resetPasswordForEmail(someone()))
  await refused(thief.auth.exchangeCodeForSession(code), 400, "bad_code_verifier")
  const { session, redirectType } = ok(await supabase.auth.exchangeCodeForSession(code))
  assert.deepEqual([session.user.email, redirectType], [email, "recovery"])
  ok(await supabase.auth.updateUser({ password: "another horse 2" }))
  ok(await client().auth.signInWithPassword({ email, password: "another horse 2" }))

  assert.equal((await followed(link)).searchParams.get("error_code"), "otp_expired")
  const verifier = "v".repeat(43)
  const exchange = (body) =>
    fetch(`${SUPABASE_URL}/auth/v1/token?grant_type=pkce`, { method: "POST", body: JSON.stringify(body) })
  assert.equal((await exchange({ auth_code: code, code_verifier: verifier })).status, 404)
  assert.equal((await exchange({ auth_code: "'", code_verifier: verifier })).status, 404)
  assert.equal((await exchange({ auth_code: code })).status, 400)
})

test("with PKCE, a sign-up is confirmed by its link, and by its code too", async () => {
  const url = CONFIRMING_URL
  for (const way of ["link", "code"]) {
    const supabase = client({ url, flowType: "pkce" })
    const email = someone()
    assert.equal(ok(await supabase.auth.signUp({ email, password: PASSWORD })).session, null)
    const mail = await latestMail(email, url)
    const { session } = way === "code"
      ? ok(await supabase.auth.verifyOtp({ email, token: mail.code, type: "signup" }))
      : ok(await supabase.auth.exchangeCodeForSession(
          new URL((await fetch(mail.link, { redirect: "manual" })).headers.get("location")).searchParams.get("code"),
        ))
    assert.equal(session.user.email, email)
    ok(await client({ url }).auth.signInWithPassword({ email, password: PASSWORD }))
  }
})

test("a link or code signs in without a password, and signs up", async () => {
  const email = someone()
  await refused(
    client().auth.signInWithOtp({ email, options: { shouldCreateUser: false } }), 422, "otp_disabled",
  )
  ok(await client().auth.signInWithOtp({ email }))
  const supabase = client()
  const { user } = ok(await supabase.auth.verifyOtp({ email, token: (await latestMail(email)).code, type: "email" }))
  assert.equal(user.email, email)
})

test("metadata and email change, the email after both addresses confirmed it", async () => {
  const { supabase, email } = await signedUp()
  const changed = ok(await supabase.auth.updateUser({ data: { theme: "dark" } })).user
  assert.equal(changed.user_metadata.theme, "dark")
  const { email: taken } = await signedUp()
  await refused(supabase.auth.updateUser({ email: taken }), 422, "email_exists")
  const next = someone()
  assert.equal(ok(await supabase.auth.updateUser({ email: next })).user.new_email, next)
  const codes = [(await latestMail(next)).code, (await latestMail(email)).code]
  const half = ok(await supabase.auth.verifyOtp({ email: next, token: codes[0], type: "email_change" }))
  assert.equal(half.session, null)
  const { user } = ok(await supabase.auth.verifyOtp({ email, token: codes[1], type: "email_change" }))
  assert.deepEqual([user.email, user.new_email], [next, undefined])
  ok(await client().auth.signInWithPassword({ email: next, password: PASSWORD }))
  await refused(client().auth.signInWithPassword({ email, password: PASSWORD }), 400, "invalid_credentials")
})

test("where emails are confirmed, a sign-up waits for it", async () => {
  const url = CONFIRMING_URL
  const { supabase, email, session, user } = await signedUp({ url })
  assert.equal(session, null)
  assert.equal(user.email_confirmed_at, undefined)
  await refused(supabase.auth.signInWithPassword({ email, password: PASSWORD }), 400, "email_not_confirmed")
  const first = await latestMail(email, url)
  await refused(supabase.auth.resend({ type: "signup", email }), 429, "over_email_send_rate_limit")
  await sleep(1100)
  ok(await supabase.auth.resend({ type: "signup", email }))
  const second = await latestMail(email, url)
  assert.notEqual(first.code, second.code)
  await refused(supabase.auth.verifyOtp({ email, token: first.code, type: "signup" }), 403, "otp_expired")
  ok(await supabase.auth.verifyOtp({ email, token: second.code, type: "signup" }))
  assert.ok(ok(await supabase.auth.getUser()).user.email_confirmed_at)
  // Nobody learns that the email is taken: the answer looks like that of a new user.
  const again = ok(await client({ url }).auth.signUp({ email, password: PASSWORD }))
  assert.notEqual(again.user.id, user.id)
  assert.deepEqual(again.user.identities, [])
})

test("an anonymous user becomes one with an email", async () => {
  const supabase = client()
  const { user } = ok(await supabase.auth.signInAnonymously({ options: { data: { theme: "dark" } } }))
  assert.deepEqual([user.is_anonymous, user.user_metadata.theme], [true, "dark"])
  const email = someone()
  const known = ok(await supabase.auth.updateUser({ email })).user
  assert.deepEqual([known.id, known.email, known.is_anonymous], [user.id, email, false])
  ok(await supabase.auth.updateUser({ password: PASSWORD }))
  ok(await client().auth.signInWithPassword({ email, password: PASSWORD }))
  await refused(client({ url: CONFIRMING_URL }).auth.signInAnonymously(), 422, "anonymous_provider_disabled")
})

test("the secret key creates, reads, lists and deletes users, and nothing else does", async () => {
  const { admin } = client({ key: SECRET_KEY }).auth
  const email = someone()
  const { user } = ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
  await refused(admin.createUser({ email, password: PASSWORD }), 422, "email_exists")
  assert.equal(ok(await admin.getUserById(user.id)).user.email, email)
  assert.ok(ok(await admin.listUsers({ page: 1, perPage: 1000 })).users.some((listed) => listed.id === user.id))
  const supabase = client()
  ok(await supabase.auth.signInWithPassword({ email, password: PASSWORD }))
  const token = ok(await supabase.auth.getSession()).session.access_token
  const asUser = createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
    global: { headers: { Authorization: `Bearer ${token}` } }, auth: { persistSession: false },
  })
  await refused(asUser.auth.admin.deleteUser(user.id), 403, "not_admin")
  await refused(client().auth.admin.getUserById(user.id), 403, "bad_jwt")
  ok(await admin.deleteUser(user.id))
  await refused(admin.getUserById(user.id), 404, "user_not_found")
  await refused(supabase.auth.getUser(token), 403, "user_not_found")
  await refused(client().auth.signInWithPassword({ email, password: PASSWORD }), 400, "invalid_credentials")
})

test("too many sign-ins, codes and mails are refused with their codes", async () => {
  const limited = () => client({ url: LIMITING_URL }).auth
  const { email } = await signedUp()
  for (let time = 0; time < 2; time++) ok(await limited().signInWithPassword({ email, password: PASSWORD }))
  await refused(limited().signInWithPassword({ email, password: PASSWORD }), 429, "over_request_rate_limit")
  for (let time = 0; time < 2; time++) {
    await refused(limited().verifyOtp({ email, token: "00000000", type: "email" }), 403, "otp_expired")
  }
  await refused(limited().verifyOtp({ email, token: "00000000", type: "email" }), 429, "over_request_rate_limit")
  const link = await fetch(`${LIMITING_URL}/auth/v1/verify?token=x&type=signup`, { redirect: "manual" })
  assert.equal(link.status, 429)
  for (let time = 0; time < 2; time++) {
    const { email: other } = await signedUp()
    ok(await limited().resetPasswordForEmail(other))
  }
  await refused(limited().resetPasswordForEmail(email), 429, "over_request_rate_limit")
  await refused(limited().signInWithOtp({ email }), 429, "over_email_send_rate_limit")
})

test("a soft deletion keeps the id and frees the email", async () => {
  const { admin } = client({ key: SECRET_KEY }).auth
  const { supabase, email, session, user } = await signedUp()
  ok(await admin.deleteUser(user.id, true))
  assert.equal((await supabase.auth.getUser(session.access_token)).error.name, "AuthSessionMissingError")
  await refused(client().auth.signInWithPassword({ email, password: PASSWORD }), 400, "invalid_credentials")
  const left = ok(await admin.getUserById(user.id)).user
  assert.ok(left.deleted_at)
  assert.deepEqual([left.user_metadata, left.email.includes("@")], [{}, false])
  const again = ok(await client().auth.signUp({ email, password: PASSWORD })).user
  assert.notEqual(again.id, user.id)
})
