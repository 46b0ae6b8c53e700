-- One import of a user at a time. An import takes several calls, perhaps of several processes of the service, so a row
-- says that it is running; and it expires, so that a process that dies blocks its user for two minutes at most.

create table private.running_imports (
    user_id uuid primary key references private.profiles (user_id) on delete cascade,
    import_id uuid not null,
    expires_at timestamptz not null default now() + interval '2 minutes'
);
comment on table private.running_imports is
'The import that a user runs now. Each of its calls moves expires_at, and its end deletes the row.';
grant select, delete on private.running_imports to authenticated;
grant insert (user_id, import_id) on private.running_imports to authenticated;
grant update (import_id, expires_at) on private.running_imports to authenticated;
alter table private.running_imports enable row level security;
create policy "owner can select own running_imports" on private.running_imports
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own running_imports" on private.running_imports
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own running_imports" on private.running_imports
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own running_imports" on private.running_imports
for delete to authenticated using ((select auth.uid()) = user_id);


create function private.claim_import(p_user_id uuid, p_import_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    insert into private.running_imports as r (user_id, import_id) values (p_user_id, p_import_id)
    on conflict (user_id) do update
    set import_id = excluded.import_id, expires_at = excluded.expires_at
    where r.import_id = excluded.import_id or r.expires_at < pg_catalog.now();
    if not found then
        perform private.fail(
            409, 'import_running', 'Another import of yours is running. Try again when it is done.', '5'
        );
    end if;
end
$$;
comment on function private.claim_import(uuid, uuid) is
'Makes this the import that the user runs, for two more minutes. Raises PT409 import_running, with the seconds to '
'wait, while another one runs.';
grant execute on function private.claim_import(uuid, uuid) to authenticated;


create function public.begin_import(
    p_import_id uuid, p_idempotency_key text default null, p_file jsonb default null
)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_report jsonb := private.replay_answer('import', p_idempotency_key, p_file);
begin
    perform private.check_size(p_file, 64);
    if v_report is null then
        perform private.claim_import(v_profile.user_id, p_import_id);
    end if;
    return pg_catalog.jsonb_build_object('report', v_report);
end
$$;
comment on function public.begin_import(uuid, text, jsonb) is
'Begins an import under an id that the caller chooses: {report: null}. No other begins until end_import, or two '
'minutes after its last call. If p_file, which says what is imported, was imported with this key before, it begins '
'none and returns the report of then. Raises PT404 profile_not_found, PT409 import_running, PT413 body_too_large, '
'PT422 invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.begin_import(uuid, text, jsonb) to authenticated;


create function public.end_import(
    p_import_id uuid, p_report jsonb default null, p_idempotency_key text default null, p_file jsonb default null
)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_size(p_report, 1024);
    delete from private.running_imports as r
    where r.user_id = v_profile.user_id and r.import_id = p_import_id;
    if found and p_report is not null then
        perform private.remember_answer('import', p_idempotency_key, p_file, p_report, p_import_id);
    end if;
end
$$;
comment on function public.end_import(uuid, jsonb, text, jsonb) is
'Ends an import, so that the user can begin another one. With a report, it is done, and its key replays the report. '
'Raises PT404 profile_not_found, PT413 body_too_large.';
grant execute on function public.end_import(uuid, jsonb, text, jsonb) to authenticated;
