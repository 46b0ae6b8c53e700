-- Functions that only the service may call, because what they store is not the user's to write.

create table private.service_secrets (
    hash bytea primary key constraint service_secrets_hash_check check (octet_length(hash) = 32),
    created_at timestamptz not null default now()
);
comment on table private.service_secrets is
'The SHA-256 of each secret that the service may present through the Data API. Two can be valid during a rotation.';
-- No grants and no policies: only the functions below reach this table.
alter table private.service_secrets enable row level security;


-- Not granted to anybody: the operator calls it as the owner of the database.
create function private.add_service_secret(p_secret text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if p_secret is null or pg_catalog.char_length(p_secret) < 32 then
        perform private.fail(422, 'weak_service_secret', 'A service secret must have at least 32 characters.');
    end if;
    insert into private.service_secrets (hash) values (pg_catalog.sha256(pg_catalog.convert_to(p_secret, 'UTF8')))
    on conflict (hash) do nothing;
end
$$;
comment on function private.add_service_secret(text) is
'Accepts a secret of at least 32 characters from the service from now on. Raises PT422 weak_service_secret.';


-- Security definer, because no client may read the hashes.
create function private.check_service()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
begin
    -- The direct gateway logs in as the service. Through the Data API, PostgREST logs in for everybody.
    if session_user = 'slow_burn_api' or exists (
        select from private.service_secrets as s
        where s.hash = pg_catalog.sha256(pg_catalog.convert_to(v_headers ->> 'x-service-secret', 'UTF8'))
    ) then
        return;
    end if;
    perform private.fail(403, 'service_only', 'Only the Slow Burn service may call this function.');
end
$$;
comment on function private.check_service() is
'Raises PT403 service_only unless the service calls: over a connection of its own role, or with its secret in the '
'header X-Service-Secret.';
grant execute on function private.check_service() to authenticated;
