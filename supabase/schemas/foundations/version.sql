-- Which migrations this database has.

-- Security definer, because no client may read the list of migrations. Not even a user is needed: the service asks
-- before it takes any request.
create function public.get_schema_version()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_version text;
begin
    if pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null then
        select pg_catalog.max(m.version) into v_version from supabase_migrations.schema_migrations as m;
    end if;
    return pg_catalog.jsonb_build_object('version', v_version);
end
$$;
comment on function public.get_schema_version() is
'The version of the newest migration that was applied: {version}, which is null if none was recorded.';
grant execute on function public.get_schema_version() to anon, authenticated;
