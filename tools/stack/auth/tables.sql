-- What the stand-in for Supabase Auth keeps beside auth.users, for the role supabase_auth_admin. It runs this whenever
-- it starts.

create table if not exists auth.sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    method text not null,
    created_at timestamptz not null default now()
);
create index if not exists sessions_user_id_idx on auth.sessions (user_id);
alter table auth.sessions enable row level security;

create table if not exists auth.refresh_tokens (
    token text primary key,
    session_id uuid not null references auth.sessions (id) on delete cascade,
    parent text,
    revoked_at timestamptz,
    created_at timestamptz not null default now()
);
create index if not exists refresh_tokens_session_id_idx on auth.refresh_tokens (session_id);
alter table auth.refresh_tokens enable row level security;

create table if not exists auth.one_time_tokens (
    user_id uuid not null references auth.users (id) on delete cascade,
    purpose text not null,
    email text not null,
    token_hash text not null,
    sent_at timestamptz not null default now(),
    code_challenge_method text,
    code_challenge text,
    primary key (user_id, purpose)
);
alter table auth.one_time_tokens enable row level security;

create table if not exists auth.flow_state (
    auth_code uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    code_challenge_method text not null,
    code_challenge text not null,
    created_at timestamptz not null default now()
);
create index if not exists flow_state_user_id_idx on auth.flow_state (user_id);
alter table auth.flow_state enable row level security;
