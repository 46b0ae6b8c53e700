-- The ground rules: nobody may do anything until a grant says so.

-- Postgres lets everybody execute every new function. This statement ends that, and works only without "in schema":
-- the form for one schema does not reach what Postgres grants to PUBLIC.
alter default privileges revoke execute on functions from public;

-- Supabase grants everything in the schema public to its three API roles. Our functions are granted one by one.
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;


-- The schema public is the API: it holds functions and nothing else, and the Data API exposes no other schema. Tables,
-- types and internal functions live in private, where only those functions reach them.
create schema private;
comment on schema private is
'Tables, types and internal functions. The Data API does not expose it; clients call the functions in public.';
revoke all on schema private from public;
grant usage on schema private to authenticated;


-- Roles belong to the cluster, so another database may have created this one already. The operator gives it a password:
-- alter role slow_burn_api password '…'.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'slow_burn_api') then
        create role slow_burn_api login noinherit;
    end if;
end
$$;
comment on role slow_burn_api is 'The API service. It owns nothing and can only become authenticated or anon.';
grant anon to slow_burn_api;
grant authenticated to slow_burn_api;
