-- The equipment that exercises need and users have.

create table private.equipment (
    slug text primary key constraint equipment_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint equipment_name_key unique
);
comment on table private.equipment is 'What an exercise can need and a user can have.';
grant select on private.equipment to authenticated;
alter table private.equipment enable row level security;
create policy "everyone signed in can select equipment" on private.equipment
for select to authenticated using (true);


create function private.unknown_equipment(p_slugs text[])
returns text
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ')
    from pg_catalog.unnest(p_slugs) as listed (slug)
    where not exists (select from private.equipment as e where e.slug = listed.slug)
$$;
comment on function private.unknown_equipment(text[]) is
'The slugs that name no equipment, with commas between them; null when all do.';
grant execute on function private.unknown_equipment(text[]) to authenticated;
